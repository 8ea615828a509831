"""Hands the keys of a keypad to the visit, which knows what each means at that moment (`keys`)."""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import Keypad, Status
from kiosk_app.effects import Effect
from kiosk_app.keys import Key


class KeypadWorker:
    """The keypad's way to the visit."""

    def __init__(self, keypad: Keypad, press: Callable[[Key], None], note: Callable[[Status], None]) -> None:
        self._keypad = keypad
        self._press = press
        self._note = note

    def start(self) -> None:
        """Begin to listen."""
        self._keypad.watch(self._press, self._press, self._note)

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a keypad."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a keypad, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._keypad.close()
