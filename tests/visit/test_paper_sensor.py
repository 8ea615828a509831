"""A sensor where residents take their paper: its driver, over a pipe, and what a visit makes of its word."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue
from uuid import UUID

import pytest

from hardware import evdev
from hardware.devices import Health, Status, TrayView
from hardware.faults import FaultCode
from hardware.paper_sensor import EvdevPaperSensor
from kiosk_app import events
from kiosk_app.audit import What, audit_lines
from kiosk_app.effects import Effect
from kiosk_app.step import step
from kiosk_app.tray import says_it_is_empty
from kiosk_app.visit import (
    AskCard,
    Document,
    Goodbye,
    Job,
    JobPhase,
    Order,
    PaperLeft,
    Portal,
    Printed,
    Product,
    Progress,
    Visit,
)
from simulators.paper_sensor import CODE, VirtualPaperSensor

DEADLINE = 20.0
TICKET = UUID(int=1)
RESIDENCE = Product("residence", "Attest van hoofdverblijfplaats", "")
SEES, SEES_NONE, BLIND = (events.PaperSensed(v) for v in (TrayView.PAPER, TrayView.EMPTY, TrayView.UNSEEN))


@pytest.fixture
def sensor(tmp_path: Path) -> Iterator[VirtualPaperSensor]:
    sensor = VirtualPaperSensor(tmp_path / "event0")
    yield sensor
    sensor.close()


@pytest.mark.parametrize("inverted", [False, True])
def test_what_lies_there_is_told_when_it_changes(sensor: VirtualPaperSensor, *, inverted: bool) -> None:
    seen: Queue[TrayView] = Queue()
    driver = EvdevPaperSensor(sensor.path, CODE, inverted=inverted)
    driver.watch(seen.put, lambda _: None)
    assert seen.get(timeout=DEADLINE) is TrayView.UNSEEN  # a pipe cannot say what is so now
    sensor.report((5, CODE + 1, 1), (1, CODE, 2))  # another switch, and a key that is held down
    sensor.lay()
    sensor.take()
    expected = [TrayView.PAPER, TrayView.EMPTY]
    assert [seen.get(timeout=DEADLINE) for _ in expected] == (expected[::-1] if inverted else expected)
    driver.close()
    assert seen.empty()


def test_a_sensor_that_is_unplugged_sees_nothing_and_says_so(sensor: VirtualPaperSensor) -> None:
    seen: Queue[TrayView] = Queue()
    told: Queue[Status] = Queue()
    driver = EvdevPaperSensor(sensor.path, CODE)
    assert driver.status() == Status(Health.UNKNOWN)
    driver.watch(seen.put, told.put)
    assert told.get(timeout=DEADLINE) == Status(Health.OK)
    sensor.lay()
    assert [seen.get(timeout=DEADLINE) for _ in range(2)] == [TrayView.UNSEEN, TrayView.PAPER]
    sensor.unplug()
    assert seen.get(timeout=DEADLINE) is TrayView.UNSEEN
    assert told.get(timeout=DEADLINE) == Status(Health.DOWN, (FaultCode.PAPER_SENSOR_LOST,))
    sensor.plug()
    assert told.get(timeout=DEADLINE) == Status(Health.OK)
    driver.close()


@pytest.mark.parametrize(
    ("kind", "code", "number", "length"),
    [(evdev.EV_KEY, 0x1F, 0x80044518, 4), (evdev.EV_SW, 0x0B, 0x8002451B, 2)],  # EVIOCGKEY(4), EVIOCGSW(2)
)
@pytest.mark.parametrize("on", [True, False])
def test_the_kernel_is_asked_for_the_state_of_now_by_the_numbers_of_its_header(
    kind: int, code: int, number: int, length: int, monkeypatch: pytest.MonkeyPatch, *, on: bool
) -> None:
    """No such device can be made here: the request is compared with what linux/input.h makes of it."""

    def kernel(_device: int, asked: int, bits: bytearray) -> None:
        assert (asked, len(bits)) == (number, length)
        bits[code // 8] = 1 << code % 8 if on else 0xFF & ~(1 << code % 8)

    monkeypatch.setattr(fcntl, "ioctl", kernel)
    assert evdev.is_on(0, kind, code) is on


# --- in a visit ----------------------------------------------------------------------------------------------------


def printed(phase: JobPhase = JobPhase.PRINTED) -> Visit:
    job = Job(Document(TICKET, RESIDENCE, b"%PDF", 1), Progress(phase, 1))
    return Visit(1, Printed((job,), (Order(TICKET, RESIDENCE),)))


def after(visit: Visit, *happened: events.Event) -> Visit:
    for event in happened:
        visit, _ = step(visit, event)
    return visit


def test_paper_that_is_taken_ends_the_visit_without_a_touch() -> None:
    end = after(printed(), SEES, SEES_NONE)
    assert isinstance(end.state, Goodbye)
    assert not end.paper_left


def test_whoever_still_has_something_to_read_is_not_hurried_away() -> None:
    """The document is unknown: what came out was taken, and the screen that says what to do stays."""
    assert isinstance(after(printed(JobPhase.UNKNOWN), SEES, SEES_NONE).state, Printed)


def test_a_sensor_that_never_saw_paper_leaves_the_question_standing() -> None:
    assert isinstance(after(printed(), SEES_NONE).state, Printed)


def test_paper_that_stays_is_reminded_of_twice_and_then_asked_of_the_next() -> None:
    visit, clock = after(printed(), SEES), events.TimedOut(events.Clock.STEP)
    for reminders in (1, 2):
        visit = after(visit, clock)
        assert isinstance(visit.state, Printed)
        assert visit.state.reminders == reminders
    visit = after(visit, clock, clock)
    assert isinstance(visit.state, Portal)
    assert isinstance(after(visit, events.DocumentsAsked()).state, PaperLeft)
    assert isinstance(after(visit, events.CodeAsked()).state, PaperLeft)


def test_what_is_taken_after_the_visit_is_asked_of_nobody() -> None:
    left = after(printed(), SEES, events.StopPressed(), events.TimedOut(events.Clock.STEP))
    assert left.paper_left
    assert isinstance(after(left, SEES_NONE, events.DocumentsAsked()).state, AskCard)


def test_the_question_goes_away_with_the_paper() -> None:
    asked = after(Visit(), SEES, events.DocumentsAsked())
    assert isinstance(asked.state, PaperLeft)
    assert isinstance(after(asked, SEES_NONE).state, AskCard)


def test_a_sensor_that_is_stuck_stops_nobody() -> None:
    """Whoever says that the slot is empty goes on; the sensor counts again once it sees something else."""
    visit = after(Visit(), SEES, events.DocumentsAsked(), events.PaperGone())
    assert isinstance(visit.state, AskCard)
    assert isinstance(after(replace(visit, state=Portal()), BLIND, SEES, events.DocumentsAsked()).state, PaperLeft)


def test_a_sensor_that_is_lost_leaves_it_to_the_question_again() -> None:
    visit = after(
        printed(), SEES_NONE, BLIND, *(events.TimedOut(one) for one in (events.Clock.IDLE, events.Clock.GONE))
    )
    assert visit.paper_left


def lines(visit: Visit, event: events.Event) -> list[What]:
    then, effects = step(visit, event)
    told: tuple[Effect, ...] = effects
    return [line.what for line in audit_lines(visit, event, then, told)]


def test_what_became_of_the_paper_is_in_the_audit_trail_and_in_the_journal() -> None:
    seen = after(printed(), SEES)
    assert What.PAPER_TAKEN in lines(seen, SEES_NONE)
    assert What.PAPER_LEFT in lines(seen, events.StopPressed())
    assert What.PAPER_GONE in lines(after(Visit(), SEES), SEES_NONE)
    assert says_it_is_empty(seen, SEES_NONE)
    assert says_it_is_empty(printed(), events.PaperTaken(yes=True))
    assert not says_it_is_empty(printed(), SEES)
    assert not says_it_is_empty(Visit(), events.PaperTaken(yes=True))
