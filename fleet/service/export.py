"""What the service knows of kiosks, as tables to take along: each with the names of its columns, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from config.checkin import Good
from fleet.service.alarm_settings import ZONE
from fleet.service.alarm_tables import alarms
from fleet.service.findings import findings, last_said
from fleet.service.spreadsheet import Value
from fleet.service.tables import events, kiosks

# So many rows at a time come from the database: a fleet's events are millions.
_CHUNK = 1000


class What(StrEnum):
    """What can be taken along."""

    KIOSKS = "kiosks"
    EVENTS = "events"
    ALARMS = "alarms"


COLUMNS = {
    What.KIOSKS: (
        *("gemeente", "loket", "gebouw", "gezien", "versie", "uitgesloten", "certificaat_tot"),
        *("klok_verschil_s", "papier_vellen", "toner_vellen", "wat_er_mis_is"),
    ),
    What.EVENTS: ("gemeente", "loket", "tijdstip", "wat", "onderdeel", "woord"),
    What.ALARMS: ("gemeente", "loket", "sinds", "tot", "voor", "inwoners_merken_het", "melding"),
}
Row = tuple[Value, ...]


def rows(
    connection: sa.Connection, what: What, town: str, since: dt.datetime | None, now: dt.datetime
) -> Iterator[Row]:
    """Give the rows of a table: of one town or (empty) all; of what happened, only what did since then."""
    make: Callable[[sa.Connection, sa.ColumnElement[bool], dt.datetime | None, dt.datetime], Iterator[Row]]
    make = {What.KIOSKS: _kiosks, What.EVENTS: _events, What.ALARMS: _alarms}[what]
    return make(connection, kiosks.c.town == town if town else sa.true(), since, now)


def _kiosks(
    connection: sa.Connection, which: sa.ColumnElement[bool], _since: dt.datetime | None, now: dt.datetime
) -> Iterator[Row]:
    for row in _read(connection, sa.select(kiosks).where(which).order_by(kiosks.c.town, kiosks.c.number)):
        told = last_said(row)
        said = told.kiosk if told is not None else None
        left = {one.good: one.left for one in said.levels} if said is not None else {}
        yield (
            *(row.town, row.number, row.building, _moment(row.seen), said.version if said is not None else None),
            *("ja" if row.revoked else "nee", _moment(row.certified_until), row.clock_offset),
            *(left.get(Good.PAPER), left.get(Good.TONER), "; ".join(one.sentence for one in findings(row, now))),
        )


def _events(
    connection: sa.Connection, which: sa.ColumnElement[bool], since: dt.datetime | None, _now: dt.datetime
) -> Iterator[Row]:
    query = sa.select(events, kiosks.c.town, kiosks.c.number).join(kiosks, kiosks.c.id == events.c.kiosk).where(which)
    query = query.where(events.c.at >= since) if since is not None else query
    for row in _read(connection, query.order_by(kiosks.c.town, kiosks.c.number, events.c.at)):
        yield row.town, row.number, _moment(row.at), row.what, row.part, row.word


def _alarms(
    connection: sa.Connection, which: sa.ColumnElement[bool], since: dt.datetime | None, _now: dt.datetime
) -> Iterator[Row]:
    query = sa.select(alarms, kiosks.c.town, kiosks.c.number).join(kiosks, kiosks.c.id == alarms.c.kiosk).where(which)
    query = query.where(alarms.c.opened >= since) if since is not None else query
    for row in _read(connection, query.order_by(kiosks.c.town, kiosks.c.number, alarms.c.opened)):
        until = _moment((row.gone or row.closed) if row.closed is not None else None)
        yield row.town, row.number, _moment(row.opened), until, row.role, "ja" if row.urgent else "nee", row.sentence


def _read(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Any]:
    return iter(connection.execution_options(yield_per=_CHUNK).execute(query))


def _moment(at: dt.datetime | None) -> dt.datetime | None:
    return at.astimezone(ZONE) if at is not None else None
