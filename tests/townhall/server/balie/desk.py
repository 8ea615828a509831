"""What a clerk does at the Balie in a real Chromium, with axe looking over the shoulder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECRET = "a secret of the software"
# WCAG 2.2, levels A and AA, as axe names them.
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
NARROW = {"width": 320, "height": 800}  # [WCAG 1.4.10] a page of 1280 enlarged four times


def come_in(page: Page, name: str) -> Page:
    page.get_by_label("Naam").fill(name)
    page.get_by_label("Wachtwoord").fill(SECRET)
    page.get_by_role("button", name="Aanmelden").click()
    page.get_by_role("heading", name="Opzoeken").wait_for()
    return page


def faultless(page: Page) -> None:
    """Nothing that axe can see stands in anybody's way, and a narrow window loses nothing."""
    found: dict[str, Any] = Axe().run(page, options=WCAG).response
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert found["passes"], "axe did look"
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert wide <= NARROW["width"]


def sent(page: Page, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
    """Send a form with the clerk's own cookie, as another page or a tool would."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    url = page.url.split("/balie")[0]
    return httpx.post(f"{url}/balie/{path}", data=form, headers=headers, cookies=cookies, verify=False, trust_env=False)
