"""What runs in the process that may be killed: pycups, which knows no time-out, and the device's IPP.

Called by `hardware.cups.printer` through `hardware.child` only. Every function connects to CUPS anew (0.2 ms on its
socket), so a restart of CUPS is not even noticed, and finds our job by its uuid or name, never by its number: numbers
begin again at 1 after a restart. CUPS may hide a job's name (JobPrivateValues), never its uuid.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import cups

from hardware.cups.ipp import Attributes, Device, IppError, Message, Operation, Silent, Tag, Unreachable, Wish
from hardware.faults import DeviceFault, FaultCode

# A printer on the local network answers within 50 ms; one that wakes from deep sleep within a second or so.
DEVICE_SECONDS = 2.0
# [RFC 8011 §5.3.7] from here on CUPS does nothing more for a job: 6 is one of which a filter failed.
FIRST_ENDED_STATE = 6
# The queue is raw, so the kiosk's own check of a document has been the only one, and this is what it let through.
FORMAT = "application/pdf"

JOB_WORDS = ("job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed")
PRINTER_WORDS = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-up-time")

_devices: dict[str, Device] = {}


@dataclass(frozen=True)
class PrinterAnswer:
    """What the device says of itself. `up_time` is in seconds; None where it does not say."""

    state: int | None
    reasons: list[str]
    accepting: bool
    up_time: int | None


@dataclass(frozen=True)
class JobAnswer:
    """What the device says of our job: its number there, its state, the sheets' sides it counted."""

    number: int
    state: int
    reasons: list[str]
    impressions: int | None


def create(server: str, queue: str, name: str, options: dict[str, str]) -> str:
    """Create a job without data that holds itself back, and return its uuid."""
    with _cups(server) as connection:
        number = connection.createJob(queue, name, {**options, "job-hold-until": "indefinite"})
        return str(connection.getJobAttributes(number, ["job-uuid"])["job-uuid"])


def send(server: str, queue: str, uuid: str, pdf: bytes) -> bool:
    """Give CUPS the whole document, then let the job go. False when CUPS did not take it: no byte of it left us.

    Until it is let go the job is held: whatever becomes of CUPS before that, the device gets nothing of it.
    """
    try:
        with _cups(server) as connection:
            waiting = _find(connection, "not-completed", queue, "", uuid)
            if not waiting:
                return False
            number = waiting[0][0]
            connection.startDocument(queue, number, "document", FORMAT, 1)
            connection.writeRequestData(pdf, len(pdf))
            connection.finishDocument(queue)
    except DeviceFault:
        return False
    with _cups(server) as connection:
        connection.setJobHoldUntil(number, "no-hold")
    return True


def look(server: str, queue: str, uri: str, name: str, uuid: str | None) -> dict[str, object]:
    """Ask the device for our job, and CUPS only when the device does not have it.

    `reached`: the device took a connection. `printer` and `job`: its answers, or None. `queue`: the job's state in
    CUPS, None when CUPS does not know it; `queueAnswers`: whether CUPS could be asked at all.
    """
    reached, printer, job = _ask_device(uri, name)
    in_queue, queue_answers = None, True
    if job is None:
        try:
            with _cups(server) as connection:
                found = _find(connection, "all", queue, name, uuid)
                in_queue = found[-1][1] if found else None
        except DeviceFault:
            queue_answers = False
    if job is None and printer is not None and (in_queue is None or in_queue >= FIRST_ENDED_STATE):
        reached, printer, job = _ask_device(uri, name)  # it may have arrived between the two questions
    return {
        "reached": reached,
        "printer": asdict(printer) if printer else None,
        "job": asdict(job) if job else None,
        "queue": in_queue,
        "queueAnswers": queue_answers,
    }


def cancel(server: str, queue: str, uri: str, name: str, uuid: str | None) -> None:
    """Cancel in CUPS, so that it sends nothing more, then on the device. Raises when one of the two cannot be asked."""
    missed: DeviceFault | None = None
    try:
        with _cups(server) as connection:
            for number, _state in _find(connection, "not-completed", queue, name, uuid):
                connection.cancelJob(number)
    except DeviceFault as fault:
        missed = fault
    with _device_errors():
        device = _device(uri)
        for job in _jobs(device, "not-completed", name):
            _cancel_there(device, job.number)
    if missed is not None:
        raise missed


def status(server: str, queue: str, uri: str) -> dict[str, object]:
    """Ask the device how it does, and CUPS whether it still takes jobs for it."""
    with _device_errors():
        printer = _printer(_device(uri))
    with _cups(server) as connection:
        words = connection.getPrinterAttributes(queue, requested_attributes=list(PRINTER_WORDS[:3]))
    stopped = words["printer-state"] == cups.IPP_PRINTER_STOPPED
    return {"printer": asdict(printer), "queueOpen": bool(words["printer-is-accepting-jobs"]) and not stopped}


# --- CUPS --------------------------------------------------------------------------------------------------------


