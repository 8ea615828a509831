"""Asking again: while the fleet's last word is the very same and all under it holds, it is not all verified anew.

A round finds something new some times an hour at most. The others cost a kiosk two small answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.ngclient.fetcher import FetcherInterface

from config.agent.verify import MOST_ROOT, MOST_TIMESTAMP, Found

_WORD = "timestamp.json"


class _Heard(Struct, frozen=True):
    """What was found, by which last word and under which root, and until when none of that runs out."""

    found: Found
    word: bytes
    root: int
    until: datetime


class Again:
    """Asks as `ask` does, for as long as this process lives. `trusted` is where that keeps what it verified.

    The last word names a version of everything else, so the same word means the same settings. It is compared with the
    one that lies on disk too: a stick may have brought a newer one.
    """

    def __init__(
        self,
        ask: Callable[[], Found],
        trusted: Path,
        fetcher: FetcherInterface,
        base: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ask, self._trusted, self._fetcher, self._now = ask, trusted, fetcher, now
        self._metadata = f"{base}/metadata"
        self._heard: _Heard | None = None

    def __call__(self) -> Found:
        """Give what was signed for this kiosk. Raises as `ask` does."""
        if self._heard is not None and self._still(self._heard):
            return self._heard.found
        self._heard = None
        found = self._ask()
        self._heard = self._hear(found)
        return found

    def _still(self, heard: _Heard) -> bool:
        if self._now() >= heard.until or _read(self._trusted / _WORD) != heard.word or self._has_new_root(heard.root):
            return False
        return self._fetcher.download_bytes(f"{self._metadata}/{_WORD}", MOST_TIMESTAMP) == heard.word

    def _has_new_root(self, root: int) -> bool:
        try:
            self._fetcher.download_bytes(f"{self._metadata}/{root + 1}.root.json", MOST_ROOT)
        except DownloadHTTPError as error:
            if error.status_code in {403, 404}:  # as python-tuf takes it
                return False
            raise
        return True

    def _hear(self, found: Found) -> _Heard | None:
        """Remember what was found; nothing where it cannot be said until when it holds."""
        now = self._now()
        try:
            said = [Metadata[Any].from_bytes(file.read_bytes()).signed for file in self._trusted.glob("*.json")]
        except (OSError, RepositoryError):
            return None
        roots = [one.version for one in said if one.type == Root.type]
        # What had run out before did not matter to what was found (daily content of the past).
        ends = [one.expires for one in said if one.expires > now]
        word = _read(self._trusted / _WORD)
        return _Heard(found, word, max(roots), min(ends)) if word and roots and ends else None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
