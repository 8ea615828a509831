"""What a resident hears of compartments, over real lines to a town hall that runs: one claim, one door, once."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from townhall.vault import Vault

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Town
    from tests.townhall.server.lockers.conftest import Clerk, Doors, Lying

AN, BRAM = "85113099960", "83040299933"
OPENED, CLOSED = "2026-11-26T20:15:00+01:00", "2026-11-26T20:15:09.5+01:00"
BOTH = {"openedAt": OPENED, "closedAt": CLOSED}
A_THOUSAND = 1_000
AT_ONE = 10  # so many wrong codes of one kiosk are looked at in ten minutes (docs/decisions/0006)
LIFE = dt.timedelta(days=7)  # `townhall/compartments/demo.toml`
# What of a resident there is after each outcome: what the kiosk says, and where the thing can be collected.
OUTCOMES = [
    ("notOpened", {}, "again", "kiosk"),
    ("nothingTaken", BOTH, "again", "kiosk"),
    ("leftOpen", {"openedAt": OPENED}, "counter", "counter"),
    ("foundEmpty", BOTH, "counter", "counter"),
    ("unknown", {}, "counter", "counter"),
    ("unknown", {"openedAt": OPENED}, "counter", "counter"),
]
# Outcomes that cannot have come about as they are told, and the moment that is too many, missing or no moment.
UNLIKELY: list[tuple[str, dict[str, str], str]] = [
    ("collected", {}, "openedAt"),
    ("collected", {"openedAt": OPENED}, "closedAt"),
    ("nothingTaken", {"closedAt": CLOSED}, "openedAt"),
    ("foundEmpty", {"openedAt": OPENED}, "closedAt"),
    ("leftOpen", {}, "openedAt"),
    ("leftOpen", BOTH, "closedAt"),
    ("notOpened", {"openedAt": OPENED}, "openedAt"),
    ("collected", {**BOTH, "openedAt": "2026-11-31T20:15:00Z"}, "openedAt"),
]


def test_a_thing_goes_from_the_counter_through_one_door_to_who_has_its_code(
    town: Town, clerk: Clerk, ticket: str, here: Doors
) -> None:
    id_, reference = clerk.register("voucher", AN)
    assert reference in here.expected()
    scanned = town.kiosk.call("GET", f"/expectedDeposits/{reference.lower().replace('-', '')}").json()
    assert (scanned["productCode"], scanned["size"], scanned["fourEyes"]) == ("voucher", "small", False)
    number = here.free()
    assert clerk.code(id_) is None, "no code works before it lies there"
    deposit = here.put(reference, number, ("els-1",)).json()
    assert deposit["state"] == "waiting"
    today = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=1))).date()
    assert deposit["validUntil"] == (today + LIFE).isoformat()
    assert reference not in here.expected()
    opened = town.kiosk.type_code(str(clerk.code(id_))).json()
    (claim,) = opened["claims"]["items"]
    assert (claim["kind"], claim["productCode"], claim["collectAt"]) == ("compartment", "voucher", "kiosk")
    assert claim["compartment"]["number"] == number
    bearer = opened["session"]["accessToken"]
    first = here.leave(bearer, ticket, claim["id"])
    assert (first.status_code, first.json()["status"]) == (201, "open")
    assert first.json()["compartment"] == claim["compartment"]
    assert here.leave(bearer, ticket, claim["id"]).status_code == 200
    town.kiosk.leave(opened["session"])
    assert here.report(ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.kiosk.call("GET", f"/collections/{ticket}").json()["status"] == "closed"
    assert here.compartment(number)["state"] == "free"
    assert town.kiosk.call("GET", f"/deposits/{deposit['id']}").json()["state"] == "collected"
    assert "Opgehaald" in clerk.page(f"stuk/{id_}")
    assert id_ not in here.claims_of()


def test_a_passport_wants_four_eyes_and_the_eid_of_its_holder(
    town: Town, clerk: Clerk, ticket: str, here: Doors
) -> None:
    id_, reference = clerk.register("passport", BRAM)
    number = here.free()
    assert town.problem(here.put(reference, number, ("els-1",))) == "secondKeyNeeded"
    assert here.compartment(number)["state"] == "free"
    deposit = here.put(reference, number, ("els-1", "jan-2")).json()["id"]
    assert clerk.code(id_) is None
    assert id_ not in here.claims_of(AN)
    others = town.kiosk.bearer(town.eid.card(AN))
    assert town.problem(here.leave(others, ticket, id_)) == "resourceNotFound"
    bearer = town.kiosk.bearer(town.eid.card(BRAM))
    assert here.leave(bearer, ticket, id_).status_code == 201
    assert town.problem(here.take_back(deposit)) == "secondKeyNeeded"
    assert town.problem(here.take_back(deposit, keys=("els-1", "jan-2"))) == "codeInUse"
    assert here.report(ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.problem(here.take_back(deposit, keys=("els-1", "jan-2"))) == "codeUsed"


def test_of_many_tickets_at_one_instant_by_code_and_by_card_one_opens_the_door(
    town: Town, lying: Lying, here: Doors
) -> None:
    by_code, _ = lying.session()
    by_card = town.kiosk.bearer(town.eid.card(AN))
    bearers = [by_code, by_card] * 4

    def ask(bearer: str) -> tuple[int, str]:
        answer = here.leave(bearer, str(uuid4()), lying.id)
        return answer.status_code, "" if answer.status_code == 201 else town.problem(answer)

    with ThreadPoolExecutor(len(bearers)) as pool:
        said = sorted(pool.map(ask, bearers))
    assert said == [(201, "")] + [(409, "codeInUse")] * (len(bearers) - 1)


def test_one_code_at_two_kiosks_is_one_door_and_the_other_kiosk_opens_none(
    town: Town, lying: Lying, here: Doors, there: Doors
) -> None:
    code = lying.code
    with ThreadPoolExecutor(2) as pool:
        typed = list(pool.map(lambda kiosk: kiosk.type_code(code), (town.kiosk, town.other)))
    assert sorted(answer.status_code for answer in typed) == [201, 409]
    assert [town.problem(answer) for answer in typed if answer.status_code == 409] == ["codeInUse"]
    seen = there.claims_of()[lying.id]
    assert (seen["collectAt"], seen["kiosk"], "compartment" in seen) == ("otherKiosk", "LV-01", False)
    bearer = town.other.bearer(town.eid.card(AN))
    assert town.problem(there.leave(bearer, str(uuid4()), lying.id)) == "notInCompartment"
    assert here.compartment(lying.number)["state"] == "taken"
    assert town.other.call("GET", "/compartments").json() == {"items": []}
    assert town.problem(town.other.call("GET", f"/deposits/{lying.deposit}")) == "resourceNotFound"


@pytest.mark.usefixtures("nobody_guessed")
def test_a_thousand_wrong_codes_open_no_door_and_the_card_of_its_holder_does(
    town: Town, lying: Lying, here: Doors, ticket: str
) -> None:
    signs, code, chance = "CDFGHJKMNPQRTWXY34679", lying.code.replace("-", ""), random.Random(7)
    near = [code[:place] + sign + code[place + 1 :] for place in range(len(code)) for sign in signs]
    wrong = {one for one in near if one != code}
    while len(wrong) < A_THOUSAND:
        wrong.add("".join(chance.choices(signs, k=len(code))))

    def guess(typed: str) -> tuple[int, str]:
        answer = town.kiosk.http.post("/codeSessions", json={"code": typed})
        return answer.status_code, town.problem(answer)

    with ThreadPoolExecutor(4) as pool:
        said = Counter(pool.map(guess, chance.sample(sorted(wrong), A_THOUSAND)))
    assert said == {(404, "codeUnknown"): AT_ONE, (429, "tooManyFailedRequests"): A_THOUSAND - AT_ONE}
    assert here.compartment(lying.number)["deposit"]["state"] == "waiting"
    bearer = town.kiosk.bearer(town.eid.card(AN))
    assert here.leave(bearer, ticket, lying.id).status_code == 201


def test_a_code_of_another_town_is_none_of_ours(town: Town, lying: Lying, tmp_path: Path) -> None:
    code = Vault(tmp_path / "vault.key").code_of(UUID(lying.id))
    assert code != lying.code
    assert town.problem(town.kiosk.type_code(code)) == "codeUnknown"


@pytest.mark.parametrize(("outcome", "moments", "remedy", "where"), OUTCOMES)
def test_what_came_of_a_door_decides_where_the_thing_is_from_then_on(
    town: Town, lying: Lying, ticket: str, outcome: str, moments: dict[str, str], remedy: str, where: str, here: Doors
) -> None:
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    assert here.report(ticket, outcome, **moments).json() == {"remedy": remedy}
    assert here.report(ticket, "collected", **BOTH).json() == {"remedy": remedy}, "the first report stands"
    assert here.claims_of()[lying.id]["collectAt"] == where
    assert here.compartment(lying.number)["state"] == "taken"
    again = here.leave(bearer, str(uuid4()), claim["id"])
    assert again.status_code == 201 if where == "kiosk" else town.problem(again) == "notInCompartment"


def test_nothing_is_collected_without_a_door_that_opened(town: Town, lying: Lying, ticket: str, here: Doors) -> None:
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    for outcome, moments, field in UNLIKELY:
        refused = here.report(ticket, outcome, **moments)
        assert town.problem(refused) == "schemaViolation"
        assert [issue["name"] for issue in refused.json()["issues"]] == [field]
    assert town.kiosk.call("GET", f"/collections/{ticket}").json()["status"] == "open"


def test_a_ticket_is_told_of_by_its_own_kiosk_and_only_when_it_had_leave(
    town: Town, lying: Lying, ticket: str, here: Doors, there: Doors, lay: Callable[..., Lying]
) -> None:
    assert town.problem(here.report(ticket, "notOpened")) == "resourceNotFound"
    bearer, claim = lying.session()
    here.leave(bearer, ticket, claim["id"])
    assert town.problem(there.report(ticket, "collected", **BOTH)) == "resourceNotFound"
    assert town.problem(town.other.call("GET", f"/collections/{ticket}")) == "resourceNotFound"
    other = lay(ssin=BRAM)
    theirs = town.kiosk.bearer(town.eid.card(BRAM))
    assert town.problem(here.leave(theirs, ticket, other.id)) == "conflict"


def test_no_document_is_ordered_for_a_thing_and_no_door_opens_for_a_document(
    town: Town, lying: Lying, ticket: str, paper: Callable[..., bytes], here: Doors
) -> None:
    bearer, claim = lying.session()
    assert town.problem(town.kiosk.claim(bearer, ticket, claim["id"])) == "resourceNotFound"
    document = town.office.deposit(paper(), access="code")
    opened = town.kiosk.type_code(document["code"]).json()["session"]
    refused = here.leave(opened["accessToken"], ticket, document["id"])
    assert town.problem(refused) == "resourceNotFound"
    town.kiosk.leave(opened)


def test_a_thing_of_nobody_in_particular_is_for_the_code_alone_and_what_needs_the_card_names_its_holder(
    clerk: Clerk, ticket: str, here: Doors, lay: Callable[..., Lying]
) -> None:
    nobodys = lay("lendingItem", "")
    bearer, claim = nobodys.session()
    assert here.leave(bearer, ticket, claim["id"]).status_code == 201
    for product, ssin in (("passport", ""), ("voucher", "85113099961"), ("eidCard", AN)):
        refused = clerk.send("vakjes/registreren", id=str(uuid4()), product=product, rijksregisternummer=ssin)
        assert refused.status_code == 400
        assert "Het is nog niet geregistreerd." in refused.text
