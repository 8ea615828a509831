"""An IPP printer that is not ours (ippeveprinter), with an engine that prints files, and the bench to spoil its day.

    with PrinterBench() as printer:
        printer.strike("paper-empty", after_sheet=1)
        ...                       # print three sheets to printer.uri; one comes out
        printer.mend()            # the other two follow
        assert printer.printed == [printer.folder / "printed" / "01.pdf"]

`received` is what arrived, byte for byte; `printed` only what the engine finished, under the same number (`02-2.pdf` is
a second copy of it).
It listens on this machine alone, needs no avahi (a message bus of its own stands in), and keeps its port when switched
off and on. What was in its memory or spool is gone when its power is cut.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from simulators.daemon import Daemon, listens
from simulators.ports import PRINTERS, Port

HERE = Path(__file__).parent / "printer"
# Both are up in some 20 ms; a busy machine may need a hundred times that.
START_SECONDS = 10.0
# Thirty pages a minute, as the printer says of itself.
MS_PER_SHEET = 2000
# Sheets in a full tray and in an empty one.
FULL, EMPTY = 200, 0

# What can happen to it, and what it says then (printer-state-reasons); the last three say nothing.
STRIKES = {
    "paper-empty": "media-empty",
    "jam": "media-jam",
    "cover-open": "cover-open",
    "tray-missing": "input-tray-missing",
    "toner-empty": "toner-empty",
    "power-cut": "power-cut",
    "mute": "mute",
    "abort": "abort",
}

# ippeveprinter wants a message bus for DNS-SD, also when it announces nothing.
BUS = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>"""


