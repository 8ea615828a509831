"""The tray where residents take their paper: who says that nothing lies in it."""

from __future__ import annotations

from kiosk_app.events import Event, PaperGone, PaperTaken
from kiosk_app.visit import PaperLeft, Printed, Visit


def says_it_is_empty(visit: Visit, event: Event) -> bool:
    """Whether an event says so: whoever was asked has the paper, found none, or found the tray empty."""
    match visit.state, event:
        case (Printed(), PaperTaken()) | (PaperLeft(), PaperGone()):
            return True
        case _:
            return False
