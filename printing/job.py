"""The life of a print job: at most once on paper, and never called printed before the device itself has said so.

    requested → (held job in CUPS) → handed → printing n/m ⇄ paused → printed | failed | unknown

The held job is made while the document is (`prepare`), so that a whole document has only to be handed over. Every step
is in the journal before it is taken. CUPS's *completed* means that it handed the bytes over: from there on only the
device's own word counts, found by our job's name. Nothing is ever sent a second time: after a crash `recover` asks the
device what came of a job, and what it cannot tell stays unknown.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from msgspec import structs

from hardware.devices import PLAIN, DeviceJob, DeviceJobState, JobTrace, PaperWish, Printer
from hardware.faults import DeviceFault, FaultCode
from printing.progress import JobPhase, Progress

# A short document is out within seconds and somebody stands waiting; asking costs the device about a millisecond.
QUICK_SECONDS, QUICK_POLL, POLL = 1.0, 0.05, 0.25
# The slowest printer we support; one that counts no sheets is silent for so long per page (config.timeouts).
SECONDS_PER_PAGE = 4.0
# From a cancel until the device has come to a stop: a sheet under way, and then some.
STOP_SECONDS = 10.0
# One miss says nothing yet; three in a row do [home-assistant/core#128067].
MAX_SILENCES = 3
# After a restart nobody may be waiting any more: a job that still moves gets this long between two signs of life.
RECOVER_SECONDS = 20.0


@dataclass(frozen=True)
class UnfinishedJob:
    """What the journal knows of a job that had not ended. While it is only requested it has no pages and no uuid.

    `pages` is what must come out, of all `copies` together; `sheets` is what the device had counted when that was last
    written down; `trace` finds the job again.
    """

    ticket: UUID
    attempt: int
    pages: int
    job_uuid: str | None
    phase: JobPhase
    sheets: int | None = None
    copies: int = 1
    trace: JobTrace = JobTrace()


class JournalLost(Exception):
    """A step cannot be written down: it must not be taken."""


class JobJournal(Protocol):
    """Where each step is written down. Every call returns only when the step is on disk, or raises JournalLost."""

    def requested(self, ticket: UUID, attempt: int) -> None:
        """The queue is about to be asked for a job."""

    def handed(self, ticket: UUID, job_uuid: str, pages: int, copies: int, trace: JobTrace) -> None:
        """The queue gave the job an identity, and the bytes are about to leave the kiosk's hands.

        `pages` is what must come out, of all copies together; `trace` is what finds the job after a crash. From here on
        paper may lie in the tray.
        """

    def printing(self, ticket: UUID, sheets: int | None) -> None:
        """The device says that it prints, and how many sheets are out."""

    def ended(self, ticket: UUID, phase: JobPhase, sheets: int | None, fault: FaultCode | None) -> None:
        """The last word on this ticket."""

    def unfinished(self) -> list[UnfinishedJob]:
        """Give the jobs that a crash left between `requested` and `ended`: phase REQUESTED, HANDED or PRINTING."""


class PrintRun:
    """Prints documents on one printer, one at a time. The two waits are in seconds."""

    def __init__(self, printer: Printer, journal: JobJournal, *, paper_wait: float, print_silence: float) -> None:
        self._printer = printer
        self._journal = journal
        self._paper_wait = paper_wait
        self._print_silence = print_silence
        self._untold: set[str] = set()  # jobs that were called back, and of which somebody could not be told

    def prepare(self, ticket: UUID, attempt: int, wish: PaperWish = PLAIN) -> str | None:
        """Have a held job ready, without a byte in it, and return its uuid; None where CUPS made none.

        It ends by `run`, or by `drop` when its document never comes.
        """
        with contextlib.suppress(DeviceFault, JournalLost):  # `run` tries again, and says so
            self._journal.requested(ticket, attempt)
            return self._printer.create(job_name(ticket, attempt), wish)
        return None

    def drop(self, ticket: UUID, attempt: int) -> None:
        """Take away a job that was prepared and never begun."""
        with contextlib.suppress(DeviceFault):  # it holds no document; CUPS lets go of it by itself
            self._printer.cancel(job_name(ticket, attempt))

    def remind(self) -> None:
        """Tell the printer once more, now that it answers, of what it could not be told: it may hold a document still.

        Without this, a printer that lost its voice while it waited for paper would print into an empty hall.
        """
        for name in tuple(self._untold):
            self._call_back(name)

    def remind_of(self, ticket: UUID, attempt: int) -> None:
        """Have the printer told of a job when it answers: one that `recover` could not call back, for all it knows."""
        self._untold.add(job_name(ticket, attempt))

    def run(
        self,
        ticket: UUID,
        attempt: int,
        pdf: bytes,
        pages: int,
        on_progress: Callable[[Progress], None],
        cancelled: threading.Event,
        prepared: str | None = None,
        wish: PaperWish = PLAIN,
    ) -> Progress:
        """Print one document as wished, and return how it ended; `on_progress` hears every change, the end too.

        A document must have passed the document check; `prepared` is what `prepare` gave for it and the same wish: its
        copies are one job, so that a crash finds all of them again under one name. Progress is in sheets, whatever the
        device counts. Blocks until the job has ended; `cancelled` calls it back, and what had begun then still ends as
        the device says. Never raises a device's fault: it is in the answer.
        """
        name, sides = job_name(ticket, attempt), pages * wish.copies

        def in_sheets(progress: Progress) -> Progress:
            two_sided = self._printer.trace(name).two_sided  # it was wished; whether it can, the printer knows
            return _in_sheets(progress, pages, wish.copies) if two_sided else progress

        def tell(progress: Progress) -> None:
            progress = in_sheets(progress)
            if progress.phase is JobPhase.PRINTING:
                with contextlib.suppress(JournalLost):  # nothing is acted on; the device knows better anyway
                    self._journal.printing(ticket, progress.sheets)
            on_progress(progress)

        try:
            if prepared is None:
                self._journal.requested(ticket, attempt)
            tell(Progress(JobPhase.REQUESTED))
            ending = self._hand_over(ticket, name, prepared, pdf, sides, tell, cancelled, wish)
        except JournalLost:
            ending = self._never_sent(name, FaultCode.JOURNAL_LOST)
        if ending is None:
            ending = self.follow(name, sides, tell, cancelled)
        ending = in_sheets(ending)
        with contextlib.suppress(JournalLost):  # true all the same; the next start asks the device once more
            self._journal.ended(ticket, ending.phase, ending.sheets, ending.fault)
        on_progress(ending)
        return ending

    def follow(
        self,
        name: str,
        pages: int,
        on_progress: Callable[[Progress], None],
        cancelled: threading.Event,
        sheets: int | None = None,
    ) -> Progress:
        """Ask the device about a job that was handed over, until it has ended or nobody can know.

        `sheets` are those that it had counted before, where somebody remembers.
        """
        progress = Progress(JobPhase.HANDED, sheets)
        began = now = news = time.monotonic()
        # Not asked at once: the document is still on its way to the device, and would only get there later.
        while not cancelled.wait(QUICK_POLL if now - began < QUICK_SECONDS else POLL):
            job = self._printer.look(name)
            ending = _ending(job, pages, progress.sheets)
            if ending is not None:
                return self._let_go(name, ending)
            now = time.monotonic()
            if (fresh := _on_its_way(job, progress)) != progress:
                progress, news = fresh, now
                on_progress(progress)
            if now - news > self._patience(progress, pages):
                return self.give_up(name, pages, progress.fault or FaultCode.PRINT_FAILED, progress.sheets)
        return self.give_up(name, pages, FaultCode.PRINT_STOPPED, progress.sheets)

    def give_up(self, name: str, pages: int, fault: FaultCode, sheets: int | None = None) -> Progress:
        """Cancel everywhere, so that nothing comes out later, and return what the device says of the end.

        FAILED with `fault` when it says that it stopped, UNKNOWN when it does not say.
        """
        self._call_back(name)
        deadline, silences = time.monotonic() + STOP_SECONDS, 0
        while time.monotonic() < deadline and silences < MAX_SILENCES:
            job = self._printer.look(name)
            sheets = sheets if job.impressions is None else job.impressions
            ending = _ending(job, pages, sheets)
            if ending is not None and ending.phase is JobPhase.FAILED:
                return Progress(JobPhase.FAILED, ending.sheets, _cause(fault, ending))
            if ending is not None:
                return ending
            silences = silences + 1 if job.state is DeviceJobState.SILENT else 0
            time.sleep(POLL)
        return Progress(JobPhase.UNKNOWN, sheets, FaultCode.PRINT_UNKNOWN)

    def _hand_over(
        self,
        ticket: UUID,
        name: str,
        prepared: str | None,
        pdf: bytes,
        pages: int,
        on_progress: Callable[[Progress], None],
        cancelled: threading.Event,
        wish: PaperWish,
    ) -> Progress | None:
        """Take the job to CUPS; an ending when it stops here."""
        if cancelled.is_set():
            return self._never_sent(name, FaultCode.PRINT_STOPPED)
        try:
            job_uuid = prepared or self._printer.create(name, wish)
        except DeviceFault as fault:
            return self._never_sent(name, fault.code)
        if cancelled.is_set():
            return self._never_sent(name, FaultCode.PRINT_STOPPED)
        self._journal.handed(ticket, job_uuid, pages, wish.copies, self._printer.trace(name))
        on_progress(Progress(JobPhase.HANDED))
        try:
            sent = self._printer.send(job_uuid, pdf)
        except DeviceFault as fault:
            return self.give_up(name, pages, fault.code)
        if sent:
            return None
        if prepared is None:
            return self._never_sent(name, FaultCode.PRINT_FAILED)
        # CUPS was restarted since it was prepared, and no byte of it can come out: this is the first time still.
        with contextlib.suppress(DeviceFault):
            self._printer.cancel(name)
        return self._hand_over(ticket, name, None, pdf, pages, on_progress, cancelled, wish)

    def _let_go(self, name: str, ending: Progress) -> Progress:
        """Take away what CUPS may keep of a job that did not end well: its document, and a way to print it later."""
        if ending.phase is not JobPhase.PRINTED:
            self._call_back(name)
        return ending

    def _call_back(self, name: str) -> None:
        """Cancel everywhere; whoever cannot be told now is told later, and what became of the job is unknown."""
        try:
            self._printer.cancel(name)
        except DeviceFault:
            self._untold.add(name)
        else:
            self._untold.discard(name)

    def _never_sent(self, name: str, fault: FaultCode) -> Progress:
        """End a job of which no byte was sent: whatever is left of it in CUPS holds no document."""
        with contextlib.suppress(DeviceFault):
            self._printer.cancel(name)
        return Progress(JobPhase.FAILED, 0, fault)

    def _patience(self, progress: Progress, pages: int) -> float:
        """Say how long no news is good news."""
        if progress.phase is JobPhase.PAUSED:
            return self._paper_wait
        uncounted = progress.phase is JobPhase.PRINTING and progress.sheets is None
        return self._print_silence + (pages * SECONDS_PER_PAGE if uncounted else 0)


def recover(printer: Printer, journal: JobJournal) -> list[tuple[UUID, Progress]]:
    """After a crash: give every unfinished job its ending, without ever sending anything.

    What still waits in CUPS is called back. What the device has is followed for as long as it moves; a device that
    waits for paper is not waited for, because the resident has gone. What ends by the crash alone ends as INTERNAL:
    neither the resident nor the clock stopped it, and the town owes them a remedy.
    """
    run = PrintRun(printer, journal, paper_wait=0.0, print_silence=RECOVER_SECONDS)
    endings = []
    for job in journal.unfinished():
        ending = _recovered(run, printer, job)
        journal.ended(job.ticket, ending.phase, ending.sheets, ending.fault)
        endings.append((job.ticket, ending))
    return endings


def _recovered(run: PrintRun, printer: Printer, job: UnfinishedJob) -> Progress:
    name = job_name(job.ticket, job.attempt)
    printer.recall(name, job.job_uuid, job.trace)  # one that no printer knows is asked for everywhere
    pages = job.pages // job.copies
    if job.phase is JobPhase.REQUESTED:  # HANDED is written before the first byte is sent
        with contextlib.suppress(DeviceFault):
            printer.cancel(name)
        return Progress(JobPhase.FAILED, 0, FaultCode.INTERNAL)
    two_sided = job.trace.two_sided
    counted = _in_sides(job.sheets, pages) if two_sided else job.sheets
    if printer.look(name).state in (DeviceJobState.NOT_THERE_YET, DeviceJobState.SILENT):
        ending = run.give_up(name, job.pages, FaultCode.INTERNAL, counted)
    else:
        ending = run.follow(name, job.pages, lambda _progress: None, threading.Event(), counted)
    return _in_sheets(ending, pages, job.copies) if two_sided else ending


def job_name(ticket: UUID, attempt: int) -> str:
    """Name the job after its ticket, a random number: the name stands on the printer's panel and in its logs.

    Unique per attempt: a device that is asked for it by name never answers about an earlier one.
    """
    return f"{ticket}-{attempt}"


def _in_sheets(progress: Progress, pages: int, copies: int) -> Progress:
    """Turn sides of paper into sheets: each copy begins on a fresh one. Some count a last empty side too."""
    if progress.sheets is None:
        return progress
    whole, sides = divmod(min(progress.sheets, pages * copies), pages)
    return structs.replace(progress, sheets=whole * -(-pages // 2) + -(-sides // 2))


def _in_sides(sheets: int | None, pages: int) -> int | None:
    """Turn sheets of two sides back into sides, as many as may be on them."""
    if sheets is None:
        return None
    whole, rest = divmod(sheets, -(-pages // 2))
    return whole * pages + rest * 2


def _cause(fault: FaultCode, ending: Progress) -> FaultCode | None:
    """Give the reason why we gave up, unless the device gives a better one."""
    return ending.fault if fault is FaultCode.PRINT_FAILED else fault


def _on_its_way(job: DeviceJob, before: Progress) -> Progress:
    """Put the device's word on a job that has not ended into ours; no word, no change."""
    sheets = before.sheets if job.impressions is None else job.impressions
    if job.faults and (sheets or 0) == (before.sheets or 0):
        return Progress(JobPhase.PAUSED, sheets, job.faults[0])
    if job.state is DeviceJobState.PRINTING:
        return Progress(JobPhase.PRINTING, sheets)
    return before


def _ending(job: DeviceJob, pages: int, sheets: int | None) -> Progress | None:
    """Judge whether the job has ended, and how. Only a device that says so, and counted every page, has printed."""
    counted = sheets if job.impressions is None else job.impressions
    all_out = job.impressions is None or job.impressions >= pages
    match job.state:
        case DeviceJobState.COMPLETED if all_out:
            return Progress(JobPhase.PRINTED, counted)
        case DeviceJobState.COMPLETED | DeviceJobState.GONE:
            return Progress(JobPhase.UNKNOWN, counted, FaultCode.PRINT_UNKNOWN)
        case DeviceJobState.ABORTED | DeviceJobState.CANCELED:
            if counted is not None and counted >= pages:  # stopped, and yet all of it was counted
                return Progress(JobPhase.UNKNOWN, counted, FaultCode.PRINT_UNKNOWN)
            return Progress(JobPhase.FAILED, counted, job.faults[0] if job.faults else FaultCode.PRINT_FAILED)
        case _:
            return None
