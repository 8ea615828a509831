"""What residents report that does not work."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "defect_reports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True)),
        sa.Column("mended_by", sa.String(64)),
    )
    op.create_index("ix_defect_reports_open", "defect_reports", ["mended_at", "kiosk", "about"])
