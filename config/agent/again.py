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

_ROOT, _WORD = "root.json", "timestamp.json"


class _Heard(Struct, frozen=True):
    """What was found, by which last word and under which root, and until when none of that runs out."""

    found: Found
    root: bytes
    word: bytes
    next_root: int
    until: datetime


class Again:
    """Asks as `ask` does, for as long as this process lives. `trusted` is where that keeps what it verified.

    The last word names a version of everything else, so the same word means the same settings. It and the root are
    compared with those that lie on disk too: a stick may have brought newer ones.
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
        """Give what was signed for this kiosk. Raises as `ask` does; after that, all of it is verified anew."""
        heard, self._heard = self._heard, None
        if heard is None or not self._still(heard):
            # By the clock of before: what runs out while it is fetched must not pass for what had run out long ago.
            begun = self._now()
            found = self._ask()
            self._heard = self._hear(found, begun)
            return found
        self._heard = heard
        return heard.found

    def _still(self, heard: _Heard) -> bool:
        lies_there = self._read(_ROOT), self._read(_WORD)
        if self._now() >= heard.until or lies_there != (heard.root, heard.word) or self._has_root(heard.next_root):
            return False
        return self._fetcher.download_bytes(f"{self._metadata}/{_WORD}", MOST_TIMESTAMP) == heard.word

    def _has_root(self, version: int) -> bool:
        try:
            self._fetcher.download_bytes(f"{self._metadata}/{version}.{_ROOT}", MOST_ROOT)
        except DownloadHTTPError as error:
            if error.status_code in {403, 404}:  # as python-tuf takes it
                return False
            raise
        return True

    def _hear(self, found: Found, begun: datetime) -> _Heard | None:
        """Remember what was found; nothing where it cannot be said until when it holds."""
        root, word = self._read(_ROOT), self._read(_WORD)
        try:
            said = [Metadata[Any].from_bytes(file.read_bytes()).signed for file in self._trusted.glob("*.json")]
            version = Metadata[Root].from_bytes(root).signed.version
        except (OSError, RepositoryError):
            return None
        # What had run out before did not matter to what was found (daily content of the past).
        ends = [one.expires for one in said if one.expires > begun]
        return _Heard(found, root, word, version + 1, min(ends)) if word and ends else None

    def _read(self, name: str) -> bytes:
        try:
            return (self._trusted / name).read_bytes()
        except OSError:
            return b""
