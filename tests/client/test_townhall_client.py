"""The kiosk's line to the town hall, against servers that misbehave: every call ends, with a fault that says why."""

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
import trustme
from msgspec import structs

from config.settings import BackEnd
from hardware.devices import Certificate, Health, Signature, Status
from hardware.faults import FAULTS, DeviceFault, FaultCode
from kiosk_app import townhall_client
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge, Details, Product, Progress, Remedy
from printing.progress import JobPhase

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


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's CA, a server certificate and a kiosk's client certificate, as files."""
    folder = tmp_path_factory.mktemp("certificates")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name in ("server", "kiosk"):
        issued = ca.issue_cert("localhost", common_name=name)
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        issued.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))
    return folder


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


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (json_reply({"id": str(TICKET), "nonce": "short"}, 201), FaultCode.BACKEND_ANSWER),
        (json_reply([1, 2], 201), FaultCode.BACKEND_ANSWER),
        (bytes_reply(http(201, b"{not json")), FaultCode.BACKEND_ANSWER),
        (bytes_reply(http(201, b"[" * 100_000)), FaultCode.BACKEND_ANSWER),
        (bytes_reply(http(201, b" " * 300_000)), FaultCode.BACKEND_ANSWER),
        (bytes_reply(http(302, b"", "Location: https://127.0.0.2/elsewhere")), FaultCode.BACKEND_ANSWER),
        (json_reply({}, 500), FaultCode.BACKEND_DOWN),
        (json_reply({}, 429), FaultCode.BACKEND_DOWN),
        (
            json_reply({"type": "urn:problem-type:x:y:teapot"}, 418, "application/problem+json"),
            FaultCode.BACKEND_ANSWER,
        ),
        (bytes_reply(b"SSH-2.0-no HTTP here\r\n\r\n"), FaultCode.BACKEND_DOWN),
        (bytes_reply(b"HTTP/1.1 201 X\r\nContent-Length: 90\r\n\r\n{"), FaultCode.BACKEND_SLOW),
    ],
)
def test_a_bad_answer_is_a_typed_fault(certificates: Path, reply: Reply, code: FaultCode) -> None:
    """Whatever comes instead of a challenge, the call ends with a code that has words for a resident."""
    with town_hall(certificates, reply) as (runner, client):
        assert fault_of(runner, client.challenge()) is code


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_a_byte_now_and_then_does_not_hold_the_line(certificates: Path, slow: str) -> None:
    """A body or a head that drips ends at the deadline of the whole call."""
    head = b"HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n"
    parts = [bytes([byte]) for byte in head] if slow == "headers" else [head, *[b"x"] * 500]
    with town_hall(certificates, bytes_reply(*parts, pause=0.1)) as (runner, client):

        async def bounded() -> None:
            async with asyncio.timeout(5):
                await client.challenge()

        assert fault_of(runner, bounded()) is FaultCode.BACKEND_SLOW


def test_unknown_fields_are_ignored_and_a_price_is_refused(certificates: Path) -> None:
    """A newer back end may say more; a product that costs money cannot be had at a kiosk that takes none."""
    items = [
        {"code": "residence", "title": "Attest", "available": True, "colour": "blue"},
        {"code": "passport", "title": "Paspoort", "available": True, "priceInCents": 7500},
        {"code": "life", "title": "Attest van leven", "available": False, "reason": "somethingNew"},
    ]
    answer = {**TOKEN_ANSWER, "documentProducts": {"items": items}, "extra": {}}
    with town_hall(certificates, json_reply(answer, 201)) as (runner, client):
        person, products = runner.run(
            client.sign_in(1, Challenge("1", NONCE), Certificate(b"der", "ES384", expired=False), Signature(b"s"))
        )
    assert (person.given_name, person.family_name) == ("An", "Peeters")
    assert [product.refusal for product in products] == [None, FaultCode.COSTS_MONEY, FaultCode.PRODUCT_UNAVAILABLE]


def refused(status: int, kind: str) -> Reply:
    """Answer every request with one problem."""
    problem = {"type": f"urn:problem-type:townhall:kioskService:{kind}", "title": "x", "status": status}
    return json_reply(problem, status, "application/problem+json")


@pytest.mark.parametrize(
    ("status", "kind", "title"),
    [
        (404, "codeUnknown", "Die code klopt niet"),
        (403, "codeNeedsCard", "Voor dit document heb je je kaart nodig"),
        (409, "codeInUse", "Deze code wordt nu gebruikt"),
        (410, "codeUsed", "Deze code is al gebruikt"),
        (410, "codeExpired", "Deze code is verlopen"),
        (410, "codeWithdrawn", "Dit document ligt hier niet meer"),
        (429, "tooManyFailedRequests", "Een code typen kan nu even niet"),
    ],
)
def test_a_code_that_is_not_taken_has_its_own_words(certificates: Path, status: int, kind: str, title: str) -> None:
    """Each refusal of the contract leads to the sentence that a resident reads."""
    with town_hall(certificates, refused(status, kind)) as (runner, client):
        assert FAULTS[fault_of(runner, client.open_code(1, "CCCC-CCCC"))].title == title


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("certificateRevoked", FaultCode.CERTIFICATE_REVOKED),
        ("certificateExpired", FaultCode.CERTIFICATE_EXPIRED),
        ("notResident", FaultCode.NOT_REGISTERED),
        ("signatureInvalid", FaultCode.SIGN_IN_REFUSED),
    ],
)
def test_a_refusal_at_sign_in_has_its_own_words(certificates: Path, kind: str, code: FaultCode) -> None:
    """The problem type decides what the resident reads, never the back end's own words."""
    with town_hall(certificates, refused(403, kind)) as (runner, client):
        call = client.sign_in(1, Challenge("1", NONCE), Certificate(b"d", "ES384", expired=False), Signature(b"s"))
        assert fault_of(runner, call) is code


