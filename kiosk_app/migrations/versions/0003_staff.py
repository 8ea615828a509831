"""Who of staff did it in the audit trail; rights to maintenance, tests of devices, out of service."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column and the tables. Rows of before hash as they did: a column that is empty is in no hash."""
    op.add_column("audit", sa.Column("staff", sa.String(32)))
    op.create_table(
        "staff",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.String(32), nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "trial",
        sa.Column("subject", sa.String(32), primary_key=True),
        sa.Column("well", sa.Boolean, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "closing",
        sa.Column("reason", sa.String(32), primary_key=True),
        sa.Column("until", sa.String(32), nullable=False),
    )
