"""What can be finished at this kiosk now: what the portal may offer, and what is refused before anyone types a PIN."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.faults import FaultCode


@dataclass(frozen=True)
class Offer:
    """What can be finished now. None means it works; a fault says why not, and is said before anyone types a PIN.

    On paper: `documents` with a card, `codes` without one. `doors`: out of a compartment.
    """

    documents: FaultCode | None = None
    codes: FaultCode | None = None
    slips: bool = True
    doors: FaultCode | None = FaultCode.LOCKERS_LOST

    @property
    def with_code(self) -> FaultCode | None:
        """Say why a code leads to nothing at all, where that is so."""
        return self.codes if self.doors is not None else None
