"""The town's database: SQLite, or PostgreSQL by URL, brought to the newest schema when it is opened."""

from __future__ import annotations

import sqlalchemy as sa
from pysqlite3 import dbapi2

from townhall import migrations

# [psycopg 3] the driver for a URL that names none, and the one that the lock file has.
DRIVERS = {"postgresql": "postgresql+psycopg"}
# The migration that this code was written for; a test holds it to the newest one in `migrations/`.
NEWEST = "0004"
# As many as threads of the server: nobody waits for a connection.
POOL = 40


def opened(url: str) -> sa.Engine:
    """An engine on a database with the newest schema. Safe from threads. Raises SQLAlchemyError."""
    engine = found(url)
    if _version(engine) != NEWEST:
        migrations.upgrade(engine)
    return engine


def found(url: str) -> sa.Engine:
    """An engine on a database as it is."""
    address = sa.make_url(url)
    address = address.set(drivername=DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() == "sqlite":
        # The SQLite of Debian 12 has a bug that can corrupt a WAL file; this module brings a newer one.
        engine = sa.create_engine(address, module=dbapi2, pool_size=POOL)
        sa.event.listen(engine, "connect", _durable)
    else:
        engine = sa.create_engine(address, pool_pre_ping=True, pool_size=POOL)
    return engine


def _version(engine: sa.Engine) -> str | None:
    if not sa.inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)


def _durable(connection: dbapi2.Connection, _record: object) -> None:
    """A code on paper must be known here after a power cut too, and what was deleted must be gone."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
