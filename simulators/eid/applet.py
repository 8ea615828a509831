"""The chip: a Belgian eID applet that answers APDUs over T=0 as the applet manuals say, with real keys.

Its PIN tries count down and stay down, also after a reset or a stay outside the reader. It knows the commands that a
visit and OpenSC need; every other one answers 6D00.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from simulators.eid.files import Numbers
from simulators.eid.pki import EC_KIND, Chip, PrivateKey

ATR = {
    "1.8": bytes.fromhex("3B7F96000080318065B085040120120FFF829000"),
    "1.7": bytes.fromhex("3B9813400AA503010101AD1311"),
    "hybrid": bytes.fromhex("3B9813400AA503010101AD1311"),  # the chip of 1.7 [H17]
    # Applet 1.1, out of use: VERIFY without data costs a try there.
    "1.1": bytes.fromhex("3B9894400AA503010101AD1310"),
}
APPLET_VERSION = {"1.8": 0x18, "1.7": 0x17, "hybrid": 0x17, "1.1": 0x11}
APPLET_AID = bytes.fromhex("A00000003029057000AD13100101FF")
PKCS15_AID = bytes.fromhex("A000000177504B43532D3135")
PERSONALISED, NOT_ACTIVATED = 0x0F, 0x07
PIN_TRIES = 3
AUTHENTICATION_KEY, SIGNATURE_KEY = 0x82, 0x83
DIRECTORIES = (0x3F00, 0xDF00, 0xDF01)
SHORT = 256  # T=0 knows no longer answer

OK, MORE, WRONG_LENGTH, WRONG_LE = 0x9000, 0x6100, 0x6700, 0x6C00
NOT_VERIFIED, BLOCKED, CONDITIONS = 0x6982, 0x6983, 0x6985
BAD_DATA, NOT_FOUND, BAD_PARAMETERS, NO_REFERENCE = 0x6A80, 0x6A82, 0x6A86, 0x6A88
OFFSET, NO_INSTRUCTION, NO_CLASS = 0x6B00, 0x6D00, 0x6E00

# PSO algorithm reference -> hash. 1.7: RSA PKCS#1 (01 takes a whole DigestInfo); 1.8: ECDSA.
RSA_HASHES: dict[int, hashes.HashAlgorithm | None] = {1: None, 2: hashes.SHA1(), 8: hashes.SHA256()}  # noqa: S303
EC_HASHES: dict[int, hashes.HashAlgorithm] = {1: hashes.SHA256(), 2: hashes.SHA384(), 4: hashes.SHA512()}


@dataclass(frozen=True, repr=False)
class Command:
    """An APDU taken apart. `le` is None where none was sent (T=0: data and an expected length never go together)."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @classmethod
    def parse(cls, apdu: bytes) -> Command:
        """Take an APDU of at least four bytes apart. Raises ValueError."""
        cla, ins, p1, p2 = apdu[:4]
        if len(apdu) <= 5:  # noqa: PLR2004 - four bytes of header, and P3 where there is one
            return cls(cla, ins, p1, p2, le=(apdu[4] or SHORT) if len(apdu) > 4 else None)  # noqa: PLR2004
        data = apdu[5 : 5 + apdu[4]]
        if len(data) != apdu[4] or len(apdu) > 6 + apdu[4]:
            raise ValueError("Lc does not fit")
        return cls(cla, ins, p1, p2, data=data)


