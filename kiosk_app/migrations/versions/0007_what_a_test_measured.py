"""What the last test of a device measured, where it measures."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("trial", sa.Column("figure", sa.String(64)))
