"""Kiosks and the town's software without devices: they make the calls of a visit and time each, and nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.eid.people import load_residents
from simulators.eid.pki import Pki, Signer
from simulators.ocsp import OcspResponder
from simulators.town_hall import TownHall
from simulators.world import RESIDENTS
from townhall.seal import Sealer

BASE = "/kioskService/v1"
A4 = (595.276, 841.89)
CALL_SECONDS = 30.0
COORDINATE_BYTES = 48  # of P-384


@dataclass
class Times:
    """Milliseconds of each kind of call."""

    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def taking(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        started = time.perf_counter()
        yield
        self.of[name].append((time.perf_counter() - started) * 1000)


class Town:
    """A town hall with a responder for revocation, a card, and a sealed page to hand in."""

    def __init__(self, folder: Path, more: tuple[str | Path, ...] = ()) -> None:
        self.folder = folder
        self._ocsp = OcspResponder()
        pki = Pki(folder / "eid", self._ocsp.url)
        self._ocsp.serve(pki)
        card = pki.chip("1.8", load_residents(RESIDENTS)["an"]).authentication
        assert card is not None  # noqa: S101 - she is an adult
        self.card: Signer = card
        self.hall = TownHall(folder / "hall", RESIDENTS, pki.trust, self._ocsp.url, more=more)
        self.hall.start()
        self._ca = _authority(self.hall.ca)
        self.page = self._sealed_page()

    def close(self) -> None:
        """End it."""
        self.hall.close()
        self._ocsp.close()

    def kiosk(self, name: str) -> ssl.SSLContext:
        """The identity of one more kiosk."""
        return self._context(*_certified(self._ca, name, self.folder))

    def software(self) -> ssl.SSLContext:
        """The identity of the town's software."""
        return self._context(self.hall.ca / "depositor.pem", self.hall.ca / "depositor.key")

    def _context(self, certificate: Path, key: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.hall.ca / "ca.pem"))
        context.load_cert_chain(certificate, key)
        return context

    def _sealed_page(self) -> bytes:
        pdf, out, ca = pikepdf.new(), BytesIO(), self.hall.ca
        pdf.add_blank_page(page_size=A4)
        pdf.save(out)
        return Sealer(ca / "seal.pem", ca / "seal.key", ca / "seal-ca.pem").seal(out.getvalue(), "Bench")


class Kiosk:
    """One kiosk: its line stays open from visit to visit."""

    def __init__(self, town: Town, name: str) -> None:
        self._town = town
        self._http = httpx.AsyncClient(
            verify=town.kiosk(name), base_url=f"{town.hall.url}{BASE}", trust_env=False, timeout=CALL_SECONDS
        )

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def with_card(self, times: Times) -> None:
        """A resident signs in, orders an attest, and takes it."""
        with times.taking("challenge"):
            challenge = await self._call("POST", "/authenticationChallenges", {})
        token = {"authToken": self._token(challenge["nonce"])}
        with times.taking("sign in"):
            signed_in = await self._call("PUT", f"/authenticationChallenges/{challenge['id']}/response", token)
        await self._printed(signed_in["session"], {"productCode": "residence", "language": "nl"}, "make", times)

    async def with_code(self, code: str, times: Times) -> None:
        """A resident types a code, and takes what waits behind it."""
        with times.taking("type a code"):
            opened = await self._call("POST", "/codeSessions", {"code": code})
        (claim,) = opened["claims"]["items"]
        await self._printed(opened["session"], {"claimId": claim["id"]}, "claim", times)

    async def public_list(self, times: Times) -> None:
        """Somebody looks what there is."""
        with times.taking("public list"):
            await self._call("GET", "/documentProducts")

    async def _printed(self, session: dict[str, str], wish: dict[str, str], name: str, times: Times) -> None:
        bearer, ticket = {"Authorization": f"Bearer {session['accessToken']}"}, uuid4()
        with times.taking(name):
            await self._call("PUT", f"/documentOrders/{ticket}", wish, bearer)
        with times.taking("fetch"):
            (await self._http.get(f"/documentOrders/{ticket}/document", headers=bearer)).raise_for_status()
        with times.taking("leave"):
            (await self._http.delete(session["href"].removeprefix(BASE))).raise_for_status()
        with times.taking("result"):
            await self._call("PUT", f"/documentOrders/{ticket}/printResult", {"outcome": "printed"})

    async def _call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        response = await self._http.request(method, path, json=body, headers=headers)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def _token(self, nonce: str) -> dict[str, str]:
        key, origin = self._town.card.key, self._town.hall.url
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - a 1.8 card
        said = hashlib.sha384(origin.encode()).digest() + hashlib.sha384(nonce.encode()).digest()
        digest = hashlib.sha384(said).digest()
        r, s = utils.decode_dss_signature(key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA384()))))
        return {
            "unverifiedCertificate": base64.b64encode(self._town.card.der).decode(),
            "algorithm": "ES384",
            "signature": base64.b64encode(r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)).decode(),
            "format": "web-eid:1.0",
            "appVersion": "https://bench.example/1.0",
        }


class Software:
    """The town's software, that hands documents in."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._http = httpx.AsyncClient(
            verify=town.software(), base_url=f"{town.hall.office_url}{BASE}", trust_env=False, timeout=CALL_SECONDS
        )

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def deposit(self, times: Times) -> str:
        """Hand a document in; gives its code."""
        path, until = f"/preparedDocuments/{uuid4()}", dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
        said = {
            "ssin": "85113099960",
            "municipality": 99999,
            "productCode": "residence",
            "language": "nl",
            "validUntil": until.isoformat(),
            "access": "code",
        }
        with times.taking("announce"):
            (await self._http.put(path, json=said)).raise_for_status()
        digest = base64.b64encode(hashlib.sha256(self._town.page).digest()).decode()
        headers = {"Content-Type": "application/pdf", "Content-Digest": f"sha-256=:{digest}:"}
        with times.taking("hand in"):
            filled = await self._http.put(f"{path}/document", content=self._town.page, headers=headers)
        filled.raise_for_status()
        return str(filled.json()["code"])


def _authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - the town hall made it so
    return key, x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())


def _certified(
    authority: tuple[ec.EllipticCurvePrivateKey, x509.Certificate], name: str, folder: Path
) -> tuple[Path, Path]:
    """A certificate for one more kiosk of the town."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    issuer_key, issuer = authority
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return files