@dataclass(repr=False)
class VirtualCard:
    """One card, in the reader or out of it. `transmit` takes an APDU and gives data and status word."""

    kind: str
    chip: Chip
    files: dict[int, bytes]
    numbers: Numbers
    pin: str
    tries: int = PIN_TRIES
    life_cycle: int = PERSONALISED
    _file: bytes | None = field(default=None, init=False)
    _waiting: bytes = field(default=b"", init=False)
    _verified: bool = field(default=False, init=False)
    _since_verify: int = field(default=0, init=False)
    _environment: tuple[int, int] | None = field(default=None, init=False)

    def atr(self) -> bytes:
        """Answer to reset."""
        return ATR[self.kind]

    def power_on(self) -> None:
        """Cold or warm reset: whatever was selected or verified is forgotten."""
        self._file, self._waiting, self._verified, self._environment = None, b"", False, None

    def power_off(self) -> None:
        """Out of the reader, or the reader saves power."""
        self.power_on()

    def transmit(self, apdu: bytes) -> bytes:
        """Answer one APDU."""
        try:
            command = Command.parse(apdu)
        except ValueError:
            return _status(WRONG_LENGTH)
        if (command.cla, command.ins) != (0x00, 0xC0):
            self._waiting = b""
        self._since_verify += 1
        handler = _HANDLERS.get((command.cla, command.ins))
        if handler is None:
            return _status(NO_INSTRUCTION if command.cla in {0x00, 0x80} else NO_CLASS)
        return handler(self, command)

    # --- files --------------------------------------------------------------------------------------------------------

    def _select(self, command: Command) -> bytes:
        if command.p1 == 0x04:  # noqa: PLR2004 - by application
            return _status(OK if command.data in {APPLET_AID, PKCS15_AID} else NOT_FOUND)
        if command.p1 not in {0x00, 0x02, 0x08} or len(command.data) % 2:
            return _status(BAD_PARAMETERS)
        identifier = int.from_bytes(command.data[-2:], "big")
        if identifier not in self.files and identifier not in DIRECTORIES:
            return _status(NOT_FOUND)
        self._file = self.files.get(identifier)
        return _status(OK)

    def _read(self, command: Command) -> bytes:
        if self._file is None:
            return _status(CONDITIONS)
        offset = command.p1 << 8 | command.p2
        if offset >= len(self._file):
            return _status(OFFSET)
        return _exactly(self._file[offset : offset + SHORT], command.le)

    def _card_data(self, command: Command) -> bytes:
        # Component, operating system, softmask; applet; global OS, interface, PKCS#1, key exchange; life cycle.
        chip = bytes((0xA5, 0x00, 0x03, 0x01, 0x01, APPLET_VERSION[self.kind], 0x00, 0x02, 0x00, 0x01, 0x00))
        data = self.numbers.serial + chip + bytes((self.life_cycle,))
        if command.p2 == 1 and self.kind == EC_KIND:
            data += bytes((self.tries, 0xFF, 0xFF))
        elif command.p2 != 0:
            return _status(BAD_PARAMETERS)
        return _exactly(data, command.le)

    # --- PIN and keys -------------------------------------------------------------------------------------------------

    def _verify(self, command: Command) -> bytes:
        if command.p2 != 1:
            return _status(NO_REFERENCE)
        if self.life_cycle != PERSONALISED:
            return _status(CONDITIONS)
        asks_only = not command.data and self.kind != "1.1"
        if asks_only and self._verified:
            return _status(OK)
        if not asks_only and self.tries:
            self._try(command.data)
            if self._verified:
                return _status(OK)
        return _status(0x63C0 | self.tries if self.tries else BLOCKED)

    def _try(self, block: bytes) -> None:
        self._verified = block == pin_block(self.pin)
        self.tries = PIN_TRIES if self._verified else self.tries - 1
        self._since_verify = 0

    def _log_off(self, command: Command) -> bytes:
        del command
        self._verified = False
        return _status(OK)

    def _set_environment(self, command: Command) -> bytes:
        if (command.p1, command.p2) != (0x41, 0xB6) or len(command.data) != 5:  # noqa: PLR2004
            return _status(BAD_PARAMETERS)
        _, _, algorithm, _, reference = command.data
        if self._key(reference) is None:
            return _status(NO_REFERENCE)
        if algorithm not in (EC_HASHES if self.kind == EC_KIND else RSA_HASHES):
            return _status(BAD_DATA)
        self._environment = (algorithm, reference)
        return _status(OK)

    def _sign(self, command: Command) -> bytes:
        if self._environment is None or self.life_cycle != PERSONALISED:
            return _status(CONDITIONS)
        algorithm, reference = self._environment
        key = self._key(reference)
        # The authentication key asks for the PIN once; the signature key just before, with one command between at most.
        fresh = self._since_verify <= 2 if reference == SIGNATURE_KEY else True  # noqa: PLR2004
        if key is None or not (self._verified and fresh):
            return _status(NOT_VERIFIED)
        try:
            self._waiting = _sign(key, algorithm, command.data)
        except ValueError:
            return _status(WRONG_LENGTH)
        return _status(MORE | len(self._waiting) & 0xFF)

    def _get_response(self, command: Command) -> bytes:
        if not self._waiting:
            return _status(CONDITIONS)
        if command.le is None or command.le > len(self._waiting):
            return _status(WRONG_LE | len(self._waiting) & 0xFF)
        given, self._waiting = self._waiting[: command.le], self._waiting[command.le :]
        return _status(MORE | len(self._waiting) & 0xFF if self._waiting else OK, given)

    def _key(self, reference: int) -> PrivateKey | None:
        signers = {AUTHENTICATION_KEY: self.chip.authentication, SIGNATURE_KEY: self.chip.signature}
        signer = signers.get(reference)
        return signer.key if signer else None


