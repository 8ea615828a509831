"""The kiosk's line to the town hall, against servers that misbehave: every call ends, with a fault that says why."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from config.settings import BackEnd
from hardware.devices import Certificate, Health, Signature, Status
from hardware.faults import FAULTS, FaultCode
from kiosk_app import townhall_client
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge, Details, Progress, Remedy
from printing.progress import JobPhase
from tests.client.misbehaving import (
    NONCE,
    OURS,
    RESIDENCE,
    TICKET,
    TOKEN_ANSWER,
    Reply,
    bytes_reply,
    fault_of,
    http,
    json_reply,
    town_hall,
)


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
