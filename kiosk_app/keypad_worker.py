"""Lets the keys of a keypad do what their namesakes on the screen do. A digit goes where the screen's digits go."""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import Keypad, KeypadKey, Status
from kiosk_app.effects import Effect
from kiosk_app.events import Event, LastErased, PinEntered, StopPressed

_MEANS: dict[KeypadKey, Event] = {
    KeypadKey.OK: PinEntered(),
    KeypadKey.ERASE: LastErased(),
    KeypadKey.CANCEL: StopPressed(),
}


class KeypadWorker:
    """The keypad's way to the visit."""

    def __init__(
        self,
        keypad: Keypad,
        type_digit: Callable[[int], None],
        post: Callable[[Event], None],
        note: Callable[[Status], None],
    ) -> None:
        self._keypad = keypad
        self._type_digit = type_digit
        self._post = post
        self._note = note

    def start(self) -> None:
        """Begin to listen."""
        self._keypad.watch(self._type_digit, lambda key: self._post(_MEANS[key]), self._note)

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a keypad."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a keypad, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._keypad.close()
