"""Lets a code that is held before the scanner do what the same code does when it is typed."""

from __future__ import annotations

from collections.abc import Callable

from hardware.credentials import CodeScanner
from hardware.devices import Status
from kiosk_app.effects import Effect
from kiosk_app.events import CodeScanned, Event


class ScannerWorker:
    """The scanner's way to the visit."""

    def __init__(self, scanner: CodeScanner, post: Callable[[Event], None], note: Callable[[Status], None]) -> None:
        self._scanner = scanner
        self._post = post
        self._note = note

    def start(self) -> None:
        """Begin to listen."""
        self._scanner.watch(lambda code: self._post(CodeScanned(code)), self._note)

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a scanner."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a scanner, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._scanner.close()
