"""Which kiosk is calling: the name in the certificate of its TLS connection, or what a proxy in front of us says of it.

uvicorn demands a certificate when told to, and shows it to nobody: the protocol below writes the kiosk's name into each
request of its connection. Behind a proxy we listen on a unix socket, and only there its header is believed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from townhall.problems import Problem, ProblemType
from townhall.tables import Tables

EXTENSION = "townhall.kiosk"
HEADER = b"x-client-cert"
NAME = r"[A-Za-z0-9._-]{1,64}"


@dataclass(frozen=True)
class Kiosk:
    """A kiosk of this town: its number (e.g. "LV-01"), and its certificate's SHA-256 in hexadecimal."""

    name: str
    fingerprint: str


class KioskProtocol(H11Protocol):
    """HTTP/1.1 on a TLS connection that had to show a certificate."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the kiosk's name, once a connection."""
        super().connection_made(transport)
        der = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        kiosk = None if der is None else read(x509.load_der_x509_certificate(der))
        self.app = _Named(self.app, kiosk)

    def shutdown(self) -> None:
        """End the connection when its call is answered: at once, for a kiosk between calls is not listening."""
        super().shutdown()
        if self.transport.is_closing():
            self.transport.abort()


class _Named:
    """The app, told who calls."""

    def __init__(self, app: Any, kiosk: Kiosk | None) -> None:  # noqa: ANN401 - as uvicorn holds it
        self._app, self._kiosk = app, kiosk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _tell(scope, self._kiosk)
        await self._app(scope, receive, send)


class BehindProxy:
    """The app behind nginx, which checked the certificate (`ssl_verify_client on`) and hands it on, escaped."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Believe the header; to be put on a unix socket only."""
        if scope["type"] == "http":
            _tell(scope, _from_header(scope))
        await self._app(scope, receive, send)


def kiosk_of(request: Request, tables: Tables) -> str:
    """The name of the kiosk that calls. Looks into the database, so not for the event loop. Raises Problem."""
    kiosk = request.scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(kiosk, Kiosk):
        raise Problem(ProblemType.NO_KIOSK_CERTIFICATE)
    if tables.is_revoked(kiosk.fingerprint):
        raise Problem(ProblemType.KIOSK_REVOKED)
    return kiosk.name


def read(certificate: x509.Certificate) -> Kiosk | None:
    """The kiosk that a certificate for clients names; None when it is another sort of certificate."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1 or not re.fullmatch(NAME, names[0]) or ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        return None
    return Kiosk(names[0], certificate.fingerprint(hashes.SHA256()).hex())


def _tell(scope: MutableMapping[str, Any], kiosk: Kiosk | None) -> None:
    scope["extensions"] = {**(scope.get("extensions") or {}), EXTENSION: kiosk}


def _from_header(scope: Scope) -> Kiosk | None:
    values = [value for name, value in scope["headers"] if name == HEADER]
    if len(values) != 1:
        return None
    try:
        return read(x509.load_pem_x509_certificate(unquote_to_bytes(values[0])))
    except ValueError:
        return None
