"""Beginning and ending a visit: wherever it ends, everything of the resident is let go in the same way."""

from __future__ import annotations

from dataclasses import replace

from hardware.devices import Applet
from hardware.faults import FaultCode
from kiosk_app.doors import AskTaken, Collecting, DoorOpen, DoorOpening, SettleDoor
from kiosk_app.effects import Abandon, Effect, EndSession, Forget, ForgetPin, ReleaseCard
from kiosk_app.visit import (
    AskCard,
    CardBack,
    CardSlot,
    EnterCode,
    Goodbye,
    Notice,
    Offerings,
    Order,
    Ordering,
    PaperLeft,
    Portal,
    StaffAtWork,
    State,
    TakeCard,
    Viewing,
    Visit,
)

Step = tuple[Visit, tuple[Effect, ...]]

# How often a forgotten card, or paper that a sensor still sees, is asked for before the kiosk gives up.
REMINDERS = 3


def begin(visit: Visit, state: State) -> Visit:
    """Give a new visit, with a number of its own."""
    return replace(visit, number=visit.number + 1, state=state, overlay=None)


def letting_go(visit: Visit) -> tuple[Effect, ...]:
    """Give the effects that drop everything of the resident: PIN, card, session, and what workers hold."""
    number = visit.number
    return (
        *(Abandon(number, order.ticket, FaultCode.PRINT_STOPPED) for order in _unprinted(visit.state)),
        *_unsettled(visit),
        ForgetPin(),
        ReleaseCard(number),
        EndSession(number),
        Forget(number),
    )


def leave(visit: Visit) -> Step:
    """End the visit: ask for a card that is still in, say goodbye where something was begun, or go home."""
    if visit.slot is CardSlot.IN:
        state: State = CardBack()
    elif isinstance(visit.state, Notice | AskCard | PaperLeft | Offerings | EnterCode | StaffAtWork):
        state = Portal()
    else:
        state = Goodbye()
    return replace(visit, state=state), letting_go(visit)


def home(visit: Visit) -> Step:
    """Go back to the portal. A card that is still in the slot starts nothing until it has been out."""
    slot = CardSlot.EMPTY if visit.slot is CardSlot.EMPTY else CardSlot.STALE
    return replace(visit, state=Portal(), slot=slot), letting_go(visit)


def refuse(visit: Visit, fault: FaultCode, applet: Applet | None = None) -> Step:
    """Stop here and say why; what the visit held is dropped before the notice shows."""
    return replace(visit, state=Notice(fault, applet)), letting_go(visit)


def _unprinted(state: State) -> tuple[Order, ...]:
    """Give the orders that were confirmed and will not be printed when the visit ends in this state."""
    if isinstance(state, Ordering | TakeCard | Viewing):
        return tuple(order for order in state.orders if order.fault is None and order.later is None)
    return ()


def _unsettled(visit: Visit) -> tuple[Effect, ...]:
    """Leave a door that this visit asked for to what its lock and sensor say."""
    if isinstance(visit.state, Collecting | DoorOpening | DoorOpen | AskTaken):
        return (SettleDoor(visit.number, visit.state.thing.ticket, None),)
    return ()
