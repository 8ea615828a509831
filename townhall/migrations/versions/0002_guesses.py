"""Tries of codes and passwords, counted for all processes of a town together."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the doors, and what is tried at them."""
    doors = op.create_table("doors", sa.Column("door", sa.String(16), primary_key=True))
    op.bulk_insert(doors, [{"door": door} for door in ("codes", "clerks", "clients")])
    op.create_table(
        "guesses",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("door", sa.String(16), sa.ForeignKey("doors.door"), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_guesses_of_door", "guesses", ["door", "at"])
