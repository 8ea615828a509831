"""From choice to documents: choose, check, confirm; then the card comes out while the documents are made.

The card is not needed after the confirmation, so nobody waits with it in the slot: whichever comes last, the card out
or the last document here, starts the printer.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hardware.faults import FaultCode
from kiosk_app import collecting, delivery, viewing
from kiosk_app.effects import Abandon, Effect, EndSession, OrderDocument, PreparePrint, WatchForRemoval
from kiosk_app.events import (
    AnotherAsked,
    ChangeAsked,
    ChoiceDone,
    Chose,
    Confirmed,
    DocumentReady,
    Event,
    LookAsked,
    OrderFailed,
    OrderTaken,
    PageTurned,
    TimedOut,
)
from kiosk_app.leaving import REMINDERS, Step, home, refuse
from kiosk_app.products import Details, Later, Product, copies_of, details_of
from kiosk_app.questions import onwards
from kiosk_app.visit import CardSlot, Checking, Choosing, Order, Ordering, TakeCard, Viewing, Visit

_Making = TakeCard | Ordering


def rules(visit: Visit, state: Choosing | Checking | _Making, event: Event) -> Step:
    """Give the rules from the list of products to documents in memory."""
    match state, event:
        case Choosing(), Chose(code):
            return _chose(visit, state, code)
        case Choosing(), PageTurned(page):
            return replace(visit, state=replace(state, page=page)), ()
        case Choosing(chosen=(_, *_)), ChoiceDone():
            return onwards(visit, state.person, state.products, state.chosen, several=True), ()
        case Checking(), AnotherAsked():
            return replace(visit, state=Choosing(state.person, state.products, state.chosen, several=True)), ()
        case Checking(), ChangeAsked():
            kept = state.chosen if state.several else ()
            return replace(visit, state=Choosing(state.person, state.products, kept, several=state.several)), ()
        case Checking(), Confirmed(tickets) if len(tickets) == len(state.chosen):
            return _confirmed(visit, state, tickets)
        case ((TakeCard() | Ordering()), DocumentReady(_, document)) if document.ticket in _awaited(state):
            return _when_all_here(visit, replace(state, documents=(*state.documents, document)))
        case ((TakeCard() | Ordering()), OrderTaken(_, ticket, later)) if ticket in _awaited(state):
            return _when_all_here(visit, _taken(state, ticket, later))
        case ((TakeCard() | Ordering()), OrderFailed(_, ticket, fault)) if ticket in _awaited(state):
            return _when_all_here(visit, _failed(state, {ticket}, fault))
        case TakeCard(documents=(_, *_)), LookAsked() if not _awaited(state):
            return viewing.begin(visit, state)
        case TakeCard(), TimedOut():
            return _remind(visit, state)
        case Ordering(), TimedOut():
            return _too_late(visit, state)
        case _:
            return visit, ()


def _chose(visit: Visit, state: Choosing, key: str) -> Step:
    """Take a document for chosen, one or one more; a thing behind a door is collected at once, its like after it."""
    available = [product.key for product in state.products if product.refusal is None and product.compartment is None]
    things = collecting.things_in(state.products)
    first = [thing for thing in things if str(thing.claim) == key]
    if first and not state.several:
        return collecting.begin(visit, (*first, *(thing for thing in things if thing not in first)))
    if key not in available:
        return visit, ()
    if not state.several:
        return onwards(visit, state.person, state.products, (key,), several=False), ()
    chosen = tuple(one for one in available if (one in state.chosen) != (one == key))
    return replace(visit, state=replace(state, chosen=chosen)), ()


def _confirmed(visit: Visit, state: Checking, tickets: tuple[UUID, ...]) -> Step:
    """Order each document under a ticket of its own, unless meanwhile it could not be finished."""
    stops = visit.offer.codes if state.person is None else visit.offer.documents
    if stops is not None:
        return refuse(visit, stops)
    products: dict[str, Product] = {product.key: product for product in state.products}
    orders = tuple(Order(ticket, products[key]) for ticket, key in zip(tickets, state.chosen, strict=True))
    wishes: tuple[Effect, ...] = (
        *(_order(visit, order, state.details) for order in orders),
        *(_prepare(visit, order, state.details) for order in orders if _comes_out_now(order, state.details)),
    )
    if visit.slot is CardSlot.EMPTY:
        return replace(visit, state=Ordering(orders)), wishes
    return replace(visit, state=TakeCard(orders)), (*wishes, WatchForRemoval(visit.number))


def _order(visit: Visit, order: Order, details: tuple[Details, ...]) -> OrderDocument:
    return OrderDocument(visit.number, order.ticket, order.product, details_of(order.product, details))


def _prepare(visit: Visit, order: Order, details: tuple[Details, ...]) -> PreparePrint:
    copies = copies_of(order.product, details_of(order.product, details))
    return PreparePrint(visit.number, order.ticket, order.product, copies)


def _comes_out_now(order: Order, details: tuple[Details, ...]) -> bool:
    return not order.product.deferred and details_of(order.product, details).on_paper


def card_out(visit: Visit, state: TakeCard | Viewing) -> Step:
    """Go on without the card: print what is here, or wait for what is not."""
    if _awaited(state):
        return replace(visit, state=Ordering(state.orders, state.documents)), ()
    return delivery.deliver(visit, state.documents, state.orders)


def card_back_in(visit: Visit, state: Ordering) -> Step:
    """Ask for it once more: nothing is printed beside a card that would be forgotten over the paper."""
    return replace(visit, state=TakeCard(state.orders, state.documents)), (WatchForRemoval(visit.number),)


def _remind(visit: Visit, state: TakeCard) -> Step:
    """Ask for the card once more; after the last time the documents are given up and the card is left where it is."""
    if state.reminders + 1 >= REMINDERS:
        return home(visit)
    return replace(visit, state=replace(state, reminders=state.reminders + 1)), ()


def _awaited(state: _Making | Viewing) -> set[UUID]:
    here = {document.ticket for document in state.documents}
    return {order.ticket for order in state.orders if order.fault is None and order.later is None} - here


def _taken(state: _Making, ticket: UUID, later: Later) -> _Making:
    orders = tuple(replace(order, later=later) if order.ticket == ticket else order for order in state.orders)
    return replace(state, orders=orders)


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
    faults = [order.fault for order in state.orders if order.fault is not None]
    if len(faults) == len(state.orders):
        return refuse(after, faults[0])
    if isinstance(state, Ordering):
        return delivery.deliver(visit, state.documents, state.orders)
    return after, (EndSession(visit.number),)
