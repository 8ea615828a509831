"""What the fleet service remembers of changes: what was proposed, how far it has come, and who did what to it."""

from __future__ import annotations

import sqlalchemy as sa

from fleet.service.tables import METADATA, Moment

# One row a change: a file of settings as it was and as it will be (no text: no such file), and where it stands.
proposals = sa.Table(
    "proposals",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("town", sa.String(32), nullable=False),  # or `fleet`
    sa.Column("path", sa.String(80), nullable=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("why", sa.String(200), nullable=False),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("proposals.id")),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("approver", sa.String(64)),
    sa.Column("change", sa.String(64)),  # which change it is, once somebody signed for it
    sa.Column("ring", sa.String(16)),
    sa.Column("since", Moment),  # when it came to that ring
    sa.Column("paused", sa.String(16)),  # why it stands still
    sa.Column("named", sa.Text, nullable=False, default="{}"),  # kiosks by ring, as JSON
    sa.Column("excused", sa.Text, nullable=False, default="[]"),  # kiosks that no longer hold it up, as JSON
    sa.Index("proposals_by_state", "state", "town"),
)
# Who did what to a change. Each row holds the digest of the one before: one that is gone or another is seen.
deeds = sa.Table(
    "deeds",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("town", sa.String(32), nullable=False),
    sa.Column("proposal", sa.Integer, nullable=False),
    sa.Column("person", sa.String(80), nullable=False),
    sa.Column("what", sa.String(24), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
# What was left at a kiosk at the end of a day, or is now: sheets, and sheets a week.
levels = sa.Table(
    "levels",
    METADATA,
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("good", sa.String(8), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("left", sa.BigInteger, nullable=False),
    sa.Column("a_week", sa.BigInteger, nullable=False),
)
