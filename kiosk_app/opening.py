"""Ways in without a card: the list of what can be had here, and a code that opens what waits behind it."""

from __future__ import annotations

from dataclasses import replace

from hardware.faults import FaultCode
from kiosk_app import collecting
from kiosk_app.effects import AskOfferings, OpenCode
from kiosk_app.events import (
    AllErased,
    BackEndFailed,
    CodeOpened,
    Event,
    LastErased,
    OfferingsReceived,
    PageTurned,
    SignTyped,
    TimedOut,
    TypingDone,
)
from kiosk_app.leaving import Step, refuse
from kiosk_app.products import Product
from kiosk_app.questions import onwards, typed_on
from kiosk_app.tray import may_hold_paper
from kiosk_app.visit import Choosing, EnterCode, Offerings, OpeningCode, PaperLeft, Visit

# Eight signs out of 21, none that is taken for another [docs/openapi/kiosk-service.yaml, Code].
CODE_LENGTH = 8
# What a resident can try again at once; everything else ends the way in.
_TRY_AGAIN = (FaultCode.CODE_UNKNOWN,)


def ask_code(visit: Visit) -> Step:
    """Ask for a code, unless what it stands for could not be finished now."""
    if visit.offer.with_code is not None:
        return refuse(visit, visit.offer.with_code)
    if may_hold_paper(visit):
        return replace(visit, state=PaperLeft()), ()
    return replace(visit, state=EnterCode()), ()


def signs_of(code: str) -> str | None:
    """Give the signs of a code as it was scanned; None for a bar code of a shop, a web address, anything else."""
    signs = code.replace("-", "").strip().upper()
    return signs if len(signs) == CODE_LENGTH and signs.isascii() and signs.isalnum() else None


def scanned(visit: Visit, code: str) -> Step:
    """Open what a scanned code stands for, as if it had been typed."""
    asked, wishes = ask_code(visit)
    if not isinstance(asked.state, EnterCode):
        return asked, wishes
    signs = signs_of(code)
    if signs is None:
        return replace(visit, state=EnterCode(refused=FaultCode.CODE_UNKNOWN)), ()
    return replace(visit, state=OpeningCode()), (OpenCode(visit.number, signs),)


def show_offerings(visit: Visit) -> Step:
    """Show what can be had here, as soon as the back end has said it."""
    return replace(visit, state=Offerings()), (AskOfferings(visit.number),)


def rules(visit: Visit, state: Offerings | EnterCode | OpeningCode, event: Event) -> Step:
    """Give the rules of the ways in without a card."""
    match state, event:
        case Offerings(), OfferingsReceived(_, products):
            return replace(visit, state=replace(state, products=products)), ()
        case Offerings(), PageTurned(page):
            return replace(visit, state=replace(state, page=page)), ()
        case EnterCode(), (SignTyped() | LastErased() | AllErased()):
            return replace(visit, state=EnterCode(typed_on(state.typed, event, CODE_LENGTH))), ()
        case EnterCode(), TypingDone() if len(state.typed) == CODE_LENGTH:
            return replace(visit, state=OpeningCode()), (OpenCode(visit.number, state.typed),)
        case OpeningCode(), CodeOpened(_, products):
            return _opened(visit, products)
        case OpeningCode(), BackEndFailed(_, fault) if fault in _TRY_AGAIN:
            return replace(visit, state=EnterCode(refused=fault)), ()
        case _, BackEndFailed(_, fault):
            return refuse(visit, fault)
        case _, TimedOut():
            return refuse(visit, FaultCode.BACKEND_SLOW)
        case _:
            return visit, ()


def _opened(visit: Visit, products: tuple[Product, ...]) -> Step:
    """Go straight to the one thing that most codes stand for; where all of it waits behind doors, to the first."""
    offered = collecting.as_offered(products, visit.offer.codes, visit.offer.doors)
    if not offered:
        return refuse(visit, FaultCode.NOTHING_AVAILABLE)
    refusals = [one.refusal for one in offered if one.refusal is not None]
    if len(refusals) == len(offered):
        return refuse(visit, refusals[0])
    things = collecting.things_in(offered)
    if len(things) == len(offered):
        return collecting.begin(visit, things)
    if len(offered) > 1:
        return replace(visit, state=Choosing(None, offered)), ()
    return onwards(visit, None, offered, (offered[0].key,), several=False), ()
