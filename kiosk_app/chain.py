"""The chain of the audit trail: each row hashes the one before, so that one that was changed or taken out is found.

It is looked through on a connection of its own, row by row: a million of them hold up nobody who writes. From the
kiosk in a process of its own too, `python -m kiosk_app.chain FILE`, which says the number of the first row that does
not fit, or nothing: half a minute of hashing would be felt at the screen.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pysqlite3 import dbapi2

# What the first row ever hashed in place of a row before it.
FIRST = "0" * 64
# A million rows take half a minute; the rest is for a slow disk.
SECONDS = 240.0


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


def broken_at_elsewhere(file: Path) -> int | None:
    """Have another process look, which lets everybody else go first. Raises OSError where it cannot."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kiosk_app.chain", str(file)],
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
    except subprocess.SubprocessError as error:
        raise OSError(type(error).__name__) from None
    return int(done.stdout) if done.stdout.strip() else None


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):  # the unit of a kiosk lets none of its processes choose a priority
        os.nice(10)
    print(broken_at(Path(sys.argv[1])) or "")  # noqa: T201  how it tells the kiosk
