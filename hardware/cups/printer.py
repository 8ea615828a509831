"""The driver of a page printer: what CUPS and the device say, turned into `hardware.devices.Printer`.

CUPS's *completed* means that the device has the bytes; what became of them only the device knows, so it is asked by our
job's name. Where the device cannot know either, the answer is GONE or SILENT, and never a guess.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace

from hardware.child import Child, ChildGone
from hardware.cups.facts import facts_in, queue_in
from hardware.cups.keywords import blocking, health
from hardware.cups.options import ONE_SIDED, job_options
from hardware.cups.ways import way_to
from hardware.devices import (
    PLAIN,
    DeviceJob,
    DeviceJobState,
    Health,
    JobTrace,
    PaperWish,
    PrinterFacts,
    PrintWay,
    Status,
)
from hardware.faults import DeviceFault, FaultCode

log = logging.getLogger(__name__)

# Each is a few milliseconds on a good day; past it the child is killed and the next call starts another.
CREATE_SECONDS = 5.0
SEND_SECONDS = 20.0  # 500 pages are some 20 MB, over a socket of this machine
LOOK_SECONDS = 6.0  # three questions to the device, two seconds each
CANCEL_SECONDS = 8.0
STATUS_SECONDS = 4.0
SET_UP_SECONDS = 15.0  # CUPS asks the device some ten questions for a driverless queue
# A printer that sleeps or is busy misses an answer now and then [home-assistant/core#128067].
MISSES_BEFORE_GONE = 3
# Up-time counts whole seconds, and so does the clock it is compared with.
BOOT_TOLERANCE = 2.0
# A visit prints a handful of documents, one after the other; of older jobs nobody asks any more.
JOBS_REMEMBERED = 20

# [RFC 8011 §5.3.7]
_PROCESSING, _JOB_STOPPED, _CANCELED, _ABORTED, _COMPLETED = 5, 6, 7, 8, 9
_STOPPED = 5  # printer-state
# The device took a cancel and comes to a stop; as long as something is in the way it may not get there.
_STOPPING = "processing-to-stop-point"
_ENDED = {
    _CANCELED: DeviceJobState.CANCELED,
    _ABORTED: DeviceJobState.ABORTED,
    _COMPLETED: DeviceJobState.COMPLETED,
}

# CUPS will send nothing (more) of it. A job of which a filter failed is kept there, document and all, until it is
# cancelled.
_STOPPED_IN_CUPS = {
    _JOB_STOPPED: DeviceJobState.ABORTED,
    _CANCELED: DeviceJobState.CANCELED,
    _ABORTED: DeviceJobState.ABORTED,
}


@dataclass
class _Job:
    """What we know of a job: its uuid in CUPS, and what the device let us see since it was created."""

    uuid: str | None
    boot: float | None  # when the device was switched on, by our clock, as far as we knew then
    reached: bool = False
    seen: bool = False
    two_sided: bool = False
    made_at: float = field(default_factory=time.monotonic)
    # Of a job from before a restart: when the device got it by the clock on the wall, and how long it had been on then.
    recalled: bool = False
    handed_at: float | None = None
    up_time: int | None = None


class CupsPrinter:
    """A printer by its queue, and by its own address `ipp://host:port/ipp/print`. `cups` is a socket, a host or ""."""

    def __init__(self, queue: str, device: str, cups: str = "") -> None:
        self._queue = queue
        self._device = device
        self._cups = cups
        self._child = Child("hardware.cups.child")
        self._closed = threading.Event()
        self._jobs: dict[str, _Job] = {}
        self._boot: float | None = None
        self._up_time: int | None = None
        self._misses = 0
        self._refused = False  # by CUPS, to set up the queue
        self._facts: PrinterFacts | None = None  # of the printer that answered last
        self._child.warm()

    def status(self) -> Status:
        """Give the device's health from its own words. Never raises: unknown, and down after three misses in a row."""
        try:
            answer = self._call("status", self._queue, self._device, timeout=STATUS_SECONDS)
        except DeviceFault as fault:
            return self._missed(fault)
        if self._misses >= MISSES_BEFORE_GONE:
            log.info("the printer answers again")
        self._misses = 0
        printer = _fields(answer, "printer") or {}
        self._note_boot(printer)
        status = health(_words(printer))
        refuses = printer.get("accepting") is False or printer.get("state") == _STOPPED
        if (refuses or not self._has_way(printer, _fields(answer, "queue"))) and status.health is not Health.DOWN:
            return Status(Health.DOWN, (FaultCode.PRINTER_FAULT, *status.faults))
        return status

    def facts(self) -> PrinterFacts:
        """Ask what the printer lists of itself, and how CUPS would send to it. Raises PRINTER_LOST."""
        return facts_in(self._call("describe", self._queue, self._device, timeout=STATUS_SECONDS))

    def create(self, job_name: str, wish: PaperWish = PLAIN) -> str:
        """Create a held job without data and return its job-uuid. Raises PRINT_FAILED, PRINTER_LOST."""
        plain = replace(wish, copies=1) == PLAIN  # then it matters little what the printer can
        options = job_options(wish, None if plain else self._known_facts())
        uuid = str(self._ask("create", self._queue, job_name, options, timeout=CREATE_SECONDS))
        two_sided = options["sides"] != ONE_SIDED
        self._jobs[job_name] = _Job(uuid, self._boot, two_sided=two_sided)
        if len(self._jobs) > JOBS_REMEMBERED:
            del self._jobs[next(iter(self._jobs))]
        return uuid

    def trace(self, job_name: str) -> JobTrace:
        """Say what will find a job that was created here, as of now."""
        job = self._jobs.get(job_name)
        two_sided = job is not None and job.two_sided
        return JobTrace(self._queue, self._up_time, time.time(), two_sided)

    def recall(self, job_name: str, job_uuid: str | None, trace: JobTrace) -> bool:
        """Take up a job from before a restart: suppose that the device had it. False for another printer's."""
        if trace.printer not in ("", self._queue):
            return False
        job = _Job(job_uuid, None, reached=True, seen=True, two_sided=trace.two_sided, recalled=True)
        job.up_time, job.handed_at = trace.up_time, trace.handed_at
        self._jobs[job_name] = job
        return True

    def send(self, job_uuid: str, pdf: bytes) -> bool:
        """Send the bytes of a created job, release it; False when CUPS did not take them. Raises PRINTER_LOST."""
        sent = bool(self._ask("send", self._queue, job_uuid, payload=pdf, timeout=SEND_SECONDS))
        if not sent:
            log.info("CUPS lost a job, or did not take its document")
        return sent

    def look(self, job_name: str) -> DeviceJob:
        """Ask the device what became of the job of that name. Never raises: a mute device is SILENT."""
        job = self._jobs.get(job_name)
        try:
            answer = self._call("look", *self._address(job_name, job), timeout=LOOK_SECONDS)
        except DeviceFault as fault:
            log.info("looking for a job: %s", fault)
            return DeviceJob(DeviceJobState.SILENT)
        printer = _fields(answer, "printer")
        boot = self._note_boot(printer or {})
        known = job or _Job(None, None, reached=True, seen=True)  # from before a restart: suppose the worst
        known.reached = known.reached or bool(answer["reached"])
        theirs = _fields(answer, "job")
        if theirs is not None:
            known.seen = True
            up_time = _number(printer or {}, "up_time")
            return _judged(theirs, _in_the_way(printer or {}), rebooted=_was_off(known, up_time))
        if not answer["queueAnswers"]:
            return DeviceJob(DeviceJobState.SILENT)
        queue = _number(answer, "queue")
        if (job is None or job.recalled) and queue is not None and queue < _PROCESSING:
            # From before a restart, and still with CUPS alone.
            self._jobs[job_name] = _Job(known.uuid, boot, two_sided=known.two_sided)
        return _not_there(queue, known, printer, boot)

    def cancel(self, job_name: str) -> None:
        """Cancel on CUPS and on the device. Raises PRINTER_LOST when one of them could not be told."""
        job = self._jobs.get(job_name)
        self._ask("cancel", *self._address(job_name, job), timeout=CANCEL_SECONDS)

    def close(self) -> None:
        """Let go of the printer; a call under way ends."""
        self._closed.set()
        self._child.close()

    def _known_facts(self) -> PrinterFacts:
        """Give what the printer lists of itself, asked once until it is gone or switched on anew."""
        if self._facts is None:
            self._facts = self.facts()
        return self._facts

    def _has_way(self, printer: dict[str, object], queue: dict[str, object] | None) -> bool:
        """Say whether a document can get there; makes the queue where none is, or where ours fits another printer."""
        way = way_to(_strings(printer, "formats"))
        if way is None:
            return False
        now = queue_in(queue)
        if (now.way, now.address) != (way, self._device) and (now.way is None or now.ours):
            return self._set_up(way)
        return bool(queue and queue.get("open")) and (now.way is PrintWay.RASTER or way is PrintWay.SEALED)

    def _set_up(self, way: PrintWay) -> bool:
        try:
            self._ask("set_up", self._queue, self._device, way.value, timeout=SET_UP_SECONDS)
        except DeviceFault as fault:
            if not self._refused:
                log.info("the queue does not fit the printer, and setting it up failed: %s", fault)
            self._refused = True
            return False
        self._refused = False
        log.info("the queue was set up for a printer that takes %s documents", way.value)
        return True

    def _address(self, job_name: str, job: _Job | None) -> tuple[str, str, str, str | None]:
        return self._queue, self._device, job_name, job.uuid if job else None

    def _missed(self, fault: DeviceFault) -> Status:
        self._misses += 1
        self._facts = None
        if self._misses < MISSES_BEFORE_GONE:
            return Status(Health.UNKNOWN)
        if self._misses == MISSES_BEFORE_GONE:
            log.warning("the printer is gone: %s", fault)
        return Status(Health.DOWN, (FaultCode.PRINTER_LOST,))

    def _note_boot(self, printer: dict[str, object]) -> float | None:
        """Work out when the device was switched on, by our clock."""
        up_time = _number(printer, "up_time")
        boot = None if up_time is None else time.monotonic() - up_time
        if boot is None or self._boot is None or abs(boot - self._boot) >= BOOT_TOLERANCE:
            self._facts = None
        self._up_time = up_time if up_time is not None else self._up_time
        self._boot = boot if boot is not None else self._boot
        return boot

    def _call(self, name: str, *args: object, timeout: float) -> dict[str, object]:
        answer = self._ask(name, *args, timeout=timeout)
        if not isinstance(answer, dict):
            raise DeviceFault(FaultCode.PRINTER_LOST, "the child's answer has no known form")
        return answer

    def _ask(self, name: str, *args: object, timeout: float, payload: bytes = b"") -> object:
        if self._closed.is_set():
            raise DeviceFault(FaultCode.PRINTER_LOST, "closed")
        try:
            return self._child.call(name, self._cups, *args, payload=payload, timeout=timeout)
        except ChildGone as gone:
            raise DeviceFault(FaultCode.PRINTER_LOST, f"{name}: {type(gone).__name__}") from None


