"""The RS-485 line to the boards: one exchange at a time, each with a deadline, on a cable that may come and go."""

from __future__ import annotations

import contextlib
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.faults import DeviceFault, FaultCode
from hardware.lockboard import frames

if TYPE_CHECKING:
    from serial import Serial

# An answer of 18 bytes takes 20 ms at the slowest speed in use (9600), and a board some 20 ms to begin.
ANSWER_SECONDS = 0.12
# After an answer the line stays silent, unless a second board has the same address and is a little later.
QUIET_SECONDS = 0.015
# How long one read waits, so that a deadline is kept and a close is seen.
READ_SECONDS = 0.005
# Noise spoils one exchange in a hundred on a bad line; three in a row are spoilt by something else.
TRIES = 3


class Bus:
    """The line at `device`. One thread at a time uses it."""

    def __init__(self, device: Path, baud: int) -> None:
        self._device = device
        self._baud = baud
        self._line: Serial | None = None

    def ask(self, address: int, tries: int = TRIES) -> frames.Bits | None:
        """Give what a board says, or None for one that is silent, or only ever heard in pieces.

        Raises LOCKER_ADDRESS where two boards answer, LOCKERS_LOST where there is no line.
        """
        for _ in range(tries):
            heard = frames.answers(self._exchange(frames.ask_status(address), address), address)
            if len(heard) > 1:
                raise DeviceFault(FaultCode.LOCKER_ADDRESS, f"two answers from address {address}")
            if heard:
                return heard[0]
        return None

    def pulse(self, address: int, lock: int) -> None:
        """Send the pulse, once, and wait for nothing: only the lock's own word counts.

        Raises LOCKERS_LOST; it may have gone out all the same.
        """
        self._send(frames.unlock(address, lock))

    def drop(self) -> None:
        """Let go of the line; the next exchange opens it again."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _exchange(self, request: bytes, address: int) -> bytes:
        """Send, and give all that is heard until the line is quiet after an answer, or the time is over."""
        line = self._send(request)
        heard, now = b"", time.monotonic()
        until = now + ANSWER_SECONDS + 10 * frames.ANSWER_SIZE / self._baud
        while (now := time.monotonic()) < until:
            if part := self._read(line):
                whole = len(frames.answers(heard, address))
                heard += part
                if len(frames.answers(heard, address)) > whole:
                    until = min(until, time.monotonic() + QUIET_SECONDS + 10 * frames.ANSWER_SIZE / self._baud)
        return heard

    def _send(self, request: bytes) -> Serial:
        from serial import SerialException

        try:
            line = self._line = self._line or self._opened()
            line.reset_input_buffer()  # what came late belongs to an exchange that was given up
            line.write(request)
        except (SerialException, OSError, ValueError, termios.error) as error:
            raise self._lost(error) from error
        return line

    def _read(self, line: Serial) -> bytes:
        from serial import SerialException

        try:
            return bytes(line.read(max(1, line.in_waiting)))
        except (SerialException, OSError) as error:
            raise self._lost(error) from error

    def _opened(self) -> Serial:
        from serial import Serial

        return Serial(str(self._device), self._baud, timeout=READ_SECONDS, write_timeout=1.0, exclusive=True)

    def _lost(self, error: Exception) -> DeviceFault:
        with contextlib.suppress(OSError, termios.error):  # a cable that is out has nothing left to close
            self.drop()
        return DeviceFault(FaultCode.LOCKERS_LOST, f"{self._device}: {type(error).__name__}")
