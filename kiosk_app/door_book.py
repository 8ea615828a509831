"""The book of doors: each step of an opening, on disk before it is taken, and what the back end still has to hear.

Nothing is collected here without a door that opened: whoever says so of another ticket is not written down.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.sqlite import insert

from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.doors import DoorEnding
from kiosk_app.store import Store
from kiosk_app.tables import doors

log = logging.getLogger(__name__)

_ENDINGS = tuple(ending.value for ending in DoorEnding)
# What must have been seen of a door, before one of these may be said of it.
_SHUT = (doors.c.opened_at.is_not(None), doors.c.closed_at.is_not(None))
_NEEDS = {
    DoorEnding.COLLECTED: _SHUT,
    DoorEnding.NOTHING_TAKEN: _SHUT,
    DoorEnding.FOUND_EMPTY: _SHUT,
    DoorEnding.LEFT_OPEN: (doors.c.opened_at.is_not(None), doors.c.closed_at.is_(None)),
    DoorEnding.NOT_OPENED: (doors.c.opened_at.is_(None),),
    DoorEnding.UNKNOWN: (),
}


class DoorPhase(Enum):
    """How far an opening is that has not ended: asked of the back end, of the lock, open, shut again."""

    WANTED = "wanted"
    REQUESTED = "requested"
    OPENED = "opened"
    SHUT = "shut"


class OpenRow(Struct, frozen=True):
    """A ticket that has not ended; `sensed` is what the sensor said before its door opened."""

    ticket: UUID
    compartment: int
    phase: DoorPhase
    sensed: ThingWord


class Settled(Struct, frozen=True):
    """How a ticket ended, and when its door opened and was shut, where it was (ISO)."""

    ticket: UUID
    ending: DoorEnding
    fault: FaultCode | None = None
    opened_at: str | None = None
    closed_at: str | None = None


class DoorBook:
    """Tickets of doors. No person, no thing: a ticket is a random number.

    Whatever writes raises JournalLost where the step does not get on disk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def wanted(self, ticket: UUID, compartment: int) -> None:
        """The back end is about to be asked. Once for each ticket."""
        values = {"ticket": str(ticket), "compartment": compartment, "phase": DoorPhase.WANTED.value}
        with self._store.writing() as connection:
            connection.execute(insert(doors).values(**values, changed_at=_now()).on_conflict_do_nothing())

    def requested(self, ticket: UUID, sensed: ThingWord) -> bool:
        """The lock is about to get its pulse. False where this ticket is not open any more: then nothing may open."""
        return self._step(ticket, phase=DoorPhase.REQUESTED.value, sensed=sensed.value)

    def opened(self, ticket: UUID) -> None:
        """The lock says open."""
        self._step(ticket, phase=DoorPhase.OPENED.value, opened_at=_now(), closed_at=None)

    def shut(self, ticket: UUID) -> None:
        """The lock says closed again."""
        self._step(ticket, phase=DoorPhase.SHUT.value, closed_at=_now())

    def ended(self, ticket: UUID, ending: DoorEnding, fault: FaultCode | None = None) -> bool:
        """Write the last word on a ticket; False where there was one, or where its door was not seen to do that."""
        return self._step(ticket, *_NEEDS[ending], phase=ending.value, fault=fault.value if fault else None)

    def open_rows(self) -> list[OpenRow]:
        """Give the tickets that have not ended."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(doors).where(doors.c.phase.not_in(_ENDINGS))).all()
        return [
            OpenRow(UUID(row.ticket), row.compartment, DoorPhase(row.phase), ThingWord(row.sensed or "unknown"))
            for row in rows
        ]

    def unreported(self) -> list[Settled]:
        """Give the endings that the back end has not confirmed yet, oldest first."""
        rows = sa.select(doors).where(doors.c.phase.in_(_ENDINGS), doors.c.reported_at.is_(None))
        with self._store.transaction() as connection:
            found = connection.execute(rows.order_by(doors.c.changed_at)).all()
        return [_settled(row) for row in found]

    def reported(self, ticket: UUID) -> None:
        """The back end confirmed this ticket's ending."""
        with self._store.writing() as connection:
            row = sa.update(doors).where(doors.c.ticket == str(ticket))
            connection.execute(row.values(reported_at=_now()))

    def _step(self, ticket: UUID, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
        """Write a step of a ticket that has not ended; say whether it was."""
        row = sa.update(doors).where(doors.c.ticket == str(ticket), doors.c.phase.not_in(_ENDINGS), *conditions)
        with self._store.writing() as connection:
            return connection.execute(row.values(changed_at=_now(), **values)).rowcount == 1


def _settled(row: sa.Row[tuple[object, ...]]) -> Settled:
    fault = FaultCode(row.fault) if row.fault else None
    return Settled(UUID(row.ticket), DoorEnding(row.phase), fault, row.opened_at, row.closed_at)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
