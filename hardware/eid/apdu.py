"""Commands and answers of a smart card: how they are written, and what T=0 does to them (ISO 7816-3, 7816-4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardware.faults import DeviceFault, FaultCode

# Sends one APDU and gives data and status word; raises DeviceFault.
Transmit = Callable[[bytes | bytearray], bytes]

OK = 0x9000
END_OF_FILE = 0x6282  # fewer bytes than asked for
BLOCKED = 0x6983
CONDITIONS = 0x6985
NOT_FOUND = 0x6A82
OFFSET = 0x6B00
NO_INSTRUCTION = 0x6D00
NO_CLASS = 0x6E00
# Another application is selected, or the card knows ours not at all.
ELSEWHERE = frozenset({NOT_FOUND, 0x6A86, 0x6A81, NO_INSTRUCTION, NO_CLASS})

SHORT = 256  # the longest answer of a short APDU; Le 00 asks for it
HEADER = 5  # CLA INS P1 P2 P3: a command that expects data and sends none
# An answer comes in one piece, or a reader cuts it up; a card that goes on and on is broken.
MAX_PIECES = 4


@dataclass(frozen=True, repr=False)
class Response:
    """Data and status word. No `repr`: the data may be somebody's."""

    data: bytes
    status: int

    @property
    def tries_left(self) -> int | None:
        """What 63Cx and 6983 say of the PIN; None for another status."""
        if self.status == BLOCKED:
            return 0
        return self.status & 0xF if self.status & 0xFFF0 == 0x63C0 else None  # noqa: PLR2004 - [ISO 7816-4] 63Cx


def exchange(transmit: Transmit, command: bytes | bytearray) -> Response:
    """Send a command; fetch what 61xx announces, ask again with the length that 6Cxx gives. Raises DeviceFault."""
    response = _once(transmit, command)
    if response.status >> 8 == 0x6C and len(command) == HEADER:  # noqa: PLR2004
        response = _once(transmit, bytes(command[:4]) + bytes((response.status & 0xFF,)))
    data = response.data
    for _ in range(MAX_PIECES):
        if response.status >> 8 != 0x61:  # noqa: PLR2004
            return Response(data, response.status)
        response = _once(transmit, bytes((0x00, 0xC0, 0x00, 0x00, response.status & 0xFF)))
        data += response.data
    raise unreadable("the answer has no end")


def unreadable(detail: str) -> DeviceFault:
    """A fault for an answer that cannot be right. `detail` holds lengths and status words, never data."""
    return DeviceFault(FaultCode.CARD_UNREADABLE, detail)


def _once(transmit: Transmit, command: bytes | bytearray) -> Response:
    answer = transmit(command)
    if not 2 <= len(answer) <= SHORT + 2:  # noqa: PLR2004 - at least a status word
        raise unreadable(f"an answer of {len(answer)} bytes")
    return Response(answer[:-2], int.from_bytes(answer[-2:], "big"))
