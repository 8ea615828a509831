"""Maintenance and the fleet: make this kiosk known to it by a code, and take settings from a stick. The rules.

The agent does both; here it is asked, waited for and heard.
"""

from __future__ import annotations

from kiosk_app.maintenance.errands import (
    PAIRING_LENGTH,
    CodeDone,
    Errand,
    ErrandDone,
    ErrandEnded,
    FleetAsked,
    FleetPage,
    FleetRoom,
    PairCode,
    SignGiven,
    Waiting,
)
from kiosk_app.maintenance.happenings import AllErased, BackAsked, Happening, OneErased
from kiosk_app.maintenance.wishes import EndErrand, RunErrand, Wish


def rules(page: FleetPage, happening: Happening) -> tuple[FleetPage | None, tuple[Wish, ...]]:
    """Give the next page and what is wished for; None: back to the first page of maintenance."""
    match page, happening:
        case FleetRoom(), FleetAsked(Errand.PAIR):
            return PairCode(), ()
        case FleetRoom(), FleetAsked(errand):
            return Waiting(errand), (RunErrand(errand),)
        case PairCode(typed), SignGiven(sign) if len(typed) < PAIRING_LENGTH:
            return PairCode(typed + sign), ()
        case PairCode(typed), OneErased():
            return PairCode(typed[:-1]), ()
        case PairCode(), AllErased():
            return PairCode(), ()
        case PairCode(typed), CodeDone() if len(typed) == PAIRING_LENGTH:
            return Waiting(Errand.PAIR), (RunErrand(Errand.PAIR, typed),)
        case Waiting(errand), ErrandEnded(which, ended) if which is errand:
            return ErrandDone(errand, ended), ()
        case FleetRoom(), BackAsked():
            return None, ()
        case Waiting(), BackAsked():
            return FleetRoom(), (EndErrand(),)
        case _, BackAsked():
            return FleetRoom(), ()
        case _:
            return page, ()


def left(page: FleetPage) -> tuple[Wish, ...]:
    """Give what is wished for when whoever was here leaves, or time is over."""
    return (EndErrand(),) if isinstance(page, Waiting) else ()
