"""What a kiosk hears about compartments, over real lines to a town hall that runs: one claim, one door, once."""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from townhall.tables import CLAIMS
from townhall.vault import Vault

if TYPE_CHECKING:
    from tests.townhall.server.conftest import Caller, Town

AN, BRAM = "85113099960", "83040299933"
SECRET = "a secret of the software"
LONG_AGO = dt.date(2026, 1, 2)
OPENED, CLOSED = "2026-11-26T20:15:00+01:00", "2026-11-26T20:15:09.5+01:00"
BOTH = {"openedAt": OPENED, "closedAt": CLOSED}
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
IN_DOUBT = [row for row in OUTCOMES if row[2] == "counter"]
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


class Clerk:
    """Els at the counter, by forms alone."""

    def __init__(self, town: Town) -> None:
        context = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
        origin = {"Origin": town.hall.office_url}
        self.http = httpx.Client(
            verify=context, base_url=f"{town.hall.office_url}/balie/", headers=origin, trust_env=False, timeout=20
        )
        self.http.post("aanmelden", data={"naam": "els", "wachtwoord": SECRET})
        (self.word,) = set(re.findall(r'name="woord" value="(\w+)"', self.page("vakjes")))

    def page(self, path: str) -> str:
        response = self.http.get(path)
        assert response.status_code == 200, response.text
        return response.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.http.post(path, data={"woord": self.word, **fields})

    def register(self, product: str, ssin: str = "") -> tuple[str, str]:
        """Give the number of a thing, and what is written on it."""
        sent = self.send("vakjes/registreren", id=str(uuid4()), product=product, rijksregisternummer=ssin)
        assert sent.status_code == 303, sent.text
        id_ = sent.headers["location"].rsplit("/", 1)[-1]
        (reference,) = re.findall(r'id="kenmerk">([^<]+)<', self.page(f"stuk/{id_}"))
        return id_, reference

    def code(self, id_: str) -> str | None:
        found = re.findall(r'class="code"[^>]*>([^<]+)<', self.page(f"stuk/{id_}"))
        return found[0] if found else None


@pytest.fixture(scope="module")
def clerk(_town: Town) -> Iterator[Clerk]:
    clerk = Clerk(_town)
    yield clerk
    clerk.http.close()


def free(kiosk: Caller) -> int:
    """The number of a compartment in which nothing lies."""
    found = kiosk.call("GET", "/compartments").json()["items"]
    return int(next(one["number"] for one in found if one["state"] == "free"))


def compartment(kiosk: Caller, number: int) -> dict[str, Any]:
    found: dict[str, Any] = kiosk.call("GET", f"/compartments/{number}").json()
    return found


def put(
    kiosk: Caller, reference: str, number: int, keys: tuple[str, ...] = ("els-1", "jan-2"), id_: str = ""
) -> httpx.Response:
    body = {"reference": reference, "compartment": number, "staffKeys": list(keys)}
    return kiosk.call("PUT", f"/deposits/{id_ or uuid4()}", body)


class Lying:
    """Something that lies behind a door of the town's first kiosk."""

    def __init__(self, town: Town, clerk: Clerk, product: str = "voucher", ssin: str = AN) -> None:
        self.kiosk, self.clerk = town.kiosk, clerk
        self.id, self.reference = clerk.register(product, ssin)
        self.number = free(town.kiosk)
        answer = put(town.kiosk, self.reference, self.number)
        assert answer.status_code == 201, answer.text
        self.deposit = str(answer.json()["id"])

    @property
    def code(self) -> str:
        code = self.clerk.code(self.id)
        assert code is not None
        return code

    def session(self) -> tuple[str, dict[str, Any]]:
        """Type its code; gives the token, and the one claim."""
        opened = self.kiosk.type_code(self.code)
        assert opened.status_code == 201, opened.text
        (claim,) = opened.json()["claims"]["items"]
        return opened.json()["session"]["accessToken"], claim

    def at_its_eid(self, bearer: str, session: dict[str, Any]) -> dict[str, Any]:
        path = str(session["href"]).removeprefix("/kioskService/v1")
        found = self.kiosk.call("GET", f"{path}/claims", bearer=bearer).json()["items"]
        (mine,) = [one for one in found if one["id"] == self.id]
        claim: dict[str, Any] = mine
        return claim


@pytest.fixture
def lying(town: Town, clerk: Clerk) -> Lying:
    return Lying(town, clerk)


def leave(kiosk: Caller, bearer: str, ticket: str, claim: str) -> httpx.Response:
    return kiosk.call("PUT", f"/collections/{ticket}", {"claimId": claim}, bearer)


def report(kiosk: Caller, ticket: str, outcome: str, **more: object) -> httpx.Response:
    return kiosk.call("PUT", f"/collections/{ticket}/result", {"outcome": outcome, **more})


