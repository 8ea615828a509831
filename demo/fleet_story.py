"""`./dev demo --fleet`: Friday at five a cash machine breaks down; one person says so on two kiosks, and takes it back.

Without a display it is played by itself, and leaves in DIR pictures of the page and of both kiosks at each step, and
fleet.json: how many seconds it took from *Zet op het loket* until the fleet knew that it stood on both screens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from demo.fleet import KIOSKS, PASSWORD, PEOPLE, TOWN, DemoFleet
from demo.kiosk_process import KioskProcess
from demo.rings_story import RingsStory, StuckError

# What the page promises.
PROMISED_SECONDS = 120.0
# How often somebody would press F5.
_LOOK_SECONDS = 1.0
_REACHED = f"bij {len(KIOSKS)} van de {len(KIOSKS)} loketten"


class LateError(Exception):
    """What was given out did not come to stand on every kiosk in time."""


def play(folder: Path, out: Path) -> bool:
    """Play it; False when it was not on both screens in time."""
    out.mkdir(parents=True, exist_ok=True)
    (folder / "today").mkdir()
    (folder / "rings").mkdir()
    with sync_playwright() as playwright:
        return _today(folder / "today", out, playwright) and _rings(folder / "rings", out, playwright)


def _rings(folder: Path, out: Path, playwright: Playwright) -> bool:
    """Play what takes two people; time is made short for it."""
    with DemoFleet(folder, ("demo.quick",)) as fleet:
        chromium, page = _browser(playwright, fleet)
        try:
            RingsStory(fleet, page, out).play()
        except StuckError as error:
            print(f"demo: {error}")
            page.screenshot(path=out / "stuck.png", full_page=True)
            return False
        finally:
            chromium.close()
    return True


def _browser(playwright: Playwright, fleet: DemoFleet) -> tuple[Browser, Page]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
    return chromium, chromium.new_context(base_url=fleet.url, ignore_https_errors=True, locale="nl-BE").new_page()


def _today(folder: Path, out: Path, playwright: Playwright) -> bool:
    """Play what one person may do alone, in real time."""
    with DemoFleet(folder) as fleet:
        kiosks = {number: fleet.kiosk(number) for number in KIOSKS}
        chromium, page = _browser(playwright, fleet)
        seconds = {}
        try:
            fleet.enter(page, "els")
            page.goto(f"/vandaag/{TOWN}")
            seconds["first round"] = _until_reached(page)
            _picture(page, kiosks, out, "1-before")
            _break_down(page)
            seconds["out of order"] = _until_reached(page)
            _picture(page, kiosks, out, "2-out-of-order")
            with page.expect_navigation():
                page.get_by_role("button", name="Maak ongedaan").click()
            seconds["undone"] = _until_reached(page)
            _picture(page, kiosks, out, "3-undone")
            fleet.enter(page, "omar")
            page.screenshot(path=out / "4-fleet.png", full_page=True)
        except LateError as error:
            print(f"demo: {error}")
            return False
        finally:
            chromium.close()
    told = {"promised": PROMISED_SECONDS, "seconds": {name: round(value, 1) for name, value in seconds.items()}}
    (out / "fleet.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return True


def by_hand(folder: Path) -> int:
    """Show both kiosks in a window each; ends when the first of them is closed."""
    with DemoFleet(folder) as fleet:
        running = []
        for number in KIOSKS:
            settings = fleet.let_in(number)
            fleet.begin_agent(settings)
            told, said = settings.with_name("told"), settings.with_name("said.json")
            words = ["--settings", str(settings), "--told", str(told), "--said", str(said), "--windowed"]
            running.append(subprocess.Popen([sys.executable, "-m", "kiosk_app.cli", "run", *words]))
        print(f"demo: {fleet.url}, as {' or '.join(PEOPLE)}, with the password: {PASSWORD}")
        try:
            while all(kiosk.poll() is None for kiosk in running):
                time.sleep(_LOOK_SECONDS)
        finally:
            for kiosk in running:
                kiosk.terminate()
            codes = [kiosk.wait() for kiosk in running]
    return max(codes)


def _break_down(page: Page) -> None:
    section = page.locator("section", has_text="Een dienst werkt niet")
    section.get_by_label("Dienst").select_option("Geldautomaat 1")
    section.get_by_label("Staat").select_option("Buiten dienst")
    until = section.get_by_label("Tot en met")
    today = date.fromisoformat(until.get_attribute("min") or "")
    until.fill(f"{today + timedelta(days=3)}")
    with page.expect_navigation():
        section.get_by_role("button").click()


def _until_reached(page: Page) -> float:
    """Look at the page until it says that every kiosk has it. Raises LateError."""
    began = time.monotonic()
    while time.monotonic() - began < PROMISED_SECONDS:
        if page.get_by_text(_REACHED).count():
            return time.monotonic() - began
        time.sleep(_LOOK_SECONDS)
        page.goto(f"/vandaag/{TOWN}")
    raise LateError(f"after {PROMISED_SECONDS:.0f} s it does not stand on every kiosk")


def _picture(page: Page, kiosks: dict[str, KioskProcess], out: Path, name: str) -> None:
    page.screenshot(path=out / f"{name}-page.png", full_page=True)
    for number, kiosk in kiosks.items():
        file = out / f"{name}-{number}.png"
        kiosk.grab(file)
        while not file.is_file():
            kiosk.next()
