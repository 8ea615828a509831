"""Any visit at all: whatever happens, in whatever order, the rules of DESIGN hold; nothing here is folded or explored.

`test_every_path` meets every move once; here visits of fifty events follow one upon the other, as chance has it.
"""

from __future__ import annotations

import os
import random
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec import structs

from config.settings import Language
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.clocks import running
from kiosk_app.doors import DoorGranted, OpenDoor, SettleDoor
from kiosk_app.step import step
from kiosk_app.visit import (
    CardBack,
    CardSlot,
    Ease,
    Goodbye,
    Notice,
    NotTaken,
    Portal,
    Printing,
    StaffAtWork,
    State,
    Visit,
)
from tests.visit.conftest import PRIVATE, WORKS, alphabet

# `LOKET_RUNS=2000` is what is told of in docs/measurements.md.
RUNS, EVENTS = int(os.environ.get("LOKET_RUNS", "12")), 50
HAPPENS = alphabet()
# How often what happens leads on, to what this visit was not in yet.
ONWARD = 0.9
ANONYMOUS = (Portal, Goodbye, CardBack, Notice, NotTaken)
ENDS = (Goodbye, CardBack, Notice, NotTaken, StaffAtWork)
FORGETS = {wishes.Forget, wishes.ForgetPin, wishes.EndSession, wishes.ReleaseCard}


class AnyVisit(RuleBasedStateMachine):
    """A kiosk's visits, one after the other, and what was seen of them."""

    def __init__(self) -> None:
        super().__init__()
        self.visit = Visit(1, offer=WORKS)
        self.been: set[State] = set()
        self.happened = 0
        self.pressed = self.signed = 0
        self.confirmed: set[UUID] = set()
        self.printed: set[UUID] = set()
        self.granted: set[UUID] = set()
        self.settled: set[UUID] = set()

    @rule(seed=st.integers(0, 2**32))
    def something_happens(self, seed: int) -> None:
        """Something that matters now, and mostly what leads on: a visit to which all is alike ends at once."""
        self.happened += 1
        chance = random.Random(f"{seed} {self.happened}")
        moves = [(mine, step(self.visit, mine)) for mine in (_of(event, self.visit.number) for event in HAPPENS)]
        matter = [(mine, after) for mine, (after, effects) in moves if after != self.visit or effects]
        onward: dict[type, list[events.Event]] = {}
        for mine, after in matter:
            if self._leads_on(after):
                onward.setdefault(type(after.state), []).append(mine)
        if onward and chance.random() < ONWARD:
            self._take(chance.choice(onward[chance.choice(sorted(onward, key=lambda kind: kind.__name__))]))
        elif matter:
            self._take(chance.choice(matter)[0])
        # What was asked for somebody who has gone says nothing to who stands there now.
        late = _of(chance.choice(HAPPENS), self.visit.number - 1)
        assert not isinstance(late, events.Answer) or step(self.visit, late) == (self.visit, ())

    @invariant()
    def time_alone_leads_home(self) -> None:
        here, steps = self.visit, 0
        while not (isinstance(here.state, Portal) and here.overlay is None and not _chosen(here)):
            clocks = running(here)
            assert clocks, here.state
            here, _ = step(here, events.TimedOut(next(iter(clocks))))
            steps += 1
            assert steps < 20, self.visit.state

    def _leads_on(self, after: Visit) -> bool:
        """Whether it leads to what this visit was not in yet; or away from where a visit only ends."""
        if isinstance(self.visit.state, (*ENDS, Portal)):
            return after.number != self.visit.number or isinstance(after.state, Portal) != isinstance(
                self.visit.state, Portal
            )
        return after.state not in self.been and not isinstance(after.state, (*ENDS, Portal))

    def _take(self, event: events.Event) -> None:
        before = self.visit
        self.visit, effects = step(before, event)
        if self.visit.number != before.number:
            self.confirmed, self.printed, self.granted, self.settled = set(), set(), set(), set()
            self.pressed, self.signed, self.been = 0, 0, set()
        self.been.add(self.visit.state)
        if isinstance(event, events.PinEntered):
            self.pressed += 1
        if isinstance(event, DoorGranted):
            self.granted.add(event.ticket)
        for effect in effects:
            self._wished(effect)
        kinds = {type(effect) for effect in effects}
        if isinstance(before.state, PRIVATE) and isinstance(self.visit.state, ANONYMOUS):
            assert kinds >= FORGETS, (before.state, event)
        if wishes.Print in kinds and not isinstance(before.state, Printing):
            assert self.visit.slot is CardSlot.EMPTY
        assert self.signed <= self.pressed, "a PIN try that nobody made"

    def _wished(self, effect: wishes.Effect) -> None:
        assert getattr(effect, "visit", self.visit.number) in (self.visit.number, self.visit.number - 1)
        match effect:
            case wishes.OrderDocument():
                self.confirmed.add(effect.ticket)
            case wishes.Print():
                assert effect.document.ticket in self.confirmed - self.printed, "unconfirmed, or a second paper"
                self.printed.add(effect.document.ticket)
            case wishes.SignChallenge():
                self.signed += 1
            case OpenDoor():
                assert effect.ticket in self.granted
            case SettleDoor():
                assert effect.ticket not in self.settled
                self.settled.add(effect.ticket)
            case _:
                pass


def _of(event: events.Event, number: int) -> events.Event:
    """Give it as it happens in a visit."""
    return structs.replace(event, visit=number) if isinstance(event, events.Answer) else event


def _chosen(visit: Visit) -> bool:
    """Whether somebody's language, letters or voice are still there."""
    return visit.language is not Language.NL or visit.ease != Ease() or visit.voice != visit.voice.at_rest


def test_whatever_happens_the_rules_of_a_visit_hold() -> None:
    run_state_machine_as_test(
        AnyVisit,
        settings=settings(
            max_examples=RUNS, stateful_step_count=EVENTS, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
