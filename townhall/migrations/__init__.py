"""The town's tables, made and changed by Alembic: one file a change in `versions/`, run when a database is opened."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa

# Two back ends that start on one PostgreSQL at the same moment take turns; the number is only a name.
TURN = 20_261_125


def upgrade(engine: sa.Engine) -> None:
    """Bring a database to the newest schema. Raises SQLAlchemyError."""
    from alembic import command  # half a second, and only when there is something to change
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
