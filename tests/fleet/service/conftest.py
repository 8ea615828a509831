"""The fleet service over real TLS on loopback, with a database of its own, and kiosks that were let in."""

from __future__ import annotations

import shutil
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
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct, structs
from playwright.sync_api import Browser, Page, sync_playwright

from fleet import begin
from fleet.service import database as databases
from fleet.service.listening import listener
from fleet.service.server import Service
from fleet.service.tables import METADATA, kiosks
from simulators.postgresql import PostgreSql
from tests.fleet.service.console import PASSWORD

if TYPE_CHECKING:
    from tests.fleet.conftest import Agent, Fleet

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


@pytest.fixture(scope="session")
def migrated(postgresql: PostgreSql) -> str:
    """The address of a database on that server, with every table."""
    url = postgresql.database()
    databases.opened(url).dispose()
    return url


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, fleet_in: Callable[[Path], Fleet]) -> Path:
    """A fleet on its first morning, made once and copied for each test: a hall, two people; beside it, empty tables.

    Els is a communications officer, omar an operator. Their passwords are hashed by the least work, for none is secret.
    """
    fleet = fleet_in(tmp_path_factory.mktemp("template") / "fleet")
    work = fleet.work
    begin.begin(work, ("lindeveld",), 1, lambda _name: "")
    fleet.say("lindeveld/tenant.toml", HALL)
    password = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    people = [
        {"name": "els", "password": password, "towns": ["lindeveld"]},
        {"name": "omar", "password": password, "operator": True},
    ]
    (work.home / "people.toml").write_text(tomli_w.dumps({"people": people}), encoding="utf-8")
    folder = work.home.parent
    Service(work, f"sqlite:///{folder / 'fleet.db'}").engine.dispose()
    return folder


@pytest.fixture
def with_people(template: Path, tmp_path: Path, fleet_in: Callable[[Path], Fleet]) -> Fleet:
    """That fleet, for one test."""
    return fleet_in(Path(shutil.copytree(template / "fleet", tmp_path / "fleet")))


@pytest.fixture
def file_database(template: Path, tmp_path: Path) -> str:
    """The address of a database in a file, with every table and no rows."""
    return f"sqlite:///{shutil.copy(template / 'fleet.db', tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, file_database: str) -> str:
    """The address of a database with no rows, of one make and then of the other."""
    if request.param == "sqlite":
        return file_database
    url: str = request.getfixturevalue("migrated")
    engine = databases.opened(url)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in METADATA.sorted_tables)
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()
    return url


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
    make_service: Callable[[str], tuple[Service, Clock]], file_database: str, authority: trustme.CA, tmp_path: Path
) -> Iterator[Running]:
    """The service on a port of its own."""
    service, clock = make_service(file_database)
    mine, files = (
        authority.issue_cert("localhost"),
        [tmp_path / name for name in ("service.pem", "service.key", "ca.pem")],
    )
    mine.cert_chain_pems[0].write_to_path(files[0])
    mine.private_key_pem.write_to_path(files[1])
    authority.cert_pem.write_to_path(files[2])
    place = socket.create_server(("127.0.0.1", 0))
    server = listener(service, files[0], files[1])
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file (while it is there, no other test may run an event loop of its own)."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """A page of the service; no script may fail on it, and nothing may pop up."""
    context = browser.new_context(base_url=running.url, ignore_https_errors=True, locale="nl-BE")
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def said() -> Said:
    return Said()
