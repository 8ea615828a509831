"""What the town gives out, to whom, in what form; and what is closed now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town

AN, LOU, JOAO, LONG = "85113099960", "15071599911", "92062199954", "49120300053"
# Ministerial decree of 21 April 2017; DABS; the criminal register's three models.
CODES = [
    *("householdComposition", "residence", "nationality", "residenceHistory", "life", "cohabitation"),
    *("residenceForMarriage", "funeralWishes", "electoralRegister", "registerExtract", "civilBirth", "civilMarriage"),
    *("criminalRecord595", "criminalRecord5961", "criminalRecord5962"),
]


@pytest.fixture
def closing(town: Town) -> Iterator[str]:
    """Closes the criminal register until tomorrow at six; gives that moment."""
    opens = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    file = town.folder / "closed.toml"
    file.write_text(f"[criminalRecord]\nopensAt = {opens.isoformat()}\n")
    yield opens.strftime("%Y-%m-%dT%H:%M:%SZ")
    file.unlink()


def reasons(town: Town, ssin: str) -> dict[str, str]:
    """What somebody cannot have, and why."""
    items = town.kiosk.sign_in(town.eid.card(ssin))["documentProducts"]["items"]
    return {item["code"]: item["reason"] for item in items if not item["available"]}


def test_who_has_not_signed_in_sees_the_whole_list_and_nothing_of_anybody(town: Town) -> None:
    items = town.kiosk.call("GET", "/documentProducts").json()["items"]
    assert [item["code"] for item in items] == CODES
    assert all("available" not in item and item["onlyForYourself"] and item["source"]["open"] for item in items)
    assert {item["priceInCents"] for item in items} == {0}
    assert {tuple(item["languages"]) for item in items} == {("nl",)}, "a town outside the facilities"
    later = [(item["code"], item["leadTime"]) for item in items if item["delivery"] == "deferred"]
    assert later == [("criminalRecord5962", "P14D")]
    assert [item["code"] for item in items if item["paperOnExplicitRequest"]] == CODES[-3:]
    assert town.kiosk.call("GET", "/documentProducts/residence").json() == items[1]
    assert town.problem(town.kiosk.call("GET", "/documentProducts/passport")) == "resourceNotFound"


def test_only_criminal_records_ask_what_they_are_for_and_say_who_names_a_recipient(town: Town) -> None:
    items = town.kiosk.call("GET", "/documentProducts").json()["items"]
    asked = {item["code"]: item["purposes"] for item in items if "purposes" in item}
    assert list(asked) == CODES[-3:]
    needs = {one["code"]: one["needsRecipient"] for one in asked["criminalRecord595"]}
    assert needs == {"job": True, "volunteering": True, "abroad": False, "other": False}


@pytest.mark.parametrize(
    ("ssin", "refused"),
    [
        (LONG, {"civilBirth", "civilMarriage", "funeralWishes"}),
        (JOAO, {"cohabitation", "funeralWishes", "electoralRegister", "civilBirth", "civilMarriage"}),
    ],
)
def test_what_the_register_does_not_have_about_somebody_is_not_offered(
    town: Town, ssin: str, refused: set[str]
) -> None:
    assert reasons(town, ssin) == dict.fromkeys(refused, "nothingRegistered")


def test_a_child_comes_to_the_counter(town: Town) -> None:
    assert set(reasons(town, LOU).values()) == {"counterOnly"}
    assert set(reasons(town, LOU)) == set(CODES)


@pytest.mark.parametrize(
    ("product", "more", "field"),
    [
        ("residence", {"copies": 2}, "copies"),
        ("residence", {"purpose": "job"}, "purpose"),
        ("residence", {"channel": "paper"}, "channel"),
        ("criminalRecord595", {"channel": "paper"}, "purpose"),
        ("criminalRecord595", {"channel": "paper", "purpose": "school"}, "purpose"),
        ("criminalRecord595", {"channel": "paper", "purpose": "job"}, "recipient"),
        ("criminalRecord595", {"channel": "paper", "purpose": "abroad", "recipient": "x"}, "recipient"),
        ("criminalRecord595", {"purpose": "abroad"}, "channel"),
    ],
)
def test_an_order_says_what_its_product_asks_and_no_more(
    town: Town, ticket: str, product: str, more: dict[str, object], field: str
) -> None:
    refused = town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket, product, **more)
    assert town.problem(refused) == "schemaViolation"
    assert [issue["name"] for issue in refused.json()["issues"]] == [field]


def test_three_copies_are_one_document_to_print_three_times(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    assert town.kiosk.order(bearer, ticket, "civilBirth", copies=3).json()["document"]["copies"] == 3
    assert town.problem(town.kiosk.order(bearer, ticket, "civilBirth", copies=2)) == "conflict"


def test_who_wants_it_in_the_ebox_gets_no_paper(town: Town, ticket: str) -> None:
    bearer = town.kiosk.bearer(town.eid.card(AN))
    wanted = {"purpose": "other", "channel": "eBox"}
    for status in (201, 200):
        ordered = town.kiosk.order(bearer, ticket, "criminalRecord595", **wanted)
        assert (ordered.status_code, ordered.json()["status"]) == (status, "delivered")
    assert (
        town.problem(town.kiosk.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer)) == "resourceNotFound"
    )
    assert not (town.sealed / f"{ticket}.pdf").exists()


def test_what_comes_later_in_the_ebox_is_not_at_the_kiosk(town: Town, ticket: str) -> None:
    wanted = {"purpose": "school", "recipient": "Basisschool De Linde", "channel": "eBox"}
    ordered = town.kiosk.order(town.kiosk.bearer(town.eid.card(AN)), ticket, "criminalRecord5962", **wanted)
    assert ordered.json()["deferred"]["collectAt"] == "eBox"


def test_a_source_that_is_closed_on_purpose_says_until_when(town: Town, ticket: str, closing: str) -> None:
    items = town.kiosk.call("GET", "/documentProducts").json()["items"]
    closed = {item["code"]: item["source"] for item in items if not item["source"]["open"]}
    assert closed == {code: {"open": False, "opensAt": closing} for code in CODES[-3:]}
    signed_in = town.kiosk.sign_in(town.eid.card(AN))
    refused = {item["code"]: item["reason"] for item in signed_in["documentProducts"]["items"] if "reason" in item}
    assert {refused[code] for code in CODES[-3:]} == {"sourceClosed"}
    wanted = {"purpose": "other", "channel": "paper"}
    answer = town.kiosk.order(signed_in["session"]["accessToken"], ticket, "criminalRecord595", **wanted)
    assert (answer.status_code, town.problem(answer)) == (503, "sourceClosed")
    assert town.kiosk.order(signed_in["session"]["accessToken"], str(uuid4()), "residence").status_code == 201
