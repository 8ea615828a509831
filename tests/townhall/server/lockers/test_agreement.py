"""Compartments, claims and doors agree after any order of events and crashes: a wall of real things beside the books.

The wall here knows what lies behind which door because hands put it there; the town is told by a kiosk alone, which
may lose its power, and its line, at every moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import httpx

    from tests.townhall.server.lockers.conftest import Clerk, Doors

NUMBERS = (91, 92)
OPENED, CLOSED = "2026-11-26T20:15:00+01:00", "2026-11-26T20:15:09.5+01:00"
BOTH = {"openedAt": OPENED, "closedAt": CLOSED}
# What a kiosk says of a door, and whether a hand took the thing out. People say that they have it and leave it there;
# they say that it was empty with the thing in their bag.
VISITS: list[tuple[str, dict[str, str], bool]] = [
    ("collected", BOTH, True),
    ("collected", BOTH, False),
    ("notOpened", {}, False),
    ("nothingTaken", BOTH, False),
    ("leftOpen", {"openedAt": OPENED}, True),
    ("leftOpen", {"openedAt": OPENED}, False),
    ("foundEmpty", BOTH, True),
    ("unknown", {}, False),
    ("unknown", {"openedAt": OPENED}, True),
]
# What becomes of a call: its answer is heard, the kiosk dies before it hears it, the kiosk dies before it asks.
HEARD, UNHEARD, UNSENT = "heard", "unheard", "unsent"
FATES = st.sampled_from([HEARD, HEARD, HEARD, UNHEARD, UNSENT])
# Most of it happens to one thing: orders that matter are about one door.
THINGS = st.sampled_from([0, 0, 0, 1])
VISIT = st.tuples(st.just("visit"), THINGS, st.sampled_from(VISITS), FATES, FATES)
STEPS = st.lists(
    st.one_of(
        *[VISIT] * 4,
        *[st.tuples(st.just("look"), THINGS)] * 2,
        st.tuples(st.just("put"), THINGS, THINGS, FATES),
        st.tuples(st.just("take back"), THINGS, FATES),
        st.tuples(st.just("new code"), THINGS),
        st.tuples(st.just("withdraw"), THINGS),
        st.tuples(st.just("tell")),
    ),
    min_size=8,
    max_size=16,
)
Call = Callable[[], "httpx.Response"]
Steps = list[tuple[object, ...]]
AGAIN = ("visit", 0, VISITS[0], HEARD, HEARD)


@dataclass
class Thing:
    """What a clerk registered."""

    id: str
    reference: str
    place: str | int = "counter"  # or with its resident, or a compartment
    code: str = ""
    told_collected: bool = False
    withdrawn: bool = False


@dataclass
class Kiosk:
    """One kiosk, its wall, and what it has to tell still: of doors when it comes to it, of staff before all else."""

    doors: Doors
    clerk: Clerk
    things: list[Thing]
    of_doors: list[Call] = field(default_factory=list)
    of_staff: list[Call] = field(default_factory=list)

    def lies_in(self, number: int) -> Thing | None:
        return next((one for one in self.things if one.place == number), None)

    # --- what happens ------------------------------------------------------------------------------------------------

    def put(self, which: int, where: int, fate: str) -> None:
        thing, number, id_ = self.things[which], NUMBERS[where], str(uuid4())
        if thing.place != "counter" or self.lies_in(number) is not None:
            return
        thing.place = number

        def told() -> httpx.Response:
            answer = self.doors.put(thing.reference, number, id_=id_)
            if answer.status_code >= 400:
                thing.place = "counter"  # the kiosk opens the door again and gives it back
            return answer

        self.staff(told, fate)

    def visit(self, which: int, visit: tuple[str, dict[str, str], bool], asked: str, said: str) -> None:
        """Its resident comes with the last code that the counter gave, be it long over."""
        thing, ticket, (outcome, moments, taken) = self.things[which], str(uuid4()), visit
        self.tell_staff()
        thing.code = self.clerk.code(thing.id) or thing.code
        opened = self.doors.kiosk.type_code(thing.code) if thing.code else None
        if opened is None or opened.status_code != 201:
            return
        (claim,), session = opened.json()["claims"]["items"], opened.json()["session"]
        leave = self.leave(session["accessToken"], ticket, claim["id"], asked)
        if leave is None:  # it lost its power: nothing opened, and it says so when it is back
            self.of_doors.append(lambda: self.doors.report(ticket, "notOpened"))
        elif leave.status_code == 201:
            assert leave.json()["compartment"]["number"] == thing.place, "the door of this very thing, which is there"
            thing.place = "resident" if taken else thing.place
            self.say(lambda: self.report(thing, ticket, outcome, moments), said)
        self.doors.kiosk.leave(session)

    def take_back(self, which: int, fate: str) -> None:
        """Staff opens what the town says is taken, and takes out what is there."""
        self.tell_staff()
        found = self.doors.compartment(NUMBERS[which])
        deposit, thing = found.get("deposit"), self.lies_in(NUMBERS[which])
        if deposit is None or self.doors.kiosk.call("GET", f"/deposits/{deposit['id']}").json()["state"] == "collected":
            return
        assert thing is None or thing.reference == deposit["reference"], "it holds nothing else"
        seen = "empty" if thing is None else "thing"
        if thing is not None:
            thing.place = "counter"

        def told() -> httpx.Response:
            answer = self.doors.take_back(deposit["id"], seen)
            if answer.status_code >= 400 and thing is not None:
                thing.place = NUMBERS[which]  # a kiosk may have leave for it: back where it was
            return answer

        self.staff(told, fate)

    def look(self, which: int) -> None:
        self.tell_staff()
        number = NUMBERS[which]
        seen = "empty" if self.lies_in(number) is None else "thing"
        assert self.doors.stock(number, seen).status_code == 201

    def new_code(self, which: int) -> None:
        self.clerk.send(f"stuk/{self.things[which].id}/code")

    def withdraw(self, which: int) -> None:
        sent = self.clerk.send(f"stuk/{self.things[which].id}/terug")
        self.things[which].withdrawn |= sent.status_code == 303

    def tell(self) -> None:
        """It is back, and the newest of what it has to tell goes first."""
        self.tell_staff()
        while self.of_doors:
            assert self.of_doors.pop()().status_code in {200, 404}

    # --- how ---------------------------------------------------------------------------------------------------------

    def leave(self, bearer: str, ticket: str, claim: str, fate: str) -> httpx.Response | None:
        answer = None if fate == UNSENT else self.doors.leave(bearer, ticket, claim)
        return answer if fate == HEARD else None

    def report(self, thing: Thing, ticket: str, outcome: str, moments: dict[str, str]) -> httpx.Response:
        answer = self.doors.report(ticket, outcome, **moments)
        thing.told_collected |= outcome == "collected"
        return answer

    def say(self, call: Call, fate: str) -> None:
        if fate != UNSENT:
            call()
        if fate != HEARD:
            self.of_doors.append(call)

    def staff(self, call: Call, fate: str) -> None:
        self.tell_staff()
        if fate != UNSENT:
            call()
        if fate != HEARD:
            self.of_staff.append(call)

    def tell_staff(self) -> None:
        while self.of_staff:
            self.of_staff.pop(0)()

    # --- what must hold ----------------------------------------------------------------------------------------------

    def agrees(self) -> None:
        """Everything was told, and every door looked behind: books and wall are the same, and nothing is lost."""
        self.tell()
        odd = {}
        for number in NUMBERS:
            seen = "empty" if self.lies_in(number) is None else "thing"
            for one in self.doors.stock(number, seen).json()["disagreements"]:
                odd[number] = one["found"]
        expected = self.doors.expected()
        behind = {number: self.doors.compartment(number).get("deposit") for number in NUMBERS}
        for number, deposit in behind.items():
            thing = self.lies_in(number)
            known = None if deposit is None else deposit["reference"]
            real = None if thing is None else thing.reference
            assert known == real or (known is None and odd.get(number) == "thing")
        for thing in self.things:
            collected = "Opgehaald</b>" in self.clerk.page(f"stuk/{thing.id}")
            assert not collected or thing.told_collected, "never collected without a door that opened"
            places = [deposit for deposit in behind.values() if deposit and deposit["reference"] == thing.reference]
            is_somewhere = (bool(places), thing.reference in expected, collected and not places)
            assert sum(is_somewhere) == 1 or (thing.withdrawn and sum(is_somewhere) == 0), "never lost, nor twice"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_compartments_claims_and_doors_agree_after_any_order_of_events(here: Doors, clerk: Clerk, steps: Steps) -> None:
    play(here, clerk, steps)


@pytest.mark.parametrize("fate", [HEARD, UNSENT])
def test_whatever_came_of_a_door_the_next_leave_is_for_a_thing_that_is_there(
    here: Doors, clerk: Clerk, fate: str
) -> None:
    for visit in VISITS:
        first = ("visit", 0, visit, HEARD, fate)
        play(here, clerk, [first, AGAIN, ("take back", 0, HEARD), AGAIN, ("look", 0), AGAIN, ("tell",), AGAIN])


def play(here: Doors, clerk: Clerk, steps: Steps) -> None:
    """Let it happen to things that lie behind two doors; then tell all, look behind both, and compare."""
    for number in NUMBERS:  # what was played before left something behind
        here.stock(number, "empty")
    kiosk = Kiosk(here, clerk, [Thing(*clerk.register("voucher")) for _ in NUMBERS])
    for which in range(len(NUMBERS)):
        kiosk.put(which, which, HEARD)
    does: dict[object, Callable[..., None]] = {
        "put": kiosk.put,
        "visit": kiosk.visit,
        "take back": kiosk.take_back,
        "look": kiosk.look,
        "new code": kiosk.new_code,
        "withdraw": kiosk.withdraw,
        "tell": kiosk.tell,
    }
    for name, *what in steps:
        does[name](*what)
    kiosk.agrees()
