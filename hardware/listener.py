"""Listens to a device that comes and goes (keypad, scanner, sensor), from a thread of its own, until it is closed."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading
from collections.abc import Callable
from typing import Protocol

from hardware.devices import Health, Status
from hardware.faults import FaultCode

# A device that was unplugged is looked for this often.
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 2.0

Ear = Callable[[bytes], None]


class Opened(Protocol):
    """A device that is open."""

    def fileno(self) -> int:
        """Give its descriptor."""

    def close(self) -> None:
        """Let go of it."""


class Listener:
    """The thread, and what is known of its device. `make_ear` gives whoever hears it, anew each time it is found.

    It gets the descriptor of the device, which is valid as long as it hears.
    """

    def __init__(self, name: str, open_device: Callable[[], Opened], lost: FaultCode) -> None:
        """`open_device` raises OSError while the device is not there; `lost` is the fault that says so."""
        self._name = name
        self._open = open_device
        self._lost = lost
        self._there: bool | None = None
        self._closed = threading.Event()
        self._wake, self._awake = os.pipe()
        self._thread: threading.Thread | None = None

    def start(self, make_ear: Callable[[int], Ear], on_status: Callable[[Status], None]) -> None:
        """Hand on what is heard from now on, and whether the device is there."""
        self._thread = threading.Thread(target=self._run, args=(make_ear, on_status), name=self._name, daemon=True)
        self._thread.start()

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        if self._there is None:
            return Status(Health.UNKNOWN)
        return Status(Health.OK) if self._there else Status(Health.DOWN, (self._lost,))

    def close(self) -> None:
        """Stop, and let go of the device. Twice is once."""
        if self._closed.is_set():
            return
        self._closed.set()
        os.close(self._awake)  # the listening thread sees the end of its pipe
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        os.close(self._wake)

    def _run(self, make_ear: Callable[[int], Ear], on_status: Callable[[Status], None]) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError, termios.error):  # not there, or no more: told below
                device = self._open()
                try:
                    self._tell(on_status, there=True)
                    self._listen(device.fileno(), make_ear(device.fileno()))
                finally:
                    device.close()
            if not self._closed.is_set():
                self._tell(on_status, there=False)
            self._closed.wait(RETRY_SECONDS)
        self._there = False

    def _tell(self, on_status: Callable[[Status], None], *, there: bool) -> None:
        if there is not self._there:
            self._there = there
            on_status(self.status())

    def _listen(self, device: int, ear: Ear) -> None:
        """Hand on what comes until closed, or until the device is gone."""
        while not self._closed.is_set():
            ready, _, _ = select.select([device, self._wake], [], [])
            if device not in ready:
                continue
            heard = os.read(device, 4096)
            if not heard:
                return
            ear(heard)