class Nonsense(BaseHTTPRequestHandler):
    """A printer that lost its mind."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer what would be IPP."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = bytes(range(256))
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_said: object) -> None:
        """Say nothing of it."""


class PrinterBench:
    """One printer and the hand at it. `out` is where `received/` and `printed/` go; else a folder of its own."""

    # Where ippeveprinter finds what it tells of itself.
    TELLS = ("-P", str(HERE / "a4.ppd"))
    # What can happen to it.
    STRIKES = STRIKES

    def __init__(self, out: Path | None = None, *, ms_per_sheet: int = MS_PER_SHEET, ports: range = PRINTERS) -> None:
        self._port = Port(ports)
        self.uri = f"ipp://localhost:{self._port.number}/ipp/print"
        self._home = Path(tempfile.mkdtemp(prefix="loket-printer-"))
        self.spool = self._home / "spool"
        self.folder = out or self._home
        self._control = self._home / "control.json"
        self._plan: dict[str, int] = {}
        self._now: set[str] = set()
        self._ms = ms_per_sheet
        self._bus: Daemon | None = None
        self._printer: Daemon | None = None
        self._nonsense: ThreadingHTTPServer | None = None
        self._lay_out()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what came of it -----------------------------------------------------------------------------------------

    @property
    def received(self) -> list[Path]:
        """Every document that arrived, in order. A file's time is that of the last byte's arrival."""
        return sorted((self.folder / "received").glob("[0-9]*.pdf"))

    @property
    def printed(self) -> list[Path]:
        """The documents of which every sheet came out."""
        return sorted((self.folder / "printed").glob("[0-9]*.pdf"))

    @property
    def pid(self) -> int:
        """The printer's process, 0 when it has no power."""
        return self._printer.pid if self._printer else 0

    def wait_for_printed(self, count: int, timeout: float) -> bool:
        """Wait until so many documents came out; False when `timeout` seconds were not enough."""
        return _wait(lambda: len(self.printed) >= count, timeout)

    def wait_for_received(self, count: int, timeout: float) -> bool:
        """Wait until so many documents arrived; False when `timeout` seconds were not enough."""
        return _wait(lambda: len(self.received) >= count, timeout)

    @property
    def busy(self) -> bool:
        """Whether its engine has a job under way."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return bool(self.pid and children.exists() and children.read_text().strip())

    @property
    def struck(self) -> bool:
        """Whether what `strike` planned has happened since it was planned."""
        return (self._home / "struck").exists()

    # --- the hand ------------------------------------------------------------------------------------------------

    def strike(self, name: str, after_sheet: int = 0) -> None:
        """Let one of STRIKES happen to the next job, after so many sheets. Raises KeyError for another name."""
        (self._home / "struck").unlink(missing_ok=True)
        self._plan[self.STRIKES[name]] = after_sheet
        self._write_control()

    def mend(self) -> None:
        """Undo whatever happened or was planned: paper in, jam out, cover shut, power on, voice back."""
        self._plan.clear()
        self._now.clear()
        self._write_control()
        self.unmute()
        self.power_on()
        self._set_level(FULL)

    def empty_tray(self) -> None:
        """Take the paper out, now; a job under way stops at its next sheet."""
        self._now.add(STRIKES["paper-empty"])
        self._write_control()
        self._set_level(EMPTY)

    def refill(self) -> None:
        """Put paper in; a job that waited for it goes on."""
        self._clear("paper-empty")
        self._set_level(FULL)

    def leave_sheets(self, sheets: int) -> None:
        """Leave so many sheets in the tray; below 25 the printer calls it low."""
        self._set_level(sheets)

    def jam(self, after_sheet: int = 0) -> None:
        """Let the paper of the next job stick after so many sheets."""
        self.strike("jam", after_sheet)

    def open_cover(self, after_sheet: int = 0) -> None:
        """Open the cover during the next job, after so many sheets."""
        self.strike("cover-open", after_sheet)

    def clear(self) -> None:
        """Take the jammed paper out and shut the cover."""
        self._clear("jam", "cover-open")

    def power_cut(self) -> None:
        """Pull the plug, now. To pull it during a job: `strike("power-cut", after_sheet=N)`."""
        if self._printer is not None:
            self._printer.kill()
            self._printer = None
        if self._nonsense is not None:
            self._nonsense.shutdown()
            self._nonsense.server_close()
            self._nonsense = None

    def power_on(self) -> None:
        """Switch on what has no power; memory and spool are empty. A second time does nothing."""
        if self._printer is not None and self._printer.running and not ("power-cut" in self._plan and self.struck):
            return
        self.power_cut()  # in case its engine pulled the plug a moment ago, and to tidy up after it
        self._plan.pop("power-cut", None)
        self._write_control()
        for remains in self.spool.iterdir():
            remains.unlink()
        self._start_printer()
        if STRIKES["paper-empty"] in self._now:
            self._set_level(EMPTY)

    def talk_nonsense(self) -> None:
        """Let it answer every question with bytes that mean nothing, and move no sheet, until its power is cut."""
        self.power_cut()
        self._plan.clear()
        self._write_control()
        self._nonsense = ThreadingHTTPServer(("127.0.0.1", self._port.number), Nonsense)
        threading.Thread(target=self._nonsense.serve_forever, name="nonsense", daemon=True).start()

    def mute(self) -> None:
        """Let it hang: connections are taken, nothing is answered, and no sheet moves."""
        self._now.add("mute")
        self._write_control()
        self._signal(signal.SIGSTOP)

    def unmute(self) -> None:
        """Let it answer and move again."""
        self._clear("mute")
        self._signal(signal.SIGCONT)

    def set_speed(self, ms_per_sheet: int) -> None:
        """Set how long a sheet takes, in milliseconds."""
        self._ms = ms_per_sheet
        self._write_control()

    # --- its life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Switch it on and return when it answers. Raises DaemonError with what it said."""
        bus = ["dbus-daemon", f"--config-file={self._home / 'bus.conf'}", "--nofork", "--nopidfile"]
        self._bus = Daemon(bus, self._home / "bus.log")
        self._bus.wait_for(lambda: listens(self._home / "bus.sock"), START_SECONDS)
        self._start_printer()

    def close(self) -> None:
        """Switch it off and remove all but what went to `out`."""
        self.power_cut()
        if self._bus is not None:
            self._bus.stop()
            self._bus = None
        self._port.release()
        shutil.rmtree(self._home, ignore_errors=True)

    def _start_printer(self) -> None:
        command = [
            *("ippeveprinter", "-r", "off", "-n", "localhost", "-p", str(self._port.number)),
            *("-d", str(self.spool), "-c", str(self._home / "engine"), *self.TELLS, "Loket"),
        ]
        bus = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._home / 'bus.sock'}"}
        self._printer = Daemon(command, self._home / "printer.log", bus)
        self._printer.wait_for(self._answers, START_SECONDS)

    def _lay_out(self) -> None:
        self.spool.mkdir()
        for name in ("received", "printed"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self._home / "bus.conf").write_text(BUS.format(socket=self._home / "bus.sock"))
        # -I -S: the engine is a machine of its own, and up in 10 ms.
        engine = [sys.executable, "-I", "-S", HERE / "engine.py", self._control]
        folders = [self.folder / "received", self.folder / "printed"]
        words = shlex.join(map(str, [*engine, *folders, self._port.number]))
        (self._home / "engine").write_text(f'#!/bin/sh\nexec {words} "$1"\n')
        (self._home / "engine").chmod(0o755)
        self._write_control()

    def _write_control(self) -> None:
        fresh = self._control.with_suffix(".new")
        fresh.write_text(json.dumps(self._control_words()))
        fresh.rename(self._control)

    def _control_words(self) -> dict[str, object]:
        return {"ms": self._ms, "now": sorted(self._now), "after": self._plan}

    def _clear(self, *names: str) -> None:
        for name in names:
            self._plan.pop(STRIKES[name], None)
            self._now.discard(STRIKES[name])
        self._write_control()

    def _set_level(self, sheets: int) -> None:
        """Fill in ippeveprinter's own form for trays, meant for tests."""
        tray = {"size0": "iso_a4_210x297mm", "type0": "stationery", "level0": sheets}
        self._get(f"/media?{urlencode(tray)}")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, HTTPException):
            return self._get("/")
        return False

    def _get(self, path: str) -> bool:
        connection = HTTPConnection("localhost", self._port.number, timeout=START_SECONDS)
        try:
            connection.request("GET", path)
            return bool(connection.getresponse().read())
        finally:
            connection.close()

    def _signal(self, number: int) -> None:
        if self._printer is not None and self._printer.running:
            os.kill(self._printer.pid, number)


def _wait(fact: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
