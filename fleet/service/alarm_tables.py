"""What the service remembers of alarms: each problem from first to last, and what was said of it to whom."""

from __future__ import annotations

import sqlalchemy as sa

from fleet.service.tables import METADATA, Moment

# A problem of a kiosk. It is there while `closed` is empty: at most one of a kind. `gone`: since when it is not seen.
alarms = sa.Table(
    "alarms",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("sentence", sa.String(200), nullable=False),
    sa.Column("opened", Moment, nullable=False),
    sa.Column("told", Moment),
    sa.Column("gone", Moment),
    sa.Column("closed", Moment),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Index("alarms_closed", "closed"),
    sa.Index(
        "alarms_open_once",
        "kiosk",
        "key",
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    ),
)
# One message to one place. Its name says what it is about, so there are never two of one. A letter that was handed to a
# mail server whose answer did not come is never handed over again.
messages = sa.Table(
    "messages",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(300), nullable=False, unique=True),
    sa.Column("town", sa.String(32), nullable=False),
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarms.id", ondelete="CASCADE")),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("channel", sa.String(8), nullable=False),
    sa.Column("target", sa.String(200), nullable=False),
    sa.Column("made", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claim", sa.String(36)),
    sa.Column("claimed_until", Moment),
    sa.Column("handed", Moment),
    sa.Column("sent", Moment),
    sa.Column("over", Moment),
    sa.Column("answer", sa.String(80)),
    sa.Index(
        "messages_due",
        "channel",
        "due",
        sqlite_where=sa.text("sent IS NULL AND over IS NULL"),
        postgresql_where=sa.text("sent IS NULL AND over IS NULL"),
    ),
    sa.Index("messages_of_alarm", "alarm"),
)
# What one worker does for all of them, and until when it is had. `awake`: since when somebody looks without a pause.
turns = sa.Table(
    "turns",
    METADATA,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sa.Column("last", Moment, nullable=False),
    sa.Column("awake", Moment, nullable=False),
)
