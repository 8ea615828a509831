"""From a claim to a shut door: ask the back end, open, watch it being shut, and hear what became of the thing.

A pulse sent is not a door opened, and a door opened is not a thing taken: only the lock's word leads to an open door,
only the sensor's or the resident's to something collected. Several things come one door after the other.
"""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.doors import (
    TIMES,
    AskTaken,
    AtDoor,
    Collect,
    Collecting,
    DoorAsked,
    DoorEnding,
    DoorFailed,
    DoorGranted,
    DoorOpen,
    DoorOpened,
    DoorOpening,
    DoorShut,
    FoundNothing,
    NextDoor,
    OpenDoor,
    SettleDoor,
    Thing,
    Took,
)
from kiosk_app.effects import Effect, WatchForRemoval
from kiosk_app.events import BackEndFailed, Event, TimedOut
from kiosk_app.leaving import REMINDERS, Step, home, leave, refuse
from kiosk_app.products import Product
from kiosk_app.visit import CardSlot, Notice, Visit


def things_in(products: tuple[Product, ...]) -> tuple[Thing, ...]:
    """Give what waits behind a door and can be had now."""
    return tuple(
        Thing(one.ticket, one.claim, one.title, one.compartment)
        for one in products
        if one.refusal is None and one.compartment is not None and one.ticket is not None and one.claim is not None
    )


def as_offered(products: tuple[Product, ...], paper: FaultCode | None, doors: FaultCode | None) -> tuple[Product, ...]:
    """Refuse what could not be finished now: on paper, or out of a compartment."""

    def offered(one: Product) -> Product:
        stops = paper if one.compartment is None else doors
        return one if stops is None or one.refusal is not None else structs.replace(one, refusal=stops)

    return tuple(offered(one) for one in products)


def begin(visit: Visit, things: tuple[Thing, ...]) -> Step:
    """Collect these, one after the other."""
    first, *rest = things
    watch = (WatchForRemoval(visit.number),) if visit.slot is CardSlot.IN else ()
    return replace(visit, state=Collecting(first, tuple(rest))), (Collect(visit.number, first), *watch)


def rules(visit: Visit, state: AtDoor, event: Event) -> Step:
    """Give the rules of a door, from the question whether it may open until it is shut."""
    match state, event:
        case Collecting(thing), DoorGranted(_, ticket) if ticket == thing.ticket:
            return _open_when_free(visit, replace(state, granted=True))
        case Collecting(thing, granted=False), BackEndFailed(_, fault):
            return _not_opened(visit, thing, state.rest, fault)
        case Collecting(), TimedOut():
            return _too_long(visit, state)
        case DoorOpening(thing), DoorOpened(_, ticket) if ticket == thing.ticket:
            return replace(visit, state=DoorOpen(thing, state.rest, state.times)), ()
        case DoorOpening(thing), DoorFailed(_, ticket, fault) if ticket == thing.ticket:
            return _failed(visit, state.rest, fault, ())
        case DoorOpening(thing), TimedOut():
            return _failed(visit, state.rest, FaultCode.DOOR_UNKNOWN, (SettleDoor(visit.number, thing.ticket, None),))
        case DoorOpen(thing), DoorShut(_, ticket, word) if ticket == thing.ticket:
            return _shut(visit, state, word)
        case DoorOpen(), TimedOut():
            return _remind(visit, state)
        case AskTaken() | NextDoor(), _:
            return _answered(visit, state, event)
        case _:
            return visit, ()


def card_out(visit: Visit, state: Collecting) -> Step:
    """Go on without the card."""
    return _open_when_free(visit, state)


def card_back_in(visit: Visit, state: Collecting) -> Step:
    """Ask for it once more: no door opens beside a card that would be forgotten over it."""
    return replace(visit, state=state), (WatchForRemoval(visit.number),)


def _open_when_free(visit: Visit, state: Collecting) -> Step:
    """Open once the back end said yes and no card is in the slot that would be forgotten."""
    if not state.granted or visit.slot is CardSlot.IN:
        return replace(visit, state=state), ()
    thing = state.thing
    opens = OpenDoor(visit.number, thing.ticket, thing.compartment)
    return replace(visit, state=DoorOpening(thing, state.rest, state.times)), (opens,)


def _too_long(visit: Visit, state: Collecting) -> Step:
    """Give up on a back end that does not answer; or ask for the card once more, and then give up on that."""
    if visit.slot is not CardSlot.IN:
        return _not_opened(visit, state.thing, state.rest, FaultCode.BACKEND_SLOW)
    if state.reminders + 1 >= REMINDERS:
        return home(visit)
    return replace(visit, state=replace(state, reminders=state.reminders + 1)), ()


def _not_opened(visit: Visit, thing: Thing, rest: tuple[Thing, ...], fault: FaultCode) -> Step:
    """Let the back end know that nothing will open under this ticket, whatever it answered."""
    settled = SettleDoor(visit.number, thing.ticket, DoorEnding.NOT_OPENED, fault)
    return _failed(visit, rest, fault, (settled,))


def _failed(visit: Visit, rest: tuple[Thing, ...], fault: FaultCode, effects: tuple[Effect, ...]) -> Step:
    """Say what went wrong with this door, and that there is another one where there is."""
    done = replace(visit, state=NextDoor(rest, fault))
    if rest:
        return done, effects
    after, more = refuse(done, fault)
    return replace(after, state=Notice(fault, at_door=True)), (*effects, *more)


def _shut(visit: Visit, state: DoorOpen, word: ThingWord) -> Step:
    if word is ThingWord.NONE:
        return _collected(visit, state)
    return replace(visit, state=AskTaken(state.thing, state.rest, state.times, word)), ()


def _collected(visit: Visit, state: DoorOpen | AskTaken) -> Step:
    """Go on to the next thing, or say goodbye after the last."""
    settled = SettleDoor(visit.number, state.thing.ticket, DoorEnding.COLLECTED)
    done = replace(visit, state=NextDoor(state.rest))
    if state.rest:
        return done, (settled,)
    after, effects = leave(done)
    return after, (settled, *effects)


def _remind(visit: Visit, state: DoorOpen) -> Step:
    """Ask to shut the door once more; who does not is gone, and then the door is the operator's."""
    if state.reminders + 1 >= REMINDERS:
        return home(visit)
    return replace(visit, state=replace(state, reminders=state.reminders + 1)), ()


def _answered(visit: Visit, state: AskTaken | NextDoor, event: Event) -> Step:
    """Take the resident's word; none is none, and then the lock's and the sensor's are all there is."""
    match state, event:
        case NextDoor(), DoorAsked():
            return begin(visit, state.rest)
        case AskTaken(), Took():
            return _collected(visit, state)
        case AskTaken(thing), FoundNothing():
            settled = SettleDoor(visit.number, thing.ticket, DoorEnding.FOUND_EMPTY, FaultCode.NOTHING_INSIDE)
            return _failed(visit, state.rest, FaultCode.NOTHING_INSIDE, (settled,))
        case AskTaken(thing), DoorAsked() if state.times < TIMES:
            again = Collecting(thing, state.rest, granted=True, times=state.times + 1)
            if visit.slot is CardSlot.IN:  # somebody put one in meanwhile
                return card_back_in(visit, again)
            return _open_when_free(visit, again)
        case _:
            return visit, ()
