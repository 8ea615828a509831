"""Reads the one thing that the kiosk reads from a card: the authentication certificate."""

from __future__ import annotations

import datetime as dt

from hardware.devices import Certificate
from hardware.eid.apdu import unreadable
from hardware.faults import DeviceFault, FaultCode

RSA_BITS = 2048  # applet 1.7; the 1024 bits of before are out of use
LONG_FORM = 0x80


def der_length(start: bytes) -> int:
    """How many bytes the DER element takes that begins like this, its header included. Raises DeviceFault."""
    if len(start) < 2 or start[0] != 0x30:  # noqa: PLR2004 - X.690: a SEQUENCE has a tag and a length
        raise unreadable("the certificate is not DER")
    if start[1] < LONG_FORM:
        return 2 + start[1]
    count = start[1] - LONG_FORM
    if count not in {1, 2} or len(start) < 2 + count:
        raise unreadable("the certificate has an impossible length")
    return 2 + count + int.from_bytes(start[2 : 2 + count], "big")


def parse(der: bytes) -> Certificate:
    """Find out which algorithm fits its key and whether it has expired. Raises CARD_UNREADABLE, CARD_UNSUPPORTED."""
    from cryptography import x509  # here: 30 ms that the portal need not wait for
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificate = x509.load_der_x509_certificate(der)
        expired = certificate.not_valid_after_utc < dt.datetime.now(dt.UTC)
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        raise DeviceFault(FaultCode.CARD_UNSUPPORTED, "unknown kind of key") from None
    except (ValueError, x509.InvalidVersion):  # without its message: that may quote the certificate
        raise unreadable("the certificate cannot be parsed") from None
    return Certificate(der, _algorithm(key), expired)


def _algorithm(key: object) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    match key:
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP384R1):
            return "ES384"
        case rsa.RSAPublicKey() if key.key_size == RSA_BITS:
            return "RS256"
        case _:
            raise DeviceFault(FaultCode.CARD_UNSUPPORTED, "a key that no Belgian eID in use has")
