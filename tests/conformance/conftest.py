"""The reference back end, running, and a crooked man in the middle who spoils one thing of what it says."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance import run
from conformance.caller import CALL_SECONDS
from conformance.check import Finding
from conformance.trial import Options
from conformance.verdict import Outcome
from simulators.eid.people import Person, load_residents
from simulators.eid.pki import Chip, Pki
from simulators.ocsp import OcspResponder
from simulators.town_hall import TownHall
from townhall.passwords import hashed

RESIDENTS = Path(__file__).parents[2] / "townhall" / "residents.toml"
SECRET = "a secret of the software"
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


class ChipSigner:
    """A virtual card's key without the card: signs what it is given."""

    def __init__(self, chip: Chip) -> None:
        assert chip.authentication is not None
        self._signer = chip.authentication
        self.algorithm = "ES384" if isinstance(self._signer.key, ec.EllipticCurvePrivateKey) else "RS256"
        self.signed = 0

    @property
    def certificate(self) -> bytes:
        return self._signer.der

    def sign(self, digest: bytes) -> bytes:
        self.signed += 1
        key = self._signer.key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(digest, PKCS1v15(), Prehashed(hashes.SHA256()))
        r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA384()))))
        return r.to_bytes(48) + s.to_bytes(48)


@dataclass(frozen=True)
class Town:
    """A town hall that keeps the contract, its residents, and its authority."""

    hall: TownHall
    pki: Pki
    residents: dict[str, Person]
    folder: Path

    def card(self, slug: str = "an", kind: str = "1.8") -> ChipSigner:
        return ChipSigner(self.pki.chip(kind, self.residents[slug]))

    def kiosk(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of one more kiosk: each has codes to try of its own."""
        file = self.folder / f"{name}.pem"
        if not file.exists():
            file.write_bytes(_kiosk(self.hall.ca, name))
        return file, file

    def options(self, name: str) -> Options:
        certificate, key = self.kiosk(name)
        url, ca = self.hall.url, self.hall.ca
        return Options(url, ca / "ca.pem", certificate, key, url, seal_ca=ca / "seal-ca.pem")


def _kiosk(ca: Path, name: str) -> bytes:
    issuer = x509.load_pem_x509_certificate((ca / "ca.pem").read_bytes())
    issuer_key = load_pem_private_key((ca / "ca.key").read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM) + private


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with OcspResponder() as ocsp:
        pki = Pki(folder / "eid", ocsp.url)
        ocsp.serve(pki)
        accounts = folder / "office.toml"
        accounts.write_text(f'[[clerks]]\nname = "els"\npassword = "{hashed(SECRET)}"\nrole = "balie"\n')
        hall = TownHall(folder / "hall", RESIDENTS, pki.trust, ocsp.url, more=("--accounts", accounts))
        try:
            hall.start()
            yield Town(hall, pki, load_residents(RESIDENTS), folder)
        finally:
            hall.close()


# --- the man in the middle -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A request on its way: `line` is method and path below the base."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """An answer on its way back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def saying(self, body: bytes) -> Said:
        return replace(self, body=body)


Pass = Callable[[Asked], Said]
Spoil = Callable[[Asked, Pass], Said]


class Crooked:
    """A back end on real TLS that is the honest one, but for what `spoil` does to each call."""

    def __init__(self, town: Town, name: str, spoil: Spoil, demand: ssl.VerifyMode = ssl.CERT_REQUIRED) -> None:
        certificate, key = town.kiosk(name)
        inner = ssl.create_default_context(cafile=str(town.hall.ca / "ca.pem"))
        inner.load_cert_chain(certificate, key)
        self._honest = httpx.Client(base_url=town.hall.url, verify=inner, trust_env=False, timeout=20)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(town.hall.ca / "server.pem", town.hall.ca / "server.key")
        context.load_verify_locations(town.hall.ca / "ca.pem")
        context.verify_mode = demand
        self._server = Server(("127.0.0.1", 0), _handler(self._honest, spoil))
        self._server.tls = context
        self.url = f"https://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._honest.close()


class Server(ThreadingHTTPServer):
    """One thread a line, and the handshake in that thread."""

    daemon_threads = True
    tls: ssl.SSLContext

    def finish_request(self, request: object, client_address: object) -> None:
        try:
            secured = self.tls.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
        except OSError:  # somebody without a certificate
            return
        with secured:
            self.RequestHandlerClass(secured, client_address, self)  # type: ignore[arg-type]

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up is not our concern."""


def _handler(honest: httpx.Client, spoil: Spoil) -> type[BaseHTTPRequestHandler]:
    def passed(asked: Asked) -> Said:
        method, _, path = asked.line.partition(" ")
        answer = honest.request(method, f"/kioskService/v1{path}", headers=asked.headers, content=asked.body)
        headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
        return Said(answer.status_code, headers, answer.content)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one piece and at once: else each answer waits 40 ms for an acknowledgement.
        wbufsize, disable_nagle_algorithm = -1, True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            own = {
                name.lower(): value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}
            }
            said = spoil(Asked(f"{self.command} {self.path.removeprefix('/kioskService/v1')}", own, body), passed)
            self.send_response_only(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@dataclass(frozen=True)
class Judge:
    """The kit, run against the honest back end or a crooked one. Gives the findings by name."""

    town: Town
    said: type[Said] = Said
    demand_nothing: ssl.VerifyMode = ssl.CERT_NONE

    def honest(self, options: Options, card: ChipSigner | None = None) -> dict[str, Finding]:
        return {finding.check.name: finding for finding in run.go(options, card)}

    def crooked(
        self,
        name: str,
        spoil: Spoil,
        *,
        demand: ssl.VerifyMode = ssl.CERT_REQUIRED,
        seconds: float = CALL_SECONDS,
        **more: object,
    ) -> dict[str, Finding]:
        with Crooked(self.town, name, spoil, demand) as crooked:
            # Without the seal's authority: the gate's child takes longer than all other checks together.
            changed: dict[str, Any] = {"url": crooked.url, "seal_ca": None, **more}
            options = replace(self.town.options(name), **changed)
            return {finding.check.name: finding for finding in run.go(options, self.town.card(), seconds)}

    def broken(self, findings: dict[str, Finding]) -> set[str]:
        return {name for name, finding in findings.items() if finding.verdict.outcome is Outcome.BROKEN}

    def not_tried(self, findings: dict[str, Finding]) -> set[str]:
        return {name for name, finding in findings.items() if finding.verdict.outcome is Outcome.NOT_TRIED}


@pytest.fixture(scope="session")
def judge(town: Town) -> Judge:
    return Judge(town)
