"""The kiosk's one database file: SQLite that survives a power cut, opened by one process, written by one connection."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from pysqlite3 import dbapi2

from config import durable
from kiosk_app.chain import says_damage
from kiosk_app.database import engine_of
from kiosk_app.migrations import MigrationError, upgrade
from printing.job import JournalLost

log = logging.getLogger(__name__)

# The migration that this code was written for; a test holds it to the newest one in `migrations/`.
SCHEMA = "0008"
DATABASE = "kiosk.db"  # in the kiosk's data folder
# A copy of it, as of last night.
COPY = Path("copy") / DATABASE
# Where one that could not be read is put, with the moment: whoever keeps it elsewhere takes the folder away.
ASIDE = "unreadable-"
# A file that says: look through the database before it is used again.
_SUSPECT = "kiosk.db-suspect"
# Rows of the audit trail that lie on its last pages, where a power cut finds a disk at work.
_END = 200

# A visit writes some hundred kilobytes, and SQLite up to four megabytes beside the database before it tidies up.
ENOUGH_ROOM = 16 << 20


class StoreError(Exception):
    """The database cannot be opened or read."""


class Damaged(StoreError):
    """It is there, and it is no whole database."""


def takes_more(folder: Path) -> bool:
    """Whether a disk takes what the next visits will write: one that found itself damaged takes nothing more."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= ENOUGH_ROOM and not disk.f_flag & os.ST_RDONLY


class Store:
    """One connection, one writer at a time; each `transaction` is on disk when it ends."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError; Damaged where a database is there that nobody can read."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file = file = folder / DATABASE
        self._folder = folder
        self._lock = threading.RLock()
        self._suspected = False
        self._seen_whole = False
        # What was not closed was cut off, and is looked through: a disk that lost its power may have lost more.
        doubted = self._suspect_file.exists() or _size(folder / f"{DATABASE}-wal") > 0
        self._engine = engine_of(file)
        try:
            if doubted:
                self._look_through(whole=self._suspect_file.exists())
            if not self._up_to_date():
                upgrade(file)
        except (sa.exc.DBAPIError, MigrationError, StoreError) as error:
            self._engine.dispose()
            kind = Damaged if _is_damage(error) else StoreError
            raise kind(f"{file}: {error}") from error
        self._suspect_file.unlink(missing_ok=True)

    @property
    def _suspect_file(self) -> Path:
        return self._folder / _SUSPECT

    def _look_through(self, *, whole: bool) -> None:
        """See that it is no damaged one.

        Of the audit trail, which grows for a year, only the end that this run goes on from: `chain` looks at the rest.
        """
        with self._engine.connect() as connection:
            tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit'"
            what = ["1"] if whole else [f"'{name}'" for name in connection.exec_driver_sql(tables).scalars()]
            for one in what:
                said = connection.exec_driver_sql(f"PRAGMA quick_check({one})").scalar()
                if said != "ok":
                    raise Damaged(said)
            if not whole and sa.inspect(connection).has_table("audit"):
                connection.exec_driver_sql("SELECT * FROM audit ORDER BY number DESC LIMIT ?", (_END,)).all()
                connection.exec_driver_sql("SELECT max(at) FROM audit").all()
        self._seen_whole = whole

    def suspect(self) -> None:
        """Say from now on that it is damaged, and have all of it looked through at the next start.

        That start hears of it only where the disk still takes a file; where not, everybody is told so anyway.
        """
        self._suspected = True
        with suppress(OSError):
            self._suspect_file.touch()

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
        return takes_more(self._folder)

    @property
    def was_damaged(self) -> bool:
        """Whether it cannot be read, or one that could not be was put aside and still lies there."""
        return self._suspected or self._suspect_file.exists() or any(self._folder.glob(f"{ASIDE}*"))

    @property
    def wants_a_start(self) -> bool:
        """Whether the next start would look at all of it: not where this one did, nor where nothing says that it must.

        Else it would begin anew again and again: on a disk that takes no file, or that spoils what it is given.
        """
        return self._suspect_file.exists() and not self._seen_whole

    @property
    def copied_at(self) -> datetime | None:
        """When the last copy was made."""
        copy = self._folder / COPY
        return datetime.fromtimestamp(copy.stat().st_mtime, UTC) if copy.exists() else None

    def copy(self) -> None:
        """Copy it as it stands, beside whoever writes, and look the copy through; the one before stays until then.

        Raises OSError where the disk does not take it, StoreError where what was copied is not whole.
        """
        copy = self._folder / COPY
        copy.parent.mkdir(mode=0o700, exist_ok=True)
        draft = copy.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        disk = os.statvfs(self._folder)
        if disk.f_bavail * disk.f_frsize < _size(self.file) + ENOUGH_ROOM:
            raise StoreError("the disk has no room for one")
        try:
            with (
                closing(dbapi2.connect(f"file:{quote(str(self.file))}?mode=ro", uri=True)) as source,
                closing(dbapi2.connect(str(draft))) as target,
            ):
                source.backup(target)
                (said,) = target.execute("PRAGMA quick_check(1)").fetchone()
        except dbapi2.Error as error:
            said = str(error)
        if said != "ok":
            self.suspect()
            raise StoreError(said)
        durable.settle(draft)
        draft.replace(copy)
        durable.settle(copy.parent)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._engine.dispose()


def store_in(folder: Path) -> Store:
    """Open the kiosk's memory; one that cannot be read is put aside, and a new one begun.

    Raises StoreError, OSError.
    """
    try:
        return Store(folder)
    except Damaged as error:
        aside = folder / f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        log.error("the kiosk's memory cannot be read and is put aside in %s: %s", aside.name, error)
        aside.mkdir(mode=0o700)
        # The database first: without it SQLite throws a log away that is left, and never plays it into a new one.
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", _SUSPECT):
            if (folder / name).exists():
                (folder / name).replace(aside / name)
        durable.settle(folder)
        return Store(folder)


def _is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is wrong; a disk that is full or locked mends."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return isinstance(error, Damaged) or says_damage(code)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
