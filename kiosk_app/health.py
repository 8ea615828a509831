"""How each device and the back end do now, and what can therefore be finished: what the portal may offer."""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app.parts import Part as Part
from kiosk_app.visit import Offer

# Without one of these nothing comes on paper, or out of a compartment, nor with a card without the reader; the fault
# said when a part gives no reason of its own.
_ALWAYS = {Part.PRINTER: FaultCode.PRINTER_LOST, Part.BACK_END: FaultCode.BACKEND_DOWN}
_WITH_A_CARD = {Part.CARD_READER: FaultCode.READER_LOST, **_ALWAYS}
_DOORS = {Part.LOCKERS: FaultCode.LOCKERS_LOST, Part.BACK_END: FaultCode.BACKEND_DOWN}


class HealthBook:
    """The last word of each part. Unknown never blocks: only DOWN does."""

    def __init__(self, parts: set[Part], on_offer: Callable[[Offer], None]) -> None:
        self._on_offer = on_offer
        down = Status(Health.DOWN)
        self.statuses = {part: Status(Health.UNKNOWN) if part in parts else down for part in Part}
        self.offer = Offer()
        self._closed: FaultCode | None = None

    def close(self, why: FaultCode | None) -> None:
        """Offer nothing, whatever works; None: offer again what does."""
        self._closed = why
        self._tell()

    def start(self) -> None:
        """Tell what can be offered with the parts that this kiosk has."""
        self._tell()

    @property
    def complete(self) -> bool:
        """Whether every part that this kiosk has was heard of."""
        return all(status.health is not Health.UNKNOWN for status in self.statuses.values())

    @property
    def well(self) -> frozenset[str]:
        """The names of the parts that are not down."""
        return frozenset(part.value for part, status in self.statuses.items() if status.health is not Health.DOWN)

    def note(self, part: Part, status: Status) -> None:
        """Take in a part's status; tells when the offer changed by it."""
        self.statuses[part] = status
        self._tell()

    def _tell(self) -> None:
        slips = self.statuses[Part.RECEIPT_PRINTER].health is not Health.DOWN
        offer = Offer(self._against(_WITH_A_CARD), self._against(_ALWAYS), slips, self._against(_DOORS))
        if offer != self.offer:
            self.offer = offer
            self._on_offer(offer)

    def _against(self, needed: dict[Part, FaultCode]) -> FaultCode | None:
        if self._closed is not None:
            return self._closed
        for part, usual in needed.items():
            status = self.statuses[part]
            if status.health is Health.DOWN:
                return status.faults[0] if status.faults else usual
        return None
