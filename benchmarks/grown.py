"""A kiosk's memory after a year and more of work: the store that the kiosk made, filled as its own visits fill it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from hardware.faults import FaultCode
from kiosk_app import chain
from kiosk_app.audit import What
from kiosk_app.doors import DoorEnding
from kiosk_app.parts import Part
from kiosk_app.store import Store
from kiosk_app.tables import audit, doors, tickets
from kiosk_app.upkeep import AUDIT_KEPT, TICKETS_KEPT
from printing.progress import JobPhase

# How long a kiosk keeps what was written, less a day: nothing of it is given up while it is measured.
SPAN = AUDIT_KEPT - timedelta(days=1)
TICKETS_SPAN = TICKETS_KEPT - timedelta(days=1)
BATCH = 20_000
# Of a hundred visits so many are for what lies behind a door, and so often something of the printer changes.
DOORS_IN, CHANGES_IN = 10, 4

_VISIT = (
    *(What.VISIT_BEGAN, What.PIN_TRIED, What.SIGNED_IN, What.ORDERED, What.PRINT_BEGAN, What.PRINT_ENDED),
    *(What.PAPER_TAKEN, What.VISIT_ENDED),
)
_DOOR = (What.VISIT_BEGAN, What.CODE_TRIED, What.CODE_OPENED, What.DOOR_WANTED, What.DOOR_GRANTED, What.DOOR_ASKED)
_DOOR_ENDS = (What.DOOR_OPENED, What.DOOR_SHUT, What.DOOR_SETTLED, What.VISIT_ENDED)
_WITH_TICKET = {What.ORDERED, What.PRINT_BEGAN, What.PRINT_ENDED, What.DOOR_WANTED, What.DOOR_SETTLED}


def grow(folder: Path, rows: int, seed: int = 1) -> None:
    """Begin a memory in `folder` and fill it with so many rows of the audit trail, and their tickets."""
    now = datetime.now(UTC)
    chance = random.Random(seed)  # noqa: S311  the same memory each time
    with closing(Store(folder)) as store:
        lines = _chained(islice(_lines(chance), rows), now - SPAN, SPAN / max(1, rows))
        while batch := list(islice(lines, BATCH)):
            with store.transaction() as connection:
                connection.execute(sa.insert(audit), batch)
        printed = rows * TICKETS_SPAN // SPAN // len(_VISIT)
        _fill_tickets(store, chance, printed, now)
        store.copy()


def _lines(chance: random.Random) -> Iterator[dict[str, object]]:
    """Give what visits write down, one after the other, without end."""
    visit = 0
    while True:
        visit += 1
        ticket = str(UUID(int=chance.getrandbits(128), version=4))
        for what in (*_DOOR, *_DOOR_ENDS) if chance.randrange(100) < DOORS_IN else _VISIT:
            yield {"what": what, "visit": visit, "ticket": ticket if what in _WITH_TICKET else None}
        if chance.randrange(100) < CHANGES_IN:
            for fault in (FaultCode.PAPER_LOW, FaultCode.PAPER_EMPTY, None):
                yield {"what": What.PART_CHANGED, "part": Part.PRINTER, "fault": fault}


def _chained(lines: Iterator[dict[str, object]], begin: datetime, each: timedelta) -> Iterator[dict[str, object]]:
    """Give the rows of these lines, evenly over the time, each with the hash of the one before."""
    previous = chain.FIRST
    for number, line in enumerate(lines, 1):
        row: dict[str, object] = {
            "number": number,
            "at": (begin + each * number).isoformat(timespec="milliseconds"),
            **dict.fromkeys(("visit", "ticket", "fault", "part", "staff")),
            **{key: getattr(value, "value", value) for key, value in line.items()},
            "previous": previous,
        }
        previous = chain.hash_of(row)
        yield {**row, "hash": previous}


def _fill_tickets(store: Store, chance: random.Random, printed: int, now: datetime) -> None:
    """Add tickets that ended and that the town knows of, nine in ten with paper that somebody took."""

    def moment() -> str:
        return (now - chance.random() * TICKETS_SPAN).isoformat(timespec="milliseconds")

    def papers() -> Iterator[dict[str, object]]:
        for _ in range(printed):
            well, at = chance.randrange(10) > 0, moment()
            phase = JobPhase.PRINTED if well else JobPhase.FAILED
            yield {
                "ticket": str(UUID(int=chance.getrandbits(128), version=4)),
                "product": "householdComposition",
                "attempt": 1,
                "phase": phase.value,
                "pages": 1,
                "sheets": int(well),
                "changed_at": at,
                "reported_at": at,
                "taken_at": at,
            }

    def openings() -> Iterator[dict[str, object]]:
        for _ in range(printed * DOORS_IN // 100):
            at = moment()
            yield {
                "ticket": str(UUID(int=chance.getrandbits(128), version=4)),
                "compartment": chance.randrange(96),
                "phase": DoorEnding.COLLECTED.value,
                "opened_at": at,
                "closed_at": at,
                "changed_at": at,
                "reported_at": at,
            }

    with store.transaction() as connection:
        for table, rows in ((tickets, list(papers())), (doors, list(openings()))):
            if rows:
                connection.execute(sa.insert(table), rows)
