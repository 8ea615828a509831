"""Looks at the machine itself now and then: room on its disk, its clock, the last day of its certificates."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import BackEnd
from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app.audit import AuditTrail
from kiosk_app.effects import Effect
from kiosk_app.store import takes_more
from kiosk_app.upkeep import Upkeep
from kiosk_app.worker import Worker

# A disk fills in days, a certificate ends on a day that was known for a year.
LOOK_EVERY = 30.0
# While the audit trail is looked through beside: what was found is told as soon as that.
LOOK_ON_EVERY = 2.0
# Below this a night's logs may fill it; the journal itself stops at 16 MiB (`store.ENOUGH_ROOM`).
LITTLE_ROOM = 200 << 20
# Whoever makes a new certificate for a town is asked in time.
SOON = timedelta(days=30)
# The clock is set by seconds now and then; what is an hour off was set back.
SLACK = timedelta(minutes=5)
# How bad each is: only what stops the kiosk is DOWN.
_STOPS = (FaultCode.KIOSK_CERTIFICATE_EXPIRED, FaultCode.JOURNAL_LOST)


class MachineWorker:
    """A thread that looks, and keeps the memory in order (`upkeep`). `each_look` is called there after each look."""

    def __init__(
        self,
        data: Path,
        back_end: BackEnd | None,
        trail: AuditTrail,
        note: Callable[[Status], None],
        each_look: Callable[[], None],
        upkeep: Upkeep | None = None,
    ) -> None:
        self._data = data
        self._files = (back_end.certificate, back_end.ca, back_end.seal_ca) if back_end is not None else ()
        self._trail = trail
        self._note = note
        self._each_look = each_look
        self._upkeep = upkeep
        self._worker = Worker("machine", self._look, LOOK_EVERY)

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Nothing is wished of the machine."""

    def look_soon(self) -> None:
        """Look at it now: somebody mends it."""
        self._worker.look_soon()

    def stuck(self, seconds: float) -> bool:
        """Say whether one look takes longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """End."""
        self._worker.stop()
        if self._upkeep is not None:
            self._upkeep.stop()

    def _look(self) -> float | None:
        """Look; gives how soon to look again, where that is sooner than usual."""
        try:
            faults = tuple(self._faults(datetime.now(UTC)))
            health = Health.OK if not faults else Health.DOWN if faults[0] in _STOPS else Health.DEGRADED
            self._note(Status(health, faults))
        finally:
            self._each_look()
        return LOOK_ON_EVERY if self._upkeep is not None and self._upkeep.looks else None

    def _faults(self, now: datetime) -> Iterator[FaultCode]:
        """Give what is wrong, worst first."""
        ends = [moment for file in self._files if (moment := end_of(file)) is not None]
        if any(moment <= now for moment in ends):
            yield FaultCode.KIOSK_CERTIFICATE_EXPIRED
        disk = os.statvfs(self._data)
        if not takes_more(self._data):
            yield FaultCode.JOURNAL_LOST
        elif disk.f_bavail * disk.f_frsize < LITTLE_ROOM:
            yield FaultCode.DISK_FULL
        last = self._trail.last_at()
        if last is not None and now < last - SLACK:
            yield FaultCode.CLOCK_BACK
        if self._upkeep is not None:
            yield from self._upkeep.faults(now)
        if any(now < moment <= now + SOON for moment in ends):
            yield FaultCode.KIOSK_CERTIFICATE_ENDS


def end_of(file: Path) -> datetime | None:
    """Give when the first certificate in a file ends; None for a file that has none: others complain of that."""
    from cryptography import x509

    try:
        return min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(file.read_bytes()))
    except (OSError, ValueError):
        return None
