"""A browser at the door of the Balie, and a clerk who is in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.townhall.server.balie.desk import come_in

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    """A window at the Balie's address; an error in our script fails the test."""
    context = browser.new_context(
        ignore_https_errors=True, base_url=town.hall.office_url, locale="nl-BE", accept_downloads=False
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto("/balie/")
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def els(page: Page) -> Page:
    """A clerk who is in."""
    return come_in(page, "els")
