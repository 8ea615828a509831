"""How the last test of each device ended, kept for the report."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kiosk_app.maintenance.work import Subject, TestResult
from kiosk_app.store import Store
from kiosk_app.tables import trials


class Trials:
    """The results."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, subject: Subject, *, well: bool, figure: str = "") -> None:
        """Write down how a test ended, and what it measured, where it did."""
        values = {"well": well, "figure": figure or None, "at": datetime.now(UTC).isoformat()}
        row = insert(trials).values(subject=subject.value, **values)
        with self._store.transaction() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[trials.c.subject], set_=values))

    def results(self) -> tuple[TestResult, ...]:
        """Give all of them."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(trials)).all()
        return tuple(TestResult(Subject(r.subject), r.well, datetime.fromisoformat(r.at), r.figure or "") for r in rows)
