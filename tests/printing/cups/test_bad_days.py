"""The IPP simulator: ipptool finds no fault in it, and what ippeveprinter cannot do ends in the truth."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from hardware.cups import CupsPrinter
from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app.effects import Print
from kiosk_app.events import Event, JobChanged, PaperFound
from kiosk_app.journal import Journal
from kiosk_app.print_worker import PrintWorker
from kiosk_app.products import Product
from kiosk_app.store import Store
from kiosk_app.visit import Document
from printing.job import JobJournal, PrintRun
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.stubborn_printer import StubbornPrinter

SUITES = Path("/usr/share/cups/ipptool")
DOCUMENTS = ("document-a4.pdf", "document-letter.pdf", "document-a4.ps", "document-letter.ps", "color.jpg", "gray.jpg")
PAGES = 3

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def bench() -> Iterator[StubbornPrinter]:
    with StubbornPrinter(ms_per_sheet=80) as bench:
        yield bench


@pytest.fixture
def printed(
    printer: CupsPrinter, journal: JobJournal, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Progress]]:
    """Print three sheets with little patience, and give all that was heard of it."""
    monkeypatch.setattr("printing.job.MAX_SILENCES", 1)
    monkeypatch.setattr("printing.job.STOP_SECONDS", 1.0)

    def printed(silence: float = 1.5) -> list[Progress]:
        heard: list[Progress] = []
        run = PrintRun(printer, journal, paper_wait=0.3, print_silence=silence)
        assert run.run(uuid4(), 1, pdf, PAGES, heard.append, threading.Event()) == heard[-1]
        return heard

    return printed


def test_ipptool_finds_no_fault_in_the_simulator(tmp_path: Path, bench: StubbornPrinter, pdf: bytes) -> None:
    """The suite for 2.0 takes the one for 1.1 in; it prints documents that Debian does not bring along: ours."""
    for test in ("ipp-1.1.test", "ipp-2.0.test"):
        shutil.copy(SUITES / test, tmp_path)
    for name in DOCUMENTS:
        (tmp_path / name).write_bytes(pdf)
    with_ours = ["-d", "filetype=application/pdf", "-f", str(tmp_path / DOCUMENTS[0])]
    command = ["ipptool", "-tI", *with_ours, bench.uri, str(tmp_path / "ipp-2.0.test")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert told.stdout.count("[PASS]") > 30
    assert "[FAIL]" not in told.stdout


ENDINGS = {
    "stopped": (Progress(JobPhase.FAILED, 1, FaultCode.PRINTER_FAULT), 1),
    "door-open": (Progress(JobPhase.FAILED, 1, FaultCode.COVER_OPEN), 1),
    "abort": (Progress(JobPhase.FAILED, 1, FaultCode.PRINT_FAILED), 1),
    "vanish": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 1),
    "stale": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 1),
    "mute": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 3),  # its paper came, and nobody could say so
    "power-cut": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 1),
    "restart": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 1),
    "completed-empty": (Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN), 1),
    "uncounted": (Progress(JobPhase.PRINTED, None), 3),
    "twin": (Progress(JobPhase.PRINTED, 3), 3),
}


# What it had counted went with its memory or its voice, unless somebody had just asked.
MAY_HAVE_COUNTED = {"vanish": 1, "mute": 1, "power-cut": 1}


@pytest.mark.parametrize("strike", ENDINGS)
def test_a_bad_day_ends_in_the_truth_and_nothing_comes_out_later(
    printed: Callable[..., list[Progress]], bench: StubbornPrinter, cupsd: Cupsd, until: Until, strike: str
) -> None:
    """It strikes after the first of three sheets; where the job never moves again, the second is never there."""
    bench.set_speed(400)  # long enough for the first sheet to be seen
    bench.strike(strike, after_sheet=0 if strike in ("uncounted", "twin") else 1)
    (ending, sheets), told = ENDINGS[strike], printed()[-1]
    if strike in MAY_HAVE_COUNTED and told.sheets in (None, 0):
        told = replace(told, sheets=MAY_HAVE_COUNTED[strike])
    assert told == ending
    assert bench.struck
    assert bench.sheets == sheets
    assert not cupsd.waiting("kiosk")
    assert not cupsd.documents
    bench.set_speed(20)
    bench.mend()
    until(lambda: not bench.busy)
    assert bench.sheets == sheets
    assert printed(10)[-1] == Progress(JobPhase.PRINTED, PAGES)
    assert bench.sheets == sheets + PAGES


@pytest.mark.parametrize("strike", ["stopped", "door-open"])
def test_what_stops_it_before_anyone_comes_is_known_beforehand(
    printer: CupsPrinter, bench: StubbornPrinter, strike: str
) -> None:
    bench.break_now(strike)
    fault = FaultCode.COVER_OPEN if strike == "door-open" else FaultCode.PRINTER_FAULT
    assert printer.status() == Status(Health.DOWN, (fault,))
    bench.mend()
    assert printer.status() == Status(Health.OK)


def test_a_stopped_printer_is_waited_for_and_goes_on(
    printer: CupsPrinter, journal: JobJournal, pdf: bytes, bench: StubbornPrinter, until: Until
) -> None:
    bench.strike("stopped", after_sheet=1)
    heard: list[Progress] = []
    run = PrintRun(printer, journal, paper_wait=10, print_silence=10)
    work = uuid4(), 1, pdf, PAGES, heard.append, threading.Event()
    thread = threading.Thread(target=run.run, args=work)
    thread.start()
    until(lambda: Progress(JobPhase.PAUSED, 1, FaultCode.PRINTER_FAULT) in heard)
    bench.mend()
    thread.join(20)
    assert heard[-1] == Progress(JobPhase.PRINTED, PAGES)
    assert bench.sheets == PAGES


@pytest.fixture
def journal_on_disk(tmp_path: Path) -> Iterator[Journal]:
    store = Store(tmp_path)
    yield Journal(store)
    store.close()


@contextmanager
def at_work(printer: CupsPrinter, journal: Journal, heard: list[Event]) -> Iterator[PrintWorker]:
    """A kiosk's own print worker, which has little patience and looks often."""
    run = PrintRun(printer, journal, paper_wait=0.3, print_silence=0.3)
    worker = PrintWorker(printer, run, journal, heard.append, lambda _: None, lambda: None)
    worker.start()
    yield worker
    worker.stop()


