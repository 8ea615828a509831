"""The driver of a numeric keypad with a marked 5 (evdev), for who cannot see the screen: `hardware.devices.Keypad`.

The device is grabbed: what is typed on it goes here and nowhere else. No key is in any log, fault or `repr`. A key that
is held repeats only where it leads on, erases or turns the volume, and only where the town wants that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hardware.devices import KeypadKey, Status
from hardware.evdev import grabbed, timed_key_ear
from hardware.faults import FaultCode
from hardware.listener import Listener

RELEASED, PRESSED, HELD = 0, 1, 2  # the kernel says again and again that a key is held

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


_REPEAT = {KeypadKey.NEXT, KeypadKey.PREVIOUS, KeypadKey.ERASE, KeypadKey.LOUDER, KeypadKey.SOFTER}


class Strokes:
    """Which strokes count: a hand that trembles, or a contact that bounces, strikes the same key twice."""

    def __init__(self, again: float, repeat_after: float | None, repeat_every: float) -> None:
        self._again, self._after, self._every = again, repeat_after, repeat_every
        self._code = 0
        self._lifted = self._next = 0.0  # when that was, and when it repeats

    def counts(self, code: int, value: int, when: float) -> bool:
        """Take in what the kernel says of a key; say whether it is a stroke."""
        same = code == self._code
        if value == PRESSED:
            if same and 0 <= when - self._lifted < self._again:
                return False
            self._code, self._next = code, when + (self._after or 0.0)
            return True
        if value == RELEASED and same:
            self._lifted = when
        return value == HELD and same and self._repeats(when)

    def _repeats(self, when: float) -> bool:
        if self._after is None or KEYS.get(self._code) not in _REPEAT or when < self._next:
            return False
        self._next = when + self._every
        return True


class EvdevKeypad:
    """The keypad at `path`, e.g. /dev/input/by-id/…-event-kbd. It may come and go. The times are seconds."""

    def __init__(
        self, path: Path, again: float = 0.0, repeat_after: float | None = None, repeat_every: float = 1.0
    ) -> None:
        self._strokes = Strokes(again, repeat_after, repeat_every)
        self._listener = Listener("keypad", partial(grabbed, path), FaultCode.KEYPAD_LOST)

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report what is typed from now on, and whether the keypad is there."""

        def hand_on(code: int, value: int, when: float) -> None:
            if not self._strokes.counts(code, value, when):
                return
            if code in DIGITS:
                on_digit(DIGITS[code])
            elif code in KEYS:
                on_key(KEYS[code])

        self._listener.start(lambda _device: timed_key_ear(hand_on), on_status)

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        return self._listener.status()

    def close(self) -> None:
        """Stop reporting and let go of the keypad."""
        self._listener.close()
