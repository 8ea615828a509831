"""The book of what residents reported, on disk until the back end has it: a kind and a screen, and no person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from msgspec import Struct

from kiosk_app.defects import About
from kiosk_app.store import Store
from kiosk_app.tables import defects

# Who touches it ten times in a row says it once.
AGAIN = timedelta(minutes=10)
# Without a back end nobody takes it from here: then the audit trail has it, and this does not grow.
KEPT = timedelta(days=30)


class DefectReport(Struct, frozen=True):
    """One report."""

    id: UUID
    about: About
    screen: str
    seen_at: str


class DefectBook:
    """Reports that the back end has not confirmed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, about: About, screen: str) -> None:
        """Write a report down, unless the same was said a moment ago. Raises JournalLost."""
        now = datetime.now(UTC)
        row = {"id": str(uuid4()), "about": about.value, "screen": screen, "seen_at": _said(now)}
        lately = defects.c.seen_at.between(_said(now - AGAIN), _said(now))
        said = sa.select(sa.func.count()).where(defects.c.about == about.value, lately)
        with self._store.writing() as connection:
            connection.execute(sa.delete(defects).where(defects.c.seen_at < _said(now - KEPT)))
            if connection.execute(said).scalar() == 0:
                connection.execute(sa.insert(defects).values(**row))

    def unreported(self) -> list[DefectReport]:
        """Give what the back end has not confirmed yet, oldest first."""
        waiting = sa.select(defects).where(defects.c.reported_at.is_(None))
        with self._store.transaction() as connection:
            rows = connection.execute(waiting.order_by(defects.c.seen_at)).all()
        return [DefectReport(UUID(row.id), About(row.about), row.screen, row.seen_at) for row in rows]

    def reported(self, report: UUID) -> None:
        """The back end confirmed it."""
        with self._store.writing() as connection:
            mine = sa.update(defects).where(defects.c.id == str(report))
            connection.execute(mine.values(reported_at=_said(datetime.now(UTC))))


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
