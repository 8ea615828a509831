"""What the service remembers of what kiosks counted: the latest of each book and month, and no more of it."""

from __future__ import annotations

import sqlalchemy as sa

from fleet.service.tables import METADATA

# A month of a kiosk's book (config.figures). `weight` is all of its counts together: a book only grows, so what has
# less is older, in whatever order it comes.
figures = sa.Table(
    "figures",
    METADATA,
    sa.Column("kiosk", sa.Integer, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("month", sa.Integer, primary_key=True),
    sa.Column("book", sa.String(36), primary_key=True),
    sa.Column("weight", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Index("figures_of_month", "month"),
)
