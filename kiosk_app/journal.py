"""The journal of tickets: each step of a document on its way to paper, on disk before the step is taken.

Keeps the promise `printing.job.JobJournal` asks for, and remembers which endings the back end still has to hear.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from hardware.devices import JobTrace
from hardware.faults import FaultCode
from kiosk_app.store import Store
from kiosk_app.tables import tickets
from printing.job import UnfinishedJob
from printing.progress import JobPhase, Progress

log = logging.getLogger(__name__)

_ENDED = tuple(phase.value for phase in JobPhase if phase.ended)
# The printer has it, or may have.
_UNDER_WAY = (JobPhase.HANDED.value, JobPhase.PRINTING.value)
# A phase that no print job has.
_LATER = "comesLater"


class Journal:
    """Tickets and their phases. No person, no document: a ticket is a random number.

    Whatever writes raises JournalLost where the step does not get on disk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def has_room(self) -> bool:
        """Whether there is room for the steps of the next visits."""
        return self._store.has_room

    def ordered(self, ticket: UUID, product: str) -> None:
        """A document was ordered under this ticket. Two workers begin on it at once: whoever comes first writes."""
        with self._store.writing() as connection:
            values = {"ticket": str(ticket), "product": product, "attempt": 0, "phase": JobPhase.WAITING.value}
            row = insert(tickets).values(**values, changed_at=_now())
            connection.execute(row.on_conflict_do_nothing())

    def comes_later(self, ticket: UUID) -> None:
        """The order was taken and no paper comes of it here: the back end knows, and nothing is left to tell it."""
        self._write(ticket, phase=_LATER, reported_at=_now())

    def requested(self, ticket: UUID, attempt: int) -> None:
        """The queue is about to be asked for a job. A ticket that has ended meanwhile stays so."""
        values = {"phase": JobPhase.REQUESTED.value, "attempt": attempt, "changed_at": _now()}
        waiting = sa.update(tickets).where(tickets.c.ticket == str(ticket), tickets.c.phase == JobPhase.WAITING.value)
        with self._store.writing() as connection:
            connection.execute(waiting.values(**values))

    def handed(self, ticket: UUID, job_uuid: str, pages: int, copies: int, trace: JobTrace) -> None:
        """The queue gave the job an identity, and the bytes leave the kiosk's hands. `pages` counts all copies."""
        self._write(
            ticket,
            phase=JobPhase.HANDED.value,
            job_uuid=job_uuid,
            pages=pages,
            copies=copies,
            printer=trace.printer,
            up_time=trace.up_time,
            handed_at=None if trace.handed_at is None else int(trace.handed_at),
            sides=2 if trace.two_sided else 1,
        )

    def printing(self, ticket: UUID, sheets: int | None) -> None:
        """The device says that it prints, and how many sheets are out."""
        self._write(ticket, phase=JobPhase.PRINTING.value, sheets=sheets)

    def ended(self, ticket: UUID, phase: JobPhase, sheets: int | None, fault: FaultCode | None) -> None:
        """The device has spoken, or nobody can know: the last word on this ticket."""
        self._write(ticket, phase=phase.value, sheets=sheets, fault=fault.value if fault else None)

    def unfinished(self) -> list[UnfinishedJob]:
        """Give the jobs that a crash left between request and ending."""
        begun = tickets.c.phase.in_([phase.value for phase in (JobPhase.REQUESTED, JobPhase.HANDED, JobPhase.PRINTING)])
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(tickets).where(begun)).all()
        return [_unfinished(row) for row in rows]

    def paper_may_lie(self) -> bool:
        """Say whether paper that nobody said was taken may lie in the tray: handed over counts, before any sheet."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(tickets).where(tickets.c.taken_at.is_(None))).all()
        return any(row.phase in _UNDER_WAY or (row.phase in _ENDED and _progress(row).may_lie) for row in rows)

    def taken(self) -> None:
        """Nothing lies in the tray: somebody said so, or its sensor. What is still under way may yet come."""
        rows = tickets.c.taken_at.is_(None), tickets.c.phase.in_(_ENDED)
        with self._store.writing() as connection:
            connection.execute(sa.update(tickets).where(*rows).values(taken_at=_now()))

    def never_begun(self) -> list[UUID]:
        """Give the tickets that were ordered and never reached the printer (a crash in between)."""
        with self._store.transaction() as connection:
            waiting = sa.select(tickets.c.ticket).where(tickets.c.phase == JobPhase.WAITING.value)
            return [UUID(ticket) for (ticket,) in connection.execute(waiting)]

    def unreported(self) -> list[tuple[UUID, Progress]]:
        """Give the endings that the back end has not confirmed yet, oldest first."""
        open_rows = sa.select(tickets).where(tickets.c.phase.in_(_ENDED), tickets.c.reported_at.is_(None))
        with self._store.transaction() as connection:
            rows = connection.execute(open_rows.order_by(tickets.c.changed_at)).all()
        return [(UUID(row.ticket), _progress(row)) for row in rows]

    def sheets_since(self, moment: datetime) -> int:
        """Count the sheets that came out since then, by the printer's own word."""
        rows = tickets.c.phase.in_(_ENDED), tickets.c.changed_at >= _stamp(moment)
        with self._store.transaction() as connection:
            return connection.execute(sa.select(sa.func.sum(tickets.c.sheets)).where(*rows)).scalar() or 0

    def first_at(self) -> datetime | None:
        """Give the moment of the oldest ticket."""
        with self._store.transaction() as connection:
            first = connection.execute(sa.select(sa.func.min(tickets.c.changed_at))).scalar()
        return datetime.fromisoformat(first) if first else None

    def reported(self, ticket: UUID) -> None:
        """The back end confirmed this ticket's ending."""
        self._write(ticket, reported_at=_now())

    def _write(self, ticket: UUID, **values: object) -> None:
        with self._store.writing() as connection:
            row = sa.update(tickets).where(tickets.c.ticket == str(ticket))
            connection.execute(row.values(changed_at=_now(), **values))


def _unfinished(row: sa.Row[tuple[object, ...]]) -> UnfinishedJob:
    trace = JobTrace(row.printer or "", row.up_time, row.handed_at, row.sides == 2)  # noqa: PLR2004 both of a sheet
    phase, pages = JobPhase(row.phase), row.pages or 0
    return UnfinishedJob(UUID(row.ticket), row.attempt, pages, row.job_uuid, phase, row.sheets, row.copies or 1, trace)


def _progress(row: sa.Row[tuple[object, ...]]) -> Progress:
    fault = FaultCode(row.fault) if row.fault else None
    return Progress(JobPhase(row.phase), row.sheets, fault)


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
