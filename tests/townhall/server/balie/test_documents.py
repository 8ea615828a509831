"""The clerk's page, driven as a clerk does: in a real Chromium, with axe looking over the shoulder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa
from playwright.sync_api import Page

from tests.townhall.server.balie.desk import come_in, faultless, sent
from townhall.tables import CLAIMS, ORDERS

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

Paper = Callable[..., bytes]
AN, BRAM = "85113099960", "83040299933"
LONG_AGO = dt.datetime(2026, 1, 2, 8, 0, tzinfo=dt.UTC)
CODE = r"[CDFGHJKMNPQRTWXY34679]{4}-[CDFGHJKMNPQRTWXY34679]{4}"


def look_up(page: Page, what: str) -> None:
    page.goto("/balie/")
    page.get_by_label("Code of ticket").fill(what)
    page.get_by_role("button", name="Zoek op").click()


def choose(page: Page, folder: Path, pdf: bytes) -> str:
    """Choose a file; gives what the page says of it."""
    (folder / "document.pdf").write_bytes(pdf)
    page.get_by_label("Het document").set_input_files(folder / "document.pdf")
    return page.locator(".check.good, .check.bad").inner_text()


def fill_in(page: Page, folder: Path, pdf: bytes, way: str = "Met een code", ssin: str = AN) -> None:
    page.get_by_role("link", name="Klaarleggen", exact=True).click()
    assert choose(page, folder, pdf).startswith("In orde")
    page.get_by_label("Rijksregisternummer").fill(ssin)
    page.get_by_label("Soort document").select_option("Attest van gezinssamenstelling")
    page.get_by_text(way).click()


def put_down(page: Page) -> None:
    page.get_by_role("button", name="Leg klaar").click()


def code_on(page: Page) -> str:
    code = page.locator(".code").inner_text()
    assert re.fullmatch(CODE, code)
    return code


def word_on(page: Page) -> str:
    return str(page.locator("input[name=woord]").first.input_value())


def test_a_document_dragged_in_by_a_clerk_is_on_paper_at_the_kiosk_with_its_code(
    els: Page, town: Town, paper: Paper, tmp_path: Path, ticket: str
) -> None:
    pdf = paper(pages=3)
    els.get_by_role("link", name="Klaarleggen", exact=True).click()
    fill_in(els, tmp_path, pdf)
    assert els.locator(".check").inner_text() == "In orde: geldig zegel, A4, 3 pagina’s."
    put_down(els)
    code = code_on(els)
    faultless(els)
    session = town.kiosk.type_code(code).json()
    (claim,) = session["claims"]["items"]
    town.kiosk.claim(session["session"]["accessToken"], ticket, claim["id"])
    assert town.kiosk.document(session["session"]["accessToken"], ticket) == pdf
    town.kiosk.report(ticket, "printed")
    look_up(els, code.lower())
    assert els.locator(".state b").inner_text() == "Opgehaald"
    assert els.locator(".code").count() == 0
    faultless(els)
    els.get_by_role("link", name=ticket).click()
    assert els.locator(".state b").inner_text() == "Afgedrukt"


def test_a_file_is_judged_as_soon_as_it_is_chosen(els: Page, paper: Paper, tmp_path: Path) -> None:
    els.get_by_role("link", name="Klaarleggen", exact=True).click()
    assert choose(els, tmp_path, paper(seal=None)) == "Er staat geen elektronisch zegel op."
    faultless(els)


def test_a_file_dropped_on_the_page_is_judged_too(els: Page, paper: Paper) -> None:
    els.get_by_role("link", name="Klaarleggen", exact=True).click()
    dropped = els.evaluate_handle(
        """(bytes) => { const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(bytes)], "x.pdf", {type: "application/pdf"})); return carried; }""",
        list(paper()),
    )
    els.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    assert els.locator(".check.good").inner_text() == "In orde: geldig zegel, A4, 1 pagina."


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    els: Page, paper: Paper, tmp_path: Path
) -> None:
    fill_in(els, tmp_path, paper(), ssin="85.11.30-999.61")
    put_down(els)
    number = els.get_by_label("Rijksregisternummer")
    assert number.input_value() == "85.11.30-999.61"
    assert number.get_attribute("aria-invalid") is not None
    told = str(number.get_attribute("aria-describedby")).split()[-1]
    assert els.locator(f"#{told}").inner_text() == "Dit rijksregisternummer klopt niet. Kijk de cijfers na."
    faultless(els)
    assert els.get_by_label("Met een code").is_checked()


def test_another_document_needs_a_name_of_its_own(els: Page, paper: Paper, tmp_path: Path) -> None:
    fill_in(els, tmp_path, paper(), "Met de identiteitskaart")
    assert els.get_by_label("Naam van een ander document").is_hidden()
    els.get_by_label("Soort document").select_option("Een ander document")
    els.get_by_label("Naam van een ander document").fill("Jouw <b>omgevingsdossier</b>")
    put_down(els)
    assert els.get_by_role("heading").first.inner_text() == "Jouw <b>omgevingsdossier</b>"
    assert els.locator(".code").count() == 0


def test_a_ticket_that_failed_tells_its_story_without_a_name_and_gets_a_new_code(
    els: Page, town: Town, ticket: str
) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(BRAM)), ticket, "civilMarriage")
    old = town.kiosk.report(ticket, "failed", reasons=["paperJam"], sheetsPrinted=0).json()["code"]
    look_up(els, ticket)
    assert els.locator(".state b").inner_text() == "Afdrukken mislukt"
    assert "papier vastgelopen (paperJam)" in els.locator("dl").inner_text()
    faultless(els)
    els.get_by_role("link", name="Gratis nieuwe afdruk").click()
    assert code_on(els) == old
    els.get_by_role("button", name="Nieuwe code").click()
    new = code_on(els)
    assert new != old
    assert town.problem(town.kiosk.type_code(old)) == "codeUsed"
    assert town.kiosk.type_code(new).status_code == 201
    for shown in (els.content(), els.goto(f"/balie/ticket/{ticket}").text()):  # type: ignore[union-attr]
        assert not re.search("Bram|De Wilde|8304|83[.]04|An Maria", shown)


def test_a_code_that_is_over_makes_way_for_a_new_one_and_the_page_says_who_gave_it(
    els: Page, town: Town, paper: Paper, book: sa.Engine
) -> None:
    pdf = paper()
    deposited = town.office.deposit(pdf, access="code")
    with book.begin() as connection:
        which = CLAIMS.c.id == UUID(deposited["id"])
        connection.execute(sa.update(CLAIMS).where(which).values(code_until=LONG_AGO.date()))
    assert town.problem(town.kiosk.type_code(deposited["code"])) == "codeExpired"
    assert "code" not in town.office.fill(deposited["id"], pdf).json()
    look_up(els, deposited["code"])
    assert "De code is verlopen." in els.locator(".state").inner_text()
    assert els.locator(".code").count() == 0
    assert "2\xa0januari\xa02026" in els.locator("dl").inner_text()
    faultless(els)
    els.get_by_role("button", name="Nieuwe code").click()
    assert els.get_by_role("listitem").last.inner_text().endswith("nieuwe code gegeven, door els")
    faultless(els)
    opened = town.kiosk.type_code(code_on(els))
    assert opened.status_code == 201
    town.kiosk.leave(opened.json()["session"])


def test_what_was_given_at_the_counter_cannot_be_had_at_a_kiosk_too(els: Page, town: Town, ticket: str) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(BRAM)), ticket)
    code = town.kiosk.report(ticket, "failed").json()["code"]
    look_up(els, code)
    els.once("dialog", lambda dialog: dialog.accept())
    els.get_by_role("button", name="Aan de balie gegeven").click()
    els.get_by_text("Opgehaald", exact=True).wait_for()
    assert town.problem(town.kiosk.type_code(code)) == "codeUsed"


def test_the_code_on_a_paper_leads_to_its_ticket(els: Page, town: Town, ticket: str, book: sa.Engine) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket)
    with book.connect() as connection:
        printed = connection.execute(sa.select(ORDERS.c.code).where(ORDERS.c.ticket == UUID(ticket))).scalar_one()
    look_up(els, printed.lower().replace("-", ""))
    assert els.locator(".number").first.inner_text() == ticket
    assert els.locator(".state b").inner_text() == "Nog niets gemeld"


def test_what_nobody_knows_is_said_kindly(els: Page) -> None:
    look_up(els, "cccc-cccc")
    assert els.get_by_role("alert").inner_text().startswith("Dit kennen we niet.")
    faultless(els)
    missing = els.goto(f"/balie/stuk/{uuid4()}")
    assert missing is not None
    assert missing.status == 404
    faultless(els)


def test_a_document_is_taken_back_only_by_who_is_sure(els: Page, town: Town, paper: Paper) -> None:
    deposited = town.office.deposit(paper(), access="code")
    look_up(els, deposited["code"])
    els.once("dialog", lambda dialog: dialog.dismiss())
    els.get_by_role("button", name="Neem terug").click()
    assert town.office.state(deposited["id"]) == "waiting"
    els.once("dialog", lambda dialog: dialog.accept())
    els.get_by_role("button", name="Neem terug").click()
    els.get_by_text("Teruggenomen", exact=True).wait_for()
    assert town.office.state(deposited["id"]) == "withdrawn"


def test_what_was_asked_for_later_is_put_down_at_its_ticket(
    els: Page, town: Town, ticket: str, paper: Paper, tmp_path: Path
) -> None:
    wanted = {"purpose": "care", "recipient": "Woonzorg De Lelie", "channel": "paper"}
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket, "criminalRecord5962", **wanted)
    look_up(els, ticket)
    els.get_by_role("link", name="Leg het document klaar").click()
    faultless(els)
    assert els.get_by_text("Met een code", exact=True).count() == 0
    assert choose(els, tmp_path, paper()).startswith("In orde")
    put_down(els)
    assert els.locator(".state b").inner_text() == "Ligt klaar"
    assert els.get_by_role("button", name="Geef een code").count() == 0
    titles = [claim["title"] for claim in town.kiosk.sign_in(town.eid.card(AN))["claims"]["items"]]
    assert any("596.2" in title for title in titles)


def test_what_nobody_came_for_in_a_week_is_listed(els: Page, town: Town, paper: Paper, book: sa.Engine) -> None:
    title = f"Vergeten {uuid4()}"
    deposited = town.office.deposit(paper(), productCode="forgotten", title=title)
    els.get_by_role("link", name="Niet opgehaald").first.click()
    assert title not in els.content()
    with book.begin() as connection:
        which = CLAIMS.c.id == UUID(deposited["id"])
        connection.execute(sa.update(CLAIMS).where(which).values(made_at=LONG_AGO))
    els.reload()
    assert els.get_by_role("row", name=title).get_by_role("cell").nth(1).inner_text() == "2\xa0januari\xa02026"
    faultless(els)


def test_who_may_only_look_things_up_can_do_nothing_else(page: Page, town: Town, paper: Paper) -> None:
    deposited = town.office.deposit(paper(), access="code")
    jan = come_in(page, "jan")
    assert jan.get_by_role("link", name="Klaarleggen").count() == 0
    look_up(jan, deposited["code"])
    assert jan.locator(".state b").inner_text() == "Ligt klaar"
    assert jan.locator(".code").count() == 0
    assert jan.get_by_role("button", name="Neem terug").count() == 0
    origin = {"Origin": town.hall.office_url}
    for path in (f"stuk/{deposited['id']}/terug", f"stuk/{deposited['id']}/code", "klaarleggen", "nakijken"):
        refused = sent(jan, path, {"woord": word_on(jan)}, **origin)
        assert (refused.status_code, "alleen opzoeken" in refused.text) == (403, True)
    assert town.office.state(deposited["id"]) == "waiting"
    jan.goto("/balie/klaarleggen")
    faultless(jan)


def test_nobody_gets_in_without_the_password_and_the_door_says_nothing_of_who_exists(page: Page) -> None:
    faultless(page)
    said = []
    for name in ("els", "nobody"):
        page.get_by_label("Naam").fill(name)
        page.get_by_label("Wachtwoord").fill("wrong wrong wrong")
        page.get_by_role("button", name="Aanmelden").click()
        said.append(page.get_by_role("alert").inner_text())
    assert said == ["Die naam of dat wachtwoord klopt niet."] * 2
    faultless(page)
    for path in ("", "klaarleggen", "niet-opgehaald", f"ticket/{uuid4()}", f"stuk/{uuid4()}"):
        page.goto(f"/balie/{path}")
        assert page.url.endswith("/balie/aanmelden")


def test_a_door_that_is_tried_too_often_stays_shut_for_a_while(page: Page) -> None:
    for _ in range(6):
        page.get_by_label("Naam").fill("mallory")
        page.get_by_label("Wachtwoord").fill("wrong wrong wrong")
        page.get_by_role("button", name="Aanmelden").click()
    assert re.search("over (9|10) minuten opnieuw", page.get_by_role("alert").inner_text())


def test_a_form_from_somewhere_else_changes_nothing(els: Page, town: Town, paper: Paper) -> None:
    deposited = town.office.deposit(paper())
    path, ours = f"stuk/{deposited['id']}/terug", {"Origin": town.hall.office_url}
    for form, headers in (
        ({"woord": word_on(els)}, {"Origin": "https://evil.example"}),
        ({"woord": word_on(els)}, {}),
        ({"woord": "0" * 64}, ours),
        ({}, ours),
    ):
        assert sent(els, path, form, **headers).status_code == 403
    assert town.office.state(deposited["id"]) == "waiting"
    assert sent(els, path, {"woord": word_on(els)}, **ours).status_code == 303
    assert town.office.state(deposited["id"]) == "withdrawn"


def test_a_cookie_is_for_this_browser_and_host_alone_and_ends_when_its_clerk_leaves(els: Page, town: Town) -> None:
    (cookie,) = els.context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
        *("__Host-balie", True, True),
        "Strict",
    )
    url = f"{town.hall.office_url}/balie/"

    def status(value: str) -> int:
        return httpx.get(url, cookies={"__Host-balie": value}, verify=False, trust_env=False).status_code

    assert status(cookie["value"]) == 200
    body, signature = cookie["value"].split(".")
    assert status(f"{body}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}") == 303
    els.get_by_role("button", name="Afmelden").click()
    els.get_by_label("Wachtwoord").wait_for()
    assert status(cookie["value"]) == 303, "a copy of it opens nothing"


def test_a_page_loads_nothing_but_its_own_and_is_kept_nowhere(els: Page) -> None:
    shown = els.goto("/balie/")
    assert shown is not None
    headers = shown.headers
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert els.evaluate("document.fonts.check('1rem \"Atkinson Hyperlegible\"')")
