"""Measures contenders in turns, so that whatever else the machine does meets them all alike."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Figure = TypeVar("Figure")


def p95(figures: Sequence[float]) -> float:
    """What 95 of 100 figures do not pass."""
    return sorted(figures)[math.ceil(len(figures) * 0.95) - 1]


def interleave(contenders: Mapping[str, Callable[[], Figure]], rounds: int) -> dict[str, list[Figure]]:
    """Measure each contender once a round, the order turned round every other time: name → its figures.

    One round more goes before, and counts for nothing: it warms caches on every side alike.
    """
    figures: dict[str, list[Figure]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        names = list(contenders)[:: 1 if number % 2 else -1]
        for name in names:
            figure = contenders[name]()
            if number:
                figures[name].append(figure)
        print(f"round {number} of {rounds}" if number else "warm-up done", file=sys.stderr)
    return figures
