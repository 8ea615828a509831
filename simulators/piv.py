"""A virtual PIV card [NIST SP 800-73-4, P-256]: enough of one that OpenSC takes it for real.

    Plug(pcscd.slot(), PivCard.new("T-03"))

Key 9E (card authentication) signs without a PIN; 9A (PIV authentication) only after VERIFY.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

AID = bytes.fromhex("A000000308000010000100")
# Answer and version of a YubiKey 5: OpenSC 0.23 signs with EC keys only on makes that it knows by these.
ATR = bytes.fromhex("3BFD1300008131FE158073C021C057597562694B657940")
VERSION = bytes((5, 2, 4))
P256 = 0x11
AUTHENTICATION, CARD_AUTHENTICATION = 0x9A, 0x9E
CERTIFICATES = {AUTHENTICATION: bytes.fromhex("5FC105"), CARD_AUTHENTICATION: bytes.fromhex("5FC101")}
CHUID = bytes.fromhex("5FC102")
PIN_TRIES = 3
# ISO/IEC 7816-4 status words.
OK, MORE, NOT_FOUND, NOT_ALLOWED, BAD_DATA, BLOCKED, NO_INSTRUCTION = (
    *(0x9000, 0x6100, 0x6A82, 0x6982, 0x6A80, 0x6983, 0x6D00),
)
PIECE = 256


@dataclass
class PivCard:
    """One card. `broken` makes its signatures wrong, `locked` keeps its PIN from ever being right."""

    keys: dict[int, ec.EllipticCurvePrivateKey]
    objects: dict[bytes, bytes]
    pin: str = "123456"
    tries: int = PIN_TRIES
    broken: bool = False
    asked: list[bytes] = field(default_factory=list)  # every digest that key 9E was given to sign
    _selected: bool = False
    _verified: bool = False
    _waiting: bytes = b""
    _chained: bytes = b""

    @classmethod
    def new(cls, name: str) -> Self:
        """Make a card with keys of its own, in somebody's name."""
        keys = {reference: ec.generate_private_key(ec.SECP256R1()) for reference in CERTIFICATES}
        objects = {tag: _certificate_object(keys[reference], name) for reference, tag in CERTIFICATES.items()}
        return cls(keys, {**objects, CHUID: _chuid()})

    def public_key(self, reference: int = CARD_AUTHENTICATION) -> str:
        """Give a public key of the card (PEM)."""
        public = self.keys[reference].public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    # --- at the contacts ----------------------------------------------------------------------------------------------

    def atr(self) -> bytes:
        """Answer to reset."""
        return ATR

    def power_on(self) -> None:
        """Whatever was selected or verified is forgotten."""
        self._selected, self._verified, self._waiting, self._chained = False, False, b"", b""

    def power_off(self) -> None:
        """As a reset."""
        self.power_on()

    def answer(self, apdu: bytes) -> bytes | None:
        """Data and status word."""
        head, length = apdu[:4], apdu[4] if len(apdu) > 5 else 0  # noqa: PLR2004 - a header with a length, and data
        data = apdu[5 : 5 + length]
        instruction = head[1]
        if instruction == 0xC0:  # noqa: PLR2004 - GET RESPONSE
            return self._next()
        if head[0] & 0x10:  # a command in pieces
            self._chained += data
            return _word(OK)
        data, self._chained = self._chained + data, b""
        if instruction == 0xA4:  # noqa: PLR2004 - SELECT
            return self._select(data)
        if not self._selected:
            return _word(NO_INSTRUCTION)
        match instruction:
            case 0xCB:
                return self._get_data(data)
            case 0x20:
                return self._verify(data)
            case 0xFD:
                return VERSION + _word(OK)
            case 0x87:
                return self._authenticate(head, data)
            case _:
                return _word(NO_INSTRUCTION)

    def _select(self, data: bytes) -> bytes:
        self._selected = bool(data) and AID.startswith(data)
        if not self._selected:
            return _word(NOT_FOUND)
        application = _tlv(0x4F, AID[5:]) + _tlv(0x79, _tlv(0x4F, AID[:5]))
        return self._give(_tlv(0x61, application))

    def _get_data(self, data: bytes) -> bytes:
        found = self.objects.get(data[2 : 2 + data[1]]) if data[:1] == b"\x5c" else None
        return _word(NOT_FOUND) if found is None else self._give(_tlv(0x53, found))

    def _verify(self, data: bytes) -> bytes:
        if data and self.tries:
            self._verified = data == self.pin.encode().ljust(8, b"\xff")
            self.tries = PIN_TRIES if self._verified else self.tries - 1
        if self._verified:
            return _word(OK)
        return _word(0x63C0 | self.tries if self.tries else BLOCKED)

    def _authenticate(self, head: bytes, data: bytes) -> bytes:
        algorithm, reference = head[2], head[3]
        key = self.keys.get(reference)
        if algorithm != P256 or key is None:
            return _word(0x6A86)
        if reference != CARD_AUTHENTICATION and not self._verified:
            return _word(NOT_ALLOWED)
        at = data.find(b"\x81")
        digest = data[at + 2 : at + 2 + data[at + 1]] if at > 0 else b""
        if len(digest) != SHA256.digest_size:
            return _word(BAD_DATA)
        if reference == CARD_AUTHENTICATION:
            self.asked.append(digest)
        signer = ec.generate_private_key(ec.SECP256R1()) if self.broken else key
        signature = signer.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))
        return self._give(_tlv(0x7C, _tlv(0x82, signature)))

    def _give(self, data: bytes) -> bytes:
        """Answer in pieces, the first at once."""
        self._waiting = data
        return self._next()

    def _next(self) -> bytes:
        given, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
        return given + _word(MORE | min(len(self._waiting), 0xFF) if self._waiting else OK)


def _word(status: int) -> bytes:
    return status.to_bytes(2, "big")


def _tlv(tag: int, value: bytes) -> bytes:
    """Write BER: one byte of tag, a length in one to three bytes."""
    size = len(value)
    if size < 0x80:  # noqa: PLR2004 - the short form
        return bytes((tag, size)) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + value


def _chuid() -> bytes:
    """Give the card's holder identifier: a number of a test, a GUID, a last day; unsigned."""
    fasc_n = bytes.fromhex("D4E739DA739CED39CE739D836858210842108421C84210C3EB")
    return (
        _tlv(0x30, fasc_n) + _tlv(0x34, bytes(range(16))) + _tlv(0x35, b"20301231") + _tlv(0x3E, b"") + _tlv(0xFE, b"")
    )


def _certificate_object(key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, SHA256())
    )
    return _tlv(0x70, certificate.public_bytes(Encoding.DER)) + _tlv(0x71, b"\0") + _tlv(0xFE, b"")
