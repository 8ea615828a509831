"""A change by two people, from a form to one kiosk, to all; one that breaks a kiosk and stops by itself; and its undo.

Played in a browser, with the key of the town on the command line, on real kiosks whose trials are made short. Leaves
pictures of the pages and of every kiosk at each step.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page

from demo.fleet import TOWN, DemoFleet
from demo.kiosk_process import KioskDied, KioskProcess
from simulators.escpos_printer import EscPosPrinter

KIOSKS = ("LV-01", "LV-02", "LV-03")
# Where no slip printer is. It validates, and every kiosk that takes it loses its slips.
_NOWHERE = "127.0.0.2"
_STEP_SECONDS = 240.0
_LOOK_SECONDS = 1.0


class StuckError(Exception):
    """A step of the story did not come."""


class RingsStory:
    """Plays it on a fleet that was begun, in a page on which anybody can come in by `enter`."""

    def __init__(self, fleet: DemoFleet, page: Page, out: Path) -> None:
        self._fleet, self._page, self._out = fleet, page, out
        self._kiosks: dict[str, KioskProcess] = {}
        self._step = 5

    def play(self) -> None:
        """Play it. Raises StuckError."""
        with ExitStack() as ends:
            for number in KIOSKS:
                printer = ends.enter_context(EscPosPrinter())
                self._kiosks[number] = self._fleet.kiosk(number, {"host": "127.0.0.1", "port": printer.port})
            self._wait_until_all_speak()
            self._picture("before")
            self._propose("town.colour", "#7A1F3D", "De nieuwe huisstijl van de gemeente")
            self._sign(1)
            self._until(1, "Gaat rond: de eerste loketten")
            self._until(1, "probeert ze uit")
            self._picture("canary-tries")
            self._until(1, "Staat overal")
            self._picture("everywhere")
            self._propose("receipt_printer.host", _NOWHERE, "De bonprinters verhuizen")
            self._sign(2)
            self._until(2, "Deze wijziging staat stil")
            self._until(2, "wilde ze niet houden")
            self._picture("canary-failed-and-stopped")
            self._undo(2)
            self._sign(3)
            self._until(3, "Staat overal")
            self._picture("undone")
            self._show_one_kiosk()

    # --- what people do ----------------------------------------------------------------------------------------------

    def _propose(self, key: str, value: str, why: str) -> None:
        self._fleet.enter(self._page, "els")
        self._page.goto(f"/wijzigingen/nieuw?bestand={TOWN}/tenant.toml")
        box = self._page.locator(f"[name='{key}']")
        box.evaluate("one => { const table = one.closest('details'); if (table) table.open = true }")
        box.fill(value)
        self._page.get_by_label("Waarom").fill(why)
        self._press("Kijk het na")
        self._picture("draft")
        self._press("Stel voor")

    def _undo(self, number: int) -> None:
        self._fleet.enter(self._page, "els")
        self._page.goto(f"/wijzigingen/{number}")
        self._press("Stel voor om dit ongedaan te maken")

    def _sign(self, number: int) -> None:
        """Have a second person approve it, and whoever holds the key sign it."""
        self._fleet.enter(self._page, "omar")
        self._page.goto(f"/wijzigingen/{number}")
        self._press("Keur goed")
        self._fleet.sign(number)

    def _show_one_kiosk(self) -> None:
        self._page.goto("/")
        self._shoot("fleet")
        with self._page.expect_navigation():
            self._page.get_by_role("link", name=KIOSKS[0]).click()
        self._shoot("one-kiosk")

    def _press(self, name: str) -> None:
        with self._page.expect_navigation():
            self._page.get_by_role("button", name=name, exact=True).click()

    # --- what it waits for, and keeps --------------------------------------------------------------------------------

    def _until(self, number: int, sentence: str) -> None:
        """Look at a change until its page says this; begin a kiosk anew that ended, as its service manager does."""
        deadline = time.monotonic() + _STEP_SECONDS
        while time.monotonic() < deadline:
            self._page.goto(f"/wijzigingen/{number}")
            if self._page.get_by_text(sentence).count():
                return
            self._begin_anew()
            time.sleep(_LOOK_SECONDS)
        raise StuckError(f"change {number}: {sentence!r} did not come")

    def _wait_until_all_speak(self) -> None:
        deadline = time.monotonic() + _STEP_SECONDS
        self._fleet.enter(self._page, "omar")
        while time.monotonic() < deadline:
            self._page.goto("/")
            self._begin_anew()
            if self._page.get_by_text("Alles werkt.").count() == len(KIOSKS):
                return
            time.sleep(_LOOK_SECONDS)
        raise StuckError("not every kiosk says that it works")

    def _begin_anew(self) -> None:
        for kiosk in self._kiosks.values():
            if kiosk.ended:
                kiosk.start_again()

    def _picture(self, name: str) -> None:
        self._shoot(name)
        for number, kiosk in self._kiosks.items():
            file = self._out / f"{self._step - 1}-{name}-{number}.png"
            while not file.is_file():
                try:
                    kiosk.grab(file)
                    while not file.is_file():
                        kiosk.next()
                except KioskDied:
                    kiosk.start_again()

    def _shoot(self, name: str) -> None:
        self._step += 1
        self._page.screenshot(path=self._out / f"{self._step - 1}-{name}-page.png", full_page=True)
