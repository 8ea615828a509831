"""Cards of staff: a PIV card [NIST SP 800-73-4] signs a fresh challenge with key 9E; the settings know whose that is.

Key 9E asks for no PIN: it proves that the card is here, and no more. Nothing is read from the card, no certificate and
no name: what may be done with it stands in the settings alone, so that a card is revoked where it was allowed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hardware.credentials import StaffCard
from hardware.eid.apdu import OK, exchange
from hardware.eid.pcsc import Connection, Context
from hardware.faults import DeviceFault, FaultCode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

# SELECT by the whole name of the PIV application, its version 1.0 included [part 1, 2.2]: there is no other.
SELECT = bytes.fromhex("00A404000B A000000308000010000100")
# GENERAL AUTHENTICATE [part 2, 3.2.4] with algorithm 11 (ECC P-256) and key 9E (card authentication).
AUTHENTICATE = bytes.fromhex("0087119E")
TEMPLATE, CHALLENGE, RESPONSE = 0x7C, 0x81, 0x82
# What is signed begins with this, so that no signature made here is worth anything elsewhere.
PURPOSE = b"loket247 staff card\0"
LONGEST_SIGNATURE = 72  # two numbers of 256 bits in DER


class PivReader:
    """The first PC/SC reader whose name contains `name`. `keys` are the cards that are known, with their keys (PEM)."""

    def __init__(self, name: str, keys: Sequence[tuple[StaffCard, str]]) -> None:
        """Raises ValueError for a key that is no public key of P-256."""
        self._name = name
        self._keys = [(card, _key(card, pem)) for card, pem in keys]

    def identify(self) -> StaffCard:
        """Ask the card in the reader."""
        signed = PURPOSE + secrets.token_bytes(32)
        signature = self._signature(_digest(signed))
        for card, key in self._keys:
            if _fits(key, signature, signed):
                return card
        raise DeviceFault(FaultCode.STAFF_CARD_REFUSED, "no listed key")

    def _signature(self, digest: bytes) -> bytes:
        context = Context()
        try:
            reader = next((reader for reader in context.readers() if self._name in reader), None)
            if reader is None:
                raise DeviceFault(FaultCode.READER_LOST, "no reader of that name")
            connection = context.connect(reader)
            try:
                with connection.transaction():
                    return _signed(connection, digest)
            finally:
                connection.close()
        finally:
            context.close()


def _signed(connection: Connection, digest: bytes) -> bytes:
    if exchange(connection.transmit, SELECT).status != OK:
        raise DeviceFault(FaultCode.STAFF_CARD_REFUSED, "no PIV application")
    wanted = bytes((RESPONSE, 0, CHALLENGE, len(digest))) + digest
    command = AUTHENTICATE + bytes((len(wanted) + 2, TEMPLATE, len(wanted))) + wanted
    answer = exchange(connection.transmit, command)
    if answer.status == OK and not answer.data:  # over T=1 nothing comes that was not asked for
        answer = exchange(connection.transmit, command + b"\0")
    if answer.status != OK:
        raise DeviceFault(FaultCode.STAFF_CARD_REFUSED, f"GENERAL AUTHENTICATE: {answer.status:04X}")
    return _unwrapped(answer.data)


def _unwrapped(data: bytes) -> bytes:
    """Take the signature out of `7C len 82 len signature`. Raises CARD_UNREADABLE."""
    if len(data) < 4 or (data[0], data[2]) != (TEMPLATE, RESPONSE):  # noqa: PLR2004 - two tags, two lengths
        raise DeviceFault(FaultCode.CARD_UNREADABLE, "GENERAL AUTHENTICATE: another template")
    signature = data[4:]
    if (data[1], data[3]) != (len(data) - 2, len(signature)) or len(signature) > LONGEST_SIGNATURE:
        raise DeviceFault(FaultCode.CARD_UNREADABLE, "GENERAL AUTHENTICATE: lengths that cannot be")
    return signature


def _digest(signed: bytes) -> bytes:
    from hashlib import sha256

    return sha256(signed).digest()


def _key(card: StaffCard, pem: str) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise ValueError(f"staff.{card.name}: no public key of P-256")


def _fits(key: EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