def _was_off(job: _Job, up_time: int | None) -> bool:
    """Say whether the device was switched on anew since it had the job.

    After a restart of the kiosk by the clock on the wall; where that is behind the hand-over itself, by what the device
    said then. Whatever is doubtful makes a job unknown, never printed.
    """
    if up_time is None:
        return False
    if job.handed_at is None:
        return time.monotonic() - up_time > job.made_at + BOOT_TOLERANCE
    if time.time() < job.handed_at:
        return job.up_time is not None and up_time < job.up_time
    return time.time() - up_time > job.handed_at + BOOT_TOLERANCE


def _in_the_way(printer: dict[str, object]) -> tuple[FaultCode, ...]:
    """Give what stops the paper; a printer that has stopped and gives no reason has a reason of its own."""
    faults = blocking(_words(printer))
    return faults or ((FaultCode.PRINTER_FAULT,) if printer.get("state") == _STOPPED else ())


def _judged(job: dict[str, object], faults: tuple[FaultCode, ...], *, rebooted: bool) -> DeviceJob:
    """Turn the device's own words on our job into ours; what it says of an end after a restart it only remembers."""
    state, impressions = _number(job, "state"), _number(job, "impressions")
    if state in _ENDED and rebooted:
        return DeviceJob(DeviceJobState.GONE, impressions)
    if state in _ENDED:
        return DeviceJob(_ENDED[state], impressions)
    if faults and _STOPPING in _words(job):
        return DeviceJob(DeviceJobState.CANCELED, impressions, faults)
    return DeviceJob(DeviceJobState.PRINTING, impressions, faults)


