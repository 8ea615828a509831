"""A town hall that runs, and kiosks and an office whose every answer is held to the contract.

`town` stands on SQLite and then on PostgreSQL: every test that asks for it runs on both.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import jsonschema
import pikepdf
import pytest
import sqlalchemy as sa
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from simulators.postgresql import PostgreSql
from simulators.town_hall import LOCKERS, TownHall
from townhall import database
from townhall.passwords import hashed
from townhall.seal import Sealer
from townhall.tables import GUESSES

if TYPE_CHECKING:
    from tests.townhall.conftest import Eid, Responder, Signer

PROJECT = Path(__file__).parents[3]
CONTRACT = PROJECT / "docs" / "openapi" / "kiosk-service.yaml"
RESIDENTS = PROJECT / "townhall" / "residents.toml"
WIDER = '\n[[compartments]]\nkiosk = "LV-01"\nnumbers = {numbers}\nsize = "small"\n'
BASE = "/kioskService/v1"
AN = "85113099960"
A4 = (595.276, 841.89)
SECRET = "a secret of the software"
ACCOUNTS = """
[[clients]]
id = "software"
secret = "{secret}"

[[clerks]]
name = "els"
password = "{secret}"
role = "balie"

[[clerks]]
name = "jan"
password = "{secret}"
role = "lezer"
"""


@dataclass(frozen=True)
class Contract:
    """The contract file as a judge of answers."""

    document: dict[str, Any]

    def check(self, method: str, path: str, response: httpx.Response) -> None:
        """Hold an answer to what the contract says of this call: status, headers, type of content, every field."""
        operation = self._operation(method, path)
        said = operation["responses"].get(str(response.status_code)) or self._resolved(
            operation["responses"]["default"]
        )
        for name, header in said.get("headers", {}).items():
            value = response.headers.get(name)
            assert value is not None, name
            jsonschema.validate(value, self._whole(self._resolved(header)["schema"]))
        content = said.get("content")
        if content is None:
            assert response.content == b""
            return
        kind = response.headers["content-type"].split(";")[0]
        assert kind in content, kind
        if kind.endswith("json"):
            jsonschema.validate(response.json(), self._whole(content[kind]["schema"]), jsonschema.Draft202012Validator)

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for template, item in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in item:
                operation: dict[str, Any] = item[method.lower()]
                return operation
        raise AssertionError(f"the contract has no {method} {path}")

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        reference = part.get("$ref")
        if reference is None:
            return part
        kind, name = str(reference).split("/")[-2:]
        found: dict[str, Any] = self.document["components"][kind][name]
        return found

    def _whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {**_closed(schema), "components": _closed(self.document["components"])}


def _closed(part: Any) -> Any:  # noqa: ANN401 - as YAML gives it
    """The same schema, without room for fields that it does not name."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(one) for name, one in part.items()}
    return {"additionalProperties": False, **closed} if closed.get("type") == "object" else closed


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))


