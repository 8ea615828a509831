"""What the town remembers for years: which documents it sealed, and what became of each.

SQLite, or PostgreSQL by URL. No person is in here: an order points at its resident by a keyed hash alone
(`service.Reference`), so that a ticket is of use to nobody else and a reprint code can be honoured. The documents
themselves are never stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from pysqlite3 import dbapi2

METADATA = sa.MetaData()
CODE_LENGTH = 32

ORDERS = sa.Table(
    "document_orders",
    METADATA,
    sa.Column("ticket", sa.Uuid, primary_key=True),
    sa.Column("kiosk", sa.String(64), nullable=False),
    sa.Column("resident", sa.String(64), nullable=False),
    sa.Column("product_code", sa.String(64), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("code", sa.String(CODE_LENGTH), nullable=False, unique=True),
    sa.Column("issued", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
)
RESULTS = sa.Table(
    "print_results",
    METADATA,
    sa.Column("ticket", sa.Uuid, sa.ForeignKey("document_orders.ticket"), primary_key=True),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("sheets_printed", sa.Integer),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("remedy", sa.String(16), nullable=False),
    sa.Column("code", sa.String(CODE_LENGTH), unique=True),
    sa.Column("valid_until", sa.Date),
)
REVOKED_KIOSKS = sa.Table(
    "revoked_kiosks",
    METADATA,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("kiosk", sa.String(64), nullable=False),
)


@dataclass(frozen=True)
class Order:
    """One sealed document. `code` is printed on it; `resident` is a keyed hash, never a number or a name."""

    ticket: UUID
    kiosk: str
    resident: str
    product_code: str
    language: str
    title: str
    code: str
    issued: dt.date
    valid_until: dt.date


@dataclass(frozen=True)
class PrintResult:
    """What a kiosk said of a ticket, and what was offered for it. `valid_until` is the last day of `code`."""

    ticket: UUID
    outcome: str
    sheets_printed: int | None
    reasons: tuple[str, ...]
    remedy: str
    code: str | None = None
    valid_until: dt.date | None = None


class Tables:
    """The database. Safe from threads; what was added is on disk. Raises SQLAlchemyError."""

    def __init__(self, url: str) -> None:
        sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        # The SQLite of Debian 12 has a bug that can corrupt a WAL file; this module brings a newer one.
        self._engine = sa.create_engine(url, module=dbapi2) if sqlite else sa.create_engine(url, pool_pre_ping=True)
        if sqlite:
            sa.event.listen(self._engine, "connect", _durable)
        METADATA.create_all(self._engine)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def check(self) -> None:
        """Ask the database anything at all."""
        with self._engine.connect() as connection:
            connection.execute(sa.select(1))

    def revoke_kiosk(self, kiosk: str, fingerprint: str) -> None:
        """Take no call from this certificate (SHA-256, hexadecimal) any more. Doing it twice is fine."""
        self._added(REVOKED_KIOSKS.insert().values(kiosk=kiosk, fingerprint=fingerprint))

    def is_revoked(self, fingerprint: str) -> bool:
        """Whether a kiosk's certificate was revoked."""
        with self._engine.connect() as connection:
            which = REVOKED_KIOSKS.select().where(REVOKED_KIOSKS.c.fingerprint == fingerprint)
            return connection.execute(which).first() is not None

    def order(self, ticket: UUID) -> Order | None:
        """The order with this ticket."""
        return self._order(ORDERS.c.ticket == ticket)

    def order_of_code(self, code: str) -> Order | None:
        """The order whose document bears this code."""
        return self._order(ORDERS.c.code == code)

    def add_order(self, order: Order) -> bool:
        """Write it down; False when the ticket is known already (or, hardly ever, the code)."""
        values = {column.name: getattr(order, column.name) for column in ORDERS.columns}
        return self._added(ORDERS.insert().values(values))

    def result(self, ticket: UUID) -> PrintResult | None:
        """What was said of this ticket."""
        with self._engine.connect() as connection:
            row = connection.execute(RESULTS.select().where(RESULTS.c.ticket == ticket)).mappings().first()
        return None if row is None else PrintResult(**{**row, "reasons": tuple(row["reasons"])})

    def add_result(self, result: PrintResult) -> bool:
        """Write it down; False when one is known already (or, hardly ever, the code is another's)."""
        values = {column.name: getattr(result, column.name) for column in RESULTS.columns}
        return self._added(RESULTS.insert().values({**values, "reasons": list(result.reasons)}))

    def _order(self, which: sa.ColumnElement[bool]) -> Order | None:
        with self._engine.connect() as connection:
            row = connection.execute(ORDERS.select().where(which)).mappings().first()
        return None if row is None else Order(**row)

    def _added(self, insert: sa.Insert) -> bool:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert)
        except sa.exc.IntegrityError:
            return False
        return True


def _durable(connection: dbapi2.Connection, _record: object) -> None:
    """A code on paper must be known here after a power cut too: every commit waits for the disk."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
