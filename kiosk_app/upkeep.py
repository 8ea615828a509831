"""Keeps the kiosk's memory in order by itself: a copy each night, what is too old given up, and damage told of.

On the machine's thread. How long each row is kept is here, and nowhere else (docs/privacy.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hardware.faults import FaultCode
from kiosk_app.chain import FileDamaged, LookElsewhere
from kiosk_app.store import Store, StoreError
from kiosk_app.tables import audit, audit_start, doors, staff_acts, tickets

log = logging.getLogger(__name__)

# Somebody who got no paper comes back within weeks; a clerk who looks a ticket up, within a quarter.
TICKETS_KEPT = timedelta(days=92)
# A year and a month: a yearly audit sees the whole of the year it is about.
AUDIT_KEPT = timedelta(days=396)
# Once a night, whenever the kiosk began anew; where it could not be made, not at each look.
COPY_AFTER, TRY_AGAIN_AFTER = timedelta(hours=20), timedelta(hours=1)
# Where no copy was made for longer, the kiosk stood still, or its clock leapt: no more goes at once than in so long.
LEAPT_AFTER = timedelta(days=3)


class Upkeep:
    """Does each day's work when it is due, and says what is amiss with the kiosk's memory."""

    def __init__(self, store: Store, on_damage: Callable[[], None] = lambda: None) -> None:
        """`on_damage` is called at each look once the next start has to put the memory aside."""
        self._store = store
        self._on_damage = on_damage
        self._chain_begun = False
        self._chain_broken = False
        self._look: LookElsewhere | None = None
        self._tried: datetime | None = None

    def faults(self, now: datetime) -> Iterator[FaultCode]:
        """Do what is due, and give what is wrong."""
        due = self._is_due(now)
        if due:
            self._tried = now
            self._keep(now)
        if due or not self._chain_begun:
            self._begin_to_look()
        if self._look is not None and self._look.over:
            self._note(self._look)
            self._look = None
        if self._store.wants_a_start:
            self._on_damage()
        if self._store.was_damaged:
            yield FaultCode.MEMORY_DAMAGED
        if self._chain_broken:
            yield FaultCode.AUDIT_BROKEN

    def _is_due(self, now: datetime) -> bool:
        copied = self._store.copied_at
        if self._tried is not None and abs(now - self._tried) < TRY_AGAIN_AFTER:
            return False
        return copied is None or abs(now - copied) > COPY_AFTER  # a clock that was set back must not stop it

    @property
    def looks(self) -> bool:
        """Whether the audit trail is being looked through; what comes of it is among the faults once that is over."""
        return self._look is not None

    def stop(self) -> None:
        """Leave the audit trail as far as it was looked through."""
        if self._look is not None:
            self._look.stop()

    def _begin_to_look(self) -> None:
        self._chain_begun = True
        if self._look is not None:
            return
        try:
            self._look = LookElsewhere(self._store.file)
        except OSError as error:
            log.error("the audit trail could not be looked through: %s", error)

    def _note(self, look: LookElsewhere) -> None:
        try:
            broken = look.found()
        except FileDamaged:
            log.error("the kiosk's memory is damaged: the next start looks through all of it")
            self._store.suspect()
            return
        except OSError as error:
            log.error("the audit trail could not be looked through: %s", error)
            return
        if broken is not None and not self._chain_broken:
            log.error("the audit trail does not hold from row %d on", broken)
        self._chain_broken = broken is not None

    def _keep(self, now: datetime) -> None:
        before = self._store.copied_at
        try:
            self._store.copy()
        except (OSError, StoreError) as error:
            log.error("no copy of the kiosk's memory could be made: %s", error)
        else:
            if before is not None:
                give_up(self._store, min(now, before + LEAPT_AFTER))


def give_up(store: Store, now: datetime) -> None:
    """Delete what is older than it is kept; a ticket, a door or an act of staff only once the town knows of it."""
    before, told = _stamp(now - TICKETS_KEPT), _stamp(now - AUDIT_KEPT)
    with store.transaction() as connection:
        for table in (tickets, doors, staff_acts):
            rows = table.c.changed_at < before, table.c.reported_at.is_not(None)
            connection.execute(sa.delete(table).where(*rows))
        # Rows are in the order of their numbers, and the last stays: the next one hashes it.
        last = sa.select(sa.func.max(audit.c.number)).scalar_subquery()
        # With the + no index on the moment is used: as many rows are looked at as go, not as many as stay.
        stays = sa.or_(sa.literal_column("+audit.at") >= told, audit.c.number == last)
        kept = sa.select(audit).where(stays).order_by(audit.c.number)
        first = connection.execute(kept.limit(1)).first()
        if first is not None:
            gone = connection.execute(sa.delete(audit).where(audit.c.number < first.number)).rowcount
            if gone:
                connection.execute(sa.delete(audit_start))
                connection.execute(sa.insert(audit_start).values(number=first.number, previous=first.previous))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
