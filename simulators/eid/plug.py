"""The wire between a virtual card and the slot of a reader (`simulators/usb/reader.c`).

Two bytes of length, big endian, and a body: the protocol of vsmartcard's vpcd (virtualsmartcard/src/vpcd). A body of
one byte is a control: power off, power on, reset, give the ATR (only this one is answered). Anything else is an APDU
and is answered. The end of the connection is the card being pulled out.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path
from typing import Protocol

OFF, ON, RESET, GET_ATR = (bytes((code,)) for code in (0, 1, 2, 4))
# How soon a card that is pushed in finds the slot again after pcscd was restarted.
RETRY_SECONDS = 0.02


class Pulled(Exception):
    """The card leaves during an answer; `part` of it was sent."""

    def __init__(self, part: bytes = b"") -> None:
        super().__init__("the card was pulled out")
        self.part = part


class Side(Protocol):
    """What a card does at its side of the contacts."""

    def atr(self) -> bytes:
        """Answer to reset."""

    def power_on(self) -> None:
        """Power up or reset."""

    def power_off(self) -> None:
        """Power down."""

    def answer(self, apdu: bytes) -> bytes | None:
        """Data and status word; None says nothing at all. Raises Pulled."""


class Plug:
    """A card pushed into a slot until `pull`. It stays in when pcscd restarts, and when the reader's cable is out."""

    def __init__(self, slot: Path, side: Side) -> None:
        self._slot = slot
        self._side = side
        self._out = threading.Event()
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._stay, name="virtual-card", daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Out of the slot, at once. Returns when nothing is said any more. Can be called twice."""
        self._out.set()
        with self._lock:
            _cut(self._connection)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def inside(self) -> bool:
        """Whether the card has not been pulled."""
        return not self._out.is_set()

    def _stay(self) -> None:
        while not self._out.is_set():
            connection = self._connect()
            if connection is not None:
                with connection, contextlib.suppress(OSError):
                    self._talk(connection)
                self._side.power_off()
            self._out.wait(RETRY_SECONDS)

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self._slot))
        except OSError:
            connection.close()
            return None
        with self._lock:
            self._connection = connection
            if self._out.is_set():
                _cut(connection)
        return connection

    def _talk(self, connection: socket.socket) -> None:
        while (body := _receive(connection)) is not None:
            if body in {ON, RESET}:
                self._side.power_on()
            elif body == OFF:
                self._side.power_off()
            elif body == GET_ATR:
                _send(connection, self._side.atr())
            else:
                self._answer(connection, body)

    def _answer(self, connection: socket.socket, apdu: bytes) -> None:
        try:
            answer = self._side.answer(apdu)
        except Pulled as pulled:
            if pulled.part:
                connection.sendall(struct.pack(">H", len(pulled.part) + 1) + pulled.part)
            self.pull()
            return
        if answer is not None:
            _send(connection, answer)


def _send(connection: socket.socket, body: bytes) -> None:
    connection.sendall(struct.pack(">H", len(body)) + body)


def _receive(connection: socket.socket) -> bytes | None:
    head = _take(connection, 2)
    return None if head is None else _take(connection, int(struct.unpack(">H", head)[0]))


def _take(connection: socket.socket, length: int) -> bytes | None:
    taken = b""
    while len(taken) < length:
        part = connection.recv(length - len(taken))
        if not part:
            return None
        taken += part
    return taken


def _cut(connection: socket.socket | None) -> None:
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
