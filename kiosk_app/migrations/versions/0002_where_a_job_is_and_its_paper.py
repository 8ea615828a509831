"""Where a job is, how long its printer was on, how it turns paper; and whether its paper was taken."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = (
    sa.Column("printer", sa.String(64)),
    sa.Column("up_time", sa.Integer),
    sa.Column("handed_at", sa.Integer),
    sa.Column("copies", sa.Integer),
    sa.Column("sides", sa.Integer),
    sa.Column("taken_at", sa.String(32)),
)


def upgrade() -> None:
    """Add the columns. Paper of the last ticket may still lie there: of the others somebody was asked."""
    for column in COLUMNS:
        op.add_column("ticket", column)
    op.execute(
        "UPDATE ticket SET taken_at = changed_at "
        "WHERE ticket NOT IN (SELECT ticket FROM ticket ORDER BY changed_at DESC LIMIT 1)"
    )
