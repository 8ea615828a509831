"""How a check can end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """NOT_TRIED: it needs something that was not given, or that an earlier check did not get."""

    HELD = "held"
    BROKEN = "broken"
    NOT_TRIED = "notTried"


@dataclass(frozen=True)
class Verdict:
    """How a check ended, and what came, in words that name nobody."""

    outcome: Outcome
    came: str


def held(came: str) -> Verdict:
    """It is as the contract says."""
    return Verdict(Outcome.HELD, came)


def broken(came: str) -> Verdict:
    """It is not."""
    return Verdict(Outcome.BROKEN, came)


def not_tried(why: str) -> Verdict:
    """Nobody knows."""
    return Verdict(Outcome.NOT_TRIED, why)


def judged(*, good: bool, came: str) -> Verdict:
    """Held where it is good."""
    return held(came) if good else broken(came)
