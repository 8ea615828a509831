"""The town's software registers a thing, hears that it lies there, and says that its resident knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.townhall.server.conftest import Town
    from tests.townhall.server.lockers.conftest import Clerk, Doors

AN, NOBODYS = "85113099960", "85113099961"
BOTH = {"openedAt": "2026-11-26T20:15:00+01:00", "closedAt": "2026-11-26T20:15:09+01:00"}


class Software:
    """One thing that the town's software registered."""

    def __init__(self, town: Town) -> None:
        self.town, self.id = town, str(uuid4())

    def register(self, product: str = "voucher", **said: object) -> httpx.Response:
        body = {"productCode": product, "ssin": AN, **said}
        return self.town.office.call(
            "PUT", f"/preparedThings/{self.id}", {k: v for k, v in body.items() if v is not None}
        )

    def look(self) -> dict[str, Any]:
        answer = self.town.office.call("GET", f"/preparedThings/{self.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def told(self) -> httpx.Response:
        return self.town.office.call("PUT", f"/preparedThings/{self.id}/notification", {})

    def withdraw(self) -> httpx.Response:
        return self.town.office.call("DELETE", f"/preparedThings/{self.id}")


@pytest.fixture
def software(town: Town) -> Software:
    return Software(town)


def test_software_hears_when_a_thing_lies_there_and_the_counter_that_its_resident_knows(
    town: Town, clerk: Clerk, software: Software, here: Doors, ticket: str
) -> None:
    registered = software.register()
    assert (registered.status_code, registered.json()["state"], "code" in registered.json()) == (
        201,
        "announced",
        False,
    )
    reference, number = registered.json()["reference"], here.free()
    assert reference in here.expected()
    assert town.problem(software.told()) == "notInCompartment"
    deposit = here.put(reference, number).json()["id"]
    lies = software.look()
    assert (lies["state"], lies["kiosk"], lies["compartment"]) == ("waiting", "LV-01", number)
    assert software.register().json() == lies
    assert [software.told().status_code, software.told().status_code] == [204, 204]
    assert clerk.page(f"stuk/{software.id}").count("inwoner verwittigd") == 1
    opened = town.kiosk.type_code(lies["code"]).json()
    here.leave(opened["session"]["accessToken"], ticket, software.id)
    assert software.look()["state"] == "waiting", "a door is open for them"
    assert town.problem(software.withdraw()) == "conflict"
    here.report(ticket, "leftOpen", openedAt=BOTH["openedAt"])
    assert software.look()["state"] == "inDoubt"
    here.stock(number, "thing")
    here.take_back(deposit)
    assert (software.look()["state"], "compartment" in software.look()) == ("atCounter", False)
    here.put(reference, number)
    opened, again = town.kiosk.type_code(software.look()["code"]).json(), str(uuid4())
    here.leave(opened["session"]["accessToken"], again, software.id)
    here.report(again, "collected", **BOTH)
    assert (software.look()["state"], "code" in software.look()) == ("collected", False)


def test_what_is_taken_back_opens_nothing_and_staff_is_asked_to_take_it_out(
    town: Town, software: Software, here: Doors
) -> None:
    number = here.free()
    here.put(software.register(ssin=None).json()["reference"], number)
    code = software.look()["code"]
    assert [software.withdraw().status_code, software.withdraw().status_code] == [204, 204]
    assert software.look()["state"] == "withdrawn"
    assert town.problem(town.kiosk.type_code(code)) == "codeWithdrawn"
    assert here.compartment(number)["deposit"]["state"] == "toTakeBack"


def test_software_registers_a_thing_once_and_only_what_may_lie_in_a_compartment(
    town: Town, clerk: Clerk, software: Software
) -> None:
    for product, ssin in (("passport", None), ("voucher", NOBODYS), ("eidCard", AN)):
        assert town.problem(software.register(product, ssin=ssin)) == "schemaViolation"
    assert software.register().status_code == 201
    assert town.problem(software.register("key")) == "conflict"
    assert town.problem(software.register(ssin=None)) == "conflict"
    document = str(uuid4())
    town.office.announce(document)
    theirs, _ = clerk.register("voucher", AN)
    for other in (document, theirs):
        assert town.problem(town.office.call("GET", f"/preparedThings/{other}")) == "resourceNotFound"
        body = {"productCode": "voucher", "ssin": AN}
        assert town.problem(town.office.call("PUT", f"/preparedThings/{other}", body)) == "conflict"
