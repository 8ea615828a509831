"""The cable to a slip printer, USB or serial: a device file that a conversation can use as it uses a socket."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import time
import tty
from pathlib import Path

# Until a conversation says otherwise.
_USUAL_SECONDS = 2.0


class Cable:
    """A device file with as much of a socket's manners as a conversation needs; `shutdown` may come from any thread."""

    def __init__(self, device: Path, baud: int) -> None:
        self._file = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._ended = os.eventfd(0)
        self._seconds = _USUAL_SECONDS
        if os.isatty(self._file):
            try:
                _set_serial(self._file, baud)
            except (OSError, termios.error) as error:
                self.close()
                raise OSError("no such speed") from error

    def settimeout(self, seconds: float) -> None:
        """Bound what comes next."""
        self._seconds = seconds

    def sendall(self, data: bytes) -> None:
        """Write it all. Raises OSError, TimeoutError."""
        left, until = memoryview(data), time.monotonic() + self._seconds
        while left:
            if not self._ready(select.POLLOUT, until):
                raise BrokenPipeError
            left = left[os.write(self._file, left) :]

    def recv(self, size: int) -> bytes:
        """Give what comes; nothing once it was shut down. Raises OSError, TimeoutError."""
        until = time.monotonic() + self._seconds
        while self._ready(select.POLLIN, until):
            with contextlib.suppress(BlockingIOError):
                if data := os.read(self._file, size):
                    return data
            time.sleep(0.01)  # a USB printer may announce an answer and have an empty one
        return b""

    def shutdown(self, _how: int) -> None:
        """End what another thread is waiting for."""
        os.eventfd_write(self._ended, 1)

    def close(self) -> None:
        """Let go of the device. Twice is once."""
        for file in (self._file, self._ended):
            with contextlib.suppress(OSError):
                os.close(file)
        self._file = self._ended = -1

    def _ready(self, wanted: int, until: float) -> bool:
        """Wait for it; False once it was shut down."""
        poll = select.poll()
        poll.register(self._file, wanted)
        poll.register(self._ended, select.POLLIN)
        seen = dict(poll.poll(max(0.0, until - time.monotonic()) * 1000))
        if self._ended in seen:
            return False
        if self._file not in seen:
            raise TimeoutError
        if seen[self._file] & ~wanted & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
            raise ConnectionResetError
        return True


def _set_serial(file: int, baud: int) -> None:
    """Pass every byte as it is, at this speed, and drop what an earlier conversation left."""
    tty.setraw(file)
    settings = termios.tcgetattr(file)
    settings[4] = settings[5] = getattr(termios, f"B{baud}", termios.B38400)
    termios.tcsetattr(file, termios.TCSANOW, settings)
    termios.tcflush(file, termios.TCIOFLUSH)
