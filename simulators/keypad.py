"""A numeric keypad outside the kiosk: a pipe in the place of its evdev device, and hands that press its keys.

The kernel's own `uinput` would make a real device, but needs rights that a test or a container does not have. What
goes through the pipe is what the kernel writes: `struct input_event` (linux/input.h).
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY, UP, DOWN = 0, 1, 0, 1
# linux/input-event-codes.h: the number block, its Enter, and the keys for one digit back and for stop.
KEYS = {
    **{str(digit): code for digit, code in enumerate((82, 79, 80, 81, 75, 76, 77, 71, 72, 73))},
    "ok": 96,
    "erase": 14,
    "cancel": 1,
}


class VirtualKeypad:
    """The keypad at `path`. It is plugged in from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end: int | None = None
        self.plug()

    def plug(self) -> None:
        """Put its cable in."""
        if self._end is None:
            os.mkfifo(self.path)
            self._end = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)  # the kernel's end, whoever reads or not

    def unplug(self) -> None:
        """Pull its cable out."""
        if self._end is not None:
            self.path.unlink()
            os.close(self._end)
            self._end = None

    def press(self, key: str) -> None:
        """Press a key and let it go: a digit, "ok", "erase" or "cancel". Without a cable nothing happens."""
        if self._end is not None:
            strokes = [(EV_KEY, KEYS[key], DOWN), (EV_SYN, 0, 0), (EV_KEY, KEYS[key], UP), (EV_SYN, 0, 0)]
            with contextlib.suppress(BlockingIOError):  # nobody reads it, for a very long time
                os.write(self._end, b"".join(EVENT.pack(0, 0, *stroke) for stroke in strokes))

    def close(self) -> None:
        """As unplugged."""
        self.unplug()
