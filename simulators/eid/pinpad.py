"""A reader with keys of its own: what a resident does at it, and what it tells the kiosk (PC/SC part 10 v2.02.09).

It understands the pseudo-APDUs `FF C2 01 00` (which features are there) and `FF C2 01 06` (verify a PIN). A reader that
is asked through SCardControl instead (`pinpad_reader.c`) hands the same two on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

PSEUDO = b"\xff\xc2\x01"
FEATURES, VERIFY_PIN_DIRECT = 0x00, 0x06
OK = b"\x90\x00"
APDU_AT = 19  # abData of PIN_VERIFY_STRUCTURE
PIN_AT = 5  # in VERIFY: the length of the PIN, then its digits


class Deed(Enum):
    """What the resident does instead of typing, and what the reader then says."""

    WAITS = bytes.fromhex("6400")
    CANCELS = bytes.fromhex("6401")
    TYPES_TOO_LITTLE = bytes.fromhex("6403")


@dataclass(repr=False)
class Pinpad:
    """The keys. `will` is what the resident does next, each time once: types a PIN or does something else.

    When that is done they type `always`, or nothing. `structures` is what the reader was told to do.
    """

    will: list[str | Deed] = field(default_factory=list)
    always: str | None = None
    structures: list[bytes] = field(default_factory=list)

    @staticmethod
    def means(apdu: bytes) -> bool:
        """Whether a command is for the reader and not for the card."""
        return apdu[:3] == PSEUDO

    def answer(self, apdu: bytes, card: Callable[[bytes], bytes]) -> bytes:
        """Answer a pseudo-APDU, with the card's own word where a PIN was typed."""
        match apdu[3]:
            case 0x00:
                return bytes((VERIFY_PIN_DIRECT,)) + OK
            case 0x06:
                return self._verify(apdu[5:], card)
            case _:
                return bytes.fromhex("6A81")

    def _verify(self, structure: bytes, card: Callable[[bytes], bytes]) -> bytes:
        self.structures.append(structure)
        deed = self.will.pop(0) if self.will else self.always or Deed.WAITS
        if isinstance(deed, Deed):
            return deed.value
        return card(self._filled_in(structure[APDU_AT:], deed))

    @staticmethod
    def _filled_in(command: bytes, pin: str) -> bytes:
        """Put the PIN where bmFormatString 89 and bmPINBlockString 47 say: BCD, left, its length in four bits."""
        digits = bytes.fromhex(pin.ljust(2 * (len(command) - PIN_AT - 1), "F"))
        return command[:PIN_AT] + bytes((command[PIN_AT] & 0xF0 | len(pin),)) + digits
