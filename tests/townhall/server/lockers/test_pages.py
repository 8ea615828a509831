"""The clerk's pages about compartments, in a real Chromium: what lies where, its code, and what nobody came for."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from townhall.tables import CLAIMS

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

AN = "85113099960"
SECRET = "a secret of the software"
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
NARROW = {"width": 320, "height": 800}  # [WCAG 1.4.10] a page of 1280 enlarged four times
LONG_AGO = dt.date(2026, 1, 2)
BOTH = {"openedAt": "2026-11-26T20:15:00+01:00", "closedAt": "2026-11-26T20:15:09+01:00"}

# What a page shows comes from the same calls on either database; those are tried on both in `test_lockers`.
pytestmark = pytest.mark.parametrize("_town", ["sqlite"], indirect=True, scope="session")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True, base_url=town.hall.office_url, locale="nl-BE")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/balie/")
    yield page
    context.close()


@pytest.fixture
def els(page: Page) -> Page:
    return come_in(page, "els")


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


def register(page: Page, what: str, ssin: str = AN) -> str:
    """Register something as a clerk does; gives what is to be written on it."""
    page.get_by_role("link", name="Vakjes", exact=True).first.click()
    page.get_by_role("link", name="Registreer iets voor een vakje").click()
    page.get_by_label("Wat is het?").select_option(what)
    page.get_by_label("Rijksregisternummer").fill(ssin)
    page.get_by_role("button", name="Registreer").click()
    return page.locator("#kenmerk").inner_text()


def put(town: Town, reference: str) -> tuple[int, str]:
    """Staff at the kiosk put it in; gives the compartment and the deposit."""
    found = town.kiosk.call("GET", "/compartments").json()["items"]
    number = next(one["number"] for one in found if one["state"] == "free")
    body = {"reference": reference, "compartment": number, "staffKeys": ["balie-1", "balie-2"]}
    answer = town.kiosk.call("PUT", f"/deposits/{uuid4()}", body)
    assert answer.status_code == 201, answer.text
    return number, answer.json()["id"]


def state(page: Page) -> str:
    return page.locator(".state b").inner_text()


def row(page: Page, reference: str) -> list[str]:
    page.goto("/balie/vakjes")
    return page.get_by_role("row", name=reference).get_by_role("cell").all_inner_texts()


def test_a_clerk_follows_a_thing_from_the_counter_to_who_collects_it(els: Page, town: Town, ticket: str) -> None:
    reference = register(els, "Cadeaubon")
    assert re.fullmatch(r"[CDFGHJKMNPQRTWXY34679]{3}-[CDFGHJKMNPQRTWXY34679]{3}", reference)
    assert state(els) == "Nog niet in een vakje"
    faultless(els)
    els.goto("/balie/vakjes")
    assert els.get_by_role("listitem").filter(has_text=reference).count() == 1
    number, _ = put(town, reference)
    cells = row(els, reference)
    assert (cells[0], cells[1], cells[5], cells[6]) == (f"LV-01, {number}", "Cadeaubon", "Ligt klaar", "nog niet")
    faultless(els)
    els.get_by_role("row", name=reference).get_by_role("link").click()
    assert state(els) == "Ligt klaar"
    assert f"in vakje {number} van LV-01 gelegd, door balie-1 en balie-2" in els.get_by_role("list").last.inner_text()
    code = els.locator(".code").inner_text()
    faultless(els)
    els.get_by_role("button", name="Inwoner is verwittigd").click()
    els.get_by_text("inwoner verwittigd, door els").wait_for()
    assert row(els, reference)[6] == "ja"
    opened = town.kiosk.type_code(code).json()
    (claim,) = opened["claims"]["items"]
    bearer = opened["session"]["accessToken"]
    town.kiosk.call("PUT", f"/collections/{ticket}", {"claimId": claim["id"]}, bearer)
    assert row(els, reference)[5] == "Een kiosk mocht de deur openen, en meldde nog niets"
    town.kiosk.call("PUT", f"/collections/{ticket}/result", {"outcome": "collected", **BOTH})
    els.goto("/balie/")
    els.get_by_label("Code of ticket").fill(reference.lower())
    els.get_by_role("button", name="Zoek op").click()
    assert state(els) == "Opgehaald"
    assert "opgehaald: de deur ging open en weer dicht" in els.get_by_role("list").last.inner_text()
    assert not re.search("An Maria|Peeters|8511|85[.]11", els.content())
    faultless(els)


def test_a_code_is_given_anew_and_taken_away_for_the_card_alone(els: Page, town: Town) -> None:
    reference = register(els, "Sleutel van een zaal")
    put(town, reference)
    els.reload()
    old = els.locator(".code").inner_text()
    els.get_by_role("button", name="Nieuwe code").click()
    els.get_by_text("nieuwe code gegeven, door els").wait_for()
    new = els.locator(".code").inner_text()
    assert town.problem(town.kiosk.type_code(old)) == "codeUsed"
    town.kiosk.leave(town.kiosk.type_code(new).json()["session"])
    els.once("dialog", lambda dialog: dialog.accept())
    els.get_by_role("button", name="Trek de code in").click()
    els.get_by_text("code ingetrokken, door els").wait_for()
    assert els.locator(".code").count() == 0
    faultless(els)
    assert town.problem(town.kiosk.type_code(new)) == "codeUsed"
    mine = [one for one in town.kiosk.sign_in(town.eid.card(AN))["claims"]["items"] if one.get("collectAt") == "kiosk"]
    assert "key" in [one["productCode"] for one in mine]
    els.get_by_role("button", name="Geef een code").click()
    assert els.locator(".code").inner_text() not in {old, new}


def test_a_passport_has_no_code_and_the_page_says_why(els: Page, town: Town) -> None:
    reference = register(els, "Paspoort (alleen met de identiteitskaart)")
    put(town, reference)
    els.reload()
    assert els.locator(".code").count() == 0
    assert els.get_by_role("button", name="Geef een code").count() == 0
    assert "Een inwoner, alleen met de identiteitskaart" in els.locator("dl").inner_text()


def test_what_nobody_came_for_is_listed_taken_back_and_given_at_the_counter(
    els: Page, town: Town, book: sa.Engine
) -> None:
    reference = register(els, "Bewonerskaart")
    id_ = els.url.rsplit("/", 1)[-1]
    number, deposit = put(town, reference)
    with book.begin() as connection:
        connection.execute(sa.update(CLAIMS).where(CLAIMS.c.id == UUID(id_)).values(valid_until=LONG_AGO))
    assert row(els, reference)[5] == "Neem het terug aan de kiosk"
    els.goto(f"/balie/stuk/{id_}")
    assert state(els) == "Te lang in het vakje"
    assert els.get_by_role("button", name="De inwoner heeft het").count() == 0, "it still lies behind the door"
    body = {"found": "thing", "staffKeys": ["balie-1"]}
    town.kiosk.call("PUT", f"/deposits/{deposit}/takeBack", body)
    els.reload()
    assert state(els) == "Ligt aan de balie"
    faultless(els)
    els.goto("/balie/vakjes")
    assert els.get_by_role("listitem").filter(has_text=reference).count() == 1
    els.goto(f"/balie/stuk/{id_}")
    els.once("dialog", lambda dialog: dialog.accept())
    els.get_by_role("button", name="De inwoner heeft het").click()
    els.get_by_text("Opgehaald", exact=True).wait_for()
    assert town.kiosk.call("GET", f"/compartments/{number}").json()["state"] == "free"


def test_what_is_wrong_with_a_registration_is_said_and_nothing_typed_is_lost(els: Page) -> None:
    els.goto("/balie/vakjes/registreren")
    faultless(els)
    els.get_by_label("Wat is het?").select_option("Cadeaubon")
    els.get_by_label("Rijksregisternummer").fill("85.11.30-999.61")
    els.get_by_role("button", name="Registreer").click()
    assert els.get_by_role("alert").inner_text().startswith("Het is nog niet geregistreerd.")
    number = els.get_by_label("Rijksregisternummer")
    assert (number.input_value(), number.get_attribute("aria-invalid")) == ("85.11.30-999.61", "true")
    assert els.get_by_label("Wat is het?").input_value() == "voucher"
    faultless(els)


def test_who_may_only_look_sees_what_lies_where_and_no_code(page: Page, town: Town) -> None:
    els = come_in(page, "els")
    reference = register(els, "Cadeaubon")
    thing = els.url
    put(town, reference)
    els.get_by_role("button", name="Afmelden").click()
    els.get_by_label("Wachtwoord").wait_for()
    jan = come_in(page, "jan")
    assert row(jan, reference)[5] == "Ligt klaar"
    assert jan.get_by_role("link", name="Registreer iets voor een vakje").count() == 0
    jan.goto(thing)
    assert state(jan) == "Ligt klaar"
    assert jan.locator(".code").count() == 0
    assert jan.locator("main button").count() == 0
    refused = jan.goto("/balie/vakjes/registreren")
    assert refused is not None
    assert refused.status == 403
