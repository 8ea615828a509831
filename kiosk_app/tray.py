"""The tray where residents take their paper: what may lie in it, and who says that nothing does."""

from __future__ import annotations

from kiosk_app.events import Event, PaperGone, PaperSensed, PaperTaken
from kiosk_app.visit import PaperLeft, Printed, TrayView, Visit


def may_hold_paper(visit: Visit) -> bool:
    """Whether somebody's paper may lie there: a sensor knows; without one, whoever was asked last did not say."""
    return visit.tray is TrayView.PAPER or (visit.tray is TrayView.UNSEEN and visit.paper_left)


def was_emptied(visit: Visit, event: Event) -> bool:
    """Whether an event is the sensor's word that paper which lay there does no more."""
    return visit.tray is TrayView.PAPER and event == PaperSensed(TrayView.EMPTY)


def says_it_is_empty(visit: Visit, event: Event) -> bool:
    """Whether an event says so: whoever was asked has the paper, found none, or found the tray empty; or its sensor."""
    match visit.state, event:
        case (Printed(), PaperTaken()) | (PaperLeft(), PaperGone()) | (_, PaperSensed(TrayView.EMPTY)):
            return True
        case _:
            return False
