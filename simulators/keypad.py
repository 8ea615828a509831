"""A numeric keypad outside the kiosk, and hands that press its keys."""

from __future__ import annotations

from simulators.input_device import EV_KEY, VirtualInput

UP, DOWN = 0, 1
# linux/input-event-codes.h: the number block, its Enter, and the keys for one digit back and for stop.
KEYS = {
    **{str(digit): code for digit, code in enumerate((82, 79, 80, 81, 75, 76, 77, 71, 72, 73))},
    "ok": 96,
    "erase": 14,
    "cancel": 1,
    "voice": 55,
    "louder": 115,
    "softer": 114,
    "next": 106,
    "previous": 105,
}


class VirtualKeypad(VirtualInput):
    """The keypad at `path`. It is plugged in from the start."""

    def press(self, key: str) -> None:
        """Press a key and let it go: a digit, or one of KEYS by its name."""
        self.report((EV_KEY, KEYS[key], DOWN), (EV_KEY, KEYS[key], UP))
