"""Where the fleet service is called: on a port, with TLS of its own; or behind nginx, on a unix socket.

Several workers are several of the latter, on one database and beside one folder: none of them remembers anything.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fleet.service.callers import BehindProxy, KioskProtocol
from fleet.service.server import Service

# An agent asks every minute, give or take a fifth: its line stays open in between, and no handshake is made anew.
_KEEP_ALIVE = 150
# As many as may come at one moment after an outage.
_BACKLOG = 4096
# Whoever may write to the socket may say who they are: its owner, and the group of nginx.
_SOCKET_MASK = 0o117


def listener(service: Service, host: str, port: int, certificate: Path, key: Path) -> uvicorn.Server:
    """Give the listener: TLS that takes a kiosk's certificate where one is shown, and asks no browser for any."""
    return _server(
        service.app(),
        host=host,
        port=port,
        http=KioskProtocol,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=str(callers_file(service)),
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
        ssl_context_factory=_strict,
    )


def behind_nginx(service: Service) -> uvicorn.Server:
    """Give the listener for a unix socket: it believes what nginx says of the caller's certificate."""
    callers_file(service)
    return _server(BehindProxy(service.app()), http=H11Protocol)


def callers_file(service: Service) -> Path:
    """Write down who certifies kiosks, for whoever ends TLS; gives the file."""
    file = service.authority.file.with_name("kiosks-ca.crt")
    file.write_bytes(service.authority.pem)
    return file


@contextmanager
def unix_socket(place: Path) -> Iterator[socket.socket]:
    """Listen there until the end of the block. A socket that an earlier run left behind makes room."""
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        before = os.umask(_SOCKET_MASK)
        try:
            listening.bind(str(place))
        finally:
            os.umask(before)
        listening.listen(_BACKLOG)
        yield listening
    with contextlib.suppress(FileNotFoundError):
        place.unlink()


def _server(app: Any, **more: Any) -> uvicorn.Server:  # noqa: ANN401 (as the library has it)
    config = uvicorn.Config(
        app,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=2,
        backlog=_BACKLOG,
        **more,
    )
    return uvicorn.Server(config)


def _strict(_: uvicorn.Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
