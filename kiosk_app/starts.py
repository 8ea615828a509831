"""Remembers how often the kiosk began of late without having ended in order: one that dies at every start rests.

Whoever supervises it begins it anew for ever, and a machine that is reset begins everything anew. What makes it die
comes after the portal, so the portal alone can stand, and say the truth.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import durable

log = logging.getLogger(__name__)

FILE = "starts.json"  # in the kiosk's data folder
# Settings on trial are taken back after three starts (config.activation), and the fourth is on those of before.
TOO_OFTEN = 5
LATELY = timedelta(minutes=10)
# Then it tries once more: what was wrong may have been mended, and nobody is there to press a button.
REST_SECONDS = LATELY.total_seconds()


class Starts:
    """The starts of one kiosk. A disk that takes none of this costs nobody a visit."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def begin(self) -> bool:
        """Write a start down; True where the kiosk was cut short too often of late, and has to rest."""
        now = datetime.now(UTC)
        lately = [moment for moment in self._read() if abs(now - moment) <= LATELY]  # the clock may be set at a boot
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            durable.write(self._file, json.dumps([one.isoformat() for one in (*lately, now)][-TOO_OFTEN:]).encode())
        except OSError as error:
            log.warning("a start could not be written down: %s", error.strerror)
        return len(lately) >= TOO_OFTEN

    def ended(self) -> None:
        """The kiosk ends because it was asked to: the next start is none of a row."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the starts could not be forgotten: %s", error.strerror)

    def _read(self) -> list[datetime]:
        try:
            return [datetime.fromisoformat(moment) for moment in json.loads(self._file.read_bytes())]
        except (OSError, ValueError, TypeError):  # none yet, or cut off
            return []
