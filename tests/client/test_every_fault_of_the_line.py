"""Every call to the town, beside everything that a network or somebody in between can do to it: each ends in time."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import os
import socket
import ssl
import struct
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import trustme

from config.settings import BackEnd
from hardware.devices import Certificate, Health, Signature, Status
from hardware.faults import FAULTS, DeviceFault, FaultCode
from kiosk_app.answers import SessionAnswer
from kiosk_app.defect_book import DefectReport
from kiosk_app.defects import About
from kiosk_app.door_book import Settled
from kiosk_app.doors import DoorEnding, Thing
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge, Details, Product, Progress
from printing.progress import JobPhase

# httpx leaves a socket on which it was cut short in a handshake to the garbage collector, which complains.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

TICKET = UUID("6f2c1b1e-0000-4000-8000-000000000001")
# A call's deadline, scaled down; LOKET_CALL_SECONDS=8 is the kiosk's own.
CALL_SECONDS = float(os.environ.get("LOKET_CALL_SECONDS", "0.4"))
# Past it a call has not ended: the test fails.
GRACE = 2.0

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Call = Callable[[TownHallClient], Awaitable[object]]

CERTIFICATE = Certificate(b"der", "ES384", expired=False)
THING = Thing(TICKET, TICKET, "Paspoort", 7)
CALLS: dict[str, Call] = {
    "health": lambda line: line.health(),
    "challenge": lambda line: line.challenge(),
    "sign in": lambda line: line.sign_in(1, Challenge(str(TICKET), "b" * 44), CERTIFICATE, Signature(b"s" * 96)),
    "open code": lambda line: line.open_code(1, "CDFGHJKM"),
    "offerings": lambda line: line.offerings(),
    "order": lambda line: line.order(1, TICKET, Product("residence", "Attest", ""), Details("residence")),
    "document": lambda line: line._document(f"/documentOrders/{TICKET}/document", {}),
    "print result": lambda line: line.print_result(TICKET, Progress(JobPhase.PRINTED, 1, None)),
    "collect": lambda line: line.collect(1, THING),
    "door result": lambda line: line.door_result(Settled(TICKET, DoorEnding.COLLECTED)),
    "defect": lambda line: line.defect(DefectReport(TICKET, About.CARD, "portal", "2026-11-27T08:00:00+00:00")),
    "end session": lambda line: line.end_session(1),
}


# --- what stands at the other end ------------------------------------------------------------------------------------


def says(*parts: bytes, pause: float = 0.0, forever: bytes = b"", reset: bool = False) -> Peer:
    """Hear a request, say these bytes one after the other, perhaps one more for ever, and hang up."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while forever:
            writer.write(forever)
            await writer.drain()
            await asyncio.sleep(pause)
        if reset:
            hang_up_hard(writer)

    return peer


def blurts(what: bytes) -> Peer:
    """Say this before anybody asked, and hang up."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(what)
        await writer.drain()
        await reader.read(1)

    return peer


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take whatever comes, and say nothing."""
    while await reader.read(1024):
        pass


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    hang_up_hard(writer)


async def hangs_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Let go at once."""


def hang_up_hard(writer: asyncio.StreamWriter) -> None:
    """With RST in place of FIN."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def answer(status: str, body: bytes, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


BOMB = gzip.compress(b" " * 10_000_000)
PAGE = b"<html><body>Welkom op gratis wifi. Aanvaard de voorwaarden.</body></html>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

