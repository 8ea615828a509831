"""Who comes to the kiosk, what for, and what goes wrong: the same people for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

# Who may have a certificate of their household, with the card in hand.
HOLDERS = ("an", "bram", "zoe", "longname", "noel", "alone", "agnes", "mart")
# Whose documents fail: a document that failed may be had again, and would wait for this one ever after.
UNLUCKY = "francois"
_TO_THE_UNLUCKY = ("printer-off-late", "code-other-town")
# One in so many visits goes wrong.
FAULTED = 10


@dataclass(frozen=True)
class Visitor:
    """One visit to come: who, on what errand, with which habits of a resident, and with which fault."""

    errand: str
    person: str
    habits: dict[str, Any] = field(default_factory=dict)
    fault: str | None = None


# What people come for, and how many of a hundred.
_ERRANDS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (54, "prepared-qr", {}),
    (18, "certificate", {}),
    (2, "prepared-code", {}),
    (6, "collect-qr", {}),
    (2, "public-list", {}),
    (5, "certificate", {"stops_at": "Checking"}),
    (5, "certificate", {"looks_first": True}),
    (4, "certificate", {"wants_slip": True}),
    (4, "certificate", {"stops_at": "EnterPin"}),
)
# What goes wrong, with the errand on which it does; each is over within seconds.
_FAULTS: tuple[tuple[str, str], ...] = (
    ("certificate", "card-pulled"),
    ("certificate", "wrong-pin"),
    ("certificate", "reader-lost"),
    ("certificate", "reader-unplugged"),
    ("certificate", "back-end-lost"),
    ("certificate", "stop"),
    ("certificate", "receipt-paper-out"),
    ("certificate", "cupsd-killed"),
    ("prepared-qr", "cupsd-killed"),
    ("certificate", "printer-off-late"),
    ("certificate", "paper-refilled"),
    ("collect-code", "bus-noise"),
    ("collect-code", "half-frame"),
    ("prepared-code", "code-other-town"),
)


def visitors(count: int, seed: int) -> Iterator[Visitor]:
    """Give so many visitors; each tenth meets the next fault of the list."""
    chance = Random(seed)  # noqa: S311  who comes is no secret
    weights = [weight for weight, _, _ in _ERRANDS]
    for number in range(1, count + 1):
        if number % FAULTED == 0:
            errand, fault = _FAULTS[number // FAULTED % len(_FAULTS)]
            yield Visitor(errand, UNLUCKY if fault in _TO_THE_UNLUCKY else chance.choice(HOLDERS), {}, fault)
        else:
            _, errand, habits = chance.choices(_ERRANDS, weights)[0]
            yield Visitor(errand, chance.choice(HOLDERS), habits)
