"""What kiosks counted for their towns, by month."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "figures",
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("month", sa.Integer, primary_key=True),
        sa.Column("book", sa.String(36), primary_key=True),
        sa.Column("weight", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("figures_of_month", "figures", ["month"])
