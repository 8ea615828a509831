"""What every test of the console does with a page: come in, press, and let axe look."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

PASSWORD = "een lang wachtwoord"


def press(page: Page, button: Locator) -> None:
    """Press it, and wait until the page that comes of it is there."""
    with page.expect_navigation():
        button.click()


def enter(page: Page, name: str = "els") -> None:
    """Come in, whoever was in before."""
    page.context.clear_cookies()
    page.goto("/aanmelden")
    page.get_by_label("Naam").fill(name)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    press(page, page.get_by_role("button", name="Aanmelden"))


def sound(page: Page) -> None:
    """Nothing that axe can see stands in anybody's way, and a narrow window loses nothing."""
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response
    assert found["passes"], "axe did look"
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    page.set_viewport_size({"width": 1280, "height": 800})
