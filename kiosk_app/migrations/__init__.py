"""The database's migrations (Alembic): one file a change in `versions/`, run when an older database is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# A kiosk's tables hold some thousand rows a year: a minute is for a disk that is about to die.
SECONDS = 60.0


class MigrationError(Exception):
    """The database could not be brought to the newest schema; the message is the last line that was said."""


def upgrade(file: Path) -> None:
    """Bring a database file to the newest schema, in a process of its own: Alembic takes 18 MiB, once a release."""
    command = [sys.executable, "-m", "kiosk_app.migrations", str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise MigrationError(f"not done within {SECONDS:.0f} s") from None
    if done.returncode:
        raise MigrationError(done.stderr.strip().rpartition("\n")[2])
