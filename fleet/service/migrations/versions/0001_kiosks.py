"""Kiosks and how they do; codes to enrol; what changed, by whom; who is in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "kiosks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town", sa.String(32), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("fingerprint", sa.String(64), unique=True),
        sa.Column("next_fingerprint", sa.String(64), unique=True),
        sa.Column("certified_until", _moment()),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("seen", _moment()),
        sa.Column("boot", sa.String(36)),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("clock_offset", sa.Float),
        sa.Column("audit_number", sa.BigInteger),
        sa.Column("audit_hash", sa.String(64)),
        sa.Column("audit_back", _moment()),
        sa.Column("said", sa.LargeBinary),
        sa.UniqueConstraint("town", "number"),
    )
    op.create_table(
        "codes",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("until", _moment(), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("part", sa.String(24)),
        sa.Column("word", sa.String(40)),
    )
    op.create_index("events_of_kiosk", "events", ["kiosk", "id"])
    _people()


def _people() -> None:
    """Make the tables about who came in, and who changed what."""
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("town", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("changes_of_town", "changes", ["town", "id"])
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("word", sa.String(64), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.Column("seen", _moment(), nullable=False),
    )
    op.create_table(
        "misses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("at", _moment(), nullable=False),
    )
