"""The fleet service's tables, made and changed by Alembic: one file a change in `versions/`."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

# Services that begin on one PostgreSQL at the same moment take turns; the number is only a name.
_TURN = 20_261_127


def upgrade(engine: sa.Engine) -> None:
    """Bring a database to the newest schema. Raises SQLAlchemyError."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
