"""Where the audit trail begins once its oldest rows were given up; and ways to find rows among a million."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table and the indices."""
    op.create_table(
        "auditStart",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("previous", sa.String(64), nullable=False),
    )
    op.create_index("auditAt", "audit", ["at"])
    op.create_index("auditPart", "audit", ["part", "number"])
    op.create_index("auditWhat", "audit", ["what", "number"])
    op.create_index("ticketPhase", "ticket", ["phase"])
