"""Writes down how long each touch waited for its page: from the tap until the frame that shows what came of it."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtQuick import QQuickWindow

PACE = "LOKET_PACE"  # the file that takes the milliseconds, a line each; nobody writes without it


class Pace:
    """A stopwatch beside one window."""

    def __init__(self, window: QQuickWindow, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self._tapped: float | None = None
        self._shown: float | None = None
        window.frameSwapped.connect(self._swapped)

    def tapped(self) -> None:
        """A finger comes down now."""
        self._tapped, self._shown = time.monotonic(), None

    def shown(self) -> None:
        """The page that comes of it was given to the window."""
        self._shown = self._tapped

    def _swapped(self) -> None:
        if self._shown is not None:
            self._file.write(f"{(time.monotonic() - self._shown) * 1000:.1f}\n")
            self._tapped = self._shown = None
