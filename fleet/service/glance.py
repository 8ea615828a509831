"""What residents cannot do at a kiosk now, and since when: the fleet at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.checkin import Health, Part
from fleet.service.checkins import What
from fleet.service.findings import SILENT, last_said
from fleet.service.tables import events

# Without reader, printer or the town's service they print nothing: that a kiosk says itself (config.checkin: `offers`).
_WITHOUT = {
    Part.LOCKERS: "inwoners kunnen nu niets uit een vakje halen",
    Part.SPEECH: "het loket leest nu niets voor",
    Part.RECEIPT_PRINTER: "inwoners krijgen nu geen bon",
}


def cannot(row: Any, now: datetime) -> list[str]:  # noqa: ANN401 (a row)
    """Say what residents cannot do at a kiosk beside printing; of a silent one nobody knows."""
    told = last_said(row)
    if told is None or told.kiosk is None or now - row.seen > SILENT:
        return []
    down = {one.part for one in told.kiosk.devices if one.health is Health.DOWN}
    return [sentence for part, sentence in _WITHOUT.items() if part in down]


def since_when(connection: sa.Connection, rows: Iterable[Any], now: datetime) -> dict[int, datetime]:
    """Say for each kiosk, by its id, since when the first thing there is down; of a silent one, when it last spoke."""
    found: dict[int, datetime] = {}
    down: dict[int, set[str]] = {}
    for row in rows:
        told = last_said(row)
        if row.seen is not None and now - row.seen > SILENT:
            found[row.id] = row.seen
        elif told is not None and told.kiosk is not None:
            parts = {one.part.value for one in told.kiosk.devices if one.health is Health.DOWN}
            down |= {row.id: parts} if parts else {}
    which = (events.c.what == What.PART, events.c.kiosk.in_(down))
    query = sa.select(events.c.kiosk, events.c.part, sa.func.max(events.c.at)).where(*which)
    for kiosk, part, at in connection.execute(query.group_by(events.c.kiosk, events.c.part)):
        if part in down[kiosk]:
            found[kiosk] = min(at, found.get(kiosk, at))
    return found
