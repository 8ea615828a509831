"""What the fleet service remembers: kiosks and how they do, who came in, who changed what. Of residents: nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

METADATA = sa.MetaData()


class Moment(TypeDecorator[Any]):
    """A moment in UTC; SQLite forgets the zone of one, and gives it back without."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401 (as the library has it)
        """Give it with its zone."""
        import datetime as dt

        return value if value is None or dialect.name != "sqlite" else value.replace(tzinfo=dt.UTC)


# One row a kiosk: who it is, and what it said last.
kiosks = sa.Table(
    "kiosks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("town", sa.String(32), nullable=False),
    sa.Column("number", sa.String(16), nullable=False),
    sa.Column("building", sa.String(32), nullable=False, default=""),
    sa.Column("fingerprint", sa.String(64), unique=True),
    sa.Column("next_fingerprint", sa.String(64), unique=True),
    sa.Column("certified_until", Moment),
    sa.Column("revoked", sa.Boolean, nullable=False, default=False),
    sa.Column("seen", Moment),
    sa.Column("boot", sa.String(36)),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("clock_offset", sa.Float),
    sa.Column("audit_number", sa.BigInteger),
    sa.Column("audit_hash", sa.String(64)),
    sa.Column("audit_back", Moment),
    sa.Column("sent_back", Moment),
    sa.Column("said", sa.LargeBinary),
    sa.Column("trouble", sa.SmallInteger),
    sa.Column("lines", sa.BigInteger, nullable=False, default=0),
    sa.UniqueConstraint("town", "number"),
)
# A code with which a kiosk gets its first certificate, once.
codes = sa.Table(
    "codes",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("until", Moment, nullable=False),
)
# What changed of a kiosk, and when: never the same twice in a row, so a year of check-ins adds little. Its lines are
# numbered from one; the number of the last stands in its row.
events = sa.Table(
    "events",
    METADATA,
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("line", sa.BigInteger, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.String(24), nullable=False),
    sa.Column("part", sa.String(24)),
    sa.Column("word", sa.String(40)),
)
# Who changed the daily content of a town, and what it was from then on.
changes = sa.Table(
    "changes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("town", sa.String(32), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("what", sa.String(24), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("changes_of_town", "town", "id"),
)
# Who is in, by the digest of a cookie; and passwords that were wrong.
sessions = sa.Table(
    "sessions",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("word", sa.String(64), nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
)
misses = sa.Table(
    "misses",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
