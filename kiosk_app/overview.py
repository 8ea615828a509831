"""What is wrong with a kiosk now, worst first, and since when: for whoever comes to mend it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app.audit import AuditTrail
from kiosk_app.maintenance.work import PartTold, Told, Trouble
from kiosk_app.parts import Part
from kiosk_app.temperature import degrees

# What stands for a part that is down and gives no reason.
_USUAL = {
    Part.CARD_READER: FaultCode.READER_LOST,
    Part.PRINTER: FaultCode.PRINTER_LOST,
    Part.BACK_END: FaultCode.BACKEND_DOWN,
    Part.RECEIPT_PRINTER: FaultCode.RECEIPT_LOST,
    Part.KEYPAD: FaultCode.KEYPAD_LOST,
    Part.PAPER_SENSOR: FaultCode.PAPER_SENSOR_LOST,
    Part.SCANNER: FaultCode.SCANNER_LOST,
    Part.LOCKERS: FaultCode.LOCKERS_LOST,
    Part.SPEECH: FaultCode.SPEECH_LOST,
    Part.HEADSET: FaultCode.HEADSET_LOST,
    Part.MACHINE: FaultCode.INTERNAL,
}
_RANK = (Health.DOWN, Health.UNKNOWN, Health.DEGRADED, Health.OK)
# Without one of these no resident is served; then what is missed least.
_WEIGHT = (Part.PRINTER, Part.BACK_END, Part.CARD_READER, Part.MACHINE)


class Overview:
    """Remembers since when each thing is wrong. `statuses` gives how each part does; `have` are the parts there are."""

    def __init__(self, statuses: Callable[[], dict[Part, Status]], have: set[Part], trail: AuditTrail) -> None:
        self._statuses = statuses
        self._have = have
        self._trail = trail
        self._seen: dict[tuple[Part, FaultCode], datetime] = {}
        self._lock = threading.Lock()

    def noted(self, part: Part, status: Status, at: datetime | None = None) -> None:
        """Take in how a part does, when that changed (`at`, else now). From any thread."""
        now = at or datetime.now(UTC)
        codes = {code for code, _ in _wrong(part, status)}
        with self._lock:
            known = {key: since for key, since in self._seen.items() if key[0] is not part or key[1] in codes}
            self._seen = {**{(part, code): now for code in codes}, **known}

    def told(self) -> Told:
        """Tell how everything does. Asks the memory: not on the screen's thread."""
        statuses = {part: status for part, status in self._statuses().items() if part in self._have}
        parts = tuple(PartTold(part, status.health) for part, status in statuses.items())
        return Told(parts, tuple(sorted(self._troubles(statuses), key=_badness)), degrees(), self._trail.broken_off())

    def _troubles(self, statuses: dict[Part, Status]) -> Iterator[Trouble]:
        for part, status in statuses.items():
            for code, health in _wrong(part, status):
                yield Trouble(part, code, health, self._since(part, code))

    def _since(self, part: Part, code: FaultCode) -> datetime:
        """Give when it began: a kiosk that began anew meanwhile did not end it."""
        with self._lock:
            seen = self._seen.get((part, code), datetime.now(UTC))
        written = self._trail.since(part, code)
        return min(seen, written) if written is not None else seen


def _wrong(part: Part, status: Status) -> Iterator[tuple[FaultCode, Health]]:
    """Give what is wrong with a part; only the first thing is as bad as the part itself."""
    if status.faults:
        yield from ((code, Health.DEGRADED if number else status.health) for number, code in enumerate(status.faults))
    elif status.health is Health.DOWN:
        yield _USUAL[part], Health.DOWN


def _badness(trouble: Trouble) -> tuple[int, int]:
    weight = _WEIGHT.index(trouble.part) if trouble.part in _WEIGHT else len(_WEIGHT)
    return _RANK.index(trouble.health), weight
