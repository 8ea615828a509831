"""Which sources are closed on purpose now: `closed.toml`, that the town's people (or a timer) write.

    [criminalRecord]                        # a category of the catalogue, or "all"
    opensAt = 2026-11-26T06:00:00+01:00     # left out: until this table is taken away

Read again whenever it changes; it is replaced as a whole. A file that cannot be read closes nothing: it is written by
hand, and a slip of the pen must not shut the town hall.
"""

from __future__ import annotations

import datetime as dt
import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)
ALL = "all"


@dataclass(frozen=True)
class Opening:
    """Whether a source is open, and if not, from when it is; None when nobody said."""

    open: bool
    opens_at: dt.datetime | None = None


class Openings:
    """What `closed.toml` says now."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[int, int] | None = None
        self._closed: dict[str, dt.datetime | None] = {}

    def of(self, category: str, now: dt.datetime) -> Opening:
        """Say whether this category's source is open."""
        self._look()
        for name in (ALL, category):
            if name in self._closed:
                opens_at = self._closed[name]
                if opens_at is None or opens_at > now:
                    return Opening(open=False, opens_at=opens_at)
        return Opening(open=True)

    def _look(self) -> None:
        try:
            status = self._file.stat()
        except OSError:
            self._read, self._closed = None, {}
            return
        seen = status.st_mtime_ns, status.st_ino
        if seen != self._read:
            self._read, self._closed = seen, _closed(self._file)


def _closed(file: Path) -> dict[str, dt.datetime | None]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return {name: _instant(table) for name, table in tables.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        LOG.error("%s cannot be read (%s): nothing is closed", file.name, type(error).__name__)
        return {}


def _instant(table: dict[str, Any]) -> dt.datetime | None:
    opens_at = table.get("opensAt")
    if opens_at is not None and (not isinstance(opens_at, dt.datetime) or opens_at.tzinfo is None):
        raise ValueError("opensAt is a moment with its offset")
    return opens_at
