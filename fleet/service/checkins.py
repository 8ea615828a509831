"""Takes what a kiosk says of itself, and writes down what changed: one row a kiosk, and a line for each difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from config.checkin import AuditHead, CheckIn, Said
from fleet.service import commands, figures
from fleet.service.enrolment import Kiosk, RefusedError, shown_by
from fleet.service.findings import last_said, trouble_of
from fleet.service.levels import is_news, note_levels
from fleet.service.tables import events, kiosks

# What a technician looks back on; older lines make room, so a year of check-ins is as small as a week.
MOST_EVENTS = 500
# So many of the oldest go at a time: that costs as little as taking one away.
AT_A_TIME = 20


# What a check-in makes of its kiosk's row.
_SAID = (
    *("seen", "boot", "sequence", "clock_offset", "said", "trouble"),
    *("audit_number", "audit_hash", "audit_back", "sent_back", "lines"),
)
# As the row was read.
_READ = {"which": kiosks.c.id, "boot_read": kiosks.c.boot, "sequence_read": kiosks.c.sequence}


def _as_read(which: Any, boot: Any, sequence: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 (a column or a value)
    """Two at one moment with one certificate: the second finds another number than it had read."""
    same = (kiosks.c.boot.is_not_distinct_from(boot), kiosks.c.sequence.is_not_distinct_from(sequence))
    return sa.and_(kiosks.c.id == which, *same)


def _keep_all() -> sa.sql.dml.ReturningUpdate[tuple[int]]:
    """Keep many at once, as PostgreSQL can: each column of them is an array. Gives the rows that were as read."""
    columns = _READ | {name: kiosks.c[name] for name in _SAID}
    arrays = [sa.bindparam(f"all_{name}", type_=sa.ARRAY(column.type)) for name, column in columns.items()]
    heads = [sa.column(name, column.type) for name, column in columns.items()]
    told = sa.func.unnest(*arrays).table_valued(*heads).render_derived()
    kept = sa.update(kiosks).where(_as_read(*(told.c[name] for name in _READ)))
    return kept.values({name: told.c[name] for name in _SAID}).returning(kiosks.c.id)


_KEEP = sa.update(kiosks).where(_as_read(*map(sa.bindparam, _READ)))
_KEEP_ALL = _keep_all()


class ReplayedError(Exception):
    """A check-in that was had before, or comes after a later one."""


class What(StrEnum):
    """What can change of a kiosk."""

    BOOT = "boot"
    PART = "part"
    ALARM = "alarm"
    SETTINGS = "settings"
    SENT_BACK = "sentBack"
    AUDIT_BACK = "auditBack"
    KIOSK_SILENT = "kioskSilent"


class _Taken(Struct, frozen=True):
    """What a check-in makes of its kiosk's row, and what is written of it."""

    before: Any
    was: CheckIn | None
    told: CheckIn
    values: dict[str, Any]
    lines: list[tuple[What, str | None, str | None]]

    @property
    def kiosk(self) -> Kiosk:
        """Whose it is."""
        return Kiosk(self.before.id, self.before.town, self.before.number)


# What is wrong with a check-in; or it was taken, and perhaps a command waits for its kiosk.
Outcome = Exception | bytes | None


