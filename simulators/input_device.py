"""An input device outside the kiosk: a pipe in the place of its evdev node.

The kernel's own `uinput` would make a real device, but needs rights that a test or a container does not have. What
goes through the pipe is what the kernel writes: `struct input_event` (linux/input.h). What a pipe cannot do is answer
what is on at this moment.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import time
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY, EV_SW = 0, 1, 5
# A pipe that is full is read on within milliseconds, where anybody reads it.
ROOM_SECONDS = 5.0
PACE = 0.1  # seconds from one event to the next, as a hand makes them; nobody waits for it


class VirtualInput:
    """The device at `path`. It is plugged in from the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end: int | None = None
        self._clock = time.time()
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

    def report(self, *events: tuple[int, int, int]) -> None:
        """Write events (type, code, value), each with the kernel's full stop. Without a cable nothing happens."""
        if self._end is not None:
            told = [(self._moment(), *part) for event in events for part in (event, (EV_SYN, 0, 0))]
            select.select([], [self._end], [], ROOM_SECONDS)
            with contextlib.suppress(BlockingIOError):  # nobody reads it, for a very long time
                os.write(self._end, b"".join(EVENT.pack(*moment, *part) for moment, *part in told))

    def _moment(self) -> tuple[int, int]:
        """Give the time of one more event: seconds, and millionths."""
        self._clock = max(self._clock + PACE, time.time())
        return int(self._clock), int(self._clock % 1 * 1e6)

    def close(self) -> None:
        """As unplugged."""
        self.unplug()
