"""A relay on loopback that notes when a connection came, and when the first byte of a document passed."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

DOCUMENT = b"%PDF-"
CHUNK = 64 * 1024


class Relay:
    """Listens on a port of its own and passes everything on to `target`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.document_at: float | None = None
        self._came = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def forget(self) -> None:
        """Count and wait anew."""
        with self._came:
            self.connections, self.document_at = 0, None

    def first_byte(self, seconds: float) -> float:
        """Wait for a document's first byte and give its moment (monotonic). Raises TimeoutError."""
        with self._came:
            if not self._came.wait_for(lambda: self.document_at is not None, seconds):
                raise TimeoutError("no document came to the printer")
            assert self.document_at is not None  # noqa: S101  waited for
            return self.document_at

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._came:
                self.connections += 1
            server = socket.create_connection(self._target)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(CHUNK):
                if self.document_at is None and DOCUMENT in data:
                    with self._came:
                        self.document_at = time.monotonic()
                        self._came.notify_all()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            sink.close()
