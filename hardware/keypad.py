"""The driver of a numeric keypad with a marked 5 (evdev), for who cannot see the screen: `hardware.devices.Keypad`.

The device is grabbed: what is typed on it goes here and nowhere else. No key is in any log, fault or `repr`.
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
from functools import partial
from pathlib import Path

from hardware.devices import Health, KeypadKey, Status
from hardware.faults import FaultCode

# struct input_event of a 64-bit Linux (linux/input.h): two longs of time, type, code, value.
EVENT = struct.Struct("llHHi")
EV_KEY, PRESSED = 1, 1  # 2 is a key that is held down: it types no second digit
EVIOCGRAB = 0x40044590

# linux/input-event-codes.h: the row of digits, the number block, and the keys of a telephone.
ROW, BLOCK = (11, *range(2, 11)), (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)
DIGITS = {code: digit for row in (ROW, BLOCK, tuple(range(512, 522))) for digit, code in enumerate(row)}
KEYS = {
    **dict.fromkeys((28, 96, 352), KeypadKey.OK),
    **dict.fromkeys((14, 111, 355), KeypadKey.ERASE),
    **dict.fromkeys((1, 128, 223), KeypadKey.CANCEL),
}

# A keypad that was unplugged is looked for this often.
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 2.0


class EvdevKeypad:
    """The keypad at `path`, e.g. /dev/input/by-id/…-event-kbd. It may come and go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._there: bool | None = None
        self._closed = threading.Event()
        self._wake, self._awake = os.pipe()
        self._thread: threading.Thread | None = None

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report what is typed from now on, and whether the keypad is there."""
        work = partial(self._run, on_digit, on_key, on_status)
        self._thread = threading.Thread(target=work, name="keypad", daemon=True)
        self._thread.start()

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        if self._there is None:
            return Status(Health.UNKNOWN)
        return Status(Health.OK) if self._there else Status(Health.DOWN, (FaultCode.KEYPAD_LOST,))

    def close(self) -> None:
        """Stop reporting and let go of the keypad."""
        if self._closed.is_set():
            return
        self._closed.set()
        os.close(self._awake)  # the reading thread sees the end of its pipe
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        os.close(self._wake)

    def _run(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError):  # not there, or no more: told below
                device = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                try:
                    _grab(device)
                    self._tell(on_status, there=True)
                    self._listen(device, on_digit, on_key)
                finally:
                    os.close(device)
            if not self._closed.is_set():
                self._tell(on_status, there=False)
            self._closed.wait(RETRY_SECONDS)
        self._there = False

    def _tell(self, on_status: Callable[[Status], None], *, there: bool) -> None:
        if there is not self._there:
            self._there = there
            on_status(self.status())

    def _listen(self, device: int, on_digit: Callable[[int], None], on_key: Callable[[KeypadKey], None]) -> None:
        """Hand on what is typed until closed, or until the device is gone."""
        typed = b""
        while not self._closed.is_set():
            ready, _, _ = select.select([device, self._wake], [], [])
            if device not in ready:
                continue
            read = os.read(device, 64 * EVENT.size)
            if not read:
                return
            typed += read
            whole = len(typed) - len(typed) % EVENT.size
            for _, _, kind, code, value in EVENT.iter_unpack(typed[:whole]):
                if (kind, value) == (EV_KEY, PRESSED):
                    _hand_on(code, on_digit, on_key)
            typed = typed[whole:]


def _hand_on(code: int, on_digit: Callable[[int], None], on_key: Callable[[KeypadKey], None]) -> None:
    if code in DIGITS:
        on_digit(DIGITS[code])
    elif code in KEYS:
        on_key(KEYS[code])


def _grab(device: int) -> None:
    """Have it to ourselves. A pipe has no other reader to be kept out. Raises OSError where another program has it."""
    if not stat.S_ISFIFO(os.fstat(device).st_mode):
        fcntl.ioctl(device, EVIOCGRAB, 1)
