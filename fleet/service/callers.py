"""Who is on the line: the digest of the certificate that a kiosk's connection showed; nothing, for a person's browser.

uvicorn asks for a certificate and shows it to nobody: the protocol below writes its digest into each call of its
connection, and believes no header, so none can be forged. Behind nginx, which ends TLS and judges the certificate, its
header is believed; then we listen on a unix socket, that nginx alone may open.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "fleet.certificate"
_HEADER = b"x-client-cert"


class KioskProtocol(HttpToolsProtocol):
    """HTTP/1.1 on a TLS connection that may have shown a certificate of ours."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the certificate's digest, once a connection."""
        super().connection_made(transport)
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self.app = _Known(self.app, None if shown is None else sha256(shown).hexdigest())

    def on_response_complete(self) -> None:
        """Forget a call that is over: until the next, a minute later, a line holds nothing but itself."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.cycle.more_body:
            self.cycle = self.scope = self.headers = None  # type: ignore[assignment]


class _Known:
    def __init__(self, app: ASGIApp, digest: str | None) -> None:
        self._app, self._digest = app, digest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_told(scope, self._digest), receive, send)


class BehindProxy:
    """The app behind nginx: for a unix socket only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Believe the certificate that nginx hands on, escaped."""
        await self._app(_told(scope, _from_header(scope) if scope["type"] == "http" else None), receive, send)


def _told(scope: Scope, digest: str | None) -> Scope:
    if scope["type"] != "http":
        return scope
    return {**scope, "extensions": {**(scope.get("extensions") or {}), _EXTENSION: digest}}


def _from_header(scope: Scope) -> str | None:
    values = [value for name, value in scope["headers"] if name == _HEADER]
    if len(values) != 1:
        return None
    try:
        shown = x509.load_pem_x509_certificate(unquote_to_bytes(values[0]))
    except ValueError:
        return None
    return shown.fingerprint(hashes.SHA256()).hex()


def certificate_of(request: Request) -> str | None:
    """Give the digest of the caller's certificate; None without one."""
    digest: str | None = request.scope.get("extensions", {}).get(_EXTENSION)
    return digest
