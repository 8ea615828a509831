"""What opens something besides an identity card: a code that is scanned (`CodeScanner`), a card of staff.

Kept from `devices` as `doors` is: who reads what a printer promises needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from hardware.devices import Status


class CodeScanner(Protocol):
    """Reads QR and bar codes. What was scanned goes to `on_code` and nowhere else: no log, fault or `repr` has it."""

    def watch(self, on_code: Callable[[str], None], on_status: Callable[[Status], None]) -> None:
        """Report each code once, whole, and the status when it changes, until `close`; the first report is the status.

        From a thread of the driver's own. What is no text, too long or of a kind that is not wanted, comes as "".
        """

    def status(self) -> Status:
        """There, and nobody else's: what is scanned goes to us alone."""

    def close(self) -> None:
        """Stop reporting and let go of the device."""


class StaffCard(Struct, frozen=True):
    """Whose card it is, by the name that the settings give it, and what that one may do here."""

    name: str
    role: str


class StaffCardReader(Protocol):
    """Asks a card of staff to prove itself. That somebody holds it proves nothing of who that is: one factor of two."""

    def identify(self) -> StaffCard:
        """Have the card in the reader sign a challenge that nobody used before, and say whose key that was.

        Raises STAFF_CARD_REFUSED (no key of that card is listed), CARD_REMOVED, CARD_UNREADABLE, READER_LOST.
        """
