"""Ten thousand kiosks on lines of their own: each its certificate, its number of a check-in, and one call at a time."""

from __future__ import annotations

import asyncio
import ssl
import time
from asyncio.sslproto import SSLProtocol
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import msgspec

# A kiosk gives a line up after seconds and comes back; here it waits, so that nobody is counted twice.
PATIENCE_SECONDS = 120.0
# As the service does (listening): a kiosk of its own machine would not notice.
SSLProtocol.max_size = 17 << 10
# What a kiosk with every device says of itself.
_PARTS = (
    *("cardReader", "printer", "backEnd", "receiptPrinter", "keypad", "paperSensor"),
    *("scanner", "lockers", "speech", "headset", "machine"),
)


class _Identity:
    """A context that shows another certificate at each handshake: one for each kiosk would weigh more than a line."""

    def __init__(self, trust: ssl.SSLContext, pem: Path) -> None:
        self._trust, self._pem = trust, pem

    def wrap_bio(self, *words: Any, **more: Any) -> ssl.SSLObject:  # noqa: ANN401 (as asyncio calls it)
        self._trust.load_cert_chain(self._pem)
        return self._trust.wrap_bio(*words, **more)


@dataclass
class Tally:
    """What came of many calls: how long each took, and those that were not taken."""

    seconds: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)


class Kiosk(asyncio.Protocol):
    """One kiosk and its line."""

    def __init__(self, pem: Path) -> None:
        self.pem, self._boot, self._sequence = pem, str(uuid4()), 0
        self._run = str(uuid4())
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    async def open(self, port: int, trust: ssl.SSLContext) -> None:
        """Open the line. Raises OSError."""
        loop = asyncio.get_running_loop()
        shown = cast("ssl.SSLContext", _Identity(trust, self.pem))
        await loop.create_connection(
            lambda: self,
            "127.0.0.1",
            port,
            ssl=shown,
            server_hostname="localhost",
            ssl_handshake_timeout=PATIENCE_SECONDS,
        )

    async def check_in(self, tally: Tally) -> None:
        """Say how it does."""
        if self._transport is None:
            tally.refused.append(b"no line")
            return
        body = self._says()
        begun = time.perf_counter()
        self._answer = asyncio.get_running_loop().create_future()
        head = f"POST /checkins HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)
        try:
            status = await asyncio.wait_for(self._answer, PATIENCE_SECONDS)
        except TimeoutError:
            status = b"nothing"
        tally.seconds.append(time.perf_counter() - begun)
        if status[9:12] not in {b"200", b"204"}:
            tally.refused.append(status[:40])

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take an answer: its head is enough, and comes in one piece."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that there is no line any more."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(f"lost: {exc}".encode())

    def _says(self) -> bytes:
        self._sequence += 1
        now = datetime.now(UTC)
        return msgspec.json.encode(
            {
                "boot": self._boot,
                "sequence": self._sequence,
                "sent": now,
                "kiosk": {
                    "at": now,
                    "run": self._run,
                    "version": "0.1.0",
                    "offers": True,
                    "inForce": {"settings": "a" * 64, "onTrial": False, "sentBack": 0, "daily": "b" * 64},
                    "devices": [{"part": part, "health": "ok"} for part in _PARTS],
                    "counters": {"visits": self._sequence, "printed": self._sequence, "notPrinted": 0},
                    "audit": {"number": self._sequence, "hash": f"{self._sequence:064x}"},
                },
            }
        )


async def come(kiosks: Sequence[Kiosk], port: int, trust: ssl.SSLContext, at_a_time: int) -> tuple[float, Tally]:
    """Every kiosk opens its line and checks in, so many at one moment; gives how long until the last was served."""
    tally, begun, coming = Tally(), time.perf_counter(), iter(kiosks)

    async def lane() -> None:
        for kiosk in coming:
            try:
                await kiosk.open(port, trust)
            except OSError as error:
                tally.refused.append(repr(error).encode())
                continue
            await kiosk.check_in(tally)

    await asyncio.gather(*(lane() for _ in range(at_a_time)))
    return time.perf_counter() - begun, tally


async def as_fast_as_it_goes(kiosks: Sequence[Kiosk], in_flight: int, seconds: float) -> tuple[float, Tally]:
    """So many calls at a time, always of another kiosk; gives calls a second."""
    tally, begun, turn = Tally(), time.perf_counter(), 0

    async def lane() -> None:
        nonlocal turn
        while time.perf_counter() - begun < seconds:
            turn += 1
            await kiosks[turn % len(kiosks)].check_in(tally)

    await asyncio.gather(*(lane() for _ in range(in_flight)))
    return len(tally.seconds) / (time.perf_counter() - begun), tally


async def at_their_own_pace(kiosks: Sequence[Kiosk], each: float, seconds: float) -> Tally:
    """Every kiosk once in `each` seconds, spread evenly, for a while."""
    tally, calls, begun = Tally(), set(), time.perf_counter()
    for number in range(int(len(kiosks) * seconds / each)):
        await asyncio.sleep(max(number * each / len(kiosks) - (time.perf_counter() - begun), 0))
        call = asyncio.create_task(kiosks[number % len(kiosks)].check_in(tally))
        calls.add(call)
        call.add_done_callback(calls.discard)
    await asyncio.gather(*calls)
    return tally
