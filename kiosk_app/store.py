"""The kiosk's one database file: SQLite that survives a power cut, opened by one process, written by one connection."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kiosk_app.database import engine_of
from kiosk_app.migrations import MigrationError, upgrade
from printing.job import JournalLost

log = logging.getLogger(__name__)

# The migration that this code was written for; a test holds it to the newest one in `migrations/`.
SCHEMA = "0007"
DATABASE = "kiosk.db"  # in the kiosk's data folder


# A visit writes some hundred kilobytes, and SQLite up to four megabytes beside the database before it tidies up.
ENOUGH_ROOM = 16 << 20


class StoreError(Exception):
    """The database cannot be opened or read."""


class Store:
    """One connection, one writer at a time; each `transaction` is on disk when it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / DATABASE
        self._folder = folder
        self._lock = threading.RLock()
        self._engine = engine_of(file)
        try:
            if not self._up_to_date():
                upgrade(file)
        except (sa.exc.DBAPIError, MigrationError) as error:
            self._engine.dispose()
            raise StoreError(f"{file}: {error}") from error

    def _up_to_date(self) -> bool:
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return False
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == SCHEMA

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Give a connection; what was written is durable when the block ends, or not there at all."""
        with self._lock, self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The same, for what must be on disk before anything else is done. Raises JournalLost where it is not."""
        try:
            with self.transaction() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            log.error("the kiosk's memory cannot be written: %s", error.orig)
            raise JournalLost from None

    @property
    def has_room(self) -> bool:
        """Whether the disk takes what the next visits will write."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize >= ENOUGH_ROOM

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._engine.dispose()
