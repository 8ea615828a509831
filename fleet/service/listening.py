"""Where the fleet service is called: on a port, with TLS of its own; or behind nginx, on a unix socket.

Several workers are several of the latter, on one database and beside one folder: none of them remembers anything.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import ssl
import threading
from asyncio import sslproto
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fleet.service.callers import BehindProxy, KioskProtocol
from fleet.service.server import Service

# An agent asks every minute, give or take a fifth: its line stays open in between, and no handshake is made anew.
_KEEP_ALIVE = 150
# As many as may wait at the door after an outage, and as many as come in at a time. Of thousands whose handshakes all
# begin at one moment every one would take a minute, and nobody waits that long.
_QUEUE, _AT_A_TIME = 4096, 16
# [RFC 8446 §5.1] no record is longer.
_RECORD = 17 << 10
# Whoever may write to the socket may say who they are: its owner, and the group of nginx.
_SOCKET_MASK = 0o117


def listener(service: Service, certificate: Path, key: Path) -> uvicorn.Server:
    """Give the listener: TLS that takes a kiosk's certificate where one is shown, and asks no browser for any."""
    sslproto.SSLProtocol = _Line  # type: ignore[misc]  # asyncio has no other way to say so
    return _server(
        service.app(),
        http=KioskProtocol,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=str(callers_file(service)),
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
        ssl_context_factory=_strict,
    )


class _Line(sslproto.SSLProtocol):
    """A line of TLS without room of its own for what comes in: asyncio holds 256 KiB, gigabytes for a fleet.

    What comes in is handed on before anything else is read, so the lines of a thread share the room for one record.
    """

    max_size = _RECORD
    _of_thread = threading.local()

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 (as asyncio calls it)
        super().__init__(*args, **more)
        if not hasattr(self._of_thread, "room"):
            self._of_thread.room = memoryview(bytearray(_RECORD))
        self._ssl_buffer_view = self._of_thread.room
        self._ssl_buffer = self._ssl_buffer_view.obj


def behind_nginx(service: Service) -> uvicorn.Server:
    """Give the listener for a unix socket: it believes what nginx says of the caller's certificate."""
    callers_file(service)
    return _server(BehindProxy(service.app()), http=HttpToolsProtocol)


def callers_file(service: Service) -> Path:
    """Write down who certifies kiosks, for whoever ends TLS; gives the file."""
    file = service.authority.file.with_name("kiosks-ca.crt")
    file.write_bytes(service.authority.pem)
    return file


class Door(socket.socket):
    """A socket with its own number of those who may wait: asyncio has one number for that and for how many come in."""

    def listen(self, _: int = _QUEUE, /) -> None:
        """Listen."""
        super().listen(_QUEUE)


@contextmanager
def port_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Listen there until the end of the block. Raises OSError where another does."""
    with Door(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        yield listening


@contextmanager
def unix_socket(place: Path) -> Iterator[socket.socket]:
    """Listen there until the end of the block. A socket that an earlier run left behind makes room."""
    place.unlink(missing_ok=True)
    with Door(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        before = os.umask(_SOCKET_MASK)
        try:
            listening.bind(str(place))
        finally:
            os.umask(before)
        listening.listen()
        yield listening
    with contextlib.suppress(FileNotFoundError):
        place.unlink()


def _take_as_many_files_as_may_be() -> None:
    """A line is a file, and a process begins with a thousand, or however many its unit or its shell gives at first."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _server(app: Any, **more: Any) -> uvicorn.Server:  # noqa: ANN401 (as the library has it)
    _take_as_many_files_as_may_be()
    config = uvicorn.Config(
        app,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=2,
        backlog=_AT_A_TIME,
        **more,
    )
    return uvicorn.Server(config)


def _strict(_: uvicorn.Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
