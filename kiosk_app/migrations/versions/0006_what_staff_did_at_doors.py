"""What staff did at each door that they opened, until the town has heard it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "staffAct",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("deed", sa.String(16), nullable=False),
        sa.Column("compartment", sa.Integer, nullable=False),
        sa.Column("about", sa.String(36)),
        sa.Column("reference", sa.String(16)),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("second", sa.String(32)),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("sensed", sa.String(16)),
        sa.Column("found", sa.String(16)),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("reported_at", sa.String(32)),
        sa.Column("problem", sa.String(64)),
    )
