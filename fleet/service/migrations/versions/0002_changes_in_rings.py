"""Where a kiosk stands and what it has left; changes that two people agree on, how far they came, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("kiosks", sa.Column("building", sa.String(32), nullable=False, server_default=""))
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town", sa.String(32), nullable=False),
        sa.Column("path", sa.String(80), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("proposals.id")),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("approver", sa.String(64)),
        sa.Column("change", sa.String(64)),
        sa.Column("ring", sa.String(16)),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("paused", sa.String(16)),
        sa.Column("named", sa.Text, nullable=False),
        sa.Column("excused", sa.Text, nullable=False),
    )
    op.create_index("proposals_by_state", "proposals", ["state", "town"])
    op.create_table(
        "deeds",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("town", sa.String(32), nullable=False),
        sa.Column("proposal", sa.Integer, nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "levels",
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("good", sa.String(8), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("left", sa.BigInteger, nullable=False),
        sa.Column("a_week", sa.BigInteger, nullable=False),
    )
