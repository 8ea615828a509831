"""Who is calling: the name in the certificate of the TLS connection, or what a proxy in front of us says of it.

uvicorn demands a certificate when told to, and shows it to nobody: the protocol below writes the caller's name into
each request of its connection. Kiosks and depositors come to listeners of their own, each with an authority of its own.
Behind a proxy we listen on a unix socket, and only there its header is believed.
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

from townhall.ledger import Ledger
from townhall.problems import Problem, ProblemType

EXTENSION = "townhall.caller"
HEADER = b"x-client-cert"
NAME = r"[A-Za-z0-9._-]{1,64}"


@dataclass(frozen=True)
class Caller:
    """A kiosk of this town by its number (e.g. "LV-01"), or a depositor. `fingerprint` is SHA-256 in hexadecimal."""

    name: str
    fingerprint: str


class CallerProtocol(H11Protocol):
    """HTTP/1.1 on a TLS connection that had to show a certificate."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the caller's name, once a connection."""
        super().connection_made(transport)
        der = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        caller = None if der is None else read(x509.load_der_x509_certificate(der))
        self.app = _Named(self.app, caller)

    def shutdown(self) -> None:
        """End the connection when its call is answered: at once, for a kiosk between calls is not listening."""
        super().shutdown()
        if self.transport.is_closing():
            self.transport.abort()


class _Named:
    """The app, told who calls."""

    def __init__(self, app: Any, caller: Caller | None) -> None:  # noqa: ANN401 - as uvicorn holds it
        self._app, self._caller = app, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _tell(scope, self._caller)
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


def kiosk_of(request: Request, ledger: Ledger) -> str:
    """The name of the kiosk that calls. Looks into the database, so not for the event loop. Raises Problem."""
    kiosk = caller_of(request, ledger)
    if kiosk is None:
        raise Problem(ProblemType.NO_KIOSK_CERTIFICATE)
    return kiosk.name


def caller_of(request: Request, ledger: Ledger) -> Caller | None:
    """Whom the certificate names; None without one. Looks into the database. Raises Problem when it was revoked."""
    caller = request.scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(caller, Caller):
        return None
    if ledger.is_revoked(caller.fingerprint):
        raise Problem(ProblemType.KIOSK_REVOKED)
    return caller


def read(certificate: x509.Certificate) -> Caller | None:
    """Whom a certificate for clients names; None when it is another sort of certificate."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1 or not re.fullmatch(NAME, names[0]) or ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        return None
    return Caller(names[0], certificate.fingerprint(hashes.SHA256()).hex())


def _tell(scope: MutableMapping[str, Any], caller: Caller | None) -> None:
    scope["extensions"] = {**(scope.get("extensions") or {}), EXTENSION: caller}


def _from_header(scope: Scope) -> Caller | None:
    values = [value for name, value in scope["headers"] if name == HEADER]
    if len(values) != 1:
        return None
    try:
        return read(x509.load_pem_x509_certificate(unquote_to_bytes(values[0])))
    except ValueError:
        return None
