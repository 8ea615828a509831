"""Makes alarms of findings: one for a problem, from when it is first seen until it stays away, however it flickers.

A look goes past every kiosk with something amiss, or that had. What is amiss for longer than a moment is put in the
outbox, in the transaction that says so: a crash loses nothing and says nothing twice. Many workers may look; one has
the turn, and where two did, the tables let one of them.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from fleet.service import outbox
from fleet.service.alarm_settings import AlarmSettings
from fleet.service.alarm_tables import alarms, turns
from fleet.service.findings import AUDIT_KEY, KIOSK_SILENT_KEY, SILENT_KEY, Finding, Role, findings, notable
from fleet.service.tables import kiosks

log = logging.getLogger(__name__)

# An alarm is minutes old when somebody reads of it; half a minute more is nothing.
LOOK_EVERY = dt.timedelta(seconds=30)
# Whoever stands at the printer with paper in hand is not written to.
PATIENCE = dt.timedelta(minutes=2)
# Solved is what stayed away for so long; twice as long for each time that it came back within a day.
AWAY = dt.timedelta(minutes=10)
_COMES_BACK = _MOST_AWAY = dt.timedelta(days=1)
# Nobody looked for so long: who was silent then may only have been unheard.
_ASLEEP = dt.timedelta(minutes=2)
# The weekly letter tells of the last seven days; the page of a few weeks more.
KEPT = dt.timedelta(days=90)
# So many kiosks at a time: check-ins come through in between.
_CHUNK = 250
_TURN = "look"
# What is over after a while without anybody having mended it.
_PASSES = {"sentBack"}


# The days on which a town said that it stays closed.
Closed = Callable[[str], frozenset[dt.date]]


class Alarms:
    """Looks at every kiosk. Safe from threads."""

    def __init__(
        self, engine: sa.Engine, settings: AlarmSettings, now: Callable[[], dt.datetime], closed: Closed
    ) -> None:
        self._engine, self._told, self._now, self._closed = engine, settings, now, closed
        self._settings = settings

    def look(self) -> bool:
        """Look, where nobody did just now: False when it was not our turn. Raises SQLAlchemyError."""
        now = self._now()
        awake = self._turn(now)
        if awake is None:
            return False
        self._settings = self._told.knowing(self._closed)
        after: int | None = 0
        while after is not None:
            after = self._look_at_some(after, now, awake)
        with self._engine.begin() as connection:
            outbox.put_weekly(connection, self._settings, now)
            connection.execute(sa.delete(alarms).where(alarms.c.closed < now - KEPT))
            outbox.forget(connection, now - KEPT)
        return True

    def _turn(self, now: dt.datetime) -> dt.datetime | None:
        """Take the turn: since when somebody looks without a pause, or None where another has it."""
        until = now + LOOK_EVERY * 0.9
        asleep = sa.case((turns.c.last < now - _ASLEEP, now), else_=turns.c.awake)
        mine = sa.update(turns).where(turns.c.name == _TURN, turns.c.until <= now)
        try:
            with self._engine.begin() as connection:
                taken = mine.values(until=until, last=now, awake=asleep).returning(turns.c.awake)
                awake: dt.datetime | None = connection.execute(taken).scalar()
                if awake is None and connection.execute(sa.select(turns.c.name)).first() is None:
                    connection.execute(sa.insert(turns).values(name=_TURN, until=until, last=now, awake=now))
                    awake = now
        except sa.exc.IntegrityError:
            return None  # two came to an empty table, and the other was first
        return awake

    def _look_at_some(self, after: int, now: dt.datetime, awake: dt.datetime) -> int | None:
        """Look at the next so many kiosks; gives the last of them, None when there are no more."""
        has_one = kiosks.c.id.in_(sa.select(alarms.c.kiosk).where(alarms.c.closed.is_(None)))
        some = sa.select(kiosks).where(kiosks.c.id > after, sa.or_(notable(now), has_one))
        with self._engine.connect() as connection:
            rows = connection.execute(some.order_by(kiosks.c.id).limit(_CHUNK)).all()
        if not rows:
            return None
        last: int = rows[-1].id
        mine = sa.and_(alarms.c.kiosk > after, alarms.c.kiosk <= last, alarms.c.closed.is_(None))
        try:
            with self._engine.begin() as connection:
                found = connection.execute(sa.select(alarms).where(mine).order_by(alarms.c.kiosk)).all()
                there = {kiosk: list(some) for kiosk, some in groupby(found, lambda one: one.kiosk)}
                for row in rows:
                    wanted = self._wanted(row, now, awake)
                    if wanted or row.id in there:
                        _Kiosk(connection, self._settings, row, now).update(wanted, there.get(row.id, []))
        except sa.exc.IntegrityError:
            log.info("another worker was at the same kiosks")  # what it saw is what we saw
        return last

    def _wanted(self, row: Any, now: dt.datetime, awake: dt.datetime) -> dict[str, Finding]:  # noqa: ANN401 (a row)
        """Give what is amiss by its key; silence counts from when there was somebody to hear."""
        told = {one.key: one for one in findings(row, now) if one.key}
        silent = now - max(row.seen, awake) if row.seen is not None else dt.timedelta()
        if SILENT_KEY in told and silent < dt.timedelta(minutes=self._settings.silent_minutes):
            told[SILENT_KEY] = Finding(told[SILENT_KEY].sentence, bad=False, key=_NOT_YET)
        return {one.key: one for one in told.values()}


# Silent, and not yet for long enough: nothing else is known of the kiosk either.
_NOT_YET = "silent:notYet"


class _Kiosk:
    """One kiosk in one look."""

    def __init__(
        self,
        connection: sa.Connection,
        settings: AlarmSettings,
        row: Any,  # noqa: ANN401 (a row)
        now: dt.datetime,
    ) -> None:
        self._connection, self._settings, self._row, self._now = connection, settings, row, now

    def update(self, wanted: Mapping[str, Finding], there: Sequence[Any]) -> None:
        """Bring its alarms up to date with what is found."""
        open_keys = {one.key for one in there}
        for finding in wanted.values():
            if finding.key not in open_keys and finding.key != _NOT_YET:
                self._begin(finding)
        for one in there:
            if one.key in wanted:
                self._still(one, wanted[one.key])
            elif not _hidden(one.key, wanted):
                self._away(one, [other for other in there if other.id != one.id])

    def _begin(self, finding: Finding) -> None:
        at_once = finding.role is Role.SAFETY or finding.key in {SILENT_KEY, "sentBack"}
        again = sa.select(alarms.c.times).where(
            alarms.c.kiosk == self._row.id, alarms.c.key == finding.key, alarms.c.closed > self._now - _COMES_BACK
        )
        times = self._connection.execute(again.order_by(alarms.c.id.desc()).limit(1)).scalar()
        said = {"key": finding.key, "role": finding.role, "urgent": finding.bad, "sentence": finding.sentence}
        row = {"kiosk": self._row.id, "opened": self._now, "times": 0 if times is None else times + 1, **said}
        made = self._connection.execute(sa.insert(alarms).values(**row)).inserted_primary_key
        if at_once and made is not None:
            self._tell(made[0], finding)

    def _still(self, alarm: Any, finding: Finding) -> None:  # noqa: ANN401 (a row)
        if alarm.gone is not None:
            self._set(alarm.id, gone=None)
        if alarm.told is None and self._now - alarm.opened >= PATIENCE:
            self._tell(alarm.id, finding)

    def _tell(self, alarm: int, finding: Finding) -> None:
        self._set(alarm, told=self._now, urgent=finding.bad, sentence=finding.sentence)
        urgent = finding.bad or finding.role is Role.SAFETY
        outbox.put_opened(
            self._connection, self._settings, self._row.town, alarm, finding.role, self._now, urgent=urgent
        )

    def _away(self, alarm: Any, others: Sequence[Any]) -> None:  # noqa: ANN401 (a row)
        if self._row.revoked:
            self._close(alarm, solved=False)
        elif alarm.gone is None:
            self._set(alarm.id, gone=self._now)
        elif self._now - alarm.gone >= min(AWAY * 2**alarm.times, _MOST_AWAY):
            # Paper that was low and is now out is not solved: the worse alarm of the same part goes on.
            part = alarm.key.partition(":")[0]
            worse = any(other.key.partition(":")[0] == part and other.gone is None for other in others)
            self._close(alarm, solved=alarm.told is not None and not worse and alarm.key not in _PASSES)

    def _close(self, alarm: Any, *, solved: bool) -> None:  # noqa: ANN401 (a row)
        self._set(alarm.id, closed=self._now)
        told = outbox.cancel(self._connection, alarm.id, self._now)
        if solved:
            outbox.put_solved(self._connection, self._settings, told, self._now)

    def _set(self, alarm: int, **values: object) -> None:
        self._connection.execute(sa.update(alarms).where(alarms.c.id == alarm).values(**values))


def _hidden(key: str, wanted: Mapping[str, Finding]) -> bool:
    """Say whether a problem may be there still, for nothing is heard of the kiosk that has it."""
    if key == AUDIT_KEY:
        return False
    if SILENT_KEY in wanted or _NOT_YET in wanted:
        return key != SILENT_KEY or _NOT_YET in wanted
    return KIOSK_SILENT_KEY in wanted and key not in {SILENT_KEY, "clock", "certificate", "sentBack"}
