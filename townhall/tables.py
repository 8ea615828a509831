"""What the town remembers for years: which documents it gave, what became of each, and what waits for whom.

No person is in here: rows point at a resident by a keyed hash alone (`service.Reference`), and codes are known by their
keyed hash (`vault`). A document is kept, encrypted, only as long as its paper is not out (`documents`). `ledger` writes
these tables, `migrations` makes them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

import sqlalchemy as sa

METADATA = sa.MetaData()
HASH, NAME, SHORT = sa.String(64), sa.String(64), sa.String(16)

DOCUMENTS = sa.Table(
    "documents",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("keep_until", sa.Date, nullable=False, index=True),
)
CLAIMS = sa.Table(
    "claims",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("root", sa.Uuid, nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("resident", HASH, nullable=False),
    sa.Column("access", SHORT, nullable=False),
    sa.Column("code_hash", HASH, unique=True),
    sa.Column("state", SHORT, nullable=False),
    sa.Column("ticket", sa.Uuid, unique=True),
    sa.Column("of_ticket", sa.Uuid, index=True),
    sa.Column("product_code", NAME, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("pages", sa.Integer),
    sa.Column("valid_until", sa.Date, nullable=False),
    sa.Column("document", sa.Uuid),
    sa.Column("announcement", HASH),
    sa.Column("content_hash", HASH),
    sa.Column("depositor", NAME),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("code_until", sa.Date),
    sa.Index("ix_claims_of_resident", "resident", "state"),
    sa.Index("ix_claims_of_state", "state", "valid_until"),
)
ORDERS = sa.Table(
    "document_orders",
    METADATA,
    sa.Column("ticket", sa.Uuid, primary_key=True),
    sa.Column("kiosk", NAME, nullable=False),
    sa.Column("owner", HASH, nullable=False),
    sa.Column("wish", HASH, nullable=False),
    sa.Column("kind", SHORT, nullable=False),
    sa.Column("claim", sa.Uuid),
    sa.Column("product_code", NAME, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("code", sa.String(32), unique=True),
    sa.Column("document", sa.Uuid),
    sa.Column("issued", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    sa.Column("expected_on", sa.Date),
    sa.Column("notice", SHORT),
    sa.Column("collect_at", SHORT),
)
RESULTS = sa.Table(
    "print_results",
    METADATA,
    sa.Column("ticket", sa.Uuid, sa.ForeignKey("document_orders.ticket"), primary_key=True),
    sa.Column("outcome", SHORT, nullable=False),
    sa.Column("sheets_printed", sa.Integer),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("remedy", SHORT, nullable=False),
    sa.Column("claim", sa.Uuid),
    sa.Column("valid_until", sa.Date),
    sa.Column("needs_card", sa.Boolean, nullable=False),
)
# What was done to something on the shelf, when and by whom: a clerk or a program, never for which resident.
ACTS = sa.Table(
    "acts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", NAME, nullable=False),
    sa.Column("kind", SHORT, nullable=False),
    sa.Column("root", sa.Uuid, nullable=False, index=True),
)
REVOKED_KIOSKS = sa.Table(
    "revoked_kiosks",
    METADATA,
    sa.Column("fingerprint", HASH, primary_key=True),
    sa.Column("kiosk", NAME, nullable=False),
)
# A door is what can be guessed at; its row is what two tries at the same instant wait for.
DOORS = sa.Table("doors", METADATA, sa.Column("door", SHORT, primary_key=True))
GUESSES = sa.Table(
    "guesses",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("door", SHORT, sa.ForeignKey("doors.door"), nullable=False),
    sa.Column("who", HASH, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_guesses_of_door", "door", "at"),
)


class OrderKind(Enum):
    """Which way an order goes: onto paper here, into the eBox, or later."""

    PAPER = "paper"
    EBOX = "eBox"
    DEFERRED = "deferred"


class Access(Enum):
    """What a claim is given to: its person's card, or whoever has the code too."""

    EID = "eid"
    CODE = "code"


