"""Who is on the line: the digest of the certificate that a kiosk's connection showed; nothing, for a person's browser.

uvicorn asks for a certificate and shows it to nobody: the protocol below writes its digest into each call of its
connection. No header is believed, so none can be forged.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_EXTENSION = "fleet.certificate"


class KioskProtocol(H11Protocol):
    """HTTP/1.1 on a TLS connection that may have shown a certificate of ours."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the certificate's digest, once a connection."""
        super().connection_made(transport)
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self.app = _Known(self.app, None if shown is None else sha256(shown).hexdigest())


class _Known:
    def __init__(self, app: ASGIApp, digest: str | None) -> None:
        self._app, self._digest = app, digest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "extensions": {**(scope.get("extensions") or {}), _EXTENSION: self._digest}}
        await self._app(scope, receive, send)


def certificate_of(request: Request) -> str | None:
    """Give the digest of the caller's certificate; None without one."""
    digest: str | None = request.scope.get("extensions", {}).get(_EXTENSION)
    return digest
