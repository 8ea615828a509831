"""The print service may die at any moment of a print: at most one paper, a true word on it, and the next one comes out.

`LOKET_KILLS` says at how many moments; `LOKET_SEED` plays those of an earlier run again.
"""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from hardware.cups import CupsPrinter
from printing.job import JobJournal, PrintRun
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

MOMENTS = int(os.environ.get("LOKET_KILLS", "10"))
SEED = int(os.environ.get("LOKET_SEED") or secrets.randbelow(2**32))
PAGES = 3
# From the first step until the printer has every byte takes about this long; after that CUPS has let go.
HAND_OVER = 0.1
# What is on its way comes out within this time once nothing waits in CUPS and the printer's engine rests.
QUIET = 0.5

Until = Callable[[Callable[[], object]], None]


@dataclass
class Trial:
    """One print service, one printer, one journal; prints one document after another."""

    run: PrintRun
    cupsd: Cupsd
    bench: PrinterBench
    pdf: bytes
    endings: list[Progress] = field(default_factory=list)

    def print(self, *, prepared: bool) -> threading.Thread:
        """Begin a print; its ending is appended to `endings`."""
        ticket = uuid4()
        job = self.run.prepare(ticket, 1) if prepared else None
        work = ticket, 1, self.pdf, PAGES, lambda _progress: None, threading.Event(), job
        thread = threading.Thread(target=lambda: self.endings.append(self.run.run(*work)))
        thread.start()
        return thread

    def settled_tray(self) -> int:
        """How many documents came out, once nothing is on its way any more."""
        quiet_since, deadline = time.monotonic(), time.monotonic() + 30
        while time.monotonic() - quiet_since < QUIET:
            assert time.monotonic() < deadline, "something is always on its way"
            if self.cupsd.waiting("kiosk") or self.bench.busy:
                quiet_since = time.monotonic()
            threading.Event().wait(0.02)
        return len(self.bench.printed)


@pytest.fixture
def trial(printer: CupsPrinter, journal: JobJournal, cupsd: Cupsd, bench: PrinterBench, pdf: bytes) -> Trial:
    return Trial(PrintRun(printer, journal, paper_wait=10, print_silence=10), cupsd, bench, pdf)


@pytest.mark.timeout(120 + 10 * MOMENTS)
def test_cupsd_killed_at_any_moment_never_makes_two_papers_nor_a_lie(trial: Trial) -> None:
    chance = random.Random(SEED)
    for number in range(MOMENTS):
        moment, before = chance.uniform(0, HAND_OVER), len(trial.bench.printed)
        said = f"LOKET_SEED={SEED}, moment {number}: {moment * 1000:.1f} ms"
        printing = trial.print(prepared=number % 2 == 1)
        threading.Event().wait(moment)
        trial.cupsd.crash()
        trial.cupsd.start()
        printing.join(60)
        assert len(trial.endings) == 1, said
        ending, came_out = trial.endings.pop(), trial.settled_tray() - before
        assert came_out <= 1, f"{said}, {ending}"
        match ending.phase:
            case JobPhase.PRINTED:
                assert came_out == 1, f"{said}, {ending}"
            case JobPhase.FAILED:
                assert came_out == 0, f"{said}, {ending}"
            case phase:
                assert phase is JobPhase.UNKNOWN, f"{said}, {ending}"
        assert trial.cupsd.documents == [], said
        trial.print(prepared=True).join(60)
        assert trial.endings.pop() == Progress(JobPhase.PRINTED, PAGES), said
        assert trial.settled_tray() == before + came_out + 1, said
