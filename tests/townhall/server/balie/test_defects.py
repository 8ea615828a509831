"""The clerk's page of what residents reported: counted, and ended by whoever saw to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.townhall.server.balie.desk import come_in, faultless, sent

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.townhall.server.conftest import Town

# What a page shows comes from the same calls on either database; those are tried on both in `server/test_defects.py`.
pytestmark = pytest.mark.parametrize("_town", ["sqlite"], indirect=True, scope="session")


def put(town: Town, about: str) -> None:
    body = {"about": about, "screen": "portal", "seenAt": "2026-11-27T01:12:05Z"}
    assert town.kiosk.call("PUT", f"/defectReports/{uuid4()}", body).status_code == 201


def test_the_counter_counts_what_was_said_of_one_thing_and_who_sees_to_it_ends_it(els: Page, town: Town) -> None:
    for about in ("machine", "machine", "other"):
        put(town, about)
    els.goto("/balie/meldingen")
    faultless(els)
    row = els.get_by_role("row").filter(has_text="geldautomaat")
    assert row.locator("td").all_inner_texts()[:3] == ["LV-01", "De geldautomaat of de pakjesautomaat", "2 keer"]
    row.get_by_role("button").click()
    els.get_by_role("row").filter(has_text="De hal, of iets anders").wait_for()
    assert els.get_by_role("row").filter(has_text="geldautomaat").count() == 0
    put(town, "machine")
    els.goto("/balie/meldingen")
    assert els.get_by_role("row").filter(has_text="geldautomaat").locator("td").nth(2).inner_text() == "1 keer"


def test_who_may_only_look_things_up_sees_them_and_ends_none(page: Page, town: Town) -> None:
    come_in(page, "jan")
    put(town, "other")
    page.goto("/balie/meldingen")
    faultless(page)
    assert page.get_by_role("row").filter(has_text="De hal, of iets anders").count() == 1
    assert page.get_by_role("button", name="In orde").count() == 0
    assert sent(page, "meldingen/LV-01/other", {}).status_code == 403