@contextmanager
def _cups(server: str) -> Iterator[cups.Connection]:
    """Connect to CUPS, and turn what pycups raises into our fault. Its messages are not kept: they may quote a name."""
    try:
        yield cups.Connection(host=server) if server else cups.Connection()
    except cups.IPPError as error:
        raise DeviceFault(FaultCode.PRINT_FAILED, f"CUPS status {error.args[0]:#06x}") from None
    except cups.HTTPError as error:
        raise DeviceFault(FaultCode.PRINTER_LOST, f"CUPS HTTP {error.args[0]}") from None
    except RuntimeError:
        raise DeviceFault(FaultCode.PRINTER_LOST, "CUPS does not answer") from None


def _find(connection: cups.Connection, which: str, queue: str, name: str, uuid: str | None) -> list[tuple[int, int]]:
    """Give the number and state of our job in CUPS, oldest first."""
    words = ["job-id", "job-name", "job-uuid", "job-state", "job-printer-uri"]
    jobs = connection.getJobs(which, False, -1, -1, words)  # noqa: FBT003 pycups takes no keyword here
    ours = (number for number, job in jobs.items() if _is_ours(job, queue, name, uuid))
    return [(number, jobs[number]["job-state"]) for number in sorted(ours)]


def _is_ours(job: dict[str, str], queue: str, name: str, uuid: str | None) -> bool:
    """Judge by the uuid, or without one by the name; where CUPS hides names, whatever is in our own queue is ours."""
    if uuid:
        return job.get("job-uuid") == uuid
    return job["job-name"] == name if "job-name" in job else job["job-printer-uri"].endswith(f"/printers/{queue}")


# --- the device --------------------------------------------------------------------------------------------------


def _device(uri: str) -> Device:
    return _devices.setdefault(uri, Device(uri, DEVICE_SECONDS))


@contextmanager
def _device_errors() -> Iterator[None]:
    try:
        yield
    except Unreachable:
        raise DeviceFault(FaultCode.PRINTER_LOST, "no connection to the printer") from None
    except Silent:
        raise DeviceFault(FaultCode.PRINTER_LOST, "the printer does not answer") from None
    except IppError as error:
        raise DeviceFault(FaultCode.PRINTER_LOST, f"the printer's answer: {error}") from None


def _ask_device(uri: str, name: str) -> tuple[bool, PrinterAnswer | None, JobAnswer | None]:
    """Say whether the device was reached, how it does, and what it says of our job."""
    device = _device(uri)
    try:
        printer = _printer(device)
        jobs = _jobs(device, "not-completed", name) or _jobs(device, "completed", name)
    except Unreachable:
        return False, None, None
    except (Silent, IppError):
        return True, None, None
    # CUPS may have begun twice; a job that came out counts before one that did not, then the newest.
    return True, printer, max(jobs, key=lambda job: (job.state, job.number), default=None)


def _printer(device: Device) -> PrinterAnswer:
    answer = device.ask(Operation.GET_PRINTER_ATTRIBUTES, [(Tag.KEYWORD, "requested-attributes", list(PRINTER_WORDS))])
    words = _first(answer)
    return PrinterAnswer(
        _number(words, "printer-state"),
        _words(words, "printer-state-reasons"),
        words.get("printer-is-accepting-jobs", [True]) != [False],
        _number(words, "printer-up-time"),
    )


def _jobs(device: Device, which: str, name: str) -> list[JobAnswer]:
    """Give the device's jobs of our name. Every printer knows these two values of `which`; few know *all*."""
    wanted: list[Wish] = [
        (Tag.KEYWORD, "which-jobs", [which]),
        (Tag.KEYWORD, "requested-attributes", [*JOB_WORDS, "job-media-sheets-completed"]),
    ]
    answer = device.ask(Operation.GET_JOBS, wanted)
    return [job for group in answer.of(Tag.JOB_GROUP) if name in group.get("job-name", []) for job in _job(group)]


def _job(words: Attributes) -> list[JobAnswer]:
    number, state = _number(words, "job-id"), _number(words, "job-state")
    if number is None or state is None:
        return []
    impressions = _number(words, "job-impressions-completed")
    if impressions is None:  # we print on one side only, so sheets are as good
        impressions = _number(words, "job-media-sheets-completed")
    return [JobAnswer(number, state, _words(words, "job-state-reasons"), impressions)]


def _cancel_there(device: Device, number: int) -> None:
    try:
        device.ask(Operation.CANCEL_JOB, [(Tag.INTEGER, "job-id", number)])
    except IppError:
        return  # it ended in the meantime; the next look tells how


def _first(answer: Message) -> Attributes:
    groups = answer.of(Tag.PRINTER_GROUP)
    return groups[0] if groups else {}


def _number(words: Attributes, name: str) -> int | None:
    value = words.get(name, [None])[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(words: Attributes, name: str) -> list[str]:
    return [value for value in words.get(name, []) if isinstance(value, str)]
