"""Which clocks run in which state: they follow from the state alone, so that time always leads home."""

from __future__ import annotations

from kiosk_app.doors import AskTaken, Collecting, DoorOpen, DoorOpening, NextDoor
from kiosk_app.effects import Cancel, Effect, Start
from kiosk_app.events import Clock, Event, JobChanged, RemedyGiven, SlipEnded, Spoken, Touch
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    CardSlot,
    Checking,
    Choosing,
    EnterCode,
    EnterPin,
    Goodbye,
    LastTry,
    Notice,
    NotTaken,
    Offerings,
    OpeningCode,
    Ordering,
    Overlay,
    PaperLeft,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Recognising,
    SigningIn,
    StaffAtWork,
    State,
    TakeCard,
    TrayView,
    Viewing,
    Visit,
)

# The states that wait for a person: a touch, and a sentence that was said, start their clock anew.
_PATIENT = (
    *(Portal, AskCard, Offerings, EnterCode, PaperLeft, EnterPin, LastTry, Choosing, Asking, Checking),
    *(Viewing, Notice, NotTaken, Printed, AskTaken, NextDoor, StaffAtWork, TakeCard, CardBack, DoorOpen),
)


def clock_effects(before: Visit, after: Visit, event: Event) -> tuple[Effect, ...]:
    """Give what to start and stop on the way from one visit to the next."""
    old, new = running(before), running(after)
    entered = type(after.state) is not type(before.state) or old != new
    # Who listens is given as long after a sentence as who reads.
    felt = isinstance(event, Touch | Spoken) and not _counts_down(after.state)
    touched = felt and isinstance(after.state, _PATIENT)
    # News gives time to read it: a code that comes late stands as long as one that was there at once.
    news = isinstance(event, JobChanged | RemedyGiven | SlipEnded) and isinstance(after.state, Printing | Printed)
    reminded = getattr(after.state, "reminders", 0) != getattr(before.state, "reminders", 0)
    works = _is_at_work_on_another_page(before.state, after.state)
    stopped = tuple(Cancel(clock) for clock in old if clock not in new)
    again = entered or touched or news or reminded or works
    return stopped + tuple(Start(clock, lasts) for clock, lasts in new.items() if again)


def _counts_down(state: State) -> bool:
    """Whether seconds are counted, which go on whatever is touched: a key that hangs would stop them for ever."""
    return isinstance(state, StaffAtWork) and state.work.lasts == "tick"


def _is_at_work_on_another_page(before: State, after: State) -> bool:
    """Whether a page of maintenance changed, each second of a countdown too; how devices do is no work of anybody."""
    match before, after:
        case StaffAtWork(was), StaffAtWork(work):
            return was.page != work.page
        case _:
            return False


def running(visit: Visit) -> dict[Clock, str]:
    """Give the clocks that run in a visit, each with the name of its time-out."""
    if visit.overlay is Overlay.STILL_THERE:
        return {Clock.GONE: "still_there"}
    if isinstance(visit.state, Portal) and visit.is_touched:
        return {Clock.IDLE: "idle"}
    if isinstance(visit.state, Printed) and visit.tray is not TrayView.PAPER:  # else it is asked for, three times
        return {Clock.IDLE: "take_paper"}
    return _of_state(visit.state, visit.slot)


def _of_state(state: State, slot: CardSlot) -> dict[Clock, str]:
    match state:
        case Portal():
            return {}
        case PaperLeft() | AskCard() | Offerings() | EnterCode() | EnterPin() | LastTry():
            return {Clock.IDLE: "idle"}
        case Choosing() | Asking() | Checking() | Viewing():
            return {Clock.IDLE: "idle"}
        case Recognising():
            return {Clock.STEP: "recognise"}
        case SigningIn() | PinOnReader(signing=False) | OpeningCode():
            return {Clock.STEP: "sign_in"}
        case PinOnReader():
            return {Clock.STEP: "pin_on_reader"}
        case Ordering():
            return {Clock.STEP: "order"}
        case TakeCard() | CardBack():
            return {Clock.STEP: "take_card"}
        case Printing():
            return {Clock.STEP: "print_net"}
        case Printed():
            return {Clock.STEP: "take_paper"}
        case Collecting():
            return {Clock.STEP: "take_card" if slot is CardSlot.IN else "sign_in"}
        case DoorOpening():
            return {Clock.STEP: "door_opening"}
        case DoorOpen():
            return {Clock.STEP: "door_open"}
        case AskTaken() | NextDoor():
            return {Clock.IDLE: "take_paper"}
        case StaffAtWork(work):
            return {Clock.STEP: work.lasts}
        case Notice() | NotTaken():
            return {Clock.IDLE: "notice"}
        case Goodbye():
            return {Clock.STEP: "goodbye"}
