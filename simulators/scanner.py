"""A scanner outside the kiosk, and hands that hold codes before it: one that types, and one on a serial line.

The first is an input device (`input_device`); the second writes on a pseudo-terminal. Both may be unplugged.
"""

from __future__ import annotations

import contextlib
import os
import pty
import time
import tty
from pathlib import Path

from simulators.input_device import EV_KEY, VirtualInput

# A hand takes a code away and holds the next one before it in no less.
HAND_SECONDS = 0.25
UP, DOWN = 0, 1
SHIFT, CONTROL, ENTER = 42, 29, 28
# linux/input-event-codes.h, on a keyboard of the United States.
KEYS = {
    **{sign: code for code, sign in enumerate("1234567890-=", 2)},
    **{sign: code for code, sign in enumerate("qwertyuiop[]", 16)},
    **{sign: code for code, sign in enumerate("asdfghjkl;'`", 30)},
    **{sign: code for code, sign in enumerate("\\zxcvbnm,./", 43)},
    " ": 57,
}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


class KeyboardScanner(VirtualInput):
    """A scanner that types, at `path`. It is plugged in from the start."""

    _free_at = 0.0

    def scan(self, code: str) -> None:
        """Read a code that a hand holds before it: its signs, and Enter. A GS is typed as control-], as scanners do."""
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        for sign in code:
            self.type(sign)
        self.type("\r")
        self._free_at = time.monotonic() + HAND_SECONDS

    def type(self, *signs: str) -> None:
        """Press what each sign takes; several at once, as nothing does that reads with light."""
        strokes = []
        for sign in signs:
            held, key = _keys(sign)
            strokes += [(EV_KEY, code, DOWN) for code in (*held, key)] + [(EV_KEY, code, UP) for code in (key, *held)]
        self.report(*strokes)


def _keys(sign: str) -> tuple[tuple[int, ...], int]:
    """Which keys are held, and which is pressed."""
    if sign == "\r":
        return (), ENTER
    if ord(sign) < ord(" "):
        return (CONTROL,), KEYS[chr(ord(sign) | 0x40).lower()]
    if sign in SHIFTED:
        return (SHIFT,), KEYS[SHIFTED[sign]]
    return ((SHIFT,), KEYS[sign.lower()]) if sign.isupper() else ((), KEYS[sign])


class SerialScanner:
    """A scanner on a serial line at `path`. It is plugged in from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: tuple[int, int] | None = None
        self.plug()

    def plug(self) -> None:
        """Put its cable in; the device is a new one under the same name."""
        if self._ends is None:
            self._ends = pty.openpty()
            tty.setraw(self._ends[1])
            self.path.symlink_to(os.ttyname(self._ends[1]))

    def unplug(self) -> None:
        """Pull its cable out."""
        if self._ends is not None:
            self.path.unlink()
            for end in self._ends:
                with contextlib.suppress(OSError):
                    os.close(end)
            self._ends = None

    def send(self, part: bytes) -> None:
        """Send bytes as they are."""
        if self._ends is not None:
            while part:
                part = part[os.write(self._ends[0], part) :]

    def close(self) -> None:
        """As unplugged."""
        self.unplug()
