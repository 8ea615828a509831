"""A reader with keys of its own: what a resident does at it, and what it tells the kiosk (PC/SC part 10 v2.02.09).

It understands the pseudo-APDUs `FF C2 01 00` (which features are there) and `FF C2 01 06` (verify a PIN). A reader that
is asked through SCardControl instead (`pinpad_reader.c`) hands the same two on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from queue import Empty, SimpleQueue

from simulators.eid.plug import Pulled

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


class Later:
    """What the resident does when somebody says so. Until then the reader waits, as long as it was told to."""

    def __init__(self) -> None:
        self.waits = threading.Event()
        self._done: SimpleQueue[str | Deed | None] = SimpleQueue()

    def do(self, deed: str | Deed) -> None:
        """Now."""
        self._done.put(deed)

    def pull(self) -> None:
        """Take the card out instead: that ends the waiting."""
        self._done.put(None)

    def wait(self, seconds: float) -> str | Deed:
        """Give what was done. Raises Pulled."""
        self.waits.set()
        try:
            deed = self._done.get(timeout=seconds)
        except Empty:
            return Deed.WAITS
        if deed is None:
            raise Pulled
        return deed


@dataclass(repr=False)
class Pinpad:
    """The keys. `will` is what the resident does next, each time once: types a PIN or does something else.

    When that is done they do `always`, or nothing. `structures` is what the reader was told to do.
    """

    will: list[str | Deed | Later] = field(default_factory=list)
    always: str | Later | None = None
    structures: list[bytes] = field(default_factory=list)
    _later: Later | None = field(default=None, init=False)

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

    def card_out(self) -> None:
        """The card is pulled: a reader that waits for keys waits no longer."""
        if self._later is not None:
            self._later.pull()

    def _verify(self, structure: bytes, card: Callable[[bytes], bytes]) -> bytes:
        self.structures.append(structure)
        deed = self.will.pop(0) if self.will else self.always or Deed.WAITS
        if isinstance(deed, Later):
            self._later = deed
            deed = deed.wait(structure[0])  # bTimeOut, in seconds
        if isinstance(deed, Deed):
            return deed.value
        return card(self._filled_in(structure[APDU_AT:], deed))

    @staticmethod
    def _filled_in(command: bytes, pin: str) -> bytes:
        """Put the PIN where bmFormatString 89 and bmPINBlockString 47 say: BCD, left, its length in four bits."""
        digits = bytes.fromhex(pin.ljust(2 * (len(command) - PIN_AT - 1), "F"))
        return command[:PIN_AT] + bytes((command[PIN_AT] & 0xF0 | len(pin),)) + digits
