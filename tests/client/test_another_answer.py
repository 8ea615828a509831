"""An answer is taken for the call it belongs to: not for another ticket, and not one that was left on the line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from hardware.devices import Certificate, Signature
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.products import Details
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge
from tests.client.misbehaving import NONCE, OURS, RESIDENCE, TICKET, TOKEN_ANSWER, fault_of, http, town_hall


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
