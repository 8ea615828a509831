"""The fleet service over real TLS on loopback, with a database of its own, and kiosks that were let in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa
import tomli_w
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct, structs

from fleet.service.people import hashed
from fleet.service.server import Service, listener
from fleet.service.tables import kiosks
from simulators.postgresql import PostgreSql

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

PASSWORD = "een lang wachtwoord"
HALL = """
[[services]]
kind = "cash"
name = { nl = "Geldautomaat 1", en = "Cash machine 1" }
place = "Links van de ingang"
[[services]]
kind = "parcels"
name = "Pakjesautomaat bpost"
place = "Rechts bij de lift"
"""


class Clock:
    """The service's clock, which a test may set."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Said:
    """What one kiosk says, check-in after check-in, and how that is written. Made without the code that reads it."""

    def __init__(self) -> None:
        self.boot, self.sequence = str(uuid4()), 0
        self.kiosk: dict[str, Any] | None = {
            "at": "2026-11-27T08:00:00Z",
            "run": str(uuid4()),
            "version": "0.1.0",
            "offers": True,
            "inForce": {"settings": None, "onTrial": False, "sentBack": 0, "daily": None},
            "devices": [{"part": "printer", "health": "ok"}, {"part": "cardReader", "health": "ok"}],
            "counters": {"visits": 3, "printed": 2, "notPrinted": 0},
            "audit": {"number": 10, "hash": "a" * 64},
        }

    def next(self, **more: object) -> bytes:
        self.sequence += 1
        now = datetime.now(UTC).isoformat()
        told = {"boot": self.boot, "sequence": self.sequence, "sent": now, "kiosk": self.kiosk, **more}
        return msgspec.json.encode(told)


class Running(Struct, frozen=True):
    """A service, where it listens, and what its callers need to trust it."""

    service: Service
    url: str
    ca: Path
    clock: Clock

    def rows(self) -> list[Any]:
        with self.service.engine.connect() as connection:
            return list(connection.execute(sa.select(kiosks).order_by(kiosks.c.number)))


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A PostgreSQL server of this run's own."""
    server = PostgreSql()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of one make and then of the other."""
    if request.param == "postgresql":
        server: PostgreSql = request.getfixturevalue("postgresql")
        return server.database()
    return f"sqlite:///{tmp_path / 'fleet.db'}"


@pytest.fixture
def with_people(fleet: Fleet) -> Fleet:
    """A fleet whose town has a hall, a communications officer (els) and an operator (omar)."""
    fleet.say("lindeveld/tenant.toml", HALL)
    password = hashed(PASSWORD)
    people = [
        {"name": "els", "password": password, "towns": ["lindeveld"]},
        {"name": "omar", "password": password, "operator": True},
    ]
    (fleet.work.home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
    return fleet


@pytest.fixture
def make_service(with_people: Fleet) -> Iterator[Callable[[str], tuple[Service, Clock]]]:
    made: list[Service] = []

    def make(url: str) -> tuple[Service, Clock]:
        clock = Clock()
        made.append(Service(with_people.work, url, clock))
        return made[-1], clock

    yield make
    for one in made:
        one.engine.dispose()


@pytest.fixture
def running(
    make_service: Callable[[str], tuple[Service, Clock]], authority: trustme.CA, tmp_path: Path
) -> Iterator[Running]:
    """The service on a port of its own."""
    service, clock = make_service(f"sqlite:///{tmp_path / 'fleet.db'}")
    mine, files = (
        authority.issue_cert("localhost"),
        [tmp_path / name for name in ("service.pem", "service.key", "ca.pem")],
    )
    mine.cert_chain_pems[0].write_to_path(files[0])
    mine.private_key_pem.write_to_path(files[1])
    authority.cert_pem.write_to_path(files[2])
    place = socket.create_server(("127.0.0.1", 0))
    server = listener(service, "127.0.0.1", 0, files[0], files[1])
    thread = threading.Thread(target=lambda: server.run(sockets=[place]))
    thread.start()
    yield Running(service, f"https://localhost:{place.getsockname()[1]}", files[2], clock)
    server.should_exit = True
    thread.join(20)
    place.close()


@pytest.fixture
def remote(agent: Agent, running: Running) -> Agent:
    """The agent of LV-01, told to ask the service."""
    return structs.replace(agent, at=running.url, ca=str(running.ca))


@pytest.fixture
def request_for() -> Callable[[], tuple[bytes, bytes]]:
    """A new key (PEM) and a request for a certificate with it."""

    def make() -> tuple[bytes, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LV-99")])
        asked = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256())
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        return pem, asked.public_bytes(serialization.Encoding.PEM)

    return make


@pytest.fixture
def let_in(request_for: Callable[[], tuple[bytes, bytes]]) -> Callable[[Service, str], str]:
    """Let a kiosk in; gives the digest of its certificate."""

    def enrol(service: Service, number: str) -> str:
        given = service.enrolment.enrol(service.enrolment.expect("lindeveld", number), request_for()[1])
        return x509.load_pem_x509_certificate(given).fingerprint(hashes.SHA256()).hex()

    return enrol


@pytest.fixture
def said() -> Said:
    return Said()
