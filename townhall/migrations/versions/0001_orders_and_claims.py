"""Orders, their results, what waits for whom, and the documents kept for it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _documents()
    _claims()
    _orders()
    op.create_table(
        "print_results",
        sa.Column("ticket", sa.Uuid, sa.ForeignKey("document_orders.ticket"), primary_key=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("sheets_printed", sa.Integer),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("remedy", sa.String(16), nullable=False),
        sa.Column("claim", sa.Uuid),
        sa.Column("valid_until", sa.Date),
        sa.Column("needs_card", sa.Boolean, nullable=False),
    )
    op.create_table(
        "revoked_kiosks",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("keep_until", sa.Date, nullable=False),
    )
    op.create_index("ix_documents_keep_until", "documents", ["keep_until"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("root", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("resident", sa.String(64), nullable=False),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(64), unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ticket", sa.Uuid, unique=True),
        sa.Column("of_ticket", sa.Uuid),
        sa.Column("product_code", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("document", sa.Uuid),
        sa.Column("announcement", sa.String(64)),
        sa.Column("content_hash", sa.String(64)),
        sa.Column("depositor", sa.String(64)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_claims_root", "claims", ["root"])
    op.create_index("ix_claims_of_ticket", "claims", ["of_ticket"])
    op.create_index("ix_claims_of_resident", "claims", ["resident", "state"])
    op.create_index("ix_claims_of_state", "claims", ["state", "valid_until"])


def _orders() -> None:
    op.create_table(
        "document_orders",
        sa.Column("ticket", sa.Uuid, primary_key=True),
        sa.Column("kiosk", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("wish", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("claim", sa.Uuid),
        sa.Column("product_code", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("code", sa.String(32), unique=True),
        sa.Column("document", sa.Uuid),
        sa.Column("issued", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("expected_on", sa.Date),
        sa.Column("notice", sa.String(16)),
        sa.Column("collect_at", sa.String(16)),
    )
