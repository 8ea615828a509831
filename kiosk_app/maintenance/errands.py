"""The fleet in the hands of staff: what can be asked of this kiosk's agent, the pages of it and what moves them.

No behaviour: the rules stand in `fleet`. What is typed is a code that is good once; without the agent's own key it
means nothing.
"""

from __future__ import annotations

from msgspec import Struct

from config.errands import Ended as Ended
from config.errands import Errand as Errand
from kiosk_app.bare import Bare

# As the fleet gives them: three groups of four (fleet.service.enrolment).
PAIRING_LENGTH = 12


# --- pages -----------------------------------------------------------------------------------------------------------


class FleetRoom(Struct, frozen=True):
    """What can be done here."""


class PairCode(Struct, frozen=True):
    """The code is typed."""

    typed: str = ""


class Waiting(Struct, frozen=True):
    """The agent is at it."""

    errand: Errand


class ErrandDone(Struct, frozen=True):
    """How it went."""

    errand: Errand
    ended: Ended


FleetPage = FleetRoom | PairCode | Waiting | ErrandDone

# --- what moves them -------------------------------------------------------------------------------------------------


class FleetAsked(Struct, frozen=True):
    """One of the things that can be done here was touched."""

    errand: Errand


class SignGiven(Struct, frozen=True):
    """A sign of a code was typed."""

    sign: str


class CodeDone(Bare):
    """Whoever types is done."""


class ErrandEnded(Struct, frozen=True):
    """How it went, by the agent's own word."""

    errand: Errand
    ended: Ended
