"""A reader with keys of its own: there the PIN goes from the keys to the card, and never enters the kiosk.

PC/SC part 10 (v2.02.09): the reader is asked over SCardControl which features it has; VERIFY_PIN_DIRECT then takes a
template of VERIFY and fills in the digits by itself. Some readers are asked with pseudo-APDUs instead. To any other
reader such a command is one for the card, so only those that are known for it by name get one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hardware.devices import KEY_SECONDS, PinRefused
from hardware.eid.apdu import OK, Response, exchange, unreadable
from hardware.faults import DeviceFault, FaultCode

GET_FEATURES = 0x42000D48  # CM_IOCTL_GET_FEATURE_REQUEST as pcsc-lite writes it (reader.h)
VERIFY_PIN_DIRECT = 0x06
PSEUDO_FEATURES = bytes.fromhex("FFC2010000")
PSEUDO_VERIFY = bytes.fromhex("FFC20106")
PSEUDO_READERS = ("digipass 870", "digipass 875", "digipass 920")  # as e-Contract/commons-eid knows them

TIMED_OUT, CANCELLED, TOO_SHORT = 0x6400, 0x6401, 0x6403

# PIN_VERIFY_STRUCTURE with the values of both [MW] and commons-eid.
ENTRY = bytes(
    (
        *(KEY_SECONDS, KEY_SECONDS),  # bTimeOut, bTimeOut2: until the first digit and between two
        0x89,  # bmFormatString: BCD, left, from the byte after the length on
        0x47,  # bmPINBlockString: four bits of length, seven bytes of digits
        0x04,  # bmPINLengthFormat: the length begins after four bits
        *(0x0C, 0x04),  # wPINMaxExtraDigit: at most 12 digits, at least 4
        0x02,  # bEntryValidationCondition: the OK key
        0x01,  # bNumberMessage
        *(0x13, 0x08),  # wLangId: Dutch as spoken in Belgium
        *(0x00, 0x00, 0x00, 0x00),  # bMsgIndex; bTeoPrologue, of T=1 alone
    )
)
VERIFY_TEMPLATE = bytes.fromhex("0020000108 20FFFFFFFFFFFFFF")
STRUCTURE = ENTRY + len(VERIFY_TEMPLATE).to_bytes(4, "little") + VERIFY_TEMPLATE

# Has the resident type the PIN on the reader and gives the card's answer, or the reader's.
Keys = Callable[[], bytes]


class Channel(Protocol):
    """A card in its reader."""

    def transmit(self, command: bytes | bytearray) -> bytes:
        """Send an APDU. Raises DeviceFault."""

    def control(self, code: int, data: bytes) -> bytes:
        """Ask the reader itself. Raises DeviceFault, also where it does not know the question."""


def find(channel: Channel, reader: str) -> Keys | None:
    """The keys of this reader; None where it has none. Raises DeviceFault when the reader or the card is gone."""
    code = _control_code(_features(channel))
    if code is not None:
        return lambda: channel.control(code, STRUCTURE)
    if any(name in reader.lower() for name in PSEUDO_READERS):
        said = exchange(channel.transmit, PSEUDO_FEATURES)
        if said.status == OK and VERIFY_PIN_DIRECT in said.data:
            return lambda: channel.transmit(PSEUDO_VERIFY + bytes((len(STRUCTURE),)) + STRUCTURE)
    return None


def verify(keys: Keys) -> PinRefused | None:
    """Let the resident type; None: the PIN was right. Raises PIN_NOT_TYPED, PIN_CANCELLED, CARD_UNREADABLE."""
    answer = keys()
    if len(answer) != 2:  # noqa: PLR2004 - a status word
        raise unreadable(f"PIN on the reader: an answer of {len(answer)} bytes")
    response = Response(b"", int.from_bytes(answer, "big"))
    if response.tries_left is not None:
        return PinRefused(response.tries_left)
    if response.status == CANCELLED:
        raise DeviceFault(FaultCode.PIN_CANCELLED, "by a key of the reader")
    if response.status in {TIMED_OUT, TOO_SHORT}:
        raise DeviceFault(FaultCode.PIN_NOT_TYPED, f"{response.status:04X}")
    if response.status != OK:
        raise unreadable(f"PIN on the reader: {response.status:04X}")
    return None


def _features(channel: Channel) -> bytes:
    try:
        return channel.control(GET_FEATURES, b"")
    except DeviceFault as fault:
        if fault.code is not FaultCode.CARD_UNREADABLE:
            raise
        return b""  # a reader that does not know the question


def _control_code(features: bytes) -> int | None:
    """The control code behind tag 06 in a list of tag, length, value."""
    at = 0
    while at + 2 <= len(features):
        tag, length = features[at], features[at + 1]
        value = features[at + 2 : at + 2 + length]
        if tag == VERIFY_PIN_DIRECT and len(value) == 4:  # noqa: PLR2004 - a DWORD, big endian
            return int.from_bytes(value, "big")
        at += 2 + length
    return None