def pin_block(pin: str) -> bytes:
    """The eight bytes of VERIFY: 2, length, BCD digits, F to the end."""
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))


def _status(word: int, data: bytes = b"") -> bytes:
    return data + word.to_bytes(2, "big")


def _exactly(data: bytes, le: int | None) -> bytes:
    """T=0: an expected length beyond the data is refused with the right one (6Cxx); a shorter one cuts."""
    if le is None or le > len(data):
        return _status(WRONG_LE | len(data) & 0xFF)
    return _status(OK, data[:le])


def _sign(key: PrivateKey, algorithm: int, digest: bytes) -> bytes:
    """Sign a digest, as long as the algorithm's, or (1.7, algorithm 01) a DigestInfo. Raises ValueError."""
    if isinstance(key, rsa.RSAPrivateKey):
        hashed = RSA_HASHES[algorithm]
        if hashed is None:
            return _pkcs1(key, digest)
        return key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashed))
    der = key.sign(digest, ec.ECDSA(utils.Prehashed(EC_HASHES[algorithm])))
    return b"".join(number.to_bytes(48, "big") for number in utils.decode_dss_signature(der))


def _pkcs1(key: rsa.RSAPrivateKey, info: bytes) -> bytes:
    """RFC 8017 §8.2.1 around a DigestInfo that is there already: at most 245 bytes."""
    size = key.key_size // 8
    if len(info) > size - 11:
        raise ValueError("DigestInfo too long")
    private = key.private_numbers()
    block = int.from_bytes(b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info, "big")
    return pow(block, private.d, private.public_numbers.n).to_bytes(size, "big")


_HANDLERS: dict[tuple[int, int], Callable[[VirtualCard, Command], bytes]] = {
    (0x00, 0xA4): VirtualCard._select,  # noqa: SLF001 - the table of this class
    (0x00, 0xB0): VirtualCard._read,  # noqa: SLF001
    (0x00, 0x20): VirtualCard._verify,  # noqa: SLF001
    (0x00, 0x22): VirtualCard._set_environment,  # noqa: SLF001
    (0x00, 0x2A): VirtualCard._sign,  # noqa: SLF001
    (0x00, 0xC0): VirtualCard._get_response,  # noqa: SLF001
    (0x80, 0xE4): VirtualCard._card_data,  # noqa: SLF001
    (0x80, 0xE6): VirtualCard._log_off,  # noqa: SLF001
}
