"""What the town may have a screen say: no more than fits, and no sign that the letters of this kiosk do not have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import Protocol

from config.section import Language, Local

# The letters of western Europe, as Atkinson Hyperlegible has them. No line ends, no sign that turns the way of writing
# or hides (U+202E, U+200B, a soft hyphen), no other alphabet: a screen would show boxes, or not what is told.
_SIGNS = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u00ff\u0152\u0153\u0178\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u20ac]"
)


class Stretch(Protocol):
    """A stretch of the counter's week."""

    @property
    def weekday(self) -> int:
        """0 is Monday."""

    @property
    def opens(self) -> time:
        """Its first moment."""

    @property
    def closes(self) -> time:
        """When it is over."""


def refuse_unfit(texts: Iterable[tuple[str, Local, int]]) -> None:
    """Refuse a text, by its key, that is longer than so many signs or cannot be shown. Raises ValueError."""
    for key, text, most in texts:
        told = {"": text} if isinstance(text, str) else {f".{one}": getattr(text, one) for one in Language}
        for language, words in told.items():
            if len(words) > most:
                raise ValueError(f"{key}{language}: {len(words)} signs, and {most} fit")
            odd = next((sign for sign in words if not _SIGNS.fullmatch(sign)), None)
            if odd is not None:
                raise ValueError(f"{key}{language}: U+{ord(odd):04X} cannot be shown")


def refuse_overlap(stretches: Iterable[Stretch]) -> None:
    """Refuse a counter that would open while it is open. Raises ValueError."""
    week = sorted(stretches, key=lambda one: (one.weekday, one.opens))
    for one, following in pairwise(week):
        if one.weekday == following.weekday and following.opens < one.closes:
            raise ValueError(f"counter: two stretches of weekday {one.weekday} overlap")
