"""Between a visit and maintenance: passes on what happens to the one, and brings back what the other wishes for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hardware.credentials import StaffCard
from kiosk_app.effects import CheckStaffCode, DoWork, Effect, EraseDigit, ForgetPin, ReleaseCard
from kiosk_app.events import (
    AllErased,
    CardInserted,
    CardRemoved,
    CodeScanned,
    DigitTyped,
    Event,
    LastErased,
    PageTurned,
    SignTyped,
    TimedOut,
    TypingDone,
    WorkAnswered,
    WorkTouched,
)
from kiosk_app.leaving import Step, leave
from kiosk_app.visit import StaffAtWork, Visit

if TYPE_CHECKING:
    from kiosk_app.maintenance.happenings import Happening
    from kiosk_app.maintenance.wishes import Wish


def begin(visit: Visit, card: StaffCard) -> Step:
    """A card of staff is in: it knocks at maintenance."""
    from config.settings import StaffRole
    from kiosk_app.maintenance.step import knock  # a resident's visit never needs it

    work, wishes = knock(card.name, StaffRole(card.role))
    effects = tuple(_effect(visit.number, wish) for wish in wishes)
    return replace(visit, state=StaffAtWork(work)), (ReleaseCard(visit.number), *effects)


def rules(visit: Visit, state: StaffAtWork, event: Event) -> Step:
    """Pass on what happens; when maintenance is over, so is the visit."""
    from kiosk_app.maintenance.step import step

    happening = _happening(event)
    if happening is None:
        return visit, ()
    work, wishes = step(state.work, happening)
    effects = tuple(_effect(visit.number, wish) for wish in wishes)
    if work is not None:
        return replace(visit, state=StaffAtWork(work)), effects
    left, last = leave(visit)
    return left, (*effects, *last)


def _happening(event: Event) -> Happening | None:
    from kiosk_app.maintenance import errands, happenings
    from kiosk_app.maintenance.storing import written

    match event:
        case WorkTouched(what) | WorkAnswered(_, what):
            return what
        case DigitTyped():
            return happenings.Typed()
        case SignTyped(sign):
            return errands.SignGiven(sign)
        case TypingDone():
            return errands.CodeDone()
        case LastErased():
            return happenings.OneErased()
        case AllErased():
            return happenings.AllErased()
        case PageTurned(page):
            return happenings.Turned(page)
        case CodeScanned(code):
            return happenings.Scanned(written(code))
        case CardInserted():
            return happenings.CardCame()
        case CardRemoved():
            return happenings.CardGone()
        case TimedOut():
            return happenings.TimeOver()
        case _:
            return None


def _effect(visit: int, wish: Wish) -> Effect:
    from kiosk_app.maintenance import wishes

    match wish:
        case wishes.CheckCode(staff):
            return CheckStaffCode(visit, staff)
        case wishes.EraseDigit():
            return EraseDigit()
        case wishes.ForgetCode():
            return ForgetPin()
        case _:
            return DoWork(visit, wish)
