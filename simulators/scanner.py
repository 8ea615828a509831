"""A scanner outside the kiosk, and hands that hold codes before it: one that types, and one on a serial line.

The first writes `struct input_event` (linux/input.h) into a pipe in the place of its evdev device, as the kernel would;
the second writes on a pseudo-terminal. Both may be unplugged.
"""

from __future__ import annotations

import contextlib
import os
import pty
import struct
import tty
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY, UP, DOWN = 0, 1, 0, 1
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


class KeyboardScanner:
    """A scanner that types, with a pipe at `path`. It is plugged in from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end: int | None = None
        self.plug()

    def plug(self) -> None:
        """Put its cable in."""
        if self._end is None:
            os.mkfifo(self.path)
            self._end = os.open(self.path, os.O_RDWR)  # the kernel's end, whoever reads or not

    def unplug(self) -> None:
        """Pull its cable out."""
        if self._end is not None:
            self.path.unlink()
            os.close(self._end)
            self._end = None

    def scan(self, code: str) -> None:
        """Read a code: its signs, and Enter. A GS is typed as control-], as scanners do."""
        for sign in code:
            self.type(sign)
        self.type("\r")

    def type(self, sign: str) -> None:
        """Press what one sign takes."""
        if self._end is None:
            return
        held, key = _keys(sign)
        strokes = [(code, DOWN) for code in (*held, key)] + [(code, UP) for code in (key, *held)]
        events = [part for code, way in strokes for part in ((EV_KEY, code, way), (EV_SYN, 0, 0))]
        os.write(self._end, b"".join(EVENT.pack(0, 0, *event) for event in events))

    def close(self) -> None:
        """As unplugged."""
        self.unplug()


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
