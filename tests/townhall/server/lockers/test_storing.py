"""What staff put in, take back and find, over real lines to a town hall that runs: nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from townhall.tables import CLAIMS

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town
    from tests.townhall.server.lockers.conftest import Doors, Lying

BRAM = "83040299933"
LONG_AGO = dt.date(2026, 1, 2)
OPENED, CLOSED = "2026-11-26T20:15:00+01:00", "2026-11-26T20:15:09.5+01:00"
BOTH = {"openedAt": OPENED, "closedAt": CLOSED}
# After which nobody knows where a thing is.
IN_DOUBT = [
    ("leftOpen", {"openedAt": OPENED}),
    ("foundEmpty", BOTH),
    ("unknown", {}),
    ("unknown", {"openedAt": OPENED}),
]


@pytest.mark.parametrize(("outcome", "moments"), IN_DOUBT)
def test_staff_who_look_behind_the_door_end_the_doubt(
    lying: Lying, ticket: str, outcome: str, moments: dict[str, str], here: Doors
) -> None:
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    here.report(ticket, outcome, **moments)
    assert here.compartment(lying.number)["deposit"]["state"] == "inDoubt"
    assert here.stock(lying.number, "thing").json()["disagreements"] == []
    assert here.claims_of()[lying.id]["collectAt"] == "kiosk"
    found = here.stock(lying.number, "empty").json()["disagreements"]
    assert found == [{"compartment": lying.number, "found": "empty", "reference": lying.reference}]
    assert here.compartment(lying.number)["state"] == "free"
    assert here.claims_of()[lying.id]["collectAt"] == "counter"
    assert lying.reference in here.expected(), "when it turns up it can be put in anew"
    assert "Niet zeker" in lying.clerk.page("vakjes")


def test_a_kiosk_that_tells_late_is_believed_over_an_empty_compartment(
    town: Town, lying: Lying, ticket: str, here: Doors
) -> None:
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    here.stock(lying.number, "empty")
    assert here.report(ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.kiosk.call("GET", f"/deposits/{lying.deposit}").json()["state"] == "collected"
    assert lying.id not in here.claims_of()


def test_a_kiosk_that_tells_late_is_not_believed_over_a_thing_that_lies_there(
    lying: Lying, ticket: str, here: Doors
) -> None:
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    here.stock(lying.number, "thing")
    here.report(ticket, "collected", **BOTH)
    assert here.compartment(lying.number)["state"] == "taken"
    assert here.claims_of()[lying.id]["collectAt"] == "kiosk"


def test_putting_in_is_told_once_and_a_compartment_holds_one_thing(
    town: Town, lying: Lying, here: Doors, there: Doors
) -> None:
    same = here.put(lying.reference, lying.number, id_=lying.deposit)
    assert (same.status_code, same.json()["id"]) == (200, lying.deposit)
    assert town.problem(here.put(lying.reference, here.free(), id_=lying.deposit)) == "conflict"
    assert town.problem(here.put(lying.reference, here.free())) == "resourceNotFound", "it lies elsewhere"
    _, second = lying.clerk.register("voucher", BRAM)
    assert town.problem(here.put(second, lying.number)) == "compartmentTaken"
    assert second in here.expected()
    assert town.problem(here.put(second, 999)) == "schemaViolation"
    assert town.problem(there.put(second, 1)) == "schemaViolation", "that kiosk has none"
    assert town.problem(here.put("CCC-CCC", here.free())) == "resourceNotFound"
    assert town.problem(here.put(second, here.free(), ("els-1", "els-1"))) == "schemaViolation"


def test_what_lay_there_for_too_long_is_taken_back_and_the_counter_has_it(
    town: Town, lying: Lying, ticket: str, book: sa.Engine, here: Doors
) -> None:
    code = lying.code
    with book.begin() as connection:
        connection.execute(sa.update(CLAIMS).where(CLAIMS.c.id == UUID(lying.id)).values(valid_until=LONG_AGO))
    opened = town.kiosk.type_code(code).json()
    (claim,) = opened["claims"]["items"]
    assert (claim["collectAt"], "compartment" in claim) == ("counter", False)
    refused = here.leave(opened["session"]["accessToken"], ticket, claim["id"])
    assert town.problem(refused) == "codeExpired"
    assert here.compartment(lying.number)["deposit"]["state"] == "toTakeBack"
    assert here.take_back(lying.deposit).json()["state"] == "takenBack"
    assert here.take_back(lying.deposit, "empty").json()["state"] == "takenBack", "the first report stands"
    assert here.compartment(lying.number)["state"] == "free"
    assert here.claims_of()[lying.id]["collectAt"] == "counter"
    assert here.put(lying.reference, lying.number).json()["state"] == "waiting"
    assert here.claims_of()[lying.id]["collectAt"] == "kiosk"


def test_stock_is_taken_once_and_of_this_kiosk_alone(town: Town, lying: Lying, here: Doors, there: Doors) -> None:
    id_, empty = str(uuid4()), 96
    said = here.stock(empty, "thing", id_)
    assert (said.status_code, said.json()["disagreements"]) == (201, [{"compartment": empty, "found": "thing"}])
    again = here.stock(empty, "thing", id_)
    assert (again.status_code, again.json()) == (200, said.json())
    assert town.problem(here.stock(empty, "empty", id_)) == "conflict"
    assert town.problem(there.stock(1, "empty")) == "schemaViolation"
    assert f"vakje {empty} was niet leeg" in lying.clerk.page("vakjes")
