"""From choice to documents: choose, check, confirm; then the card comes out while the documents are made.

The card is not needed after the confirmation, so nobody waits with it in the slot: whichever comes last, the card out
or the last document here, starts the printer.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hardware.faults import FaultCode
from kiosk_app import delivery
from kiosk_app.effects import Abandon, Effect, EndSession, OrderDocument, PreparePrint, WatchForRemoval
from kiosk_app.events import (
    AnotherAsked,
    ChangeAsked,
    ChoiceDone,
    Chose,
    Confirmed,
    DocumentReady,
    Event,
    OrderFailed,
    PageTurned,
    TimedOut,
)
from kiosk_app.leaving import REMINDERS, Step, home, refuse
from kiosk_app.visit import CardSlot, Checking, Choosing, Order, Ordering, Product, TakeCard, Visit

_Making = TakeCard | Ordering


def rules(visit: Visit, state: Choosing | Checking | _Making, event: Event) -> Step:
    """Give the rules from the list of products to documents in memory."""
    match state, event:
        case Choosing(), Chose(code):
            return replace(visit, state=_chose(state, code)), ()
        case Choosing(), PageTurned(page):
            return replace(visit, state=replace(state, page=page)), ()
        case Choosing(chosen=(_, *_)), ChoiceDone():
            return replace(visit, state=Checking(state.person, state.products, state.chosen, several=True)), ()
        case Checking(), AnotherAsked():
            return replace(visit, state=Choosing(state.person, state.products, state.chosen, several=True)), ()
        case Checking(), ChangeAsked():
            kept = state.chosen if state.several else ()
            return replace(visit, state=Choosing(state.person, state.products, kept, several=state.several)), ()
        case Checking(), Confirmed(tickets) if len(tickets) == len(state.chosen):
            return _confirmed(visit, state, tickets)
        case ((TakeCard() | Ordering()), DocumentReady(_, document)) if document.ticket in _awaited(state):
            return _when_all_here(visit, replace(state, documents=(*state.documents, document)))
        case ((TakeCard() | Ordering()), OrderFailed(_, ticket, fault)) if ticket in _awaited(state):
            return _when_all_here(visit, _failed(state, {ticket}, fault))
        case TakeCard(), TimedOut():
            return _remind(visit, state)
        case Ordering(), TimedOut():
            return _too_late(visit, state)
        case _:
            return visit, ()


def _chose(state: Choosing, code: str) -> Choosing | Checking:
    available = [product.code for product in state.products if product.refusal is None]
    if code not in available:
        return state
    if not state.several:
        return Checking(state.person, state.products, (code,))
    chosen = tuple(c for c in available if (c in state.chosen) != (c == code))
    return replace(state, chosen=chosen)


def _confirmed(visit: Visit, state: Checking, tickets: tuple[UUID, ...]) -> Step:
    """Order each document under a ticket of its own, unless meanwhile it could not be finished."""
    if visit.offer.documents is not None:
        return refuse(visit, visit.offer.documents)
    products: dict[str, Product] = {product.code: product for product in state.products}
    orders = tuple(Order(ticket, products[code]) for ticket, code in zip(tickets, state.chosen, strict=True))
    wishes: tuple[Effect, ...] = (
        *(OrderDocument(visit.number, order.ticket, order.product) for order in orders),
        *(PreparePrint(visit.number, order.ticket, order.product) for order in orders),
    )
    if visit.slot is CardSlot.EMPTY:
        return replace(visit, state=Ordering(orders)), wishes
    return replace(visit, state=TakeCard(orders)), (*wishes, WatchForRemoval(visit.number))


def card_out(visit: Visit, state: TakeCard) -> Step:
    """Go on without the card: print what is here, or wait for what is not."""
    if _awaited(state):
        return replace(visit, state=Ordering(state.orders, state.documents)), ()
    return delivery.start_printing(visit, state.documents, state.orders)


def card_back_in(visit: Visit, state: Ordering) -> Step:
    """Ask for it once more: nothing is printed beside a card that would be forgotten over the paper."""
    return replace(visit, state=TakeCard(state.orders, state.documents)), (WatchForRemoval(visit.number),)


def _remind(visit: Visit, state: TakeCard) -> Step:
    """Ask for the card once more; after the last time the documents are given up and the card is left where it is."""
    if state.reminders + 1 >= REMINDERS:
        return home(visit)
    return replace(visit, state=replace(state, reminders=state.reminders + 1)), ()


def _awaited(state: _Making) -> set[UUID]:
    here = {document.ticket for document in state.documents}
    return {order.ticket for order in state.orders if order.fault is None} - here


def _failed(state: _Making, tickets: set[UUID], fault: FaultCode) -> _Making:
    orders = tuple(replace(order, fault=fault) if order.ticket in tickets else order for order in state.orders)
    return replace(state, orders=orders)


def _too_late(visit: Visit, state: Ordering) -> Step:
    late = _awaited(state)
    after, effects = _when_all_here(visit, _failed(state, late, FaultCode.BACKEND_SLOW))
    return after, (*(Abandon(visit.number, ticket, FaultCode.BACKEND_SLOW) for ticket in late), *effects)


def _when_all_here(visit: Visit, state: _Making) -> Step:
    """Go on once nothing is awaited: print when the card is out; until then only the session ends."""
    after = replace(visit, state=state)
    if _awaited(state):
        return after, ()
    if not state.documents:
        return refuse(after, next(o.fault for o in state.orders if o.fault is not None))
    if isinstance(state, Ordering):
        return delivery.start_printing(visit, state.documents, state.orders)
    return after, (EndSession(visit.number),)