def test_a_printer_that_lost_its_voice_before_it_was_called_back_is_told_once_it_answers(
    printer: CupsPrinter,
    pdf: bytes,
    bench: StubbornPrinter,
    journal_on_disk: Journal,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits for paper, and holds the document of somebody who has gone: the refill must not print that."""
    monkeypatch.setattr("printing.job.MAX_SILENCES", 1)
    monkeypatch.setattr("kiosk_app.print_worker.LOOK_EVERY", 0.2)
    bench.strike("paper-empty")
    ticket, heard = uuid4(), list[Event]()
    journal_on_disk.ordered(ticket, "residence")
    with at_work(printer, journal_on_disk, heard) as worker:
        worker.do(Print(1, Document(ticket, Product("residence", "Attest", "Waar je woont"), pdf, PAGES)))
        until(lambda: JobPhase.PAUSED in phases_of(heard))
        bench.mute()
        until(lambda: JobPhase.UNKNOWN in phases_of(heard))
        bench.unmute()
        until(lambda: not bench.busy)
    bench.refill()
    assert bench.sheets == 0


class Died(Exception):
    """The kiosk did."""


def test_it_is_told_too_by_a_kiosk_that_died_and_could_not_ask_when_it_came_back(
    printer: CupsPrinter,
    cupsd: Cupsd,
    pdf: bytes,
    bench: StubbornPrinter,
    journal_on_disk: Journal,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("printing.job.MAX_SILENCES", 1)
    monkeypatch.setattr("kiosk_app.print_worker.LOOK_EVERY", 0.2)
    bench.strike("paper-empty")
    ticket, heard = uuid4(), list[Event]()
    journal_on_disk.ordered(ticket, "residence")

    def die(progress: Progress) -> None:
        if progress.phase is JobPhase.PAUSED:
            raise Died

    run = PrintRun(printer, journal_on_disk, paper_wait=10, print_silence=10)
    with pytest.raises(Died):
        run.run(ticket, 1, pdf, PAGES, die, threading.Event())
    bench.mute()
    with at_work(CupsPrinter("kiosk", bench.uri, cupsd.socket), journal_on_disk, heard):
        until(lambda: PaperFound() in heard)  # nobody knows what became of it
        assert bench.busy
        bench.unmute()
        until(lambda: not bench.busy)
    bench.refill()
    assert bench.sheets == 0


def phases_of(heard: list[Event]) -> list[JobPhase]:
    return [event.progress.phase for event in heard if isinstance(event, JobChanged)]


def test_a_strike_is_undone_by_mending_and_one_that_nobody_knows_is_refused(bench: StubbornPrinter) -> None:
    with pytest.raises(KeyError):
        bench.strike("meteorite")
    assert {"stopped", "door-open", "vanish", "stale", "mute"} <= set(bench.STRIKES)
