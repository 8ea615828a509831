"""How a kiosk becomes known: a code that is good once and for a day, its own key, and a certificate for ninety days."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from fleet.service.tables import codes, kiosks

CODE_HOLDS = timedelta(hours=24)
# A kiosk asks for the next at two thirds: a month without a network does not lock it out.
CERTIFICATE_HOLDS = timedelta(days=90)
_AUTHORITY_HOLDS = timedelta(days=3650)
# A clock may be an hour behind.
_SKEW = timedelta(hours=1)
# Without signs that look like another on paper: 12 of 29 are 58 bits, and a code lives for a day.
_SIGNS = "23456789ABCDEFGHJKMNPQRTUVWXYZ"
NUMBER = r"[A-Z0-9-]{2,16}"


class RefusedError(Exception):
    """A kiosk is not let in, and why."""


class Kiosk(Struct, frozen=True):
    """A kiosk that is known."""

    id: int
    town: str
    number: str


class Authority:
    """Certifies kiosks. One file holds its key and its certificate; it is made at the first use."""

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self.file, self._now = file, now
        if not file.exists():
            _make(file, now())
        pem = file.read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise RefusedError(f"{file}: is no key of ours")
        self._key, self.certificate = key, x509.load_pem_x509_certificate(pem)

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def certify(self, request: bytes, kiosk: Kiosk) -> x509.Certificate:
        """Give a certificate for the key in a request; what else it says counts for nothing. Raises RefusedError."""
        try:
            asked = x509.load_pem_x509_csr(request)
            key = asked.public_key()
            sound = asked.is_signature_valid
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
            raise RefusedError("this is no request for a certificate") from error
        if not sound or not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise RefusedError("ask with a key of P-256, signed by itself")
        now = self._now()
        names = [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, kiosk.town),
            x509.NameAttribute(NameOID.COMMON_NAME, kiosk.number),
        ]
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name(names))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + CERTIFICATE_HOLDS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )


class Enrolment:
    """Lets kiosks in, and puts them out. Safe from threads."""

    def __init__(self, engine: sa.Engine, authority: Authority, now: Callable[[], datetime]) -> None:
        self._engine, self._authority, self._now = engine, authority, now

    def expect(self, town: str, number: str) -> str:
        """Give a code for a kiosk, new or one whose key is lost; an earlier code of it is worth nothing any more."""
        if not re.fullmatch(NUMBER, number):
            raise RefusedError(f"{number}: neem een nummer zoals LV-01")
        code = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))
        with self._engine.begin() as connection:
            known = sa.select(kiosks.c.id).where(kiosks.c.town == town, kiosks.c.number == number)
            kiosk = connection.execute(known).scalar()
            if kiosk is None:
                row = sa.insert(kiosks).values(town=town, number=number, revoked=False)
                kiosk = connection.execute(row).inserted_primary_key[0]  # type: ignore[index]
            connection.execute(sa.delete(codes).where(codes.c.kiosk == kiosk))
            until = self._now() + CODE_HOLDS
            connection.execute(sa.insert(codes).values(hash=_digest(code), kiosk=kiosk, until=until))
        return code

    def enrol(self, code: str, request: bytes, building: str = "") -> bytes:
        """Take a code and give a certificate (PEM), to a kiosk in a building of its town. Raises RefusedError."""
        with self._engine.begin() as connection:
            # The row goes with the code: whoever comes second with it finds nothing, also at the same moment.
            taken = sa.delete(codes).where(codes.c.hash == _digest(code), codes.c.until > self._now())
            kiosk_id = connection.execute(taken.returning(codes.c.kiosk)).scalar()
            if kiosk_id is None:
                raise RefusedError("this code is not known, or not any more")
            row = connection.execute(sa.select(kiosks).where(kiosks.c.id == kiosk_id)).one()
            made = self._authority.certify(request, Kiosk(row.id, row.town, row.number))
            anew = dict.fromkeys(("next_fingerprint", "boot", "sequence", "audit_number", "audit_hash", "audit_back"))
            until = made.not_valid_after_utc
            said = {"fingerprint": _of(made), "certified_until": until, "revoked": False, "building": building, **anew}
            connection.execute(sa.update(kiosks).where(kiosks.c.id == kiosk_id).values(**said))
        return made.public_bytes(serialization.Encoding.PEM)

    def renew(self, fingerprint: str | None, request: bytes, building: str = "") -> bytes:
        """Give a kiosk that is known its next certificate; the old one counts until it comes with the new one."""
        with self._engine.begin() as connection:
            kiosk = known(connection, fingerprint)
            made = self._authority.certify(request, kiosk)
            until = made.not_valid_after_utc
            said = {"next_fingerprint": _of(made), "certified_until": until, "building": building}
            connection.execute(sa.update(kiosks).where(kiosks.c.id == kiosk.id).values(**said))
        return made.public_bytes(serialization.Encoding.PEM)

    def revoke(self, town: str, number: str) -> None:
        """Put a kiosk out: from its next call on it is nobody. Raises RefusedError where there is none."""
        with self._engine.begin() as connection:
            which = sa.and_(kiosks.c.town == town, kiosks.c.number == number)
            kiosk = connection.execute(
                sa.update(kiosks).where(which).values(revoked=True).returning(kiosks.c.id)
            ).scalar()
            if kiosk is None:
                raise RefusedError(f"{town}: er is geen loket {number}")
            connection.execute(sa.delete(codes).where(codes.c.kiosk == kiosk))


def known(connection: sa.Connection, fingerprint: str | None) -> Kiosk:
    """Say which kiosk shows this certificate. Raises RefusedError."""
    row = shown_by(connection, [fingerprint]).get(fingerprint)
    if row is None:
        raise RefusedError("this certificate is nobody's")
    return Kiosk(row.id, row.town, row.number)


_SHOWN: sa.BindParameter[Sequence[str]] = sa.bindparam("shown", expanding=True)
_SHOWN_BY = sa.select(kiosks).where(
    sa.or_(kiosks.c.fingerprint.in_(_SHOWN), kiosks.c.next_fingerprint.in_(_SHOWN)), kiosks.c.revoked.is_(False)
)


def shown_by(connection: sa.Connection, fingerprints: Sequence[str | None]) -> dict[str | None, sa.Row[Any]]:
    """Give the row of each kiosk that shows one of these certificates, by what it shows."""
    shown = {one for one in fingerprints if one is not None}
    found: dict[str | None, sa.Row[Any]] = {}
    for row in connection.execute(_SHOWN_BY, {"shown": sorted(shown)}).all() if shown else []:
        if row.next_fingerprint in shown:
            said = {"fingerprint": row.next_fingerprint, "next_fingerprint": None}
            connection.execute(sa.update(kiosks).where(kiosks.c.id == row.id).values(**said))
            found[row.next_fingerprint] = row
        else:
            found[row.fingerprint] = row
    return found


def _make(file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Loket 24/7, loketten van deze vloot")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _AUTHORITY_HOLDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem + made.public_bytes(serialization.Encoding.PEM))


def _digest(code: str) -> str:
    return sha256("".join(code.upper().split()).replace("-", "").encode()).hexdigest()


def _of(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()