def stock(kiosk: Caller, number: int, found: str, id_: str = "") -> httpx.Response:
    body = {"items": [{"compartment": number, "found": found}], "staffKeys": ["els-1"]}
    return kiosk.call("PUT", f"/stockTakings/{id_ or uuid4()}", body)


def take_back(kiosk: Caller, deposit: str, found: str = "thing", keys: tuple[str, ...] = ("els-1",)) -> httpx.Response:
    return kiosk.call("PUT", f"/deposits/{deposit}/takeBack", {"found": found, "staffKeys": list(keys)})


def expected(kiosk: Caller) -> list[str]:
    return [one["reference"] for one in kiosk.call("GET", "/expectedDeposits").json()["items"]]


def claims_of(town: Town, kiosk: Caller, ssin: str = AN) -> dict[str, dict[str, Any]]:
    """What waits behind somebody's eID, by claim."""
    signed_in = kiosk.sign_in(town.eid.card(ssin))
    return {one["id"]: one for one in signed_in["claims"]["items"]}


def test_a_thing_goes_from_the_counter_through_one_door_to_who_has_its_code(
    town: Town, clerk: Clerk, ticket: str
) -> None:
    id_, reference = clerk.register("voucher", AN)
    assert reference in expected(town.kiosk)
    scanned = town.kiosk.call("GET", f"/expectedDeposits/{reference.lower().replace('-', '')}").json()
    assert (scanned["productCode"], scanned["size"], scanned["fourEyes"]) == ("voucher", "small", False)
    number = free(town.kiosk)
    assert clerk.code(id_) is None, "no code works before it lies there"
    deposit = put(town.kiosk, reference, number, ("els-1",)).json()
    assert deposit["state"] == "waiting"
    today = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=1))).date()
    assert deposit["validUntil"] == (today + LIFE).isoformat()
    assert reference not in expected(town.kiosk)
    opened = town.kiosk.type_code(str(clerk.code(id_))).json()
    (claim,) = opened["claims"]["items"]
    assert (claim["kind"], claim["productCode"], claim["collectAt"]) == ("compartment", "voucher", "kiosk")
    assert claim["compartment"]["number"] == number
    bearer = opened["session"]["accessToken"]
    first = leave(town.kiosk, bearer, ticket, claim["id"])
    assert (first.status_code, first.json()["status"]) == (201, "open")
    assert first.json()["compartment"] == claim["compartment"]
    assert leave(town.kiosk, bearer, ticket, claim["id"]).status_code == 200
    town.kiosk.leave(opened["session"])
    assert report(town.kiosk, ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.kiosk.call("GET", f"/collections/{ticket}").json()["status"] == "closed"
    assert compartment(town.kiosk, number)["state"] == "free"
    assert town.kiosk.call("GET", f"/deposits/{deposit['id']}").json()["state"] == "collected"
    assert "Opgehaald" in clerk.page(f"stuk/{id_}")
    assert id_ not in claims_of(town, town.kiosk)


def test_a_passport_wants_four_eyes_and_the_eid_of_its_holder(town: Town, clerk: Clerk, ticket: str) -> None:
    id_, reference = clerk.register("passport", BRAM)
    number = free(town.kiosk)
    assert town.problem(put(town.kiosk, reference, number, ("els-1",))) == "secondKeyNeeded"
    assert compartment(town.kiosk, number)["state"] == "free"
    deposit = put(town.kiosk, reference, number, ("els-1", "jan-2")).json()["id"]
    assert clerk.code(id_) is None
    assert id_ not in claims_of(town, town.kiosk, AN)
    others = town.kiosk.bearer(town.eid.card(AN))
    assert town.problem(leave(town.kiosk, others, ticket, id_)) == "resourceNotFound"
    bearer = town.kiosk.bearer(town.eid.card(BRAM))
    assert leave(town.kiosk, bearer, ticket, id_).status_code == 201
    assert town.problem(take_back(town.kiosk, deposit)) == "secondKeyNeeded"
    assert town.problem(take_back(town.kiosk, deposit, keys=("els-1", "jan-2"))) == "codeInUse"
    assert report(town.kiosk, ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.problem(take_back(town.kiosk, deposit, keys=("els-1", "jan-2"))) == "codeUsed"


def test_of_many_tickets_at_one_instant_by_code_and_by_card_one_opens_the_door(town: Town, lying: Lying) -> None:
    by_code, _ = lying.session()
    by_card = town.kiosk.bearer(town.eid.card(AN))
    bearers = [by_code, by_card] * 4

    def ask(bearer: str) -> tuple[int, str]:
        answer = leave(town.kiosk, bearer, str(uuid4()), lying.id)
        return answer.status_code, "" if answer.status_code == 201 else town.problem(answer)

    with ThreadPoolExecutor(len(bearers)) as pool:
        said = sorted(pool.map(ask, bearers))
    assert said == [(201, "")] + [(409, "codeInUse")] * (len(bearers) - 1)


def test_one_code_at_two_kiosks_is_one_door_and_the_other_kiosk_opens_none(town: Town, lying: Lying) -> None:
    lying.session()
    assert town.problem(town.other.type_code(lying.code)) == "codeInUse"
    there = claims_of(town, town.other)[lying.id]
    assert (there["collectAt"], there["kiosk"], "compartment" in there) == ("otherKiosk", "LV-01", False)
    bearer = town.other.bearer(town.eid.card(AN))
    assert town.problem(leave(town.other, bearer, str(uuid4()), lying.id)) == "notInCompartment"
    assert compartment(town.kiosk, lying.number)["state"] == "taken"
    assert town.other.call("GET", "/compartments").json() == {"items": []}
    assert town.problem(town.other.call("GET", f"/deposits/{lying.deposit}")) == "resourceNotFound"


def test_a_code_of_another_town_is_none_of_ours(town: Town, lying: Lying, tmp_path: Path) -> None:
    code = Vault(tmp_path / "vault.key").code_of(UUID(lying.id))
    assert code != lying.code
    assert town.problem(town.kiosk.type_code(code)) == "codeUnknown"


@pytest.mark.parametrize(("outcome", "moments", "remedy", "where"), OUTCOMES)
def test_what_came_of_a_door_decides_where_the_thing_is_from_then_on(
    town: Town, lying: Lying, ticket: str, outcome: str, moments: dict[str, str], remedy: str, where: str
) -> None:
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    assert report(town.kiosk, ticket, outcome, **moments).json() == {"remedy": remedy}
    assert report(town.kiosk, ticket, "collected", **BOTH).json() == {"remedy": remedy}, "the first report stands"
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == where
    assert compartment(town.kiosk, lying.number)["state"] == "taken"
    again = leave(town.kiosk, bearer, str(uuid4()), claim["id"])
    assert again.status_code == 201 if where == "kiosk" else town.problem(again) == "notInCompartment"


@pytest.mark.parametrize(("outcome", "moments", "remedy", "where"), IN_DOUBT)
def test_staff_who_look_behind_the_door_end_the_doubt(
    town: Town, lying: Lying, ticket: str, outcome: str, moments: dict[str, str], remedy: str, where: str
) -> None:
    assert (remedy, where) == ("counter", "counter")
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    report(town.kiosk, ticket, outcome, **moments)
    assert compartment(town.kiosk, lying.number)["deposit"]["state"] == "inDoubt"
    assert stock(town.kiosk, lying.number, "thing").json()["disagreements"] == []
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == "kiosk"
    found = stock(town.kiosk, lying.number, "empty").json()["disagreements"]
    assert found == [{"compartment": lying.number, "found": "empty", "reference": lying.reference}]
    assert compartment(town.kiosk, lying.number)["state"] == "free"
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == "counter"
    assert lying.reference in expected(town.kiosk), "when it turns up it can be put in anew"
    assert "Niet zeker" in lying.clerk.page("vakjes")


def test_a_kiosk_that_tells_late_is_believed_over_an_empty_compartment(town: Town, lying: Lying, ticket: str) -> None:
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    stock(town.kiosk, lying.number, "empty")
    assert report(town.kiosk, ticket, "collected", **BOTH).json() == {"remedy": "none"}
    assert town.kiosk.call("GET", f"/deposits/{lying.deposit}").json()["state"] == "collected"
    assert lying.id not in claims_of(town, town.kiosk)


def test_a_kiosk_that_tells_late_is_not_believed_over_a_thing_that_lies_there(
    town: Town, lying: Lying, ticket: str
) -> None:
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    stock(town.kiosk, lying.number, "thing")
    report(town.kiosk, ticket, "collected", **BOTH)
    assert compartment(town.kiosk, lying.number)["state"] == "taken"
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == "kiosk"


def test_nothing_is_collected_without_a_door_that_opened(town: Town, lying: Lying, ticket: str) -> None:
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    for outcome, moments, field in UNLIKELY:
        refused = report(town.kiosk, ticket, outcome, **moments)
        assert town.problem(refused) == "schemaViolation"
        assert [issue["name"] for issue in refused.json()["issues"]] == [field]
    assert town.kiosk.call("GET", f"/collections/{ticket}").json()["status"] == "open"


def test_a_ticket_is_told_of_by_its_own_kiosk_and_only_when_it_had_leave(town: Town, lying: Lying, ticket: str) -> None:
    assert town.problem(report(town.kiosk, ticket, "notOpened")) == "resourceNotFound"
    bearer, claim = lying.session()
    leave(town.kiosk, bearer, ticket, claim["id"])
    assert town.problem(report(town.other, ticket, "collected", **BOTH)) == "resourceNotFound"
    assert town.problem(town.other.call("GET", f"/collections/{ticket}")) == "resourceNotFound"
    other = Lying(town, lying.clerk, ssin=BRAM)
    theirs = town.kiosk.bearer(town.eid.card(BRAM))
    assert town.problem(leave(town.kiosk, theirs, ticket, other.id)) == "conflict"


def test_no_document_is_ordered_for_a_thing_and_no_door_opens_for_a_document(
    town: Town, lying: Lying, ticket: str, paper: Callable[..., bytes]
) -> None:
    bearer, claim = lying.session()
    assert town.problem(town.kiosk.claim(bearer, ticket, claim["id"])) == "resourceNotFound"
    document = town.office.deposit(paper(), access="code")
    opened = town.kiosk.type_code(document["code"]).json()["session"]
    refused = leave(town.kiosk, opened["accessToken"], ticket, document["id"])
    assert town.problem(refused) == "resourceNotFound"
    town.kiosk.leave(opened)


def test_putting_in_is_told_once_and_a_compartment_holds_one_thing(town: Town, lying: Lying) -> None:
    same = put(town.kiosk, lying.reference, lying.number, id_=lying.deposit)
    assert (same.status_code, same.json()["id"]) == (200, lying.deposit)
    assert town.problem(put(town.kiosk, lying.reference, free(town.kiosk), id_=lying.deposit)) == "conflict"
    assert town.problem(put(town.kiosk, lying.reference, free(town.kiosk))) == "resourceNotFound", "it lies elsewhere"
    _, second = lying.clerk.register("voucher", BRAM)
    assert town.problem(put(town.kiosk, second, lying.number)) == "compartmentTaken"
    assert second in expected(town.kiosk)
    assert town.problem(put(town.kiosk, second, 999)) == "schemaViolation"
    assert town.problem(put(town.other, second, 1)) == "schemaViolation", "that kiosk has none"
    assert town.problem(put(town.kiosk, "CCC-CCC", free(town.kiosk))) == "resourceNotFound"
    assert town.problem(put(town.kiosk, second, free(town.kiosk), ("els-1", "els-1"))) == "schemaViolation"


def test_what_lay_there_for_too_long_is_taken_back_and_the_counter_has_it(
    town: Town, lying: Lying, ticket: str, book: sa.Engine
) -> None:
    code = lying.code
    with book.begin() as connection:
        connection.execute(sa.update(CLAIMS).where(CLAIMS.c.id == UUID(lying.id)).values(valid_until=LONG_AGO))
    opened = town.kiosk.type_code(code).json()
    (claim,) = opened["claims"]["items"]
    assert (claim["collectAt"], "compartment" in claim) == ("counter", False)
    refused = leave(town.kiosk, opened["session"]["accessToken"], ticket, claim["id"])
    assert town.problem(refused) == "codeExpired"
    assert compartment(town.kiosk, lying.number)["deposit"]["state"] == "toTakeBack"
    assert take_back(town.kiosk, lying.deposit).json()["state"] == "takenBack"
    assert take_back(town.kiosk, lying.deposit, "empty").json()["state"] == "takenBack", "the first report stands"
    assert compartment(town.kiosk, lying.number)["state"] == "free"
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == "counter"
    assert put(town.kiosk, lying.reference, lying.number).json()["state"] == "waiting"
    assert claims_of(town, town.kiosk)[lying.id]["collectAt"] == "kiosk"


def test_stock_is_taken_once_and_of_this_kiosk_alone(town: Town, lying: Lying) -> None:
    id_, empty = str(uuid4()), 96
    said = stock(town.kiosk, empty, "thing", id_)
    assert (said.status_code, said.json()["disagreements"]) == (201, [{"compartment": empty, "found": "thing"}])
    again = stock(town.kiosk, empty, "thing", id_)
    assert (again.status_code, again.json()) == (200, said.json())
    assert town.problem(stock(town.kiosk, empty, "empty", id_)) == "conflict"
    assert town.problem(stock(town.other, 1, "empty")) == "schemaViolation"
    assert f"vakje {empty} was niet leeg" in lying.clerk.page("vakjes")


def test_a_thing_of_nobody_in_particular_is_for_the_code_alone_and_what_needs_the_card_names_its_holder(
    town: Town, clerk: Clerk, ticket: str
) -> None:
    nobodys = Lying(town, clerk, "lendingItem", "")
    bearer, claim = nobodys.session()
    assert leave(town.kiosk, bearer, ticket, claim["id"]).status_code == 201
    for product, ssin in (("passport", ""), ("voucher", "85113099961"), ("eidCard", AN)):
        refused = clerk.send("vakjes/registreren", id=str(uuid4()), product=product, rijksregisternummer=ssin)
        assert refused.status_code == 400
        assert "Het is nog niet geregistreerd." in refused.text