# After TLS, by who has the town's own certificate.
AFTER_TLS: dict[str, Peer] = {
    "no answer": silent,
    "closed instead of an answer": says(),
    "reset instead of an answer": says(reset=True),
    "reset in the middle": says(OK + b"Content-Length: 500\r\n\r\n{", reset=True),
    "closed in the middle": says(OK + b"Content-Length: 500\r\n\r\n{"),
    "a head that drips": says(*[bytes([byte]) for byte in OK * 9], pause=0.05),
    "a body that drips": says(OK + b"Content-Length: 5000\r\n\r\n", pause=0.05, forever=b" "),
    "a head without end": says(b"HTTP/1.1 200 OK\r\n", forever=b"X-More: " + b"x" * 1000 + b"\r\n"),
    "a body without end": says(OK + b"Transfer-Encoding: chunked\r\n\r\n", forever=b"1000\r\n" + b" " * 4096 + b"\r\n"),
    "a chunk of no length": says(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n{}\r\n"),
    "a body that unpacks to a thousand times more": says(answer("200 OK", BOMB, "Content-Encoding: gzip")),
    "a body that does not unpack": says(answer("200 OK", b"no gzip", "Content-Encoding: gzip")),
    "no HTTP": says(b"220 mail.example ESMTP\r\n\r\n"),
    "a captive portal that leads away": says(answer("302 Found", b"", "Location: http://127.0.0.1:9/login")),
    "a captive portal in the place of the answer": says(answer("200 OK", PAGE, "Content-Type: text/html")),
    "a proxy that wants a password": says(answer("407 Proxy Authentication Required", b"")),
    "a gateway without its server": says(answer("502 Bad Gateway", PAGE, "Content-Type: text/html")),
    "an answer to something else": says(
        answer("200 OK", b'{"status": 7, "items": 7}', "Content-Type: application/json")
    ),
    "the answer to another call": says(answer("200 OK", b"{}", "BelGov-Trace-Id: of-another")),
}
# Before TLS: whoever sits on the line.
BEFORE_TLS: dict[str, Peer] = {
    "no word of TLS": silent,
    "closed at once": hangs_up,
    "reset at once": resets,
    "plain HTTP where TLS should be": blurts(answer("200 OK", PAGE, "Content-Type: text/html")),
    "nonsense where TLS should be": blurts(b"\x16\x03\x01\xff\xff" + b"\0" * 70_000),
}


def of_authority(ca: trustme.CA, *names: str, begins: int = -1, ends: int = 1) -> ssl.SSLContext:
    """A server with a certificate that is good from so many days on, for so many."""
    now = datetime.now(UTC)
    issued = ca.issue_cert(*names, not_before=now + timedelta(begins), not_after=now + timedelta(ends))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


def old_tls(ca: trustme.CA) -> ssl.SSLContext:
    """A server that somebody talks down to TLS 1.1."""
    context = of_authority(ca, "localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


GOOD_ANSWER = says(answer("200 OK", b'{"status": "UP"}', "Content-Type: application/json"))
# Servers that nobody may talk to, whatever they would answer.
NOT_THE_TOWN: dict[str, Callable[[trustme.CA], ssl.SSLContext]] = {
    "a certificate of another authority": lambda _ca: of_authority(trustme.CA(), "localhost"),
    "a certificate of another name": lambda ca: of_authority(ca, "elsewhere.example"),
    "a certificate that has ended": lambda ca: of_authority(ca, "localhost", begins=-9, ends=-1),
    "a clock that is a year behind": lambda ca: of_authority(ca, "localhost", begins=365, ends=400),
    "TLS 1.1": old_tls,
}


@dataclass(frozen=True)
class Town:
    """An authority, and the kiosk's files."""

    ca: trustme.CA
    folder: Path

    def settings(self, url: str) -> BackEnd:
        files = {name: self.folder / f"{name}.pem" for name in ("ca", "kiosk", "key")}
        return BackEnd(
            url=url,
            origin=url,
            ca=files["ca"],
            certificate=files["kiosk"],
            key=files["key"],
            seal_ca=files["ca"],
        )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder, ca = tmp_path_factory.mktemp("town"), trustme.CA()
    kiosk = ca.issue_cert("kiosk.example")
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    kiosk.private_key_pem.write_to_path(str(folder / "key.pem"))
    kiosk.cert_chain_pems[0].write_to_path(str(folder / "kiosk.pem"))
    return Town(ca, folder)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Have it complain here, and not in the test that comes next."""
    yield
    gc.collect()


@contextlib.asynccontextmanager
async def listening(peer: Peer, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            await peer(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    server_port: int = server.sockets[0].getsockname()[1]
    try:
        yield server_port
    finally:
        server.close()


async def ends(town: Town, url: str) -> dict[str, FaultCode | Status | None]:
    """Make every call to an address, all at once and each on a line of its own; how each ended."""

    async def end_of(call: Call) -> FaultCode | Status | None:
        line = TownHallClient(town.settings(url), call_seconds=CALL_SECONDS)
        line._sessions[1] = SessionAnswer(href="/kioskService/v1/sessions/1", access_token="t" * 32)
        try:
            async with asyncio.timeout(CALL_SECONDS + GRACE):
                said = await call(line)
        except DeviceFault as fault:
            return fault.code
        finally:
            await line.close()
        return said if isinstance(said, Status) else None

    return dict(zip(CALLS, await asyncio.gather(*map(end_of, CALLS.values())), strict=True))


def assert_each_says_what_is_wrong(ended: dict[str, FaultCode | Status | None], content: tuple[str, ...] = ()) -> None:
    """Each call has a fault with words for a resident; how the service does is *down*.

    `content`: the calls to which what came is answer enough, for nothing in it counts.
    """
    health = ended.pop("health")
    assert isinstance(health, Status)
    assert health.health is Health.DOWN
    for call in content:
        ended.pop(call)
    for call, fault in {**ended, "health": health.faults[0]}.items():
        assert isinstance(fault, FaultCode), f"{call} ended as if all were well"
        assert FAULTS[fault].title
        assert FAULTS[fault].text


# Ending a session is content with any whole answer, and what only tells something with any that is JSON.
WHOLE = ("a captive", "a proxy", "a gateway", "a body that unpacks")


def content_with(name: str) -> tuple[str, ...]:
    """The calls to which that is answer enough."""
    if name == "an answer to something else":
        return "end session", "door result", "defect"
    return ("end session",) if name.startswith(WHOLE) else ()


@pytest.mark.parametrize("name", AFTER_TLS)
def test_whatever_a_server_answers_each_call_ends_in_time_with_words(town: Town, name: str) -> None:
    async def play() -> dict[str, FaultCode | Status | None]:
        async with listening(AFTER_TLS[name], of_authority(town.ca, "localhost")) as port:
            return await ends(town, f"https://localhost:{port}")

    assert_each_says_what_is_wrong(asyncio.run(play()), content_with(name))


@pytest.mark.parametrize("name", BEFORE_TLS)
def test_whatever_sits_on_the_line_each_call_ends_in_time_with_words(town: Town, name: str) -> None:
    async def play() -> dict[str, FaultCode | Status | None]:
        async with listening(BEFORE_TLS[name], None) as port:
            return await ends(town, f"https://localhost:{port}")

    assert_each_says_what_is_wrong(asyncio.run(play()))


@pytest.mark.parametrize("name", NOT_THE_TOWN)
def test_who_is_not_the_town_is_not_talked_to(town: Town, name: str) -> None:
    """Not a byte of a call is said: it may hold a code, or who somebody is."""
    heard: list[bytes] = []

    async def eavesdrop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1024))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async def play() -> dict[str, FaultCode | Status | None]:
        async with listening(eavesdrop, NOT_THE_TOWN[name](town.ca)) as port:
            return await ends(town, f"https://localhost:{port}")

    assert_each_says_what_is_wrong(asyncio.run(play()))
    assert b"".join(heard) == b""


@pytest.mark.parametrize("url", ["https://localhost:1", "https://loket.invalid"], ids=["refused", "no such name"])
def test_where_nobody_is_each_call_ends_in_time_with_words(town: Town, url: str) -> None:
    assert_each_says_what_is_wrong(asyncio.run(ends(town, url)))


def test_there_are_more_than_a_hundred_and_twenty_of_them() -> None:
    assert len(CALLS) * (len(AFTER_TLS) + len(BEFORE_TLS) + len(NOT_THE_TOWN) + 2) >= 120
