"""What is said to a card, command by command: recognise it, read one certificate, sign one digest.

Knows no reader: it talks through a `Transmit`. Data, PIN and signature are in no message of any fault.
A whole login on a card with a certificate of 1 KB: recognise 1 (applet 1.8) or 2, read 5, sign 5 commands.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from hardware.devices import Applet, Card, Certificate, PinRefused, Signature
from hardware.eid import certificate
from hardware.eid.apdu import (
    CONDITIONS,
    ELSEWHERE,
    END_OF_FILE,
    NO_INSTRUCTION,
    NOT_FOUND,
    OFFSET,
    OK,
    SHORT,
    Response,
    Transmit,
    exchange,
    unreadable,
)
from hardware.faults import DeviceFault, FaultCode

# ATR of applet 1.8, and of 1.7 and older with what differs between those masked out (as libelectronic-id does).
ATR_1_8 = bytes.fromhex("3B7F96000080318065B085040120120FFF829000")
ATR_1_7 = bytes.fromhex("3B9813400AA503010101AD1311")
MASK_1_7 = bytes.fromhex("FFFF00FF00FFFFFFFFFFFFFF00")

SELECT_APPLET = bytes.fromhex("00A4040C0F A00000003029057000AD13100101FF")
CARD_DATA = bytes.fromhex("80E400001C")
CARD_DATA_AND_TRIES = bytes.fromhex("80E400011F")  # applet 1.8 and later
SELECT_CERTIFICATE = bytes.fromhex("00A4020C025038")  # file identifiers are unique: no directory first
PIN_STATUS = bytes.fromhex("0020000100")
LOG_OFF = bytes.fromhex("80E60000")
SIGN = bytes.fromhex("002A9E9A")

# GET CARD DATA [A18]: 28 bytes, with the applet version and the life cycle at these places; then the tries.
CARD_DATA_SIZE, APPLET_AT, LIFE_CYCLE_AT, TRIES_AT = 28, 21, 27, 28
NOT_PERSONALISED = 0x07
PIN_TRIES = 3
MAX_TRIES = 15  # a counter of four bits in 63Cx

# The largest certificate file seen is 2500 bytes with its padding.
MAX_CERTIFICATE = 4096
# Five pieces of 256 bytes are usual; some readers hand over less at a time.
MAX_READS = 64

AUTHENTICATION_KEY = 0x82
PIN_SHORTEST, PIN_LONGEST, PIN_BLOCK = 4, 12, 8
# By applet: algorithm reference, digest and signature size. 1.7: SHA-256 with PKCS#1; 1.8: ECDSA with SHA-384.
ALGORITHMS = {Applet.V1_7: (0x08, 32, 256), Applet.V1_8: (0x02, 48, 96)}


# --- recognise -------------------------------------------------------------------------------------------------------


def recognise(transmit: Transmit, atr: bytes) -> Card:
    """Say what card answers with this ATR, and how many PIN tries it has. Raises DeviceFault."""
    if not known(atr):
        _select_applet(transmit)
    data = _card_data(transmit, CARD_DATA_AND_TRIES if atr == ATR_1_8 else CARD_DATA)
    applet = _applet(data[APPLET_AT])
    if data[LIFE_CYCLE_AT] == NOT_PERSONALISED:
        raise DeviceFault(FaultCode.CARD_NOT_ACTIVATED, "its life cycle says so")
    return Card(applet, data[TRIES_AT] if len(data) > TRIES_AT else _ask_tries(transmit))


def known(atr: bytes) -> bool:
    """Whether a card that answers its reset like this may be an eID; whether it is one, only its applet can tell."""
    masked = bytes(have & mask for have, mask in zip(atr, MASK_1_7, strict=False))
    return atr == ATR_1_8 or (
        len(atr) == len(ATR_1_7) and masked == bytes(a & m for a, m in zip(ATR_1_7, MASK_1_7, strict=True))
    )


def _card_data(transmit: Transmit, command: bytes) -> bytes:
    response = exchange(transmit, command)
    if response.status in ELSEWHERE:
        _select_applet(transmit)
        response = exchange(transmit, CARD_DATA)
    if response.status in {NO_INSTRUCTION, CONDITIONS}:
        raise DeviceFault(FaultCode.CARD_NOT_ACTIVATED, f"GET CARD DATA: {response.status:04X}")
    _expect_ok(response, "GET CARD DATA", (CARD_DATA_SIZE, CARD_DATA_SIZE + 3))
    if len(response.data) > CARD_DATA_SIZE and response.data[TRIES_AT] > MAX_TRIES:
        raise unreadable("GET CARD DATA: tries that cannot be")
    return response.data


def _select_applet(transmit: Transmit) -> None:
    status = exchange(transmit, SELECT_APPLET).status
    if status in ELSEWHERE:
        raise DeviceFault(FaultCode.NOT_AN_EID, f"no applet of ours: {status:04X}")
    if status != OK:
        raise unreadable(f"SELECT applet: {status:04X}")


def _applet(version: int) -> Applet:
    # Below 1.7 asking for the tries would cost one, and the keys are too short: such a card is left alone.
    if version == 0x17:  # noqa: PLR2004 - [A18] one nibble a digit
        return Applet.V1_7
    if version >> 4 == 1 and version >= 0x18:  # noqa: PLR2004
        return Applet.V1_8
    raise DeviceFault(FaultCode.CARD_UNSUPPORTED, f"applet {version:02X}")


def _ask_tries(transmit: Transmit) -> int:
    """VERIFY without data: free of charge from applet 1.7 on."""
    response = exchange(transmit, PIN_STATUS)
    if response.status == OK:  # somebody's PIN is still open: then its counter is full
        return PIN_TRIES
    if response.tries_left is None:
        raise _refusal(response, "PIN status")
    return response.tries_left


# --- read ------------------------------------------------------------------------------------------------------------


def read_certificate(transmit: Transmit) -> Certificate:
    """Read the authentication certificate: its own length and no byte more. Raises DeviceFault."""
    response = exchange(transmit, SELECT_CERTIFICATE)
    if response.status in ELSEWHERE:
        _select_applet(transmit)
        response = exchange(transmit, SELECT_CERTIFICATE)
    if response.status == NOT_FOUND:
        raise DeviceFault(FaultCode.NO_CERTIFICATE, "no such file")
    _expect_ok(response, "SELECT certificate", (0,))
    return certificate.parse(_read_der(transmit))


def _read_der(transmit: Transmit) -> bytes:
    content = _read_piece(transmit, 0, SHORT)
    if not content:
        raise unreadable("a file without a byte")
    if content[0] == 0:  # [C18] zeros stand in the place of a certificate that is not there
        raise DeviceFault(FaultCode.NO_CERTIFICATE, "an empty file")
    total = certificate.der_length(content)
    if total > MAX_CERTIFICATE:
        raise unreadable(f"a certificate of {total} bytes")
    for _ in range(MAX_READS):
        if len(content) >= total:
            return content[:total]
        piece = _read_piece(transmit, len(content), min(SHORT, total - len(content)))
        if not piece:
            break
        content += piece
    raise unreadable(f"the certificate ends after {len(content)} of {total} bytes")


def _read_piece(transmit: Transmit, offset: int, size: int) -> bytes:
    """Read up to `size` bytes (1 to 256); fewer, or none, at the end of the file."""
    response = exchange(transmit, bytes((0x00, 0xB0, offset >> 8, offset & 0xFF, size & 0xFF)))
    if response.status == OFFSET:
        return b""
    if response.status != END_OF_FILE or len(response.data) > size:
        _expect_ok(response, "READ BINARY", range(size + 1))
    return response.data


# --- sign ------------------------------------------------------------------------------------------------------------


def sign(transmit: Transmit, applet: Applet, pin: bytearray, digest: bytes) -> Signature | PinRefused:
    """Sign with a PIN that the kiosk was given; see `sign_when`. Raises DeviceFault."""
    return sign_when(lambda: verify(transmit, pin), transmit, applet, digest)


def sign_when(
    verified: Callable[[], PinRefused | None], transmit: Transmit, applet: Applet, digest: bytes
) -> Signature | PinRefused:
    """Choose the key, have the PIN verified, sign. Whoever calls logs off afterwards, whatever happened.

    The key is chosen first: a card that does not have it costs nobody a try. Raises DeviceFault.
    """
    algorithm, digest_size, signature_size = ALGORITHMS[applet]
    if len(digest) != digest_size:
        raise DeviceFault(FaultCode.INTERNAL, f"a digest of {len(digest)} bytes for a key that takes {digest_size}")
    environment = bytes((0x00, 0x22, 0x41, 0xB6, 5, 4, 0x80, algorithm, 0x84, AUTHENTICATION_KEY))
    _expect_ok(exchange(transmit, environment), "choice of key", (0,))
    refused = verified()
    if refused is not None:
        return refused
    response = exchange(transmit, SIGN + bytes((digest_size,)) + digest)
    _expect_ok(response, "signature", (signature_size,))
    return Signature(response.data)


def verify(transmit: Transmit, pin: bytearray) -> PinRefused | None:
    """Give the PIN, ASCII digits, to the card; None means that it was right. Costs a try when it was not."""
    command = verify_command(pin)
    try:
        response = exchange(transmit, command)
    finally:
        command[:] = bytes(len(command))
    if response.tries_left is not None:
        return PinRefused(response.tries_left)
    _expect_ok(response, "VERIFY", (0,))
    return None


def verify_command(pin: bytearray) -> bytearray:
    """VERIFY with the PIN as BCD digits, padded with F to eight bytes. The caller wipes it. Raises DeviceFault."""
    if not PIN_SHORTEST <= len(pin) <= PIN_LONGEST or not pin.isdigit():
        raise DeviceFault(FaultCode.INTERNAL, "a PIN has 4 to 12 digits")
    command = bytearray((0x00, 0x20, 0x00, 0x01, PIN_BLOCK, 0x20 | len(pin), *[0xFF] * (PIN_BLOCK - 1)))
    for index, digit in enumerate(pin):
        at = 6 + index // 2
        low = digit & 0x0F
        command[at] = (low << 4 | 0x0F) if index % 2 == 0 else (command[at] & 0xF0 | low)
    return command


def log_off(transmit: Transmit) -> bool:
    """Close what a PIN opened. False where the card did not say that it is closed: then only a reset will do."""
    try:
        return exchange(transmit, LOG_OFF).status == OK
    except DeviceFault:
        return False


def _expect_ok(response: Response, what: str, sizes: Container[int]) -> None:
    if response.status != OK:
        raise _refusal(response, what)
    if len(response.data) not in sizes:
        raise unreadable(f"{what}: {len(response.data)} bytes")


def _refusal(response: Response, what: str) -> DeviceFault:
    inactive = response.status in {CONDITIONS, NO_INSTRUCTION}  # [MW] as consulates hand them out
    code = FaultCode.CARD_NOT_ACTIVATED if inactive else FaultCode.CARD_UNREADABLE
    return DeviceFault(code, f"{what}: {response.status:04X}")
