"""Lets a code that is held before the scanner do what the same code does when it is typed."""

from __future__ import annotations

import time
from collections.abc import Callable

from hardware.credentials import CodeScanner
from hardware.devices import Status
from kiosk_app.effects import Effect
from kiosk_app.events import CodeScanned, Event
from kiosk_app.opening import signs_of

# Nobody holds two codes before it in so short a time; something plugged in for a scanner sends thousands. A letter may
# bear both a code of the town and another: what is none keeps no code from being heard.
APART_SECONDS = 0.2


class ScannerWorker:
    """The scanner's way to the visit: one code after the other, as hands hold them, however many come."""

    def __init__(self, scanner: CodeScanner, post: Callable[[Event], None], note: Callable[[Status], None]) -> None:
        self._scanner = scanner
        self._post = post
        self._note = note
        self._at: dict[bool, float] = {}

    def start(self) -> None:
        """Begin to listen."""
        self._scanner.watch(self._read, self._note)

    def _read(self, code: str) -> None:
        now, kind = time.monotonic(), signs_of(code) is not None
        if now - self._at.get(kind, -APART_SECONDS) >= APART_SECONDS:
            self._at[kind] = now
            self._post(CodeScanned(code))

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a scanner."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a scanner, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._scanner.close()
