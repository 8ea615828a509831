"""Codes that end before what they open, and what the counter did to things on the shelf."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give codes a last day; those that are out keep the day that stands on their slip."""
    op.add_column("claims", sa.Column("code_until", sa.Date))
    op.execute("UPDATE claims SET code_until = valid_until WHERE code_hash IS NOT NULL")
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("root", sa.Uuid, nullable=False),
    )
    op.create_index("ix_acts_root", "acts", ["root"])
