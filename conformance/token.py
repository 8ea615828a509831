"""Web eID authentication tokens: what a card signs, and one that no card ever signed.

Format: https://github.com/web-eid/web-eid-system-architecture-doc, "Web eID authentication token".
"""

from __future__ import annotations

import datetime as dt
import hashlib
from base64 import b64encode
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HASHES = {"ES384": hashlib.sha384, "RS256": hashlib.sha256}
APP_VERSION = "https://loket247/conformance"
COORDINATE_BYTES = 48  # of a point on P-384
# Adds up, and belongs to nobody: sequence 999 is never given out.
NOBODY = "54041299994"


class SignerError(Exception):
    """The card does not sign; the message says why, and trying again could cost a try of the PIN."""


class Signer(Protocol):
    """Who signs in: an identity card."""

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, in DER."""

    @property
    def algorithm(self) -> str:
        """ES384 or RS256."""

    def sign(self, digest: bytes) -> bytes:
        """Sign a digest: r‖s for ES384, PKCS#1 v1.5 for RS256. Raises SignerError."""


def signed(signer: Signer, origin: str, nonce: str) -> dict[str, Any]:
    """A token over an origin and a nonce."""
    hashed = HASHES[signer.algorithm]
    digest = hashed(hashed(origin.encode()).digest() + hashed(nonce.encode()).digest()).digest()
    return token(signer.certificate, signer.algorithm, signer.sign(digest))


def token(certificate: bytes, algorithm: str, signature: bytes) -> dict[str, Any]:
    """A token of these parts, whatever they are worth."""
    return {
        "unverifiedCertificate": b64encode(certificate).decode(),
        "algorithm": algorithm,
        "signature": b64encode(signature).decode(),
        "format": "web-eid:1.0",
        "appVersion": APP_VERSION,
    }


def garbage() -> dict[str, Any]:
    """A token whose parts are long enough, and nothing else."""
    return token(bytes(1000), "ES384", bytes(2 * COORDINATE_BYTES))


def number_of(signer: Signer) -> str:
    """The national number on a card, to look for where it must not be; empty where it has none."""
    subject = x509.load_der_x509_certificate(signer.certificate).subject
    return "".join(str(one.value) for one in subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER))


class Impostor:
    """A card that somebody made at home: all is in order but the authority, which bears the right name all the same."""

    algorithm = "ES384"

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP384R1())
        self.certificate = _home_made(self._key)

    def sign(self, digest: bytes) -> bytes:
        """Sign as a card of 1.8 does."""
        r, s = decode_dss_signature(self._key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA384()))))
        return r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)


def _home_made(key: ec.EllipticCurvePrivateKey) -> bytes:
    now, authority = dt.datetime.now(dt.UTC), ec.generate_private_key(ec.SECP384R1())
    usage = dict.fromkeys(
        [
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(_name((NameOID.COMMON_NAME, "Nobody (Authentication)"), (NameOID.SERIAL_NUMBER, NOBODY)))
        .issuer_name(_name((NameOID.COUNTRY_NAME, "BE"), (NameOID.COMMON_NAME, "Citizen CA")))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(authority, hashes.SHA384())
    )
    return made.public_bytes(Encoding.DER)


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
