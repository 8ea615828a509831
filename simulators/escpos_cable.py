"""A serial cable to a slip printer: a pseudo-terminal whose other end is the simulated printer's port.

with EscPosPrinter() as printer, Cable(printer.port) as cable:
    ...  # a client opens cable.device
"""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import threading
import tty
from pathlib import Path
from types import TracebackType
from typing import Self


class Cable:
    """What is written to `device` reaches the printer, and the other way round, until it is pulled out."""

    def __init__(self, port: int) -> None:
        self._printer = socket.create_connection(("127.0.0.1", port))
        self._end, ours = pty.openpty()
        tty.setraw(ours)
        self._kept = ours  # a terminal that nobody holds open hangs up
        self.device = Path(os.ttyname(ours))
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._to_printer, self._from_printer)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pull()

    def pull(self) -> None:
        """Pull it out. Twice is once."""
        if self._end < 0:
            return
        with contextlib.suppress(OSError):
            self._printer.shutdown(socket.SHUT_RDWR)
        os.close(self._kept)  # the first thread reads an end of file then
        for thread in self._threads:
            thread.join(5)
        os.close(self._end)
        self._end = -1
        self._printer.close()

    def _to_printer(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._end, 4096):
                self._printer.sendall(data)

    def _from_printer(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._printer.recv(4096):
                os.write(self._end, data)
