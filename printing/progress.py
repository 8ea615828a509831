"""How far a print job is: the phases of its life, and the sheets that the device itself counted."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from hardware.faults import FaultCode


class JobPhase(Enum):
    """The life of a print job. Only PRINTED says that there is paper; UNKNOWN is an honest ending."""

    WAITING = "waiting"
    REQUESTED = "requested"
    HANDED = "handed"
    PRINTING = "printing"
    PAUSED = "paused"
    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self in (JobPhase.PRINTED, JobPhase.FAILED, JobPhase.UNKNOWN)


class Progress(Struct, frozen=True):
    """How far a job is, in sheets that the device itself counted. `sheets` is None where it counts none."""

    phase: JobPhase
    sheets: int | None = None
    fault: FaultCode | None = None

    @property
    def may_lie(self) -> bool:
        """Whether something of the document may lie in the tray, once the job has ended."""
        return self.phase in (JobPhase.PRINTED, JobPhase.UNKNOWN) or bool(self.sheets)
