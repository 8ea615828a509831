"""Who proposed, approved and signed what, and when: rows that each hold the digest of the one before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from fleet.service.change_tables import deeds

_BEGIN = "0" * 64


class Deed(StrEnum):
    """What somebody did to a change."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    TURNED_DOWN = "turnedDown"
    SIGNED = "signed"
    TO_CANARY = "canary"
    TO_FEW = "few"
    TO_ALL = "all"
    DONE = "done"
    PAUSED = "paused"
    WENT_ON = "wentOn"
    UNDONE = "undone"
    REPLACED = "replaced"


class Row(Struct, frozen=True):
    """One of them."""

    number: int
    at: str
    town: str
    proposal: int
    person: str
    what: Deed


def write(connection: sa.Connection, at: datetime, town: str, proposal: int, person: str, what: Deed) -> None:
    """Add a row. Two at the same moment take the same number: one of them fails, with all it was part of."""
    last = connection.execute(sa.select(deeds).order_by(deeds.c.number.desc()).limit(1)).first()
    row = Row(1 if last is None else last.number + 1, at.isoformat(), town, proposal, person, what)
    chained = _hash(_BEGIN if last is None else last.hash, row)
    connection.execute(sa.insert(deeds).values(**msgspec.structs.asdict(row), hash=chained))


def read(engine: sa.Engine, proposal: int | None = None) -> list[Row]:
    """Give the rows, of one change or all, oldest first."""
    query = sa.select(deeds).order_by(deeds.c.number)
    if proposal is not None:
        query = query.where(deeds.c.proposal == proposal)
    with engine.connect() as connection:
        return [_row(one) for one in connection.execute(query)]


def broken_at(engine: sa.Engine) -> int | None:
    """Give the number of the first row that is not what it was, or that stands where another is gone; None: none."""
    before, expected = _BEGIN, 1
    with engine.connect() as connection:
        for one in connection.execute(sa.select(deeds).order_by(deeds.c.number)):
            before = _hash(before, _row(one))
            if one.number != expected or one.hash != before:
                return expected
            expected += 1
    return None


def _row(one: Any) -> Row:  # noqa: ANN401 (a row)
    return Row(one.number, one.at, one.town, one.proposal, one.person, Deed(one.what))


def _hash(before: str, row: Row) -> str:
    return sha256(before.encode() + msgspec.json.encode(row, order="deterministic")).hexdigest()
