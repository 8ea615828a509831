"""The IPP simulator: a printer of our own that can do what ippeveprinter cannot, as a program apart.

    python -m simulators.printer.device CONTROL RECEIVED PRINTED PORT

It stops without a reason, opens its door, forgets a job, says nothing new of one, is switched on anew and believes that
all is done. Written from RFC 8010 and RFC 8011, without a line of the kiosk's; `ipptool` judges it in the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from simulators.printer.paper import UNSAID, Insides, Job, State
from simulators.printer.wire import Attribute, Group, Kind, NoIppError, Request, answer, read

OK = 0x0000
BAD_REQUEST, NOT_POSSIBLE, NOT_FOUND, NO_FORMAT = 0x0400, 0x0404, 0x0406, 0x040A
NO_OPERATION, NO_VERSION, BUSY = 0x0501, 0x0503, 0x0507

IDLE, PRINTING, STOPPED = 3, 4, 5  # printer-state [RFC 8011 §5.4.11]
FORMATS = ("application/octet-stream", "application/pdf")
A4 = "iso_a4_210x297mm"
SIDES = ("one-sided", "two-sided-long-edge")
# What Get-Jobs tells of a job when nothing is asked for [RFC 8011 §4.2.6.1].
FEW = ("job-id", "job-uri")

Groups = list[tuple[Group, Sequence[Attribute]]]


class Refused(Exception):
    """A request that is answered with a status alone."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Device:
    """What answers a request, and what the printer says of itself and its jobs."""

    def __init__(self, insides: Insides, uri: str) -> None:
        self._insides = insides
        self._uri = uri
        self._operations: dict[int, Callable[[Request], Groups]] = {
            0x0002: self._print_job,
            0x0004: self._validate,
            0x0005: self._create_job,
            0x0006: self._send_document,
            0x0008: self._cancel_job,
            0x0009: self._get_job,
            0x000A: self._get_jobs,
            0x000B: self._get_printer,
        }

    def wait_for_voice(self) -> None:
        """Return once it may answer: it is mute, and takes connections all the same."""
        self._insides.wait_for_voice()

    def reply(self, body: bytes) -> bytes:
        """Answer a request. Raises NoIppError."""
        request = read(body)
        try:
            self._check(request)
            with self._insides.lock:
                groups = self._operations[request.operation](request)
        except Refused as refused:
            return answer(request, refused.status)
        return answer(request, OK, groups)

    def _check(self, request: Request) -> None:
        """Hold a request against what every request must have [RFC 8011 §4.1]."""
        if request.version[0] not in (1, 2):
            raise Refused(NO_VERSION)
        in_order = list(request.wishes)[:2] == ["attributes-charset", "attributes-natural-language"]
        if not request.number or not in_order or not {"printer-uri", "job-uri"} & set(request.wishes):
            raise Refused(BAD_REQUEST)
        if request.operation not in self._operations:
            raise Refused(NO_OPERATION)

    # --- jobs ----------------------------------------------------------------------------------------------------

    def _print_job(self, request: Request) -> Groups:
        self._validate(request)
        job = self._taken(request)
        self._insides.hand_in(job, request.document)
        return self._about(job, ("job-id", "job-uri", "job-state", "job-state-reasons"))

    def _create_job(self, request: Request) -> Groups:
        return self._about(self._taken(request), ("job-id", "job-uri", "job-state", "job-state-reasons"))

    def _send_document(self, request: Request) -> Groups:
        job = self._found(request)
        if "last-document" not in request.wishes:
            raise Refused(BAD_REQUEST)
        if job.state is not State.HELD:
            raise Refused(NOT_POSSIBLE)
        self._validate(request)
        self._insides.hand_in(job, request.document)
        return self._about(job, ("job-id", "job-uri", "job-state", "job-state-reasons"))

    def _validate(self, request: Request) -> Groups:
        if request.word("document-format", FORMATS[0]) not in FORMATS:
            raise Refused(NO_FORMAT)
        return []

    def _cancel_job(self, request: Request) -> Groups:
        job = self._found(request)
        if job.state.ended:
            raise Refused(NOT_POSSIBLE)
        self._insides.cancel(job)
        return []

    def _get_job(self, request: Request) -> Groups:
        return self._about(self._found(request), request.words("requested-attributes") or ("all",))

    def _get_jobs(self, request: Request) -> Groups:
        jobs = self._insides.jobs.values()
        if request.word("which-jobs", "not-completed") == "completed":
            chosen = sorted((job for job in jobs if job.state.ended), key=lambda job: -job.number)
        else:
            chosen = [job for job in jobs if not job.state.ended]
        if request.wishes.get("my-jobs") == [b"\x01"]:
            chosen = [job for job in chosen if job.user == request.word("requesting-user-name")]
        wanted = request.words("requested-attributes") or FEW
        limit = request.count("limit", len(chosen))
        return [group for job in chosen[:limit] for group in self._about(job, wanted)]

    def _taken(self, request: Request) -> Job:
        sides, copies = request.word("sides", SIDES[0]), request.count("copies", 1)
        name, user = request.word("job-name", "untitled"), request.word("requesting-user-name", "anonymous")
        return self._insides.take(name, user, copies, two_sided=sides != SIDES[0])

    def _found(self, request: Request) -> Job:
        number = request.count("job-id") or int(request.word("job-uri").rpartition("/")[2] or 0)
        try:
            return self._insides.jobs[number]
        except KeyError:
            raise Refused(NOT_FOUND) from None

    def _about(self, job: Job, wanted: Sequence[str]) -> Groups:
        return [(Group.JOB, _only(wanted, self._job(job), "job-description"))]

    def _job(self, job: Job) -> Iterator[Attribute]:
        yield Kind.INTEGER, "job-id", [job.number]
        yield Kind.URI, "job-uri", [f"{self._uri}/{job.number}"]
        yield Kind.URI, "job-printer-uri", [self._uri]
        yield Kind.NAME, "job-name", [job.name]
        yield Kind.NAME, "job-originating-user-name", [job.user]
        state, reason = self._state_of(job)
        yield Kind.ENUM, "job-state", [state]
        yield Kind.KEYWORD, "job-state-reasons", [reason]
        yield Kind.INTEGER, "time-at-creation", [job.created]
        yield _moment("time-at-processing", job.begun)
        yield _moment("time-at-completed", job.ended)
        yield Kind.INTEGER, "job-printer-up-time", [self._insides.up_time]
        if job.counted:
            yield Kind.INTEGER, "job-impressions-completed", [job.impressions]

    def _state_of(self, job: Job) -> tuple[State, str]:
        if job.state is not State.PROCESSING:
            return job.state, "none"
        if job.cancelled:
            return job.state, "processing-to-stop-point"
        if "stopped" in self._insides.wrong:
            return State.STOPPED, "printer-stopped"
        return job.state, "job-printing"

    # --- the printer ---------------------------------------------------------------------------------------------

    def _get_printer(self, request: Request) -> Groups:
        wanted = request.words("requested-attributes") or ("all",)
        return [(Group.PRINTER, _only(wanted, self._printer(), "printer-description", "job-template"))]

    def _printer(self) -> Iterator[Attribute]:
        yield from LISTED
        yield Kind.URI, "printer-uri-supported", [self._uri]
        yield Kind.INTEGER, "printer-up-time", [self._insides.up_time]
        wrong, jobs = self._insides.wrong, self._insides.jobs.values()
        state = PRINTING if any(job.state is State.PROCESSING for job in jobs) else IDLE
        yield Kind.ENUM, "printer-state", [STOPPED if "stopped" in wrong else state]
        yield Kind.KEYWORD, "printer-state-reasons", sorted(wrong - UNSAID) or ["none"]
        yield Kind.INTEGER, "queued-job-count", [sum(not job.state.ended for job in jobs)]
        yield Kind.ENUM, "operations-supported", list(self._operations)


