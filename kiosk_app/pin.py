"""The one place that holds a PIN: digits go in from the screen, the card worker takes them out, nothing stays."""

from __future__ import annotations

import threading

PIN_MAX = 12  # VERIFY of the Belgian eID holds twelve digits


class PinBuffer:
    """Up to twelve digits (ASCII) in memory of our own, overwritten when they are taken or forgotten."""

    def __init__(self) -> None:
        self._digits = bytearray(PIN_MAX)
        self._length = 0
        self._lock = threading.Lock()

    def type(self, digit: int) -> None:
        """Add a digit; a thirteenth is ignored."""
        with self._lock:
            if self._length < PIN_MAX:
                self._digits[self._length] = ord("0") + digit
                self._length += 1

    def erase(self) -> None:
        """Wipe the last digit."""
        with self._lock:
            if self._length:
                self._length -= 1
                self._digits[self._length] = 0

    def wipe(self) -> None:
        """Wipe every digit."""
        with self._lock:
            wipe(self._digits)
            self._length = 0

    def take(self) -> bytearray:
        """Hand the PIN over: the caller wipes what it gets, this buffer is empty."""
        with self._lock:
            taken = self._digits[: self._length]
            wipe(self._digits)
            self._length = 0
        return taken

    def __repr__(self) -> str:
        """Tell nothing, not even the length."""
        return "PinBuffer()"


def wipe(secret: bytearray) -> None:
    """Overwrite every byte in place."""
    for index in range(len(secret)):
        secret[index] = 0
