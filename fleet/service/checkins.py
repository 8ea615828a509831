"""Takes what a kiosk says of itself, and writes down what changed: one row a kiosk, and a line for each difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from config.checkin import AuditHead, CheckIn, Said
from fleet.service.enrolment import Kiosk, shown_by
from fleet.service.findings import last_said as last_said
from fleet.service.findings import trouble_of
from fleet.service.tables import events, kiosks

# What a technician looks back on; older lines make room, so a year of check-ins is as small as a week.
MOST_EVENTS = 500
# So much may come in between, in lines, before the oldest are taken away.
_SLACK = 50


# Two at one moment with one certificate: the second finds another number than it had read.
_AS_READ = sa.and_(
    kiosks.c.id == sa.bindparam("which"),
    kiosks.c.boot.is_not_distinct_from(sa.bindparam("boot_read")),
    kiosks.c.sequence.is_not_distinct_from(sa.bindparam("sequence_read")),
)
_KEEP = sa.update(kiosks).where(_AS_READ)


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


class CheckIns:
    """Safe from threads."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._quick = engine.execution_options(isolation_level="AUTOCOMMIT")

    def take(self, fingerprint: str | None, content: bytes) -> None:
        """Take one. Raises RefusedError, ReplayedError, msgspec.MsgspecError for what is no check-in."""
        # Most say what they said before: two statements, each by itself, and no transaction around them.
        with self._quick.connect() as connection:
            before = shown_by(connection, fingerprint)
            told = msgspec.json.decode(content, type=CheckIn)
            if before.boot == str(told.boot) and before.sequence is not None and told.sequence <= before.sequence:
                raise ReplayedError
            now = self._now()
            values, lines = self._values(before, told, now), list(_changes(before, told))
            if not lines and not values.get("audit_back"):
                _keep(connection, before, values)
                return
        if any(what is What.SENT_BACK for what, _, _ in lines):
            values["sent_back"] = now
        if values.get("audit_back") and not before.audit_back:
            lines.append((What.AUDIT_BACK, None, None))
        with self._engine.begin() as connection:
            _keep(connection, before, values)
            self._write(connection, Kiosk(before.id, before.town, before.number), lines, now)

    @staticmethod
    def _values(before: Any, told: CheckIn, now: datetime) -> dict[str, Any]:  # noqa: ANN401 (a row)
        values: dict[str, Any] = {
            "seen": now,
            "boot": str(told.boot),
            "sequence": told.sequence,
            "clock_offset": (told.sent - now).total_seconds(),
            "said": msgspec.json.encode(told),
            "trouble": trouble_of(told, (told.sent - now).total_seconds()),
        }
        head = told.kiosk.audit if told.kiosk is not None else None
        if head is None:
            return values
        if _went_back(before, head):
            return values | {"audit_back": before.audit_back or now}
        return values | {"audit_number": head.number, "audit_hash": head.hash}

    @staticmethod
    def _write(
        connection: sa.Connection, kiosk: Kiosk, lines: list[tuple[What, str | None, str | None]], at: datetime
    ) -> None:
        if not lines:
            return
        rows = [{"kiosk": kiosk.id, "at": at, "what": what, "part": part, "word": word} for what, part, word in lines]
        connection.execute(sa.insert(events), rows)
        mine = sa.select(events.c.id).where(events.c.kiosk == kiosk.id).order_by(events.c.id.desc())
        if connection.execute(mine.offset(MOST_EVENTS + _SLACK).limit(1)).scalar() is not None:
            oldest = connection.execute(mine.offset(MOST_EVENTS).limit(1)).scalar()
            connection.execute(sa.delete(events).where(events.c.kiosk == kiosk.id, events.c.id <= oldest))


def _keep(connection: sa.Connection, before: Any, values: dict[str, Any]) -> None:  # noqa: ANN401 (a row)
    """Write down what a kiosk said, unless it said something else meanwhile. Raises ReplayedError."""
    read = {"which": before.id, "boot_read": before.boot, "sequence_read": before.sequence}
    if connection.execute(_KEEP, {**read, **values}).rowcount != 1:
        raise ReplayedError


def _went_back(before: Any, head: AuditHead) -> bool:  # noqa: ANN401 (a row)
    """Say whether rows of the chain are gone, or others than those that were there."""
    if before.audit_number is None:
        return False
    another = head.number == before.audit_number and head.hash != before.audit_hash
    return bool(another or head.number < before.audit_number)


def _changes(before: Any, told: CheckIn) -> Iterator[tuple[What, str | None, str | None]]:  # noqa: ANN401 (a row)
    was = last_said(before)
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