class Caller:
    """A kiosk, whose every answer is held to the contract."""

    def __init__(
        self, hall: TownHall, contract: Contract, tools: SimpleNamespace, certificate: Path, key: Path
    ) -> None:
        self.hall, self.contract, self.tools = hall, contract, tools
        context = ssl.create_default_context(cafile=str(hall.ca / "ca.pem"))
        context.load_cert_chain(certificate, key)
        self.http = httpx.Client(verify=context, base_url=f"{hall.url}{BASE}", trust_env=False, timeout=20)
        self.paths: list[str] = []

    def call(
        self, method: str, path: str, body: object = None, bearer: str | None = None, **headers: str
    ) -> httpx.Response:
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        trace = str(uuid4())
        response = self.http.request(method, path, json=body, headers={"BelGov-Trace-Id": trace, **headers})
        self.paths.append(path)
        self.contract.check(method, path, response)
        assert response.headers["belgov-trace-id"] == trace
        assert re.fullmatch(r"app;dur=[0-9.]+", response.headers["server-timing"])
        assert response.headers["cache-control"] == "no-store"
        return response

    def raw(self, method: str, path: str, body: object, bearer: str) -> httpx.Response:
        """The same with JSON in ASCII alone, which can say what no UTF-8 can."""
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
        response = self.http.request(method, path, content=json.dumps(body), headers=headers)
        self.contract.check(method, path, response)
        return response

    def challenge(self) -> tuple[str, str]:
        made = self.call("POST", "/authenticationChallenges", {}).json()
        return made["id"], made["nonce"]

    def answer(self, challenge: tuple[str, str], card: Signer, **other: object) -> httpx.Response:
        sent = self.tools.token(card, self.hall.url, challenge[1], **other)
        return self.call("PUT", f"/authenticationChallenges/{challenge[0]}/response", {"authToken": sent})

    def sign_in(self, card: Signer) -> dict[str, Any]:
        response = self.answer(self.challenge(), card)
        assert response.status_code == 201, response.text
        signed_in: dict[str, Any] = response.json()
        return signed_in

    def bearer(self, card: Signer) -> str:
        return str(self.sign_in(card)["session"]["accessToken"])

    def report(self, ticket: str, outcome: str, **more: object) -> httpx.Response:
        return self.call("PUT", f"/documentOrders/{ticket}/printResult", {"outcome": outcome, **more})

    def order(self, bearer: str, ticket: str, product: str = "residence", **more: object) -> httpx.Response:
        body = {"productCode": product, "language": "nl", **more}
        return self.call("PUT", f"/documentOrders/{ticket}", body, bearer)

    def claim(self, bearer: str, ticket: str, claim: str) -> httpx.Response:
        return self.call("PUT", f"/documentOrders/{ticket}", {"claimId": claim}, bearer)

    def document(self, bearer: str, ticket: str) -> bytes:
        return self.call("GET", f"/documentOrders/{ticket}/document", bearer=bearer).content

    def type_code(self, code: str) -> httpx.Response:
        return self.call("POST", "/codeSessions", {"code": code})

    def leave(self, session: dict[str, Any]) -> None:
        self.call("DELETE", str(session["href"]).removeprefix(BASE))


class Office:
    """The town's software, whose every answer is held to the contract."""

    def __init__(self, hall: TownHall, contract: Contract, certificate: Path | None = None) -> None:
        self.hall, self.contract = hall, contract
        context = ssl.create_default_context(cafile=str(hall.ca / "ca.pem"))
        if certificate is not None:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self.http = httpx.Client(verify=context, base_url=f"{hall.office_url}{BASE}", trust_env=False, timeout=30)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        response = self.http.request(method, path, json=body, headers=headers)
        self.contract.check(method, path, response)
        return response

    def announce(self, id_: str, **said: object) -> httpx.Response:
        """Announce a household attest for An, but for what is said otherwise; None takes a field away."""
        body = {
            "ssin": AN,
            "municipality": 99999,
            "productCode": "householdComposition",
            "language": "nl",
            "validUntil": (today() + dt.timedelta(days=30)).isoformat(),
            "access": "eid",
            **said,
        }
        return self.call("PUT", f"/preparedDocuments/{id_}", {k: v for k, v in body.items() if v is not None})

    def fill(self, id_: str, pdf: bytes, digest: str | None = None, **headers: str) -> httpx.Response:
        said = digest or base64.b64encode(hashlib.sha256(pdf).digest()).decode()
        headers = {"Content-Type": "application/pdf", "Content-Digest": f"sha-256=:{said}:", **headers}
        path = f"/preparedDocuments/{id_}/document"
        response = self.http.put(path, content=pdf, headers=headers)
        self.contract.check("PUT", path, response)
        return response

    def deposit(self, pdf: bytes, **said: object) -> dict[str, Any]:
        """Announce and fill; gives the answer."""
        id_ = str(uuid4())
        assert self.announce(id_, **said).status_code == 201
        filled = self.fill(id_, pdf)
        assert filled.status_code == 201, filled.text
        answer: dict[str, Any] = filled.json()
        return answer

    def state(self, id_: str) -> str:
        return str(self.call("GET", f"/preparedDocuments/{id_}").json()["state"])


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo("Europe/Brussels")).date()


