"""The book of what staff did at doors: each step on disk before it is taken, and what the town still has to hear.

Nothing is put in or taken out here without a door that opened and was shut again: whoever says so of another act is not
written down.
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
from kiosk_app.maintenance.compartments import Act, Deed, Found
from kiosk_app.store import Store
from kiosk_app.tables import staff_acts

log = logging.getLogger(__name__)


class ActPhase(Enum):
    """How far an act is: asked of the lock, open, shut; then done, not done, or unknown to anybody.

    CHECKED is a look that waits for the others of its stock-taking.
    """

    REQUESTED = "requested"
    OPENED = "opened"
    SHUT = "shut"
    CHECKED = "checked"
    DONE = "done"
    NOT_DONE = "notDone"
    UNKNOWN = "unknown"


_OPEN = (ActPhase.REQUESTED.value, ActPhase.OPENED.value, ActPhase.SHUT.value)
_ROW = staff_acts.c


class OpenAct(Struct, frozen=True):
    """An act that has not ended; `sensed` is what the sensor said before its door opened."""

    act: Act
    phase: ActPhase
    sensed: ThingWord


class Report(Struct, frozen=True):
    """Something that the town has to hear: one deed, or (CHECK) what a stock-taking found in each compartment."""

    id: UUID
    deed: Deed
    act: Act
    found: tuple[tuple[int, Found], ...]


class StaffBook:
    """What staff did. No person: cards by their names in the settings, things by what stands on them.

    Whatever writes raises JournalLost where the step does not get on disk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def requested(self, act: Act, sensed: ThingWord) -> bool:
        """The lock is about to get its pulse. False where this act has ended: then nothing may open."""
        values = {
            "id": str(act.id),
            "deed": act.deed.value,
            "compartment": act.compartment,
            "about": str(act.about) if act.about is not None else None,
            "reference": act.reference,
            "staff": act.staff[0],
            "second": act.staff[1] if len(act.staff) > 1 else None,
        }
        moving = {"phase": ActPhase.REQUESTED.value, "sensed": sensed.value, "changed_at": _now()}
        row = insert(staff_acts).values(**values, **moving)
        again = row.on_conflict_do_update(index_elements=[_ROW.id], set_=moving, where=_ROW.phase.in_(_OPEN))
        with self._store.writing() as connection:
            return connection.execute(again).rowcount == 1

    def opened(self, id_: UUID) -> None:
        """The lock says open."""
        self._step(id_, _ROW.phase.in_(_OPEN), phase=ActPhase.OPENED.value)

    def shut(self, id_: UUID) -> None:
        """The lock says closed again."""
        self._step(id_, _ROW.phase == ActPhase.OPENED.value, phase=ActPhase.SHUT.value)

    def done(self, act: Act, found: Found) -> bool:
        """It was done, and this lay there; False for a door that was not seen to open and be shut, or was done with."""
        phase = ActPhase.CHECKED if act.deed is Deed.CHECK else ActPhase.DONE
        return self._step(act.id, _ROW.phase == ActPhase.SHUT.value, phase=phase.value, found=found.value)

    def not_done(self, id_: UUID) -> None:
        """Nothing came of it, and nothing is different behind its door."""
        self._step(id_, _ROW.phase.in_(_OPEN), phase=ActPhase.NOT_DONE.value)

    def unknown(self, id_: UUID) -> None:
        """Nobody can say what lies there now."""
        self._step(id_, _ROW.phase.in_(_OPEN), phase=ActPhase.UNKNOWN.value)

    def stock_taken(self, about: UUID | None = None) -> bool:
        """Have the town hear what was found in a stock-taking (None: in every one that was begun), if anything was."""
        mine = _ROW.about == str(about) if about is not None else sa.true()
        waiting = _ROW.phase == ActPhase.CHECKED.value, mine
        with self._store.transaction() as connection:  # every visit that ends asks, and a disk may be full
            if connection.execute(sa.select(_ROW.id).where(*waiting).limit(1)).first() is None:
                return False
        rows = sa.update(staff_acts).where(*waiting)
        with self._store.writing() as connection:
            connection.execute(rows.values(phase=ActPhase.DONE.value, changed_at=_now()))
        return True

    def open_acts(self) -> list[OpenAct]:
        """Give the acts that have not ended."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(staff_acts).where(_ROW.phase.in_(_OPEN))).all()
        return [OpenAct(_act(row), ActPhase(row.phase), ThingWord(row.sensed)) for row in rows]

    def unreported(self) -> list[Report]:
        """Give what the town has not confirmed yet, oldest first."""
        waiting = sa.select(staff_acts).where(_ROW.phase == ActPhase.DONE.value, _ROW.reported_at.is_(None))
        with self._store.transaction() as connection:
            rows = connection.execute(waiting.order_by(_ROW.changed_at, _ROW.compartment)).all()
        reports: dict[UUID, Report] = {}
        for row in rows:
            act = _act(row)
            id_ = act.about if act.deed is Deed.CHECK and act.about is not None else act.id
            before = reports[id_].found if id_ in reports else ()
            reports[id_] = Report(id_, act.deed, act, (*before, (act.compartment, Found(row.found))))
        return list(reports.values())

    def reported(self, report: Report, problem: str = "") -> None:
        """The town confirmed it, or will never take it (`problem`)."""
        mine = _ROW.about == str(report.id) if report.deed is Deed.CHECK else _ROW.id == str(report.id)
        rows = sa.update(staff_acts).where(mine, _ROW.phase == ActPhase.DONE.value)
        with self._store.writing() as connection:
            connection.execute(rows.values(reported_at=_now(), problem=problem or None))

    def problem(self, id_: UUID) -> str:
        """Give why the town never takes an act; "" where it does."""
        query = sa.select(_ROW.problem).where(sa.or_(_ROW.id == str(id_), _ROW.about == str(id_)))
        with self._store.transaction() as connection:
            return connection.execute(query.where(_ROW.problem.is_not(None))).scalar() or ""

    def unsure(self) -> set[int]:
        """Give the compartments of which nobody can say what lies there, or which the town knows otherwise."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(staff_acts).order_by(_ROW.changed_at)).all()
        last = {row.compartment: row for row in rows if row.phase != ActPhase.NOT_DONE.value}
        doubtful = (*_OPEN, ActPhase.UNKNOWN.value)
        return {number for number, row in last.items() if row.phase in doubtful or row.problem is not None}

    def _step(self, id_: UUID, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
        row = sa.update(staff_acts).where(_ROW.id == str(id_), *conditions)
        with self._store.writing() as connection:
            return connection.execute(row.values(changed_at=_now(), **values)).rowcount == 1


def _act(row: sa.Row[tuple[object, ...]]) -> Act:
    about = UUID(row.about) if row.about else None
    staff = (row.staff,) if row.second is None else (row.staff, row.second)
    return Act(UUID(row.id), Deed(row.deed), row.compartment, staff, about, row.reference or "")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
