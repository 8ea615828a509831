"""Ordering a document, fetching it, and saying what became of it on paper."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

PROJECT = Path(__file__).parents[3]
AN, ELSEWHERE, NOTHING, NOBODY = "85113099960", "90021799907", "77090800082", "00010199974"


def test_a_document_comes_whole_with_its_digest_and_is_the_one_that_was_sealed(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    ordered = town.kiosk.order(bearer, ticket)
    assert ordered.status_code == 201
    assert ordered.json()["status"] == "ready"
    response = town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer)
    assert response.headers["content-type"] == "application/pdf"
    digest = base64.b64encode(hashlib.sha256(response.content).digest()).decode()
    assert response.headers["content-digest"] == f"sha-256=:{digest}:"
    assert response.content == (town.sealed / f"{ticket}.pdf").read_bytes()
    assert response.content.startswith(b"%PDF-")
    assert (town.sealed / "seal-ca.pem").read_bytes() == (town.hall.ca / "seal-ca.pem").read_bytes()


def test_the_same_ticket_is_the_same_order_and_never_another(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    first = town.kiosk.order(bearer, ticket)
    pdf = town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer).content
    again = town.kiosk.order(bearer, ticket)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == town.kiosk.call("GET", f"/documentOrders/{ticket}", bearer=bearer).json()
    assert town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer).content == pdf
    refused = town.kiosk.order(bearer, ticket, "nationality")
    assert (refused.status_code, town.problem(refused)) == (409, "conflict")


def test_the_same_ticket_twice_at_once_is_made_once(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: town.kiosk.order(bearer, ticket).status_code, range(4)))
    assert sorted(answers) == [200, 200, 200, 201]


def test_nobody_else_gets_at_an_order(town: Town, ticket: str) -> None:
    owner = town.kiosk.bearer(town.eid.card(AN))
    town.kiosk.order(owner, ticket)
    stranger = town.kiosk.bearer(town.eid.card("54041299994"))
    elsewhere = town.other.bearer(town.eid.card(AN))
    for kiosk, bearer in ((town.kiosk, stranger), (town.other, elsewhere)):
        assert (
            town.problem(kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer)) == "resourceNotFound"
        )
        assert town.problem(kiosk.order(bearer, ticket)) == "conflict"
    refused = town.other.call("GET", f"/documentOrders/{ticket}", bearer=owner)
    assert town.problem(refused) == "invalidAccessToken"
    assert town.problem(town.kiosk.call("GET", f"/documentOrders/{ticket}")) == "noAccessToken"


@pytest.mark.parametrize("product", ["criminalRecord599", "residence"])
def test_what_is_not_offered_cannot_be_ordered(town: Town, ticket: str, product: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(NOTHING))
    refused = town.kiosk.order(bearer, ticket, product)
    assert (refused.status_code, town.problem(refused)) == (403, "productUnavailable")
    assert town.problem(town.kiosk.report(ticket, "printed")) == "resourceNotFound"


def test_unknown_fields_are_refused_by_name(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    wish = {"productCode": "residence", "language": "nl", "copies": 500}
    refused = town.kiosk.call("PUT", f"/documentOrders/{ticket}", wish, bearer)
    assert town.problem(refused) == "schemaViolation"
    assert [(issue["in"], issue["name"]) for issue in refused.json()["issues"]] == [("body", "copies")]


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_who_paid_with_patience_gets_a_code(town: Town, ticket: str, outcome: str) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket)
    remedy = town.kiosk.report(ticket, outcome, sheetsPrinted=0, reasons=["paperJam"])
    assert remedy.json()["remedy"] == "reprintCode"
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", remedy.json()["code"])
    assert not re.search("[01258BILOSUVZ]", remedy.json()["code"])
    days = dt.date.fromisoformat(remedy.json()["validUntil"]) - dt.datetime.now(ZoneInfo("Europe/Brussels")).date()
    assert days.days in {13, 14}
    assert town.kiosk.report(ticket, outcome).json() == remedy.json()
    assert town.kiosk.report(ticket, "printed").json() == remedy.json()


@pytest.mark.parametrize("outcome", ["printed", "stopped"])
def test_who_needs_nothing_gets_nothing(town: Town, ticket: str, outcome: str) -> None:
    town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket)
    for _ in range(2):
        assert town.kiosk.report(ticket, outcome).json() == {"remedy": "none"}


def test_a_result_needs_the_kiosk_and_its_ticket_and_nobody_signed_in(town: Town, ticket: str) -> None:
    assert town.problem(town.kiosk.report(str(uuid4()), "printed")) == "resourceNotFound"
    session = town.kiosk.sign_in(town.eid.card(AN))["session"]
    town.kiosk.order(session["accessToken"], ticket)
    town.kiosk.call("DELETE", session["href"].removeprefix("/kioskService/v1"))
    assert town.problem(town.other.report(ticket, "failed")) == "resourceNotFound"
    assert town.kiosk.report(ticket, "printed").json() == {"remedy": "none"}


def test_a_document_is_gone_once_its_paper_is_known(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    town.kiosk.order(bearer, ticket)
    town.kiosk.report(ticket, "printed")
    refused = town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer)
    assert (refused.status_code, town.problem(refused)) == (410, "orderClosed")
    assert town.kiosk.order(bearer, ticket).json()["status"] == "closed"
