"""The clerk's page where our script does not run, or has nothing to say: every page works by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

AN = "85113099960"
SECRET = "a secret of the software"


@pytest.fixture
def page(town: Town) -> Iterator[Page]:
    """A window without scripts, at the door of the Balie."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        context = chromium.new_context(
            ignore_https_errors=True, base_url=town.hall.office_url, java_script_enabled=False
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto("/balie/")
        yield page
        chromium.close()


def test_a_file_that_is_too_large_is_told_on_a_page_with_a_way_back_without_our_script(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_label("Naam").fill("els")
    page.get_by_label("Wachtwoord").fill(SECRET)
    page.get_by_role("button", name="Aanmelden").click()
    page.get_by_role("link", name="Klaarleggen", exact=True).click()
    with (tmp_path / "large.pdf").open("wb") as large:
        large.truncate(40 << 20)
    page.get_by_label("Het document").set_input_files(tmp_path / "large.pdf")
    page.get_by_label("Rijksregisternummer").fill(AN)
    page.get_by_label("Soort document").select_option("Attest van gezinssamenstelling")
    page.get_by_role("button", name="Leg klaar").click()
    assert page.get_by_role("heading").first.inner_text() == "Dat lukt niet"
    assert "hoogstens 24 MB." in page.locator("main").inner_text()
    page.get_by_role("link", name="Terug naar Klaarleggen").click()
    page.get_by_role("heading", name="Document klaarleggen").wait_for()


def test_what_is_too_large_to_be_looked_at_is_told_to_our_script_too(town: Town) -> None:
    url = f"{town.hall.office_url}/balie/nakijken"
    said = httpx.post(url, content=bytes(25 << 20), verify=False, trust_env=False, timeout=60)
    assert said.json()["sentence"].startswith("Dit bestand is te groot:")


def test_it_can_be_used_without_a_mouse_and_without_our_script(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Naar de inhoud"
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("els")
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Opzoeken").wait_for()