def test_a_document_of_another_kind_or_without_end_is_refused(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only application/pdf up to the limit is taken into memory."""
    monkeypatch.setattr(townhall_client, "MAX_PDF", 1000)

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"PUT /kioskService/v1/authenticationChallenges"):
            writer.write(http(201, json.dumps(TOKEN_ANSWER).encode()))
        elif request.startswith(b"PUT"):
            writer.write(http(201, json.dumps({"status": "ready", "href": OURS}).encode()))
        else:
            writer.write(http(200, b"%PDF" * 1000, "Content-Type: application/pdf"))

    with town_hall(certificates, reply) as (runner, client):
        order = client.order(1, TICKET, RESIDENCE, Details(RESIDENCE.key))
        assert fault_of(runner, order) is FaultCode.SIGN_IN_REFUSED
        runner.run(client.sign_in(1, Challenge("1", NONCE), Certificate(b"d", "ES384", expired=False), Signature(b"s")))
        assert fault_of(runner, client.order(1, TICKET, RESIDENCE, Details(RESIDENCE.key))) is FaultCode.BACKEND_ANSWER


@pytest.mark.parametrize(
    ("ready", "fault"),
    [
        ({"copies": 2}, FaultCode.BACKEND_ANSWER),
        ({}, FaultCode.BACKEND_ANSWER),
        ({"copies": 11}, FaultCode.BACKEND_ANSWER),
        ({"copies": 3}, None),
    ],
)
def test_as_many_copies_are_ordered_as_were_asked_for_and_another_number_is_not_printed(
    certificates: Path, ready: dict[str, int], fault: FaultCode | None
) -> None:
    """The resident confirmed three: a town hall that answers otherwise is not what they said yes to."""
    asked: list[dict[str, Any]] = []

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"PUT /kioskService/v1/authenticationChallenges"):
            writer.write(http(201, json.dumps(TOKEN_ANSWER).encode()))
        elif request.startswith(b"PUT"):
            asked.append(json.loads(request.partition(b"\r\n\r\n")[2]))
            writer.write(http(201, json.dumps({"status": "ready", "href": OURS, "document": ready}).encode()))
        else:
            writer.write(http(200, b"%PDF", "Content-Type: application/pdf"))

    with town_hall(certificates, reply) as (runner, client):
        runner.run(client.sign_in(1, Challenge("1", NONCE), Certificate(b"d", "ES384", expired=False), Signature(b"s")))
        order = client.order(1, TICKET, structs.replace(RESIDENCE, max_copies=3), Details(RESIDENCE.key, copies=3))
        if fault is None:
            assert runner.run(order) == (b"%PDF", None)
        else:
            assert fault_of(runner, order) is fault
    assert asked == [{"productCode": "residence", "language": "nl", "copies": 3}]


@pytest.mark.parametrize("late", [False, True])
def test_an_answer_for_another_ticket_is_not_printed_under_ours(certificates: Path, *, late: bool) -> None:
    """Neither at once nor after waiting: somebody else's document would come out."""
    other = {"status": "ready", "href": f"/kioskService/v1/documentOrders/{UUID(int=7)}"}
    ours = {"status": "processing", "pollAfter": 0.1, "href": OURS}
    fetched: list[bytes] = []

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"PUT /kioskService/v1/authenticationChallenges"):
            writer.write(http(201, json.dumps(TOKEN_ANSWER).encode()))
        elif b"/document HTTP" in request:
            fetched.append(request)
            writer.write(http(200, b"%PDF", "Content-Type: application/pdf"))
        else:
            said = ours if late and request.startswith(b"PUT") else other
            writer.write(http(200, json.dumps(said).encode()))

    with town_hall(certificates, reply) as (runner, client):
        runner.run(client.sign_in(1, Challenge("1", NONCE), Certificate(b"d", "ES384", expired=False), Signature(b"s")))
        order = client.order(1, TICKET, RESIDENCE, Details(RESIDENCE.key))
        assert fault_of(runner, order) is FaultCode.BACKEND_ANSWER
    assert not fetched