LISTED: tuple[Attribute, ...] = (
    (Kind.CHARSET, "charset-configured", ["utf-8"]),
    (Kind.CHARSET, "charset-supported", ["utf-8"]),
    (Kind.BOOLEAN, "color-supported", [False]),
    (Kind.KEYWORD, "compression-supported", ["none"]),
    (Kind.INTEGER, "copies-default", [1]),
    (Kind.RANGE, "copies-supported", [(1, 99)]),
    (Kind.MIME_TYPE, "document-format-default", [FORMATS[0]]),
    (Kind.MIME_TYPE, "document-format-supported", FORMATS),
    (Kind.ENUM, "finishings-default", [3]),  # none
    (Kind.ENUM, "finishings-supported", [3]),
    (Kind.LANGUAGE, "generated-natural-language-supported", ["en"]),
    (Kind.KEYWORD, "ipp-versions-supported", ["1.1", "2.0"]),
    (Kind.KEYWORD, "media-default", [A4]),
    (Kind.KEYWORD, "media-ready", [A4]),
    (Kind.KEYWORD, "media-supported", [A4]),
    (Kind.BOOLEAN, "multiple-document-jobs-supported", [False]),
    (Kind.LANGUAGE, "natural-language-configured", ["en"]),
    (Kind.ENUM, "orientation-requested-default", [3]),  # portrait
    (Kind.ENUM, "orientation-requested-supported", [3, 4]),
    (Kind.KEYWORD, "output-bin-default", ["face-down"]),
    (Kind.KEYWORD, "output-bin-supported", ["face-down"]),
    (Kind.INTEGER, "pages-per-minute", [30]),
    (Kind.KEYWORD, "pdl-override-supported", ["attempted"]),
    (Kind.KEYWORD, "print-color-mode-supported", ["monochrome"]),
    (Kind.ENUM, "print-quality-default", [4]),  # normal
    (Kind.ENUM, "print-quality-supported", [4]),
    (Kind.TEXT, "printer-info", ["Loket"]),
    (Kind.BOOLEAN, "printer-is-accepting-jobs", [True]),
    (Kind.TEXT, "printer-location", [""]),
    (Kind.TEXT, "printer-make-and-model", ["Loket A4 laser with bad days (simulated)"]),
    (Kind.URI, "printer-more-info", ["http://localhost/"]),
    (Kind.NAME, "printer-name", ["Loket"]),
    (Kind.RESOLUTION, "printer-resolution-default", [(600, 600, 3)]),
    (Kind.RESOLUTION, "printer-resolution-supported", [(600, 600, 3)]),
    (Kind.KEYWORD, "sides-default", [SIDES[0]]),
    (Kind.KEYWORD, "sides-supported", SIDES),
    (Kind.KEYWORD, "uri-authentication-supported", ["none"]),
    (Kind.KEYWORD, "uri-security-supported", ["none"]),
)


