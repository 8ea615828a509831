"""The print engine: ippeveprinter runs it once per job, and it "prints" the document sheet by sheet.

    engine.py CONTROL RECEIVED PRINTED PORT SPOOL-FILE

It keeps what arrived as RECEIVED/NN.pdf and takes the spool file away; it says each sheet on its standard error, as
ippeveprinter(1) reads it there; it copies the document to PRINTED/NN.pdf once every sheet is out, cancelled since or
not, and each further copy that was asked for to PRINTED/NN-2.pdf and so on. Between sheets it looks into CONTROL
(written by the bench) for what is wrong with it now, and asks its own printer over IPP whether the job was cancelled,
as ippeveprinter does not tell. It imports nothing of ours: it is a machine of its own.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# How often it looks whether somebody mended it, and whether its printer still has power.
TICK = 0.01
# Its printer is in this machine; one that was muted (SIGSTOP) does not answer and cancels nothing.
ASK_SECONDS = 0.3

# A job that was cancelled while it prints [RFC 8011 §5.3.8].
STOPPING = b"processing-to-stop-point"

GET_JOB_ATTRIBUTES = 0x0009  # [RFC 8011 §5.4.15]
OPERATION_GROUP, END, INTEGER, URI, KEYWORD, CHARSET, LANGUAGE = 0x01, 0x03, 0x21, 0x45, 0x44, 0x47, 0x48


@dataclass(frozen=True)
class Control:
    """What the bench wants: milliseconds a sheet, what is in the way now, what shall happen after so many sheets."""

    ms: int
    now: frozenset[str]
    after: dict[str, int]


class Engine:
    """One job on its way through the machine."""

    def __init__(self, control: Path, port: int) -> None:
        self._control = control
        self._port = port
        self._printer = os.getppid()
        self._job = int(os.environ["IPP_JOB_ID"])
        self._muted = False
        self._sheets = 0

    def print_document(self, document: Path) -> bool:
        """Print every sheet; False when the job was cancelled before the last. Ends the process when it must abort."""
        pages = int(subprocess.run(["qpdf", "--show-npages", document], capture_output=True, check=True).stdout)
        per_sheet = 1 if os.environ.get("IPP_SIDES", "one-sided") == "one-sided" else 2
        total = pages * copies()
        say(f"ATTR: job-impressions={total}")
        for done in range(0, total, per_sheet):
            self._wait_until_mended(done // per_sheet)
            if self._cancelled():
                return False
            self._move_sheet()
            say(f"ATTR: job-impressions-completed={min(total, done + per_sheet)}")
        self._sheets = -(-total // per_sheet)
        return True

    def finish(self) -> None:
        """Let happen what is planned for when the last sheet is out: nobody has been told so yet."""
        self._strike(self._sheets)

    def _wait_until_mended(self, sheets: int) -> None:
        """Wait while something is in the way: also when the job was cancelled, for paper that sticks still sticks."""
        said: set[str] = set()
        while wrong := self._strike(sheets):
            news = wrong - said - {"mute"}
            for keyword in sorted(news):
                say(f"STATE: +{keyword}")
            said |= news
            self._tick()
        for keyword in sorted(said):
            say(f"STATE: -{keyword}")

    def _strike(self, sheets: int) -> set[str]:
        """Let happen what is planned after so many sheets, and give what is in the way now."""
        control = self._read_control()
        due = {name for name, after in control.after.items() if sheets >= after}
        if "power-cut" in due:
            os.kill(self._printer, signal.SIGKILL)
        if "mute" in due and not self._muted:
            os.kill(self._printer, signal.SIGSTOP)
            self._muted = True
        if due:
            self._control.with_name("struck").touch()
        if "power-cut" in due:
            sys.exit(1)
        if "abort" in due:
            say("ERROR: the engine gave up")
            sys.exit(1)
        return {*control.now, *due}

    def _move_sheet(self) -> None:
        end = time.monotonic() + self._read_control().ms / 1000
        while time.monotonic() < end:
            self._tick()

    def _tick(self) -> None:
        """Let a moment pass. Without power there is no engine either."""
        if os.getppid() != self._printer:
            sys.exit(1)
        time.sleep(TICK)

    def _read_control(self) -> Control:
        fields = json.loads(self._control.read_text())
        return Control(int(fields["ms"]), frozenset(fields["now"]), dict(fields["after"]))

    def _cancelled(self) -> bool:
        """Ask our own printer whether somebody cancelled the job; it waits for us to come to a stop."""
        uri = f"ipp://localhost:{self._port}/ipp/print"
        attributes = (
            (CHARSET, "attributes-charset", b"utf-8"),
            (LANGUAGE, "attributes-natural-language", b"en"),
            (URI, "printer-uri", uri.encode()),
            (INTEGER, "job-id", struct.pack(">i", self._job)),
            (KEYWORD, "requested-attributes", b"job-state-reasons"),
        )
        body = struct.pack(">BBHIB", 2, 0, GET_JOB_ATTRIBUTES, 1, OPERATION_GROUP)
        for tag, name, value in attributes:
            body += struct.pack(f">BH{len(name)}sH", tag, len(name), name.encode(), len(value)) + value
        connection = http.client.HTTPConnection("localhost", self._port, timeout=ASK_SECONDS)
        try:
            connection.request("POST", "/ipp/print", body + bytes([END]), {"Content-Type": "application/ipp"})
            return STOPPING in connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def say(line: str) -> None:
    """Tell ippeveprinter, which reads our standard error."""
    print(line, file=sys.stderr, flush=True)


def copies() -> int:
    """Give how many the job wants, as ippeveprinter hands it on."""
    return int(os.environ.get("IPP_COPIES", "1"))


def keep(spool: Path, folder: Path) -> Path:
    """Keep what arrived under the next number; the file is there at once and whole, with the time of its last byte."""
    number = 1 + max((int(file.stem) for file in folder.glob("[0-9]*.pdf")), default=0)
    return copy(spool, folder / f"{number:02}.pdf")


def copy(source: Path, target: Path) -> Path:
    """Copy a file so that nobody ever sees half of it."""
    part = target.with_name(f".{target.name}")
    shutil.copy2(source, part)
    return part.rename(target)


def main() -> None:
    """Print one job."""
    control, received, printed, port, spool = sys.argv[1:]
    engine = Engine(Path(control), int(port))
    document = keep(Path(spool), Path(received))
    Path(spool).unlink()
    Path(spool).with_suffix(".prn").unlink(missing_ok=True)
    if engine.print_document(document):
        for number in range(1, copies() + 1):
            name = document.name if number == 1 else f"{document.stem}-{number}.pdf"
            copy(document, Path(printed) / name)
        engine.finish()


if __name__ == "__main__":
    main()
