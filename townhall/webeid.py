"""Judge a Web eID authentication token: whether who sent it holds a valid card of a known authority, here and now.

What `validate` checks, in this order: the nonce is in time; the chain to the pinned authorities; validity now; that it
is a person's authentication certificate; that the algorithm fits the key; the signature over our own origin and nonce;
and, only about a card that passed all this, revocation. Whoever gives out nonces sees to it that each is used once.
Knows no web framework. Format: https://github.com/web-eid/web-eid-system-architecture-doc
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from townhall.people import adds_up
from townhall.trust import Refusal, Refused, TrustStore, Untrusted, in_force

COORDINATE_BYTES = 48  # of P-384: a signature is r and s, raw
MIN_RSA_BITS = 2048
# [RFC 5280 §4.2] a critical extension that is not understood is a reason to refuse.
UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
}


_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, repr=False)
class Token:
    """A token as it came: the certificate and the signature are still base64."""

    certificate: str
    algorithm: str
    signature: str


@dataclass(frozen=True, repr=False)
class Holder:
    """Who holds the card, and the certificate to ask revocation about. `ssin` is eleven digits."""

    ssin: str
    certificate: x509.Certificate
    issuer: x509.Certificate


@dataclass(frozen=True, repr=False)
class Nonce:
    """What was given to be signed, and until when."""

    value: str
    expires_at: dt.datetime


class RevocationSource(Protocol):
    """Whoever knows which cards were revoked."""

    async def check(self, certificate: x509.Certificate, issuer: x509.Certificate, now: dt.datetime) -> None:
        """Return when the card is good. Raises Refused: CERTIFICATE_REVOKED or REVOCATION_UNKNOWN."""


async def validate(
    token: Token, origin: str, nonce: Nonce, trust: TrustStore, now: dt.datetime, revocation: RevocationSource
) -> Holder:
    """Say who this is. Raises Refused."""
    if nonce.expires_at <= now:
        raise Refused(Refusal.CHALLENGE_EXPIRED)
    holder = await asyncio.to_thread(_judge, token, origin, nonce.value, trust, now)
    await revocation.check(holder.certificate, holder.issuer, now)
    return holder


def _judge(token: Token, origin: str, nonce: str, trust: TrustStore, now: dt.datetime) -> Holder:
    """Everything that needs no other party."""
    certificate = _certificate(token.certificate)
    try:
        issuer = trust.issuer_of(certificate, now)
    except (Untrusted, ValueError):  # ValueError: a name that is not text
        raise Refused(Refusal.CERTIFICATE_UNTRUSTED) from None
    if not in_force(certificate, now):
        raise Refused(Refusal.CERTIFICATE_EXPIRED)
    if not _is_for_authentication(certificate):
        raise Refused(Refusal.CERTIFICATE_UNTRUSTED)
    if not _is_signed(token, certificate, origin.encode(), nonce.encode()):
        raise Refused(Refusal.SIGNATURE_INVALID)
    return Holder(_ssin(certificate), certificate, issuer)


def _certificate(encoded: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(_decoded(encoded))
    except (ValueError, TypeError, x509.InvalidVersion):
        raise Refused(Refusal.CERTIFICATE_UNTRUSTED) from None


def _decoded(text: str) -> bytes:
    """Decode base64 [RFC 4648 §3.5, §4] in its one right spelling: whole, padded, and no stray bits at the end.

    Raises ValueError.
    """
    decoded = base64.b64decode(text, validate=True)
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("not the one spelling")
    return decoded


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _is_for_authentication(certificate: x509.Certificate) -> bool:
    """A person's authentication certificate: a card's other one is for signing documents, and must not sign in."""
    try:
        constraints = _extension(certificate, x509.BasicConstraints)
        usage = _extension(certificate, x509.KeyUsage)
        purposes = _extension(certificate, x509.ExtendedKeyUsage)
        strange = any(extension.critical and extension.oid not in UNDERSTOOD for extension in certificate.extensions)
    except ValueError:  # extensions that cannot be parsed, or stand there twice
        return False
    person = constraints is None or not constraints.ca
    signs = usage is not None and usage.digital_signature and not usage.content_commitment
    # Absent on some genuine cards (web-eid/web-eid-authtoken-validation-php#39).
    allowed = purposes is None or ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    return person and signs and allowed and not strange


def _is_signed(token: Token, certificate: x509.Certificate, origin: bytes, nonce: bytes) -> bool:
    """Whether the card's key signed H(origin) || H(nonce), with the one algorithm that fits the key."""
    key = certificate.public_key()
    try:
        signature = _decoded(token.signature)
        if token.algorithm == "ES384" and isinstance(key, ec.EllipticCurvePublicKey):
            signed = hashlib.sha384(origin).digest() + hashlib.sha384(nonce).digest()
            _verify_es384(key, signature, signed)
        elif token.algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            signed = hashlib.sha256(origin).digest() + hashlib.sha256(nonce).digest()
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (ValueError, InvalidSignature):
        return False
    return True


def _verify_es384(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> None:
    if not isinstance(key.curve, ec.SECP384R1) or len(signature) != 2 * COORDINATE_BYTES:
        raise InvalidSignature
    r, s = (int.from_bytes(half) for half in (signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]))
    key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))


def _ssin(certificate: x509.Certificate) -> str:
    """The national number: the subject's serialNumber ([A18] certificate profile)."""
    values = [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    if len(values) != 1 or not adds_up(values[0]):
        raise Refused(Refusal.CERTIFICATE_UNTRUSTED)
    return values[0]
