"""A number for each line of what changed of a kiosk: how many there were is known without counting them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# As many are left when lines of a kiosk are taken away, for it never has more than five hundred.
_LEFT = 480


def upgrade() -> None:
    """Number what is there, oldest first, and keep the newest."""
    op.add_column("kiosks", sa.Column("lines", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "events_numbered",
        sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("line", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("part", sa.String(24)),
        sa.Column("word", sa.String(40)),
    )
    said = "at, what, part, word"
    op.execute(
        f"INSERT INTO events_numbered (kiosk, line, {said}) SELECT kiosk, line, {said} FROM ("  # noqa: S608 (our words)
        f"SELECT kiosk, {said}, row_number() OVER (PARTITION BY kiosk ORDER BY id) AS line, "
        f"count(*) OVER (PARTITION BY kiosk) AS lines FROM events) AS numbered WHERE line > lines - {_LEFT}"
    )
    op.execute(
        "UPDATE kiosks SET lines = "
        "coalesce((SELECT max(line) FROM events_numbered WHERE events_numbered.kiosk = kiosks.id), 0)"
    )
    op.drop_table("events")
    op.rename_table("events_numbered", "events")