class CheckIns:
    """Safe from threads."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._quick = engine.execution_options(isolation_level="AUTOCOMMIT")

    def take(self, fingerprint: str | None, content: bytes) -> bytes | None:
        """Take one, and give the command that waits for its kiosk.

        Raises RefusedError, ReplayedError, msgspec.MsgspecError for what is no check-in.
        """
        (outcome,) = self.take_all([(fingerprint, content)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def take_all(self, batch: Sequence[tuple[str | None, bytes]]) -> list[Outcome]:
        """Take many, each for itself: give for each the command that waits for its kiosk, or what is wrong with it."""
        now, outcomes = self._now(), list[Outcome]([None] * len(batch))
        # Most say what they said before: three statements for all of them, and no transaction around them.
        with self._quick.connect() as connection:
            same, other, again = self._sorted(connection, batch, now, outcomes)
            late = set(_not_kept(connection, same))
            waits = commands.waiting(connection, [taken.before.id for _, taken in (*same, *other)], now)
            for number, taken in same:
                if number in late:
                    outcomes[number] = ReplayedError()
                elif taken.before.id in waits:
                    outcomes[number] = commands.exchange(connection, taken.kiosk, taken.told, now)
        for number, taken in other:
            with self._engine.begin() as connection:
                if _not_kept(connection, [(number, taken)]):
                    outcomes[number] = ReplayedError()
                    continue
                _write(connection, taken, now)
                if taken.before.id in waits:
                    outcomes[number] = commands.exchange(connection, taken.kiosk, taken.told, now)
        for number, taken in (*same, *other):
            if not isinstance(outcomes[number], Exception):
                self._note_counts(taken, now)
        for number in again:
            outcomes[number] = self.take_all([batch[number]])[0]
        return outcomes

    def _note_counts(self, taken: _Taken, now: datetime) -> None:
        """Keep what is left at a kiosk and what it counted, where that is another than it said before."""
        kiosk = taken.before.id
        if is_news(taken.was, taken.told, taken.before.seen, now):
            with self._engine.begin() as connection:
                note_levels(connection, kiosk, taken.told, now)
        if figures.is_news(taken.was, taken.told):
            with self._engine.begin() as connection:
                figures.note_figures(connection, kiosk, taken.told, now)

    def _sorted(
        self,
        connection: sa.Connection,
        batch: Sequence[tuple[str | None, bytes]],
        now: datetime,
        outcomes: list[Outcome],
    ) -> tuple[list[tuple[int, _Taken]], list[tuple[int, _Taken]], list[int]]:
        """Give what says the same as before, what says something else, and who comes a second time at this moment."""
        same: list[tuple[int, _Taken]] = []
        other: list[tuple[int, _Taken]] = []
        again: list[int] = []
        rows, had = shown_by(connection, [fingerprint for fingerprint, _ in batch]), set()
        for number, (fingerprint, content) in enumerate(batch):
            try:
                taken = self._read(rows.get(fingerprint), content, now)
            except (RefusedError, ReplayedError, msgspec.MsgspecError) as error:
                outcomes[number] = error
                continue
            if taken.before.id in had:
                again.append(number)  # it is read anew, after the first
            else:
                (other if taken.lines else same).append((number, taken))
            had.add(taken.before.id)
        return same, other, again

    def _read(self, before: Any, content: bytes, now: datetime) -> _Taken:  # noqa: ANN401 (a row)
        """Say what a check-in changes. Raises as `take` does."""
        if before is None:
            raise RefusedError("this certificate is nobody's")
        told = msgspec.json.decode(content, type=CheckIn)
        if before.boot == str(told.boot) and before.sequence is not None and told.sequence <= before.sequence:
            raise ReplayedError
        was = last_said(before)
        values, lines = self._values(before, told, now), list(_changes(was, told))
        values["sent_back"] = now if any(what is What.SENT_BACK for what, _, _ in lines) else before.sent_back
        if values["audit_back"] is not None and before.audit_back is None:
            lines.append((What.AUDIT_BACK, None, None))
        values["lines"] = before.lines + len(lines)
        return _Taken(before, was, told, values, lines)

    @staticmethod
    def _values(before: Any, told: CheckIn, now: datetime) -> dict[str, Any]:  # noqa: ANN401 (a row)
        values: dict[str, Any] = {
            "seen": now,
            "boot": str(told.boot),
            "sequence": told.sequence,
            "clock_offset": (told.sent - now).total_seconds(),
            "said": msgspec.json.encode(told),
            "trouble": trouble_of(told, (told.sent - now).total_seconds()),
            # Always all of them: what many rows are given in one statement has the same names.
            "audit_number": before.audit_number,
            "audit_hash": before.audit_hash,
            "audit_back": before.audit_back,
        }
        head = told.kiosk.audit if told.kiosk is not None else None
        if head is None:
            return values
        if _went_back(before, head):
            return values | {"audit_back": before.audit_back or now}
        return values | {"audit_number": head.number, "audit_hash": head.hash}


def _write(connection: sa.Connection, taken: _Taken, at: datetime) -> None:
    """Write down what changed. Each line has a number, so the oldest are taken away without counting what is there."""
    kiosk, before, last = taken.before.id, taken.before.lines, taken.values["lines"]
    rows = [
        {"kiosk": kiosk, "line": line, "at": at, "what": what, "part": part, "word": word}
        for line, (what, part, word) in enumerate(taken.lines, before + 1)
    ]
    connection.execute(sa.insert(events), rows)
    if last // AT_A_TIME > before // AT_A_TIME:
        old = last - (MOST_EVENTS - AT_A_TIME)
        connection.execute(sa.delete(events).where(events.c.kiosk == kiosk, events.c.line <= old))


def _not_kept(connection: sa.Connection, taken: Sequence[tuple[int, _Taken]]) -> list[int]:
    """Write down what kiosks said; gives the numbers of those that said something else meanwhile."""
    if not taken:
        return []
    rows = [
        {"which": one.before.id, "boot_read": one.before.boot, "sequence_read": one.before.sequence, **one.values}
        for _, one in taken
    ]
    if connection.dialect.name == "postgresql":
        columns = {f"all_{name}": [row[name] for row in rows] for name in (*_READ, *_SAID)}
        kept = set(connection.execute(_KEEP_ALL, columns).scalars())
    else:
        kept = {row["which"] for row in rows if connection.execute(_KEEP, row).rowcount}
    return [number for number, one in taken if one.before.id not in kept]


def _went_back(before: Any, head: AuditHead) -> bool:  # noqa: ANN401 (a row)
    """Say whether rows of the chain are gone, or others than those that were there."""
    if before.audit_number is None:
        return False
    another = head.number == before.audit_number and head.hash != before.audit_hash
    return bool(another or head.number < before.audit_number)


def _changes(was: CheckIn | None, told: CheckIn) -> Iterator[tuple[What, str | None, str | None]]:
    if was is None or was.boot != told.boot:
        yield What.BOOT, None, told.kiosk.version if told.kiosk is not None else None
    if (was.alarm if was is not None else None) != told.alarm:
        yield What.ALARM, None, told.alarm.value if told.alarm is not None else None
    old, new = was.kiosk if was is not None else None, told.kiosk
    if new is None:
        if old is not None:
            yield What.KIOSK_SILENT, None, None
        return
    if (old.in_force.settings if old is not None else None) != new.in_force.settings:
        yield What.SETTINGS, None, (new.in_force.settings or "")[:12] or None
    if new.in_force.sent_back > (old.in_force.sent_back if old is not None else 0):
        yield What.SENT_BACK, None, None
    yield from _of_parts(old, new)


def _of_parts(old: Said | None, new: Said) -> Iterator[tuple[What, str | None, str | None]]:
    were = {device.part: device for device in old.devices} if old is not None else {}
    for device in new.devices:
        if were.get(device.part) != device:
            yield (
                What.PART,
                device.part.value,
                (device.fault.value if device.fault is not None else device.health.value),
            )
