"""The driver of a numeric keypad with a marked 5 (evdev), for who cannot see the screen: `hardware.devices.Keypad`.

The device is grabbed: what is typed on it goes here and nowhere else. No key is in any log, fault or `repr`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hardware.devices import KeypadKey, Status
from hardware.evdev import grabbed, key_ear
from hardware.faults import FaultCode
from hardware.listener import Listener

PRESSED = 1  # 2 is a key that is held down: it types no second digit

# linux/input-event-codes.h: the row of digits, the number block, and the keys of a telephone.
ROW, BLOCK = (11, *range(2, 11)), (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)
DIGITS = {code: digit for row in (ROW, BLOCK, tuple(range(512, 522))) for digit, code in enumerate(row)}
KEYS = {
    **dict.fromkeys((28, 96, 352), KeypadKey.OK),
    **dict.fromkeys((14, 111, 355), KeypadKey.ERASE),
    **dict.fromkeys((1, 128, 223), KeypadKey.CANCEL),
    **dict.fromkeys((55, 522, 138), KeypadKey.VOICE),  # the star, or a key marked as one for help
    **dict.fromkeys((115, 78), KeypadKey.LOUDER),
    **dict.fromkeys((114, 74), KeypadKey.SOFTER),
    **dict.fromkeys((106, 108), KeypadKey.NEXT),
    **dict.fromkeys((105, 103), KeypadKey.PREVIOUS),
}


class EvdevKeypad:
    """The keypad at `path`, e.g. /dev/input/by-id/…-event-kbd. It may come and go."""

    def __init__(self, path: Path) -> None:
        self._listener = Listener("keypad", partial(grabbed, path), FaultCode.KEYPAD_LOST)

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report what is typed from now on, and whether the keypad is there."""

        def hand_on(code: int, value: int) -> None:
            if value != PRESSED:
                return
            if code in DIGITS:
                on_digit(DIGITS[code])
            elif code in KEYS:
                on_key(KEYS[code])

        self._listener.start(lambda _device: key_ear(hand_on), on_status)

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        return self._listener.status()

    def close(self) -> None:
        """Stop reporting and let go of the keypad."""
        self._listener.close()
