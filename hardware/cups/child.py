"""What runs in the process that may be killed: pycups, which knows no time-out, and the device's IPP.

Called by `hardware.cups.printer` through `hardware.child` only. Every function finds our job by its uuid or name, never
by its number: numbers begin again at 1 after a restart. CUPS may hide a job's name (JobPrivateValues), never its uuid.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cups

from hardware.cups.facts import describe as describe
from hardware.cups.ipp import Attributes, Device, IppError, Operation, Silent, Tag, Unreachable, Wish
from hardware.cups.lines import device_errors, first_group, number_in, to_cups, to_device, words_in
from hardware.cups.options import ONE_SIDED
from hardware.cups.queue import queue_now
from hardware.cups.queue import set_up as set_up
from hardware.cups.queue import tidy as tidy
from hardware.faults import DeviceFault

# [RFC 8011 §5.3.7] from here on CUPS does nothing more for a job: 6 is one of which a filter failed.
FIRST_ENDED_STATE = 6
# Through a raw queue the kiosk's own check of a document is the only one, and this is what it let through.
FORMAT = "application/pdf"

JOB_WORDS = ("job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed")
PRINTER_WORDS = (
    *("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-up-time"),
    "document-format-supported",
)


@dataclass(frozen=True)
class PrinterAnswer:
    """What the device says of itself. `up_time` is in seconds; None where it does not say."""

    state: int | None
    reasons: list[str]
    accepting: bool
    up_time: int | None
    formats: list[str]


@dataclass(frozen=True)
class JobAnswer:
    """What the device says of our job: its number there, its state, the sheets' sides it counted."""

    number: int
    state: int
    reasons: list[str]
    impressions: int | None


def create(server: str, queue: str, name: str, options: dict[str, str]) -> str:
    """Create a job without data that holds itself back, and return its uuid."""
    with to_cups(server) as connection:
        number = connection.createJob(queue, name, {**options, "job-hold-until": "indefinite"})
        return str(connection.getJobAttributes(number, ["job-uuid"])["job-uuid"])


def send(server: str, queue: str, uuid: str, pdf: bytes) -> bool:
    """Give CUPS the whole document, then let the job go. False when CUPS did not take it: no byte of it left us.

    Until it is let go the job is held: whatever becomes of CUPS before that, the device gets nothing of it.
    """
    try:
        with to_cups(server) as connection:
            waiting = _find(connection, "not-completed", queue, "", uuid)
            if not waiting:
                return False
            number = waiting[0][0]
            connection.startDocument(queue, number, "document", FORMAT, 1)
            connection.writeRequestData(pdf, len(pdf))
            connection.finishDocument(queue)
    except DeviceFault:
        return False
    with to_cups(server) as connection:
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
            with to_cups(server) as connection:
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
        with to_cups(server) as connection:
            for number, _state in _find(connection, "not-completed", queue, name, uuid):
                connection.cancelJob(number)
    except DeviceFault as fault:
        missed = fault
    with device_errors():
        device = to_device(uri)
        for job in _jobs(device, "not-completed", name):
            _cancel_there(device, job.number)
    if missed is not None:
        raise missed


def status(server: str, queue: str, uri: str) -> dict[str, object]:
    """Ask the device how it does, and CUPS how it would send to it."""
    with device_errors():
        printer = _printer(to_device(uri))
    return {"printer": asdict(printer), "queue": queue_now(server, queue)}


# --- CUPS --------------------------------------------------------------------------------------------------------


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


def _ask_device(uri: str, name: str) -> tuple[bool, PrinterAnswer | None, JobAnswer | None]:
    """Say whether the device was reached, how it does, and what it says of our job."""
    device = to_device(uri)
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
    words = first_group(answer)
    return PrinterAnswer(
        number_in(words, "printer-state"),
        words_in(words, "printer-state-reasons"),
        words.get("printer-is-accepting-jobs", [True]) != [False],
        number_in(words, "printer-up-time"),
        words_in(words, "document-format-supported"),
    )


def _jobs(device: Device, which: str, name: str) -> list[JobAnswer]:
    """Give the device's jobs of our name. Every printer knows these two values of `which`; few know *all*."""
    wanted: list[Wish] = [
        (Tag.KEYWORD, "which-jobs", [which]),
        (Tag.KEYWORD, "requested-attributes", [*JOB_WORDS, "job-media-sheets-completed", "sides"]),
    ]
    answer = device.ask(Operation.GET_JOBS, wanted)
    return [job for group in answer.of(Tag.JOB_GROUP) if name in group.get("job-name", []) for job in _job(group)]


def _job(words: Attributes) -> list[JobAnswer]:
    number, state = number_in(words, "job-id"), number_in(words, "job-state")
    if number is None or state is None:
        return []
    impressions = number_in(words, "job-impressions-completed")
    sheets = number_in(words, "job-media-sheets-completed")
    if impressions is None and sheets is not None:
        impressions = sheets * (1 if words.get("sides", [ONE_SIDED])[0] == ONE_SIDED else 2)
    return [JobAnswer(number, state, words_in(words, "job-state-reasons"), impressions)]


def _cancel_there(device: Device, number: int) -> None:
    try:
        device.ask(Operation.CANCEL_JOB, [(Tag.INTEGER, "job-id", number)])
    except IppError:
        return  # it ended in the meantime; the next look tells how
