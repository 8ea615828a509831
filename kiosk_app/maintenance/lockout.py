"""How long somebody waits who typed wrong codes: the figures of the entry, and what guessing is worth against them.

Two slips cost nothing. From the third on the wait doubles, from half a minute to an hour; after fifteen in a row the
card is blocked until the settings give it another code. All fifteen take six hours and more, and find one PIN of a
million in 0.0015 % of cases, a code of an app (three hold at a time) in 0.0045 %: with the card in hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = 2  # a finger slips, and slips again
FIRST = timedelta(seconds=30)  # one step of an app's clock: who mistyped has a fresh code by then
LONGEST = timedelta(hours=1)  # a technician on site can still be helped by telephone
LAST = 15


def wait_after(wrong: int) -> timedelta:
    """Give how long nothing is accepted after so many wrong codes in a row."""
    if wrong <= FREE:
        return timedelta()
    return min(FIRST * (1 << min(wrong - FREE - 1, 16)), LONGEST)


def is_blocked(wrong: int) -> bool:
    """Say whether nothing is accepted any more."""
    return wrong >= LAST


def waits_until(wrong: int, last: datetime, now: datetime) -> datetime | None:
    """Give the moment until which nothing is accepted, None when that is over."""
    until = last + wait_after(wrong)
    return until if until > now else None
