"""The operator's side: ten thousand kiosks on one worker and PostgreSQL, over real TLS, and what one change costs them.

Each kiosk has a certificate and a line of its own. Kiosks, service and database share the machine, so what is measured
is what there would be on a server with as many cores for all three. "Of a core" counts the service, where TLS ends.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import psutil
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tuf.ngclient.fetcher import FetcherInterface

from benchmarks.rows import Row
from config.agent.fetch import FOLDER, FolderFetcher
from config.agent.verify import Place, signed_for
from demo.fleet import PASSWORD, TOWN, DemoFleet
from fleet.service import database
from fleet.service.enrolment import Authority, Kiosk
from fleet.service.tables import kiosks
from simulators.postgresql import PostgreSql

KIOSKS = 10_000
# At the real rate, one a minute of ten thousand: so many a second.
REAL_RATE = KIOSKS / 60
IN_FLIGHT, SUSTAINED_SECONDS = 32, 20.0
# More handshakes at once than a listener's queue holds are tried again by TCP itself.
AT_ONCE = 2_000
ROUNDS = 15
_HEAD = "POST /checkins HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n"
_OK = b"HTTP/1.1 204"


class WrongAnswer(Exception):
    """The service did not do what was asked."""


class Line:
    """One kiosk's line."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._port, self._context = port, context
        self._boot, self._sequence = str(uuid4()), 0

    async def open(self) -> None:
        """Call the service."""
        called = asyncio.open_connection("127.0.0.1", self._port, ssl=self._context, server_hostname="localhost")
        self._reader, self._writer = await called

    async def check_in(self) -> float:
        """Check in; gives the seconds until the answer. Raises WrongAnswer for any but the one that is right."""
        self._sequence += 1
        content = _said(self._boot, self._sequence)
        began = time.perf_counter()
        self._writer.write(_HEAD.format(len(content)).encode() + content)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(_OK):
            raise WrongAnswer(answer.partition(b"\r")[0].decode())
        return time.perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class Counting(FetcherInterface):
    """Fetches, and weighs what it fetched."""

    def __init__(self, folder: Path) -> None:
        self._inner, self.bytes = FolderFetcher(folder), 0

    def _fetch(self, url: str) -> Iterator[bytes]:
        for chunk in self._inner._fetch(url):  # noqa: SLF001 (the one way that the library calls)
            self.bytes += len(chunk)
            yield chunk