def _not_there(queue: int | None, job: _Job, printer: dict[str, object] | None, boot: float | None) -> DeviceJob:
    """Judge a job that the device does not show, by how it is in CUPS and by what we have seen of the device."""
    if queue is not None and queue < _JOB_STOPPED:
        if printer is None:
            return DeviceJob(DeviceJobState.SILENT)
        return DeviceJob(DeviceJobState.NOT_THERE_YET, None, _in_the_way(printer))
    stopped = _STOPPED_IN_CUPS.get(queue or 0)
    if stopped and not job.reached:
        # The device took no connection since the job was created: nothing can have left.
        return DeviceJob(stopped, 0, (FaultCode.PRINTER_LOST,))
    if printer is None:
        return DeviceJob(DeviceJobState.SILENT)
    same_boot = boot is not None and job.boot is not None and abs(boot - job.boot) < BOOT_TOLERANCE
    if stopped and same_boot and not job.seen:
        return DeviceJob(stopped, 0)
    return DeviceJob(DeviceJobState.GONE)


def _fields(answer: dict[str, object], name: str) -> dict[str, object] | None:
    value = answer.get(name)
    return value if isinstance(value, dict) else None


def _number(answer: dict[str, object], name: str) -> int | None:
    value = answer.get(name)
    return value if isinstance(value, int) else None


def _words(answer: dict[str, object]) -> list[str]:
    return _strings(answer, "reasons")


def _strings(answer: dict[str, object], name: str) -> list[str]:
    values = answer.get(name)
    return [word for word in values if isinstance(word, str)] if isinstance(values, list) else []
