"""How each part does now; a printer in the place of the settings' own; what a test measured."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "part",
        sa.Column("part", sa.String(32), primary_key=True),
        sa.Column("health", sa.String(16), nullable=False),
        sa.Column("faults", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "printerChoice",
        sa.Column("role", sa.String(16), primary_key=True),
        sa.Column("device", sa.String(256), nullable=False),
        sa.Column("instead_of", sa.String(256), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.add_column("trial", sa.Column("figure", sa.String(64)))
