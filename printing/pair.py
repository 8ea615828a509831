"""Two printers that look like one: a document goes to the second when the first cannot, and never to both.

Which one is decided by health, when the job is made, and once more before its first byte. From then on the job stays
where it is: what a printer may have on paper is never sent to the other.
"""

from __future__ import annotations

from hardware.devices import (
    PLAIN,
    DeviceJob,
    DeviceJobState,
    Health,
    JobTrace,
    PaperWish,
    Printer,
    PrinterFacts,
    Status,
)
from hardware.faults import DeviceFault

# A printer that is not heard of is better than one that says it cannot.
_RANK = {Health.OK: 0, Health.DEGRADED: 0, Health.UNKNOWN: 1, Health.DOWN: 2}
_WELL = (Health.OK, Health.DEGRADED)
# A visit prints a handful of documents, one after the other; of older jobs nobody asks any more.
_REMEMBERED = 20


class PrinterPair:
    """A `Printer` of two; both are this pair's to close."""

    def __init__(self, first: Printer, second: Printer) -> None:
        self._first = first
        self._second = second
        self._of_job: dict[str, Printer] = {}
        self._names: dict[str, str] = {}  # job uuid → job name

    def status(self) -> Status:
        """Give the health of the one that does best; where the other cannot print, its faults stand beside it."""
        first, second = self._first.status(), self._second.status()
        best, other = (first, second) if _RANK[first.health] <= _RANK[second.health] else (second, first)
        if best.health is Health.DOWN or other.health is not Health.DOWN:
            return best
        health = Health.DEGRADED if best.health is Health.OK else best.health
        return Status(health, (*best.faults, *other.faults))

    def facts(self) -> PrinterFacts:
        """Ask the one that does best. Raises PRINTER_LOST."""
        return (self._better_than(self._first) or self._first).facts()

    def create(self, job_name: str, wish: PaperWish = PLAIN) -> str:
        """Create a held job on the printer that does best. Raises PRINT_FAILED, PRINTER_LOST."""
        printer = self._better_than(self._first) or self._first
        uuid = printer.create(job_name, wish)
        self._of_job[job_name] = printer
        self._names[uuid] = job_name
        for memory in (self._of_job, self._names):
            if len(memory) > _REMEMBERED:
                del memory[next(iter(memory))]
        return uuid

    def trace(self, job_name: str) -> JobTrace:
        """Say so of the printer that has the job."""
        return self._of_job.get(job_name, self._first).trace(job_name)

    def recall(self, job_name: str, job_uuid: str | None, trace: JobTrace) -> bool:
        """Give a job from before a restart back to the printer that has it; where nobody says which, both are asked."""
        if not trace.printer:
            return False
        for one in (self._first, self._second):
            if one.recall(job_name, job_uuid, trace):
                self._of_job[job_name] = one
                return True
        return False

    def send(self, job_uuid: str, pdf: bytes) -> bool:
        """Send to where the job was made; False, and nothing sent, when only the other printer can print it by now."""
        name = self._names.get(job_uuid, "")
        printer = self._of_job.get(name, self._first)
        if self._better_than(printer) is not None:
            printer.cancel(name)  # raises where it cannot be told: then it is not given to the other either
            return False
        return printer.send(job_uuid, pdf)

    def look(self, job_name: str) -> DeviceJob:
        """Ask the printer that has the job; both where nobody remembers which that is. Never raises."""
        if (printer := self._of_job.get(job_name)) is not None:
            return printer.look(job_name)
        looks = [(one, one.look(job_name)) for one in (self._first, self._second)]
        for one, job in looks:
            if job.state not in (DeviceJobState.GONE, DeviceJobState.SILENT):
                self._of_job[job_name] = one
                return job
        # A printer that is silent may have it: that the other one has not is no answer.
        return next((job for _one, job in looks if job.state is DeviceJobState.SILENT), looks[0][1])

    def cancel(self, job_name: str) -> None:
        """Cancel where the job is, or on both. Raises PRINTER_LOST when one could not be told."""
        if (printer := self._of_job.get(job_name)) is not None:
            printer.cancel(job_name)
            return
        missed: DeviceFault | None = None
        for one in (self._first, self._second):
            try:
                one.cancel(job_name)
            except DeviceFault as fault:
                missed = fault
        if missed is not None:
            raise missed

    def close(self) -> None:
        """Let go of both."""
        self._first.close()
        self._second.close()

    def _better_than(self, printer: Printer) -> Printer | None:
        """Give the other one, where it does better than this one. One that is well is not compared."""
        now = printer.status()
        if now.health in _WELL:
            return None
        other = self._second if printer is self._first else self._first
        return other if _RANK[other.status().health] < _RANK[now.health] else None
