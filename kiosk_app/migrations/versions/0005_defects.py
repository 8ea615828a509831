"""What residents reported that does not work."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "defect",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("screen", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("reported_at", sa.String(32)),
    )
