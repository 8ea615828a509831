"""What became of each door that was opened for somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "door",
        sa.Column("ticket", sa.String(36), primary_key=True),
        sa.Column("compartment", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("sensed", sa.String(16)),
        sa.Column("fault", sa.String(32)),
        sa.Column("opened_at", sa.String(32)),
        sa.Column("closed_at", sa.String(32)),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("reported_at", sa.String(32)),
    )
