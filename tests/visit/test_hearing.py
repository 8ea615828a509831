"""Reading aloud: when it begins, what ends it, what is said to anybody, and how long who listens is given."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from hardware.devices import Applet, KeypadKey
from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.doors import DoorOpen, SettleDoor, Thing
from kiosk_app.effects import Say, Start
from kiosk_app.events import Clock, HeadsetChanged, Spoken, TimedOut, VoiceAsked, VoiceSwitched, VolumeTurned
from kiosk_app.keys import Meaning, meaning
from kiosk_app.maintenance import happenings, work
from kiosk_app.step import step
from kiosk_app.touches import Steer
from kiosk_app.visit import (
    AskCard,
    CardBack,
    CardSlot,
    EnterCode,
    EnterPin,
    Notice,
    Overlay,
    Portal,
    StaffAtWork,
    TakeCard,
    Visit,
    Voice,
)

THING = Thing(UUID(int=1), UUID(int=2), "Paspoort", 7)
LISTENS = Voice(on=True, headset=True, volume=3)
USUAL = 1


def said(visit: Visit, event: events.Event) -> bool:
    """Whether it is said aloud, to whoever is there."""
    return Say() in step(visit, event)[1]


def test_a_headset_that_goes_in_begins_it_and_one_that_comes_out_ends_it() -> None:
    visit, effects = step(Visit(), HeadsetChanged(inside=True))
    assert (visit.voice, effects[0]) == (Voice(on=True, headset=True, volume=USUAL), Say())
    same, _ = step(replace(visit, voice=LISTENS), HeadsetChanged(inside=True))
    assert same.voice == LISTENS
    out, effects = step(visit, HeadsetChanged(inside=False))
    assert (out.voice, Say() in effects) == (Voice(), False)


def test_the_tactile_key_begins_it_and_says_it_again() -> None:
    visit, effects = step(Visit(), VoiceAsked())
    assert (visit.voice.on, visit.voice.headset, Say() in effects) == (True, False, True)
    again, effects = step(visit, VoiceAsked())
    assert (again, Say() in effects) == (visit, True)
    silent, effects = step(visit, VoiceSwitched(on=False))
    assert (silent.voice.on, Say() in effects) == (False, False)


def test_volume_goes_up_and_down_within_its_four_steps() -> None:
    visit = Visit(voice=Voice(on=True))
    for steps, volume in ((1, 2), (1, 3), (1, 3), (-1, 2), (-1, 1), (-1, 0), (-1, 0)):
        visit, effects = step(visit, VolumeTurned(steps))
        assert (visit.voice.volume, Say() in effects) == (volume, True)


def test_all_of_it_falls_back_at_the_end_of_the_visit_and_a_headset_that_stayed_is_known() -> None:
    visit, _ = step(Visit(1, AskCard(), voice=LISTENS), events.StopPressed())
    assert isinstance(visit.state, Portal)
    assert visit.voice == Voice(headset=True)
    asked, _ = step(visit, VoiceAsked())
    assert asked.voice == Voice(on=True, headset=True, volume=USUAL)


def test_a_portal_that_was_left_speaking_falls_silent() -> None:
    visit, effects = step(Visit(), VoiceAsked())
    assert Start(Clock.IDLE, "idle") in effects
    asked, effects = step(visit, TimedOut(Clock.IDLE))
    assert (asked.overlay, Say() in effects) == (Overlay.STILL_THERE, True)
    after, _ = step(asked, TimedOut(Clock.GONE))
    assert after == Visit()


def test_what_is_forgotten_is_said_to_anybody_and_so_is_time_that_runs_out() -> None:
    asks = Visit(1, AskCard())
    assert said(asks, TimedOut(Clock.IDLE))
    assert said(Visit(1, EnterPin(Applet.V1_8, 3), slot=CardSlot.IN), events.StopPressed())
    assert said(Visit(1, CardBack(), slot=CardSlot.IN), TimedOut(Clock.STEP))
    assert not said(asks, events.CodeAsked())
    assert not said(asks, events.HelpAsked())


def test_a_door_that_stays_open_is_spoken_of_to_anybody_and_then_left_to_who_watches_it() -> None:
    visit = Visit(1, DoorOpen(Thing(UUID(int=1), UUID(int=2), "Cadeaubon", 7)))
    for _ in range(2):
        visit, effects = step(visit, TimedOut(Clock.STEP))
        assert Say() in effects
        assert isinstance(visit.state, DoorOpen)
    visit, effects = step(visit, TimedOut(Clock.STEP))
    assert SettleDoor(1, UUID(int=1), None) in effects
    assert isinstance(visit.state, Portal)


def test_who_listens_is_given_as_long_after_a_sentence_as_who_reads() -> None:
    for visit in (Visit(1, AskCard()), Visit(1, AskCard(), overlay=Overlay.STILL_THERE)):
        _, effects = step(visit, Spoken())
        assert [type(effect) for effect in effects] == [Start]
    assert step(Visit(), Spoken()) == (Visit(), ())


def test_whoever_is_asked_for_a_hand_is_given_all_the_time_again_by_a_touch_and_after_a_sentence() -> None:
    for state in (CardBack(), TakeCard(()), DoorOpen(THING)):
        for event in (events.HelpAsked(), Spoken()):
            _, effects = step(Visit(1, state, slot=CardSlot.IN), event)
            assert [type(effect) for effect in effects] == [Start], (state, event)


def test_a_warning_is_not_missed_behind_a_page_of_help() -> None:
    for state in (CardBack(), TakeCard(()), DoorOpen(THING)):
        visit, effects = step(Visit(1, state, slot=CardSlot.IN, overlay=Overlay.HELP), TimedOut(Clock.STEP))
        assert (visit.overlay, Say() in effects) == (None, True), state


def test_time_can_be_had_again_as_often_as_asked_for() -> None:
    """EN 301 549 9.2.2.1 asks for ten times."""
    visit = Visit(1, AskCard())
    for _ in range(30):
        visit, _ = step(visit, TimedOut(Clock.IDLE))
        assert visit.overlay is Overlay.STILL_THERE
        answer = meaning(visit, 6)
        assert isinstance(answer, events.StillHere)
        visit, effects = step(visit, answer)
        assert (visit, Start(Clock.IDLE, "idle") in effects) == (Visit(1, AskCard()), True)


PAD = EnterPin(Applet.V1_8, 3)
AT_THE_DOOR = Visit(
    1, StaffAtWork(work.Work("T-03", work.StaffRole.TECHNICIAN, work.EnterCode(work.Factor.PIN))), slot=CardSlot.IN
)


@pytest.mark.parametrize(
    ("visit", "key", "expected"),
    [
        (Visit(1, PAD), 5, 5),
        (Visit(1, PAD), 0, 0),
        (Visit(1, PAD), KeypadKey.OK, events.PinEntered()),
        (Visit(1, replace(PAD, typed=1)), KeypadKey.ERASE, events.LastErased()),
        (Visit(1, PAD), KeypadKey.ERASE, events.PinUnknown()),
        (Visit(1, PAD), KeypadKey.CANCEL, events.StopPressed()),
        (Visit(1, PAD, overlay=Overlay.PIN_UNKNOWN), 5, Steer.CHOOSE),
        (Visit(1, PAD, overlay=Overlay.STILL_THERE), 5, events.StillHere()),
        (Visit(1, PAD, overlay=Overlay.STILL_THERE), KeypadKey.CANCEL, events.StopPressed()),
        (Visit(), 6, Steer.NEXT),
        (Visit(), 4, Steer.PREVIOUS),
        (Visit(), 5, Steer.CHOOSE),
        (Visit(), KeypadKey.OK, Steer.CHOOSE),
        (Visit(), KeypadKey.NEXT, Steer.NEXT),
        (Visit(), 0, VoiceAsked()),
        (Visit(), 9, VolumeTurned(1)),
        (Visit(), 7, VolumeTurned(-1)),
        (Visit(), 1, None),
        (Visit(), KeypadKey.ERASE, None),
        (Visit(1, EnterCode("4F")), KeypadKey.ERASE, events.LastErased()),
        (Visit(1, EnterCode("4F")), 8, Steer.DOWN),
        (AT_THE_DOOR, 5, 5),
        (AT_THE_DOOR, 0, 0),
        (AT_THE_DOOR, KeypadKey.OK, events.WorkTouched(happenings.CodeTyped())),
        (AT_THE_DOOR, KeypadKey.ERASE, events.LastErased()),
        (AT_THE_DOOR, KeypadKey.CANCEL, events.StopPressed()),
        (Visit(1, StaffAtWork(work.Work("T-03", work.StaffRole.TECHNICIAN, work.Menu()))), 5, Steer.CHOOSE),
    ],
)
def test_a_key_means_what_is_asked_for_at_that_moment(visit: Visit, key: int | KeypadKey, expected: Meaning) -> None:
    assert meaning(visit, key) == expected


def test_a_notice_is_read_out_before_its_time_begins_to_run() -> None:
    notice = Visit(1, Notice(FaultCode.PIN_BLOCKED))
    _, effects = step(notice, Spoken())
    assert Start(Clock.IDLE, "notice") in effects