def _only(wanted: Sequence[str], attributes: Iterator[Attribute], *groups: str) -> list[Attribute]:
    """Leave out what was not asked for; a group's name asks for all that is in it."""
    whole = bool({"all", *groups} & set(wanted))
    return [attribute for attribute in attributes if whole or attribute[1] in wanted]


def _moment(name: str, seconds: int | None) -> Attribute:
    return (Kind.NO_VALUE, name, [""]) if seconds is None else (Kind.INTEGER, name, [seconds])


class Line(BaseHTTPRequestHandler):
    """One client's connection; IPP goes over HTTP [RFC 8010 §4]."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    device: Device

    def do_POST(self) -> None:
        """Answer a request of IPP, once it has its voice: who asked may be gone by then."""
        body = self._body()
        self.device.wait_for_voice()
        try:
            self._say(200, self.device.reply(body), "application/ipp")
        except NoIppError:
            self._say(400, b"", "text/plain")
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        """Say that it has power."""
        self._say(200, b"ready", "text/plain")

    def log_message(self, *_said: object) -> None:
        """Say nothing of it: a job's name is nobody's business."""

    def _body(self) -> bytes:
        """Read what comes, in chunks where the client does not know how much [RFC 9112 §7.1]."""
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _say(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until somebody pulls the plug."""
    control, received, printed, port = sys.argv[1:]
    insides = Insides(Path(control), Path(received), Path(printed))
    Line.device = Device(insides, f"ipp://localhost:{port}/ipp/print")
    ThreadingHTTPServer(("127.0.0.1", int(port)), Line).serve_forever()


if __name__ == "__main__":
    main()
