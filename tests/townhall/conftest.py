"""A little eID of our own, made with `cryptography` alone, and a responder that can be told to misbehave."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.postgresql import PostgreSql

DAY = dt.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
USAGES = tuple(inspect.signature(x509.KeyUsage).parameters)


def usage(*on: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in on for name in USAGES})


@dataclass(frozen=True)
class Signer:
    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der64(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


def issue(
    subject: str | list[x509.NameAttribute[str]],
    issuer: Signer | None,
    key: Key | None = None,
    *extensions: tuple[x509.ExtensionType, bool],
    starts: dt.timedelta = -DAY,
    ends: dt.timedelta = 30 * DAY,
) -> Signer:
    """A certificate; without an issuer it signs itself."""
    key = key or ec.generate_private_key(ec.SECP384R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, subject)] if isinstance(subject, str) else subject
    name, now = x509.Name(attributes), dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Signer(key, builder.sign(issuer.key if issuer else key, hashes.SHA384()))


def authority(name: str, issuer: Signer | None, key: Key | None = None, length: int | None = None) -> Signer:
    basic = x509.BasicConstraints(ca=True, path_length=length)
    return issue(name, issuer, key, (basic, True), (usage("key_cert_sign", "crl_sign"), True))


class Eid:
    """A root, one authority for each kind of card, and cards."""

    def __init__(self) -> None:
        self.rsa_key = rsa.generate_private_key(65537, 2048)
        self.root = authority("TEST own root", None)
        self.ec = authority("TEST own citizen authority", self.root, length=0)
        self.rsa = authority(
            "TEST own older citizen authority", self.root, rsa.generate_private_key(65537, 2048), length=0
        )

    @property
    def trust(self) -> bytes:
        return self.root.pem + self.ec.pem + self.rsa.pem

    def card(
        self,
        ssin: str = "85113099960",
        *,
        issuer: Signer | None = None,
        key: Key | None = None,
        key_usage: x509.KeyUsage | None = None,
        purposes: list[x509.ObjectIdentifier] | None = None,
        more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
        starts: dt.timedelta = -DAY,
        ends: dt.timedelta = 30 * DAY,
    ) -> Signer:
        """An authentication certificate as on a real card, but for what is asked otherwise."""
        subject = [
            x509.NameAttribute(NameOID.COMMON_NAME, "Somebody (Authentication)"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, ssin),
        ]
        extended = (
            [] if purposes == [] else [(x509.ExtendedKeyUsage(purposes or [ExtendedKeyUsageOID.CLIENT_AUTH]), False)]
        )
        return issue(
            subject,
            issuer or self.ec,
            key,
            (key_usage or usage("digital_signature"), True),
            *extended,
            *more,
            starts=starts,
            ends=ends,
        )

    def rsa_card(self, ssin: str = "85113099960") -> Signer:
        return self.card(ssin, issuer=self.rsa, key=self.rsa_key)


def signed(card: Signer, origin: str, nonce: str) -> bytes:
    """What the card answers: the steps of the Web eID format, one by one."""
    hashed = hashlib.sha384 if isinstance(card.key, ec.EllipticCurvePrivateKey) else hashlib.sha256
    digest = hashed(hashed(origin.encode()).digest() + hashed(nonce.encode()).digest()).digest()
    if isinstance(card.key, rsa.RSAPrivateKey):
        return card.key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    r, s = utils.decode_dss_signature(card.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA384()))))
    return r.to_bytes(48) + s.to_bytes(48)


def token(card: Signer, origin: str, nonce: str, **other: object) -> dict[str, object]:
    """A Web eID authentication token."""
    return {
        "unverifiedCertificate": card.der64,
        "algorithm": "ES384" if isinstance(card.key, ec.EllipticCurvePrivateKey) else "RS256",
        "signature": base64.b64encode(signed(card, origin, nonce)).decode(),
        "format": "web-eid:1.0",
        "appVersion": "https://example.test/1.0",
        **other,
    }


@dataclass
class Responder:
    """An OCSP responder. What is set here is how its next answers are."""

    eid: Eid
    url: str = ""
    revoked: set[int] = field(default_factory=set)
    signer: Signer | None = None
    about: x509.Certificate | None = None
    age: dt.timedelta = dt.timedelta()
    holds: dt.timedelta | None = dt.timedelta(hours=1)
    nonce: bytes | None = None
    status: ocsp.OCSPCertStatus | None = None
    mangle: Callable[[bytes], bytes] = staticmethod(lambda answer: answer)

    def mend(self) -> None:
        """Behave again."""
        fresh = Responder(self.eid, self.url, self.revoked)
        self.__dict__.update(fresh.__dict__)

    def answer(self, der: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(der)
        issuer = self._issuer(request)
        signer = self.signer or delegate(issuer)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0) - self.age
        serial = request.serial_number if self.about is None else self.about.serial_number
        good = ocsp.OCSPCertStatus.REVOKED if serial in self.revoked else ocsp.OCSPCertStatus.GOOD
        status = self.status or good
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                request.issuer_name_hash,
                request.issuer_key_hash,
                serial,
                request.hash_algorithm,
                status,
                now,
                None if self.holds is None else now + self.holds,
                now if status is ocsp.OCSPCertStatus.REVOKED else None,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.NAME, signer.certificate)
            .certificates([signer.certificate])
        )
        asked = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        builder = builder.add_extension(x509.OCSPNonce(self.nonce or asked), critical=False)
        return self.mangle(builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))

    def _issuer(self, request: ocsp.OCSPRequest) -> Signer:
        for one in (self.eid.ec, self.eid.rsa):
            if x509.SubjectKeyIdentifier.from_public_key(one.key.public_key()).digest == request.issuer_key_hash:
                return one
        raise AssertionError("asked about a stranger")


def delegate(
    issuer: Signer, *, purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.OCSP_SIGNING, **dates: dt.timedelta
) -> Signer:
    """A responder certified by an authority."""
    extensions = ((usage("digital_signature"), True), (x509.ExtendedKeyUsage([purpose]), False))
    return issue("Own responder", issuer, None, *extensions, **dates)


@pytest.fixture(scope="session")
def tools() -> SimpleNamespace:
    """The makers above: tests import nothing from each other."""
    return SimpleNamespace(
        authority=authority, delegate=delegate, issue=issue, signed=signed, signer=Signer, token=token, usage=usage
    )


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Give the address of an empty database at each call, of one make and then of the other."""
    if request.param == "postgresql":
        server: PostgreSql = request.getfixturevalue("postgresql")
        return server.database
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'town.db'}"


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
def eid() -> Eid:
    return Eid()


@pytest.fixture(scope="session")
def _responder(eid: Eid) -> Iterator[Responder]:
    responder = Responder(eid)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            body = responder.answer(asked) if asked else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        responder.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield responder
        server.shutdown()
        thread.join()


@pytest.fixture
def responder(_responder: Responder) -> Responder:
    """The responder, behaving."""
    _responder.mend()
    return _responder