class ClaimState(Enum):
    """How a claim stands. That its last day has passed is in no state: the date says it.

    ANNOUNCED: its PDF is not here yet. BOUND: a ticket has it, and what came of that is not known. REPLACED: a newer
    claim stands in for it. IN_DOUBT: a door was open, and nobody knows where the thing is.
    """

    ANNOUNCED = "announced"
    WAITING = "waiting"
    BOUND = "bound"
    IN_DOUBT = "inDoubt"
    USED = "used"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class ClaimKind(Enum):
    """What waits, in the contract's words."""

    PREPARED = "preparedDocument"
    REPRINT = "reprint"
    COMPARTMENT = "compartment"


@dataclass(frozen=True)
class Order:
    """One document under one ticket. `owner` is a resident's keyed hash, or `code:` and the claim that a code opened.

    `code` is printed on a document that this town made. `wish` is the keyed hash of what was asked for; `document`
    names the row that keeps the PDF.
    """

    ticket: UUID
    kiosk: str
    owner: str
    wish: str
    kind: OrderKind
    product_code: str
    language: str
    title: str
    copies: int
    issued: dt.date
    valid_until: dt.date
    claim: UUID | None = None
    code: str | None = None
    document: UUID | None = None
    expected_on: dt.date | None = None
    notice: str | None = None
    collect_at: str | None = None


class ActKind(Enum):
    """What the counter, or the town's software, does to something on the shelf."""

    NEW_CODE = "newCode"
    CODE_ENDED = "codeEnded"
    TOLD = "told"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Act:
    """One thing that was done. `root` names the line of claims that it was done to."""

    at: dt.datetime
    actor: str
    kind: ActKind
    root: UUID


@dataclass(frozen=True)
class Claim:
    """What a person, or a code, may have once. `root` is the first of its line: a reprint stands in for what failed.

    `code_until` is the last day of its code, `valid_until` that of the claim: the card opens it that long.
    """

    id: UUID
    root: UUID
    kind: ClaimKind
    resident: str
    access: Access
    state: ClaimState
    product_code: str
    title: str
    language: str
    copies: int
    valid_until: dt.date
    made_at: dt.datetime
    code_hash: str | None = None
    ticket: UUID | None = None
    of_ticket: UUID | None = None
    pages: int | None = None
    document: UUID | None = None
    announcement: str | None = None
    content_hash: str | None = None
    depositor: str | None = None
    code_until: dt.date | None = None


@dataclass(frozen=True)
class PrintResult:
    """What a kiosk said of a ticket, and what was offered for it: `claim` stands in for what failed."""

    ticket: UUID
    outcome: str
    sheets_printed: int | None
    reasons: tuple[str, ...]
    remedy: str
    claim: UUID | None = None
    valid_until: dt.date | None = None
    needs_card: bool = False


def claim_of(row: sa.RowMapping) -> Claim:
    """A row of `claims` as what it means."""
    kinds = {"kind": ClaimKind(row["kind"]), "access": Access(row["access"]), "state": ClaimState(row["state"])}
    return Claim(**{**row, **kinds, "made_at": with_zone(row["made_at"])})


def act_of(row: sa.RowMapping) -> Act:
    """A row of `acts` as what it means."""
    return Act(with_zone(row["at"]), row["actor"], ActKind(row["kind"]), row["root"])


def order_of(row: sa.RowMapping) -> Order:
    """A row of `document_orders` as what it means."""
    return Order(**{**row, "kind": OrderKind(row["kind"])})


def with_zone(moment: dt.datetime) -> dt.datetime:
    """A moment as it was written down."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)  # SQLite keeps no zone


def values_of(row: Claim | Order | PrintResult | Act, table: sa.Table) -> dict[str, object]:
    """What to write into a table."""
    ours = [column.name for column in table.columns if column is not table.autoincrement_column]
    found = {name: getattr(row, name) for name in ours}
    plain = {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}
