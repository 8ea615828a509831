"""What has to be known about the chosen products before an order: for what, for whom, on paper or not."""

from __future__ import annotations

from dataclasses import replace

from kiosk_app.events import AllErased, Answered, ChangeAsked, Event, LastErased, PageTurned, SignTyped, TypingDone
from kiosk_app.leaving import Step
from kiosk_app.products import Channel, Details, Product, Question, details_of, open_question
from kiosk_app.visit import Asking, Checking, Choosing, Person, Visit

# The name of an employer or a club; the contract takes 100.
RECIPIENT_MAX = 60


def onwards(
    visit: Visit,
    person: Person | None,
    products: tuple[Product, ...],
    chosen: tuple[str, ...],
    details: tuple[Details, ...] = (),
    *,
    several: bool,
) -> Visit:
    """Ask the next thing about what was chosen; when nothing is open any more, show the check screen."""
    for product in (product for product in products if product.key in chosen):
        question = open_question(product, details_of(product, details))
        if question is not None:
            return replace(visit, state=Asking(person, products, chosen, several, details, product, question))
    return replace(visit, state=Checking(person, products, chosen, several, details))


def rules(visit: Visit, state: Asking, event: Event) -> Step:
    """Give the rules while something is asked."""
    match event:
        case Answered(answer):
            return _answered(visit, state, answer), ()
        case TypingDone() if state.question is Question.RECIPIENT and state.typed.strip():
            return _known(visit, state, replace(_answers(state), recipient=state.typed.strip())), ()
        case ChangeAsked():
            kept = state.chosen if state.several else ()
            return replace(visit, state=Choosing(state.person, state.products, kept, several=state.several)), ()
        case PageTurned(page):
            return replace(visit, state=replace(state, page=page)), ()
        case SignTyped() | LastErased() | AllErased() if state.question is Question.RECIPIENT:
            return replace(visit, state=replace(state, typed=typed_on(state.typed, event, RECIPIENT_MAX))), ()
        case _:
            return visit, ()


def typed_on(typed: str, event: SignTyped | LastErased | AllErased, most: int) -> str:
    """Give what stands there after one more touch of a key."""
    match event:
        case SignTyped(sign):
            return (typed + sign)[:most]
        case LastErased():
            return typed[:-1]
        case AllErased():
            return ""


def _answers(state: Asking) -> Details:
    return details_of(state.product, state.details)


def _answered(visit: Visit, state: Asking, answer: str) -> Visit:
    """Take an answer that this question has; another changes nothing."""
    purpose = next((one for one in state.product.purposes if one.code == answer), None)
    if state.question is Question.PURPOSE and purpose is not None:
        return _known(visit, state, replace(_answers(state), purpose=purpose))
    if state.question is Question.CHANNEL and answer in {channel.value for channel in Channel}:
        return _known(visit, state, replace(_answers(state), channel=Channel(answer)))
    if state.question is Question.LANGUAGE and answer in state.product.languages:
        return _known(visit, state, replace(_answers(state), language=answer))
    if state.question is Question.COPIES and answer in map(str, range(1, state.product.max_copies + 1)):
        return _known(visit, state, replace(_answers(state), copies=int(answer)))
    return visit


def _known(visit: Visit, state: Asking, answers: Details) -> Visit:
    others = tuple(one for one in state.details if one.key != answers.key)
    return onwards(visit, state.person, state.products, state.chosen, (*others, answers), several=state.several)
