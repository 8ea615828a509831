"""The fleet service's database: SQLite, or PostgreSQL by URL, brought to the newest schema when it is opened."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import sqlalchemy as sa
from pysqlite3 import dbapi2

from fleet.service import migrations

# [psycopg 3] the driver for a URL that names none.
_DRIVERS = {"postgresql": "postgresql+psycopg"}
# A server that went away takes its connections along: one that lay still for longer is asked before it is used.
_QUIET_SECONDS = 5.0
# As many as threads of the server: nobody waits for a connection.
_POOL = 40


def opened(url: str) -> sa.Engine:
    """Give an engine on a database with the newest schema. Safe from threads. Raises SQLAlchemyError."""
    address = sa.make_url(url)
    address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() == "sqlite":
        # The SQLite of Debian 12 has a bug that can corrupt a WAL file; this module brings a newer one.
        engine = sa.create_engine(address, module=dbapi2, pool_size=_POOL)
        sa.event.listen(engine, "connect", _careful)
    else:
        engine = sa.create_engine(address, pool_size=_POOL, pool_use_lifo=True)
        sa.event.listen(engine, "checkin", _put_down)
        sa.event.listen(engine, "checkout", _taken_up)
    migrations.upgrade(engine)
    return engine


def _put_down(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
    record.info["at"] = time.monotonic()


def _taken_up(connection: Any, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 (psycopg)
    """Ask whether a connection that lay still is alive; each check-in asking that would cost as much as it does."""
    if time.monotonic() - record.info.get("at", time.monotonic()) < _QUIET_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise sa.exc.DisconnectionError from error  # the pool takes another


def _careful(connection: dbapi2.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
