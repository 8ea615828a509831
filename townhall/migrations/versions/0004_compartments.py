"""The town's compartments: what was put where, who had leave to open a door and what came of it, what staff found."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "things",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
    )
    _deposits()
    _collections()
    op.create_table(
        "stock_takings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff", sa.JSON, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("disagreements", sa.JSON, nullable=False),
    )


def _deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("thing", sa.Uuid, sa.ForeignKey("things.id"), nullable=False),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("compartment", sa.Integer, nullable=False),
        sa.Column("staff", sa.JSON, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(80), unique=True),
        sa.Column("thing_there", sa.Uuid, unique=True),
        sa.Column("ended", sa.String(16)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_staff", sa.JSON),
    )
    op.create_index("ix_deposits_thing", "deposits", ["thing"])


def _collections() -> None:
    op.create_table(
        "collections",
        sa.Column("ticket", sa.Uuid, primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("claim", sa.Uuid, nullable=False),
        sa.Column("deposit", sa.Uuid, sa.ForeignKey("deposits.id"), nullable=False),
        sa.Column("compartment", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("reasons", sa.JSON),
    )
    op.create_index("ix_collections_deposit", "collections", ["deposit"])
