"""Alarms, what is said of them to whom, and whose turn it is; when a kiosk put settings back, and how bad it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them."""
    op.add_column("kiosks", sa.Column("sent_back", _moment()))
    op.add_column("kiosks", sa.Column("trouble", sa.SmallInteger))
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("sentence", sa.String(200), nullable=False),
        sa.Column("opened", _moment(), nullable=False),
        sa.Column("told", _moment()),
        sa.Column("gone", _moment()),
        sa.Column("closed", _moment()),
        sa.Column("times", sa.Integer, nullable=False),
    )
    still = sa.text("closed IS NULL")
    op.create_index("alarms_closed", "alarms", ["closed"])
    op.create_index(
        "alarms_open_once", "alarms", ["kiosk", "key"], unique=True, sqlite_where=still, postgresql_where=still
    )
    _messages()
    op.create_table(
        "turns",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("until", _moment(), nullable=False),
        sa.Column("last", _moment(), nullable=False),
        sa.Column("awake", _moment(), nullable=False),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(300), nullable=False, unique=True),
        sa.Column("town", sa.String(32), nullable=False),
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarms.id", ondelete="CASCADE")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("made", _moment(), nullable=False),
        sa.Column("due", _moment(), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claim", sa.String(36)),
        sa.Column("claimed_until", _moment()),
        sa.Column("handed", _moment()),
        sa.Column("sent", _moment()),
        sa.Column("over", _moment()),
        sa.Column("answer", sa.String(80)),
    )
    waits = sa.text("sent IS NULL AND over IS NULL")
    op.create_index("messages_due", "messages", ["channel", "due"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("messages_of_alarm", "messages", ["alarm"])
