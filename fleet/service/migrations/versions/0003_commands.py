"""Commands: which kiosk was to do what, by whom, and what became of it; and the logs that one brought."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "commands",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("issued", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("heard", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "logs",
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("commands_of_kiosk", "commands", ["kiosk", "issued"])