@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["in one breath", "a moment later"])
def test_an_answer_that_comes_twice_is_never_taken_for_the_next_one(certificates: Path, pause: float) -> None:
    """What a line still holds of an earlier call is refused or never read, and the call after it is answered anew."""
    count = 0

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        trace = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"belgov-trace-id:"))
        answer = json.dumps({"id": str(UUID(int=count)), "nonce": str(count) * 44}).encode()
        writer.write(http(201, answer, trace.decode()))
        if pause:
            await writer.drain()
            await asyncio.sleep(pause)
        writer.write(http(201, answer, trace.decode()))

    async def said(client: TownHallClient) -> list[str]:
        nonces = []
        for _ in range(4):
            try:
                nonces.append((await client.challenge()).nonce[0])
            except DeviceFault as fault:
                nonces.append(fault.code.value)
            await asyncio.sleep(2 * pause)
        return nonces

    with town_hall(certificates, reply) as (runner, client):
        refused = FaultCode.BACKEND_ANSWER.value
        assert runner.run(said(client)) == (["1", "2", "3", "4"] if pause else ["1", refused, "3", refused])


def test_an_unknown_remedy_sends_to_the_counter(certificates: Path) -> None:
    """A remedy that this kiosk does not know is not promised."""
    with town_hall(certificates, json_reply({"remedy": "voucher"})) as (runner, client):
        offer = runner.run(client.print_result(TICKET, Progress(JobPhase.FAILED, 1, FaultCode.PAPER_JAM)))
    assert offer.remedy is Remedy.COUNTER


@pytest.mark.parametrize(("kind", "status"), [("resourceNotFound", 404), ("conflict", 409), ("schemaViolation", 400)])
def test_a_result_refused_for_good_is_done_with(certificates: Path, kind: str, status: int) -> None:
    """What will be no different tomorrow is not asked again: the counter is all that is left."""
    problem = json_reply({"type": f"urn:problem-type:townhall:kioskService:{kind}"}, status, "application/problem+json")
    with town_hall(certificates, problem) as (runner, client):
        offer = runner.run(client.print_result(TICKET, Progress(JobPhase.FAILED, 0, FaultCode.PAPER_JAM)))
    assert offer.remedy is Remedy.COUNTER


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"type": "urn:problem-type:townhall:kioskService:kioskRevoked"}, 403, "application/problem+json"),
        bytes_reply(http(404, b"<html>a gateway's own</html>", "Content-Type: text/html")),
        json_reply({"remedy": "reprintCode", "code": "4F7K-29", "validUntil": "2026-13-45"}),
    ],
    ids=["kiosk revoked", "gateway", "no such day"],
)
def test_a_result_that_was_not_taken_stays_to_be_told(certificates: Path, reply: Reply) -> None:
    """A gateway that is set up wrong for an hour loses no result."""
    with town_hall(certificates, reply) as (runner, client):
        call = client.print_result(TICKET, Progress(JobPhase.FAILED, 0, FaultCode.PAPER_JAM))
        assert fault_of(runner, call) is FaultCode.BACKEND_ANSWER


def test_a_certificate_that_cannot_be_read_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    """No file, no line: said as a fault, also by health, which never raises."""
    file, url = tmp_path / "absent.pem", "https://localhost:1"
    settings = BackEnd(url=url, origin=url, ca=file, certificate=file, key=file, seal_ca=file)
    with asyncio.Runner() as runner:
        status = runner.run(TownHallClient(settings).health())
    assert status == Status(Health.DOWN, (FaultCode.SETTINGS_INVALID,))


def test_a_back_end_that_is_not_there_is_down(certificates: Path, unused_tcp_port: int) -> None:
    """Nobody listens: down at once, and health says so without raising."""
    url = f"https://localhost:{unused_tcp_port}"
    files = {name: certificates / f"{name}.pem" for name in ("ca", "kiosk")}
    settings = BackEnd(
        url=url,
        origin=url,
        ca=files["ca"],
        certificate=files["kiosk"],
        key=certificates / "kiosk.key",
        seal_ca=files["ca"],
    )
    with asyncio.Runner() as runner:
        status = runner.run(TownHallClient(settings).health())
    assert status.health is Health.DOWN
    assert status.faults == (FaultCode.BACKEND_DOWN,)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on which nobody listens (bound and let go)."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