def rows() -> list[Row]:
    """Every figure of this bench."""
    server = PostgreSql(durable=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
            return _rows(Path(folder), server.database())
    finally:
        server.close()


def _rows(folder: Path, url: str) -> list[Row]:
    with DemoFleet(folder, url) as fleet:
        contexts = _known(fleet, url)
        port = int(fleet.url.rsplit(":", 1)[1])
        service = psutil.Process(fleet.service.pid)
        before = sum(service.cpu_times()[:2])
        times = asyncio.run(_sustained(port, contexts[:IN_FLIGHT]))
        spent = sum(service.cpu_times()[:2]) - before
        herd = asyncio.run(_herd(port, contexts))
        return [
            Row(
                "check-ins a second, one worker", len(times) / SUSTAINED_SECONDS, "/s", len(times), 500, better="higher"
            ),
            Row("a check-in meanwhile (p99)", quantiles(times, n=100)[98] * 1000, "ms", len(times), 100),
            Row("of a core, ten thousand at one a minute", spent / len(times) * REAL_RATE * 100, "%", len(times), 15),
            Row("ten thousand back at once, all served", herd, "s", KIOSKS, 60),
            Row("the page of the fleet at ten thousand", _page(fleet), "ms", ROUNDS, 200),
            *_polls(fleet, folder),
        ]


async def _sustained(port: int, contexts: list[ssl.SSLContext]) -> list[float]:
    lines = [Line(port, context) for context in contexts]
    for line in lines:
        await line.open()
    ends, times = time.monotonic() + SUSTAINED_SECONDS, []

    async def work(line: Line) -> None:
        while time.monotonic() < ends:
            times.append(await line.check_in())

    await asyncio.gather(*map(work, lines))
    for line in lines:
        line.close()
    return times


async def _herd(port: int, contexts: list[ssl.SSLContext]) -> float:
    """Have all come back after a power cut; gives the seconds until the last was answered."""
    gate, lines = asyncio.Semaphore(AT_ONCE), [Line(port, context) for context in contexts]

    async def come_back(line: Line) -> None:
        async with gate:
            await line.open()
            await line.check_in()

    began = time.monotonic()
    await asyncio.gather(*map(come_back, lines))
    ended = time.monotonic() - began
    for line in lines:
        line.close()
    return ended


def _known(fleet: DemoFleet, url: str) -> list[ssl.SSLContext]:
    """Let ten thousand kiosks in, with a certificate each; gives what each opens its line with."""
    authority = Authority(fleet.home / "keys" / "kiosks-ca.pem", lambda: datetime.now(UTC))
    key = ec.generate_private_key(ec.SECP256R1())
    asked = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    request = asked.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    contexts, known, file = [], [], fleet.home / "one.pem"
    for number in range(KIOSKS):
        made = authority.certify(request, Kiosk(0, TOWN, f"LV-{number}"))
        file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
        context = ssl.create_default_context(cafile=fleet.ca)
        context.load_cert_chain(file)
        contexts.append(context)
        fingerprint = made.fingerprint(hashes.SHA256()).hex()
        known.append({"town": TOWN, "number": f"LV-{number}", "fingerprint": fingerprint, "revoked": False})
    engine = database.opened(url)
    with engine.begin() as connection:
        connection.execute(sa.insert(kiosks), known)
    engine.dispose()
    return contexts


def _page(fleet: DemoFleet) -> float:
    trust = ssl.create_default_context(cafile=fleet.ca)
    with httpx.Client(base_url=fleet.url, verify=trust, timeout=30) as person:
        person.post("/aanmelden", data={"naam": "omar", "wachtwoord": PASSWORD})
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            page = person.get("/")
            times.append(time.perf_counter() - began)
            if page.status_code != httpx.codes.OK:
                raise WrongAnswer(f"the page of the fleet: {page.status_code}")
    return median(times) * 1000


def _polls(fleet: DemoFleet, folder: Path) -> list[Row]:
    """Weigh an agent's first fetch, which is never less than a change, and time one that brings nothing new."""
    root, place = (fleet.home / "root.json").read_bytes(), Place(TOWN, "", "LV-01")
    counting, trusted = Counting(fleet.home / "repository"), folder / "agent" / "trusted"
    trusted.parent.mkdir()

    def ask() -> Any:  # noqa: ANN401 (thrown away)
        return signed_for(place, root, trusted, counting, FOLDER)

    ask()
    megabytes = counting.bytes * KIOSKS / 1e6
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        ask()
        spent.append(time.process_time() - began)
    return [
        Row("all metadata of one change, to ten thousand", megabytes, "MB", 1, 200),
        Row("a poll that brings nothing new (CPU)", median(spent) * 1000, "ms", ROUNDS, 10),
    ]


def _said(boot: str, sequence: int) -> bytes:
    now = datetime.now(UTC)
    parts = ("printer", "cardReader", "backEnd", "receiptPrinter", "machine")
    kiosk = {
        "at": now,
        "run": boot,
        "version": "0.1.0",
        "offers": True,
        "inForce": {"settings": "a" * 64, "onTrial": False, "sentBack": 0, "daily": "b" * 64},
        "devices": [{"part": part, "health": "ok"} for part in parts],
        "counters": {"visits": sequence, "printed": sequence, "notPrinted": 0},
        "audit": {"number": sequence, "hash": f"{sequence:064x}"},
    }
    return msgspec.json.encode({"boot": boot, "sequence": sequence, "sent": now, "kiosk": kiosk})