def problem(response: httpx.Response) -> str:
    """The last word of a problem's type."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code
    return str(response.json()["type"]).rsplit(":", 1)[-1]


@dataclass(frozen=True)
class Town:
    """A town hall that runs, two kiosks of it, and where it keeps its things."""

    hall: TownHall
    folder: Path
    sealed: Path
    kiosk: Caller
    other: Caller
    office: Office
    eid: Eid
    problem: Callable[[httpx.Response], str] = problem


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _town(
    request: pytest.FixtureRequest,
    eid: Eid,
    _responder: Responder,
    contract: Contract,
    tools: SimpleNamespace,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    trust, sealed = folder / "trust.pem", folder / "sealed"
    trust.write_bytes(eid.trust)
    (folder / "office.toml").write_text(ACCOUNTS.format(secret=hashed(SECRET)))
    url = None
    if request.param == "postgresql":
        server: PostgreSql = request.getfixturevalue("postgresql")
        url = server.database()
    # Things of many tests stay behind its doors: more of them than a demo has.
    wall = LOCKERS.read_text() + WIDER.format(numbers=[*range(25, 97)])
    (folder / "lockers.toml").write_text(wall)
    more = ("--accounts", folder / "office.toml", "--lockers", folder / "lockers.toml")
    hall = TownHall(folder / "hall", RESIDENTS, trust, _responder.url, sealed, more, url)
    hall.start()
    try:
        office = Office(hall, contract, hall.ca / "depositor.pem")
        kiosk = Caller(hall, contract, tools, hall.ca / "kiosk.pem", hall.ca / "kiosk.key")
        other = Caller(hall, contract, tools, *kiosk_files(tools, hall.ca, folder))
        yield Town(hall, folder / "hall", sealed, kiosk, other, office, eid)
        for caller in (kiosk, other, office):
            caller.http.close()
    finally:
        hall.close()


def kiosk_files(tools: SimpleNamespace, ca: Path, folder: Path, name: str = "LV-02") -> tuple[Path, Path]:
    """A certificate and key for one more kiosk of the same town."""
    key = serialization.load_pem_private_key((ca / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    issuer = tools.signer(key, x509.load_pem_x509_certificate((ca / "ca.pem").read_bytes()))
    kiosk = tools.issue(
        name,
        issuer,
        ec.generate_private_key(ec.SECP256R1()),
        (tools.usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    )
    certificate, file = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(kiosk.pem)
    file.write_bytes(
        kiosk.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, file


@pytest.fixture
def another_kiosk(_town: Town, tools: SimpleNamespace, tmp_path: Path) -> Callable[[str], tuple[Path, Path]]:
    """Certifies one more kiosk of the town, by its number."""
    return lambda name: kiosk_files(tools, _town.hall.ca, tmp_path, name)


@pytest.fixture
def town(_town: Town, responder: Responder) -> Town:
    """The town hall, with a responder that behaves."""
    assert responder.url
    return _town


@pytest.fixture
def book(town: Town) -> Iterator[sa.Engine]:
    """The town's own database, to look into as nobody from outside can."""
    engine = database.opened(town.hall.database)
    yield engine
    engine.dispose()


@pytest.fixture
def nobody_guessed(book: sa.Engine) -> Iterator[None]:
    """A town in which nobody mistyped lately, before a test and after it."""
    forget = sa.delete(GUESSES)
    with book.begin() as connection:
        connection.execute(forget)
    yield
    with book.begin() as connection:
        connection.execute(forget)


@pytest.fixture
def new_book(town: Town, request: pytest.FixtureRequest) -> str | None:
    """Where another town hall keeps its things, of the make on which this town stands; None: a file of its own."""
    if town.hall.database.startswith("sqlite"):
        return None
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
def ticket() -> str:
    return str(uuid4())


@pytest.fixture
def paper(town: Town) -> Callable[..., bytes]:
    """Makes a PDF under the town's seal, but for what is asked otherwise."""

    def made(pages: int = 1, size: tuple[float, float] = A4, seal: Path | None = town.hall.ca) -> bytes:
        pdf, out = pikepdf.new(), BytesIO()
        for _ in range(pages):
            pdf.add_blank_page(page_size=size)
        pdf.docinfo["/Made"] = str(uuid4())  # no two are the same
        pdf.save(out)
        return out.getvalue() if seal is None else sealed_by(seal, out.getvalue())

    return made


def sealed_by(ca: Path, pdf: bytes) -> bytes:
    """The same PDF under the seal of an authority; in a thread, for a test with a browser has an event loop here."""
    sealer = Sealer(ca / "seal.pem", ca / "seal.key", ca / "seal-ca.pem")
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sealer.seal, pdf, "Test").result()


@pytest.fixture
def seal(town: Town) -> Callable[[bytes], bytes]:
    """Seals what a test made itself."""
    return lambda pdf: sealed_by(town.hall.ca, pdf)
