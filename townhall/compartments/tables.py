"""What is remembered of compartments: what was put where and by which cards, who had leave to open a door, what came.

No person is in here: a thing's resident is the keyed hash in its claim, staff are the numbers of their cards.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

import sqlalchemy as sa

from townhall.tables import HASH, METADATA, NAME, SHORT, Claim, with_zone

# What a clerk registered. `id` is the root of its line of claims; the reference is written on the thing itself.
THINGS = sa.Table(
    "things",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("reference", SHORT, nullable=False, unique=True),
)
# One row each time that a thing is put into a compartment. As long as it lies there, `place` and `thing_there` say so:
# one thing in a compartment, and each thing in one compartment, is the database's own care.
DEPOSITS = sa.Table(
    "deposits",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("thing", sa.Uuid, sa.ForeignKey("things.id"), nullable=False, index=True),
    sa.Column("kiosk", NAME, nullable=False),
    sa.Column("compartment", sa.Integer, nullable=False),
    sa.Column("staff", sa.JSON, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("place", sa.String(80), unique=True),
    sa.Column("thing_there", sa.Uuid, unique=True),
    sa.Column("ended", SHORT),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Column("ended_staff", sa.JSON),
)
COLLECTIONS = sa.Table(
    "collections",
    METADATA,
    sa.Column("ticket", sa.Uuid, primary_key=True),
    sa.Column("kiosk", NAME, nullable=False),
    sa.Column("owner", HASH, nullable=False),
    sa.Column("claim", sa.Uuid, nullable=False),
    sa.Column("deposit", sa.Uuid, sa.ForeignKey("deposits.id"), nullable=False, index=True),
    sa.Column("compartment", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("outcome", SHORT),
    sa.Column("opened_at", sa.DateTime(timezone=True)),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
    sa.Column("reasons", sa.JSON),
)
STOCK_TAKINGS = sa.Table(
    "stock_takings",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kiosk", NAME, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("staff", sa.JSON, nullable=False),
    sa.Column("found", sa.JSON, nullable=False),
    sa.Column("disagreements", sa.JSON, nullable=False),
)


class Ended(Enum):
    """Why a thing lies in its compartment no more. MISSING: staff looked, and it was not there."""

    COLLECTED = "collected"
    TAKEN_BACK = "takenBack"
    MISSING = "missing"


class Found(Enum):
    """What lay behind a door."""

    THING = "thing"
    EMPTY = "empty"


class Outcome(Enum):
    """What came of a door, in the contract's words."""

    COLLECTED = "collected"
    NOT_OPENED = "notOpened"
    LEFT_OPEN = "leftOpen"
    NOTHING_TAKEN = "nothingTaken"
    FOUND_EMPTY = "foundEmpty"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Deposit:
    """One time that a thing was put into a compartment, and how that ended."""

    id: UUID
    thing: UUID
    kiosk: str
    compartment: int
    staff: tuple[str, ...]
    since: dt.datetime
    ended: Ended | None = None
    ended_at: dt.datetime | None = None
    ended_staff: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Its compartment's name in the town."""
        return f"{self.kiosk}/{self.compartment}"


@dataclass(frozen=True)
class Placed:
    """A deposit, the thing's reference, and the newest claim on it."""

    deposit: Deposit
    reference: str
    claim: Claim


@dataclass(frozen=True)
class Registered:
    """A thing that lies behind no door now, and the newest claim on it."""

    reference: str
    claim: Claim


@dataclass(frozen=True)
class Result:
    """What a kiosk said of a door."""

    outcome: Outcome
    opened_at: dt.datetime | None
    closed_at: dt.datetime | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """Leave to open one door, under a ticket, and what came of it. `owner` as for an order."""

    ticket: UUID
    kiosk: str
    owner: str
    claim: UUID
    deposit: UUID
    compartment: int
    at: dt.datetime
    result: Result | None = None


@dataclass(frozen=True)
class Disagreement:
    """Something else was found in a compartment than was known; `reference` of the thing that was expected there."""

    compartment: int
    found: Found
    reference: str | None = None


@dataclass(frozen=True)
class StockTaking:
    """What staff found, compartment by compartment."""

    id: UUID
    kiosk: str
    at: dt.datetime
    staff: tuple[str, ...]
    found: dict[int, Found]
    disagreements: tuple[Disagreement, ...] = ()


def deposit_of(row: sa.RowMapping) -> Deposit:
    """A row of `deposits` as what it means."""
    return Deposit(
        id=row["id"],
        thing=row["thing"],
        kiosk=row["kiosk"],
        compartment=row["compartment"],
        staff=tuple(row["staff"]),
        since=with_zone(row["since"]),
        ended=None if row["ended"] is None else Ended(row["ended"]),
        ended_at=None if row["ended_at"] is None else with_zone(row["ended_at"]),
        ended_staff=tuple(row["ended_staff"] or ()),
    )


def collection_of(row: sa.RowMapping) -> Collection:
    """A row of `collections` as what it means."""
    named = ("ticket", "kiosk", "owner", "claim", "deposit", "compartment")
    result = None
    if row["outcome"] is not None:
        opened, closed = (None if row[name] is None else with_zone(row[name]) for name in ("opened_at", "closed_at"))
        result = Result(Outcome(row["outcome"]), opened, closed, tuple(row["reasons"] or ()))
    return Collection(**{name: row[name] for name in named}, at=with_zone(row["at"]), result=result)


def stock_taking_of(row: sa.RowMapping) -> StockTaking:
    """A row of `stock_takings` as what it means."""
    return StockTaking(
        id=row["id"],
        kiosk=row["kiosk"],
        at=with_zone(row["at"]),
        staff=tuple(row["staff"]),
        found={int(number): Found(word) for number, word in row["found"]},
        disagreements=tuple(Disagreement(one[0], Found(one[1]), one[2]) for one in row["disagreements"]),
    )
