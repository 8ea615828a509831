"""The line to a Linux input device (evdev): what it reports, and whether it is there. Keypads and switches speak it.

The device is grabbed: what it reports goes here and nowhere else. No event is in any log, fault or `repr`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import stat
import struct
import threading
from collections.abc import Callable
from pathlib import Path

# struct input_event of a 64-bit Linux (linux/input.h): two longs of time, type, code, value.
EVENT = struct.Struct("llHHi")
EV_KEY, EV_SW = 1, 5
EVIOCGRAB = 0x40044590

# A device that was unplugged is looked for this often.
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 2.0

Heard = Callable[[int, int, int], None]  # type, code, value
Found = Callable[[int | None], None]  # a file descriptor, valid during the call; None: the device is gone


class EvdevLine:
    """The input device at `path`. It may come and go."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self.there: bool | None = None  # None until it was looked for
        self._closed = threading.Event()
        self._wake, self._awake = os.pipe()
        self._thread: threading.Thread | None = None

    def listen(self, heard: Heard, found: Found) -> None:
        """Hand on what it reports from now on, from a thread of this line's own; `found` is called first."""
        self._thread = threading.Thread(target=self._run, args=(heard, found), name=self._name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hand on nothing more, and let go of the device."""
        if self._closed.is_set():
            return
        self._closed.set()
        os.close(self._awake)  # the reading thread sees the end of its pipe
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        os.close(self._wake)

    def _run(self, heard: Heard, found: Found) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError):  # not there, or no more: told below
                device = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                try:
                    _grab(device)
                    self._tell(found, device)
                    self._listen(device, heard)
                finally:
                    os.close(device)
            if not self._closed.is_set():
                self._tell(found, None)
            self._closed.wait(RETRY_SECONDS)
        self.there = False

    def _tell(self, found: Found, device: int | None) -> None:
        there = device is not None
        if there is not self.there:
            self.there = there
            found(device)

    def _listen(self, device: int, heard: Heard) -> None:
        """Hand on what is reported until closed, or until the device is gone."""
        read = b""
        while not self._closed.is_set():
            ready, _, _ = select.select([device, self._wake], [], [])
            if device not in ready:
                continue
            more = os.read(device, 64 * EVENT.size)
            if not more:
                return
            read += more
            whole = len(read) - len(read) % EVENT.size
            for _, _, kind, code, value in EVENT.iter_unpack(read[:whole]):
                heard(kind, code, value)
            read = read[whole:]


def is_on(device: int, kind: int, code: int) -> bool | None:
    """Ask the kernel whether a key is down, or a switch on; None where it cannot say (a pipe in its place)."""
    # EVIOCGKEY and EVIOCGSW: _IOC(_IOC_READ, 'E', 0x18 or 0x1b, length of the answer) [linux/input.h].
    bits = bytearray(code // 8 + 1)
    number = {EV_KEY: 0x18, EV_SW: 0x1B}[kind]
    try:
        fcntl.ioctl(device, 2 << 30 | len(bits) << 16 | ord("E") << 8 | number, bits)
    except OSError:
        return None
    return bool(bits[code // 8] & 1 << code % 8)


def _grab(device: int) -> None:
    """Have it to ourselves. A pipe has no other reader to be kept out. Raises OSError where another program has it."""
    if not stat.S_ISFIFO(os.fstat(device).st_mode):
        fcntl.ioctl(device, EVIOCGRAB, 1)
