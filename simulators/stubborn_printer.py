"""A printer of our own beside ippeveprinter, for the bad days that one cannot have (`printer/device.py`).

    with StubbornPrinter() as printer:
        printer.strike("vanish")     # it takes the next job, and forgets it

The bench is that of `PrinterBench`: the same hand, and more that can happen. It needs no message bus.
"""

from __future__ import annotations

import sys
from pathlib import Path

from simulators.daemon import Daemon
from simulators.ipp_printer import FULL, START_SECONDS, STRIKES, PrinterBench

ROOT = Path(__file__).parent.parent


class StubbornPrinter(PrinterBench):
    """A `PrinterBench` for the IPP simulator."""

    STRIKES = STRIKES | {
        "stopped": "stopped",  # printer-state is stopped, and no reason says why
        "door-open": "door-open",
        "fuser": "fuser-over-temp",
        "toner-low": "toner-low",
        "waste-full": "marker-waste-full",
        "waste-nearly-full": "marker-waste-almost-full",
        "worn": "opc-near-eol",  # a part of it is nearly worn out
        "vanish": "vanish",  # the job is known no more
        "stale": "stale",  # the job's state never changes again, not by a cancel either
        "restart": "restart",  # it switches itself off and on, and takes the job for done
        "completed-empty": "completed-empty",  # it says completed, and counts no more sides
        "uncounted": "uncounted",  # it prints, and counts nothing
        "twin": "twin",  # it remembers an older job of the same name
    }

    def break_now(self, name: str) -> None:
        """Let one of STRIKES hold from now on, whether it prints or not."""
        self._now.add(self.STRIKES[name])
        self._write_control()

    def mute(self) -> None:
        """Let it take connections and answer nothing; its sheets go their way."""
        self.break_now("mute")

    @property
    def busy(self) -> bool:
        """Whether it has a job under way."""
        return bool(self.pid) and self._working.exists()

    @property
    def sheets(self) -> int:
        """How many sheets came out, of whole documents and of others."""
        counter = self._home / "sheets"
        return int(counter.read_text()) if counter.exists() else 0

    def start(self) -> None:
        """Switch it on and return when it answers. Raises DaemonError with what it said."""
        self._start_printer()

    @property
    def _working(self) -> Path:
        return self._home / "working"

    def _start_printer(self) -> None:
        self._working.unlink(missing_ok=True)
        folders = (self.folder / "received", self.folder / "printed")
        # -S: it uses nothing but Python itself, and is up the sooner.
        command = [sys.executable, "-P", "-S", "-m", "simulators.printer.device", self._control, *folders]
        self._printer = Daemon(
            [*map(str, command), str(self._port.number)], self._home / "printer.log", {"PYTHONPATH": str(ROOT)}
        )
        self._printer.wait_for(self._answers, START_SECONDS)

    def _set_level(self, sheets: int) -> None:
        """It has no form for its tray: the bench tells it."""
        self._level = sheets
        self._write_control()

    _level = FULL

    def _control_words(self) -> dict[str, object]:
        return {**super()._control_words(), "level": self._level}
