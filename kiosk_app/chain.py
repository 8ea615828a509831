"""The chain of the audit trail: each row hashes the one before, so that one that was changed or taken out is found.

It is looked through on a connection of its own, row by row: a million of them hold up nobody who writes. From the
kiosk in a process of its own too, `python -m kiosk_app.chain FILE`, which says the number of the first row that does
not fit, nothing, or that the file is damaged: half a minute of hashing would be felt at the screen, and whoever began
it goes on meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from pysqlite3 import dbapi2

# What the first row ever hashed in place of a row before it.
FIRST = "0" * 64
# A million rows take half a minute; the rest is for a slow disk.
SECONDS = 240.0
# The word for a file that is no whole database.
DAMAGED = "damaged"
# [sqlite.org/rescode.html] SQLITE_CORRUPT, SQLITE_NOTADB
_CODES = {11, 26}


class FileDamaged(Exception):
    """The database itself is no whole one."""


def says_damage(code: int) -> bool:
    """Whether an error of SQLite, by its (extended) code, says that the file itself is no whole database."""
    return code & 0xFF in _CODES


def hash_of(row: Mapping[str, object]) -> str:
    """Hash a row, which may bear a hash already.

    A column that came later is in the hash where it holds something: older rows hash as they did.
    """
    told = {key: value for key, value in row.items() if key != "hash" and (key != "staff" or value is not None)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def broken_at(file: Path) -> int | None:
    """Give the number of the first row that does not fit the chain; None when all do."""
    with closing(dbapi2.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        connection.row_factory = dbapi2.Row
        begin = connection.execute("SELECT number, previous FROM auditStart").fetchone()
        expected, previous = (begin["number"], begin["previous"]) if begin is not None else (1, FIRST)
        for row in connection.execute("SELECT * FROM audit ORDER BY number"):
            if row["number"] != expected or row["previous"] != previous or row["hash"] != hash_of(dict(row)):
                return int(expected)
            expected, previous = expected + 1, row["hash"]
    return None


class LookElsewhere:
    """Another process that looks through a chain, and lets everybody else go first. Raises OSError where it cannot."""

    def __init__(self, file: Path) -> None:
        self._ends = time.monotonic() + SECONDS
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kiosk_app.chain", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        # Reaped at once when it ends, whenever somebody asks.
        threading.Thread(target=self._process.wait, name="chain", daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether it has ended, or takes so long that it will not."""
        return self._process.poll() is not None or time.monotonic() > self._ends

    def found(self) -> int | None:
        """Give the number of the first row that does not fit; waits for it.

        Raises FileDamaged, and OSError where it ended otherwise.
        """
        try:
            said, _ = self._process.communicate(timeout=max(0.0, self._ends - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            self.stop()
            raise OSError(type(error).__name__) from None
        if self._process.returncode:
            raise OSError(f"it ended with {self._process.returncode}")
        if said.strip() == DAMAGED.encode():
            raise FileDamaged
        return int(said) if said.strip() else None

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def _told(file: Path) -> str:
    try:
        with closing(dbapi2.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        return str(broken_at(file) or "") if whole else DAMAGED
    except dbapi2.DatabaseError as error:
        if not says_damage(getattr(error, "sqlite_errorcode", 0)):
            raise
        return DAMAGED


if __name__ == "__main__":
    with suppress(OSError):  # the unit lets nobody be polite of their own will (`~@resources`)
        os.nice(10)
    print(_told(Path(sys.argv[1])))  # noqa: T201  how it tells the kiosk
