"""A town's service over real TLS that answers whatever a test wants, and the kiosk's client of it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from config.settings import BackEnd
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Product

TICKET = UUID("6f2c1b1e-0000-4000-8000-000000000001")
OURS = f"/kioskService/v1/documentOrders/{TICKET}"
RESIDENCE = Product("residence", "Attest van hoofdverblijfplaats", "")
NONCE = "b" * 44
TOKEN_ANSWER: dict[str, Any] = {
    "session": {"href": "/kioskService/v1/sessions/1", "accessToken": "t" * 32, "expiresAt": "2026-11-24T10:00:00Z"},
    "person": {"givenName": "An", "familyName": "Peeters"},
    "documentProducts": {"items": [{"code": "residence", "title": "Attest", "available": True}]},
}
Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def http(status: int, body: bytes, *headers: str) -> bytes:
    """Give a whole HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def json_reply(answer: object, status: int = 200, kind: str = "application/json") -> Reply:
    """Answer every request with one JSON body."""

    async def reply(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(status, json.dumps(answer).encode(), f"Content-Type: {kind}"))

    return reply


def bytes_reply(*parts: bytes, pause: float = 0.0) -> Reply:
    """Answer every request with raw bytes, part by part."""

    async def reply(_request: bytes, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return reply


@contextmanager
def town_hall(certificates: Path, reply: Reply) -> Iterator[tuple[asyncio.Runner, TownHallClient]]:
    """Run a TLS server that asks for the kiosk's certificate and answers by `reply`, and a client of it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificates / "ca.pem")
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower()[:14] == b"content-length"), 0
                )
                await reply(head + await reader.readexactly(length), writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()

    with asyncio.Runner() as runner:
        server = runner.run(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
        port = server.sockets[0].getsockname()[1]
        url = f"https://localhost:{port}"
        client = TownHallClient(
            BackEnd(
                url=url,
                origin=url,
                ca=certificates / "ca.pem",
                certificate=certificates / "kiosk.pem",
                key=certificates / "kiosk.key",
                seal_ca=certificates / "ca.pem",
            ),
            call_seconds=1.0,
        )
        try:
            yield runner, client
        finally:
            runner.run(client.close())
            server.close()


def fault_of(runner: asyncio.Runner, call: Awaitable[object]) -> FaultCode:
    """Give the code of the fault in which a call ends."""

    async def run() -> None:
        await call

    with pytest.raises(DeviceFault) as caught:
        runner.run(run())
    return caught.value.code
