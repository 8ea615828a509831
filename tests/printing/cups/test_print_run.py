"""From bytes to paper, through a real CUPS to a printer that is not ours and has bad days."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID, uuid4

import pytest

from hardware.cups import CupsPrinter
from hardware.devices import DeviceJob, DeviceJobState
from hardware.faults import FaultCode
from printing.job import JobJournal, JournalLost, PrintRun, UnfinishedJob, recover
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

HERE = Path(__file__).parent

Until = Callable[[Callable[[], object]], None]


class Notebook(JobJournal, Protocol):
    lines: list[tuple[object, ...]]
    open: list[UnfinishedJob]


class FullDisk:
    """A journal in which one kind of step finds no room."""

    def __init__(self, journal: JobJournal, step: str) -> None:
        self._journal, self._step = journal, step

    def __getattr__(self, name: str) -> object:
        return self._fail if name == self._step else getattr(self._journal, name)

    def _fail(self, *_step: object) -> None:
        raise JournalLost


class Printing(threading.Thread):
    """One document on its way, while the test does something to the world."""

    def __init__(self, run: PrintRun, pdf: bytes, pages: int = 3) -> None:
        super().__init__()
        self.ticket: UUID = uuid4()
        self.heard: list[Progress] = []
        self.cancelled = threading.Event()
        self._work = run, pdf, pages
        self.start()

    def run(self) -> None:
        run, pdf, pages = self._work
        self.end = run.run(self.ticket, 1, pdf, pages, self.heard.append, self.cancelled)

    def ending(self) -> Progress:
        self.join(30)
        return self.end


def waiting_in_cups(cupsd: Cupsd) -> str:
    lpstat = ["lpstat", "-h", cupsd.socket, "-W", "not-completed", "-o", "kiosk"]
    return subprocess.run(lpstat, capture_output=True, text=True, check=True).stdout


def test_the_very_bytes_come_out_sheet_by_sheet(
    run: PrintRun, pdf: bytes, bench: PrinterBench, journal: Notebook
) -> None:
    job = Printing(run, pdf)
    assert job.ending() == Progress(JobPhase.PRINTED, 3)
    assert bench.printed[0].read_bytes() == bench.received[0].read_bytes() == pdf
    assert [p.phase for p in job.heard[:2]] == [JobPhase.REQUESTED, JobPhase.HANDED]
    assert job.heard[-1] == job.end
    counted = [p.sheets or 0 for p in job.heard if p.phase is JobPhase.PRINTING]
    assert counted == sorted(set(counted))
    assert {1, 2} <= set(counted)
    assert list(dict.fromkeys(line[0] for line in journal.lines)) == ["requested", "handed", "printing", "ended"]
    assert [line[2] or 0 for line in journal.lines if line[0] == "printing"] == counted


def test_no_byte_leaves_before_the_step_is_in_the_journal(
    printer: CupsPrinter, pdf: bytes, bench: PrinterBench, journal: Notebook, cupsd: Cupsd
) -> None:
    ticket = uuid4()
    run = PrintRun(printer, cast("JobJournal", FullDisk(journal, "handed")), paper_wait=1, print_silence=1)
    end = run.run(ticket, 1, pdf, 3, lambda _: None, threading.Event())
    assert end == Progress(JobPhase.FAILED, 0, FaultCode.JOURNAL_LOST)
    assert not waiting_in_cups(cupsd)
    assert not bench.received


def test_an_ending_that_cannot_be_written_down_is_told_all_the_same(
    printer: CupsPrinter, pdf: bytes, journal: Notebook, heard: list[Progress]
) -> None:
    run = PrintRun(printer, cast("JobJournal", FullDisk(journal, "ended")), paper_wait=1, print_silence=1)
    assert run.run(uuid4(), 1, pdf, 3, heard.append, threading.Event()) == Progress(JobPhase.PRINTED, 3)
    assert heard[-1] == Progress(JobPhase.PRINTED, 3)


def test_a_filter_that_fails_is_a_failure_at_once_and_leaves_no_document_behind(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd
) -> None:
    cupsd.break_filter("kiosk")
    began = time.monotonic()
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 0, FaultCode.PRINT_FAILED)
    assert time.monotonic() - began < 8  # ten seconds of silence would have ended it too
    assert not waiting_in_cups(cupsd)
    assert cupsd.documents == bench.received == []


def test_a_spool_that_takes_no_document_is_a_failure_without_paper(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd
) -> None:
    cupsd.lock_spool()
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 0, FaultCode.PRINT_FAILED)
    cupsd.mend()
    assert Printing(run, pdf).ending().phase is JobPhase.PRINTED
    assert len(bench.received) == 1


def test_a_prepared_job_is_one_job_and_its_document_goes_into_that(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd, journal: Notebook
) -> None:
    ticket = uuid4()
    prepared = run.prepare(ticket, 1)
    assert len(waiting_in_cups(cupsd).splitlines()) == 1
    assert not bench.received
    end = run.run(ticket, 1, pdf, 3, lambda _: None, threading.Event(), prepared)
    assert end == Progress(JobPhase.PRINTED, 3)
    assert list(dict.fromkeys(line[0] for line in journal.lines)) == ["requested", "handed", "printing", "ended"]
    assert journal.lines[1][2:] == (prepared, 3)
    assert not waiting_in_cups(cupsd)
    assert len(bench.received) == 1


def test_a_prepared_job_whose_document_never_comes_leaves_nothing_behind(
    run: PrintRun, bench: PrinterBench, cupsd: Cupsd
) -> None:
    ticket = uuid4()
    run.prepare(ticket, 1)
    run.drop(ticket, 1)
    assert not waiting_in_cups(cupsd)
    assert not bench.received


def test_a_prepared_job_that_a_restart_of_cups_lost_is_made_anew_and_printed_once(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd
) -> None:
    ticket = uuid4()
    prepared = run.prepare(ticket, 1)
    cupsd.crash()
    cupsd.start()
    end = run.run(ticket, 1, pdf, 3, lambda _: None, threading.Event(), prepared)
    assert end == Progress(JobPhase.PRINTED, 3)
    assert not waiting_in_cups(cupsd)
    assert len(bench.received) == len(bench.printed) == 1


def test_an_empty_tray_pauses_and_a_refilled_one_goes_on(
    run: PrintRun, pdf: bytes, bench: PrinterBench, until: Until
) -> None:
    bench.strike("paper-empty", after_sheet=1)
    job = Printing(run, pdf)
    until(lambda: Progress(JobPhase.PAUSED, 1, FaultCode.PAPER_EMPTY) in job.heard)
    assert not bench.printed
    bench.refill()
    assert job.ending() == Progress(JobPhase.PRINTED, 3)
    assert bench.printed[0].read_bytes() == pdf


def test_a_tray_that_was_empty_all_along_pauses_before_the_first_sheet(
    run: PrintRun, pdf: bytes, bench: PrinterBench, until: Until
) -> None:
    bench.empty_tray()
    job = Printing(run, pdf)
    until(lambda: Progress(JobPhase.PAUSED, 0, FaultCode.PAPER_EMPTY) in job.heard)
    job.cancelled.set()
    assert job.ending() == Progress(JobPhase.FAILED, 0, FaultCode.PRINT_STOPPED)
    bench.refill()
    until(lambda: not list(bench.spool.glob("*.pdf")))
    assert not bench.printed


@pytest.mark.parametrize(
    ("strike", "fault"),
    [
        ("jam", FaultCode.PAPER_JAM),
        ("paper-empty", FaultCode.PAPER_EMPTY),
        ("cover-open", FaultCode.COVER_OPEN),
        ("tray-missing", FaultCode.TRAY_MISSING),
        ("toner-empty", FaultCode.TONER_EMPTY),
    ],
)
def test_what_nobody_mends_is_cancelled_and_never_comes_out_later(
    printer: CupsPrinter,
    pdf: bytes,
    bench: PrinterBench,
    journal: Notebook,
    until: Until,
    strike: str,
    fault: FaultCode,
) -> None:
    bench.strike(strike, after_sheet=1)
    run = PrintRun(printer, journal, paper_wait=0.3, print_silence=10)
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 1, fault)
    assert journal.lines[-1][2:] == (JobPhase.FAILED, 1, fault)
    bench.mend()
    name = f"{journal.lines[0][1]}-1"
    until(lambda: printer.look(name) == DeviceJob(DeviceJobState.CANCELED, 1))  # it came to a stop
    assert Printing(run, pdf).ending() == Progress(JobPhase.PRINTED, 3)
    assert [file.name for file in bench.printed] == ["02.pdf"]


def test_a_power_cut_in_the_middle_ends_unknown_and_is_not_printed_again(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd, until: Until
) -> None:
    bench.strike("power-cut", after_sheet=1)
    job = Printing(run, pdf)
    until(lambda: bench.struck)
    bench.power_on()
    end = job.ending()
    assert (end.phase, end.fault) == (JobPhase.UNKNOWN, FaultCode.PRINT_UNKNOWN)
    assert end.sheets in (None, 0, 1)  # what it counted may be lost with its power
    assert not waiting_in_cups(cupsd)
    assert Printing(run, pdf, 3).ending().phase is JobPhase.PRINTED  # it works again, and with one document only
    assert [len(bench.received), len(bench.printed)] == [2, 1]


def test_a_printer_without_power_gets_nothing_later(
    printer: CupsPrinter, pdf: bytes, bench: PrinterBench, journal: Notebook, cupsd: Cupsd
) -> None:
    bench.power_cut()
    run = PrintRun(printer, journal, paper_wait=1, print_silence=0.5)
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 0, FaultCode.PRINTER_LOST)
    assert not waiting_in_cups(cupsd)
    bench.power_on()
    run = PrintRun(printer, journal, paper_wait=10, print_silence=10)
    assert Printing(run, pdf).ending().phase is JobPhase.PRINTED
    assert len(bench.received) == 1


def test_a_printer_that_falls_silent_for_good_ends_unknown(
    printer: CupsPrinter, pdf: bytes, bench: PrinterBench, journal: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printing.job.MAX_SILENCES", 1)
    bench.strike("mute", after_sheet=1)
    run = PrintRun(printer, journal, paper_wait=1, print_silence=0.5)
    end = Printing(run, pdf).ending()
    assert (end.phase, end.fault) == (JobPhase.UNKNOWN, FaultCode.PRINT_UNKNOWN)
    assert not bench.printed


def test_an_engine_that_gives_up_is_a_failure(run: PrintRun, pdf: bytes, bench: PrinterBench) -> None:
    bench.strike("abort", after_sheet=2)
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 2, FaultCode.PRINT_FAILED)
    assert not bench.printed


def test_a_job_called_back_in_time_leaves_the_device_alone(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd, journal: Notebook
) -> None:
    cancelled = threading.Event()
    cancelled.set()
    end = run.run(uuid4(), 1, pdf, 3, lambda _: None, cancelled)
    assert end == Progress(JobPhase.FAILED, 0, FaultCode.PRINT_STOPPED)
    assert not bench.received
    assert not waiting_in_cups(cupsd)
    assert [line[0] for line in journal.lines] == ["requested", "ended"]


def test_a_job_called_back_half_way_stops_after_the_sheet_under_way(
    run: PrintRun, pdf: bytes, bench: PrinterBench, until: Until
) -> None:
    bench.set_speed(800)
    job = Printing(run, pdf)
    until(lambda: any(p.sheets == 1 for p in job.heard))
    job.cancelled.set()
    end = job.ending()
    assert (end.phase, end.fault) == (JobPhase.FAILED, FaultCode.PRINT_STOPPED)
    assert end.sheets in (1, 2)
    assert not bench.printed


def test_a_crash_of_cups_half_way_prints_once(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd, until: Until
) -> None:
    bench.set_speed(300)
    job = Printing(run, pdf)
    until(lambda: any(p.sheets == 1 for p in job.heard))
    cupsd.crash()
    cupsd.start()
    assert job.ending() == Progress(JobPhase.PRINTED, 3)
    assert not waiting_in_cups(cupsd)
    assert Printing(run, pdf).ending().phase is JobPhase.PRINTED
    assert len(bench.received) == len(bench.printed) == 2


def test_without_cups_nothing_is_printed_and_it_says_so(run: PrintRun, pdf: bytes, cupsd: Cupsd) -> None:
    cupsd.crash()
    assert Printing(run, pdf).ending() == Progress(JobPhase.FAILED, 0, FaultCode.PRINTER_LOST)


def test_after_a_crash_of_ours_the_device_is_asked_and_nothing_is_sent(
    printer: CupsPrinter, run: PrintRun, pdf: bytes, bench: PrinterBench, journal: Notebook, cupsd: Cupsd
) -> None:
    job = Printing(run, pdf)
    assert job.ending().phase is JobPhase.PRINTED
    never_handed, never_created, never_there = uuid4(), uuid4(), uuid4()
    held_uuid = printer.create(f"{never_handed}-1")
    journal.open = [
        UnfinishedJob(job.ticket, 1, 3, "urn:uuid:any", JobPhase.HANDED),
        UnfinishedJob(never_handed, 1, 3, held_uuid, JobPhase.REQUESTED),
        UnfinishedJob(never_created, 1, 3, None, JobPhase.REQUESTED),
        UnfinishedJob(never_there, 2, 3, "urn:uuid:any", JobPhase.PRINTING, 1),
    ]
    reborn = CupsPrinter("kiosk", bench.uri, cupsd.socket)
    endings = dict(recover(reborn, journal))
    reborn.close()
    assert endings == {
        job.ticket: Progress(JobPhase.PRINTED, 3),
        never_handed: Progress(JobPhase.FAILED, 0, FaultCode.INTERNAL),
        never_created: Progress(JobPhase.FAILED, 0, FaultCode.INTERNAL),
        never_there: Progress(JobPhase.UNKNOWN, 1, FaultCode.PRINT_UNKNOWN),
    }
    assert not journal.open
    assert not waiting_in_cups(cupsd)
    assert len(bench.received) == 1


def test_after_a_crash_a_job_that_waits_for_paper_is_called_back(
    printer: CupsPrinter, pdf: bytes, bench: PrinterBench, journal: Notebook, cupsd: Cupsd, until: Until
) -> None:
    bench.strike("paper-empty", after_sheet=1)
    ticket = uuid4()
    name = f"{ticket}-1"
    printer.send(printer.create(name), pdf)
    until(lambda: printer.look(name).faults)
    journal.open = [UnfinishedJob(ticket, 1, 3, None, JobPhase.HANDED)]
    reborn = CupsPrinter("kiosk", bench.uri, cupsd.socket)
    assert recover(reborn, journal) == [(ticket, Progress(JobPhase.FAILED, 1, FaultCode.PAPER_EMPTY))]
    bench.mend()
    until(lambda: reborn.look(name) == DeviceJob(DeviceJobState.CANCELED, 1))
    reborn.close()
    assert not bench.printed


def test_after_a_crash_before_the_bytes_were_sent_nothing_was_printed(
    printer: CupsPrinter, bench: PrinterBench, journal: Notebook, cupsd: Cupsd
) -> None:
    ticket = uuid4()
    printer.create(f"{ticket}-1")
    journal.open = [UnfinishedJob(ticket, 1, 3, None, JobPhase.HANDED)]
    reborn = CupsPrinter("kiosk", bench.uri, cupsd.socket)
    assert recover(reborn, journal) == [(ticket, Progress(JobPhase.FAILED, 0, FaultCode.INTERNAL))]
    reborn.close()
    assert not waiting_in_cups(cupsd)


def test_the_printer_learns_a_ticket_and_nothing_of_the_document(
    run: PrintRun, pdf: bytes, bench: PrinterBench
) -> None:
    job = Printing(run, pdf)
    job.ending()
    # ipptool calls the answer wrong, for ippeveprinter gives job-uuid twice: CUPS's and its own.
    told = subprocess.run(
        ["ipptool", "-tv", bench.uri, HERE / "completed-jobs.test"], capture_output=True, text=True, check=False
    ).stdout
    assert re.findall(r"job-name \(nameWithoutLanguage\) = (.*)", told) == [f"{job.ticket}-1"]
    assert not re.search("Vandersmissen|Nieuwstraat|99.01.01", told)
    for option in ("media .* = iso_a4_210x297mm", "sides .* = one-sided", "print-scaling .* = none"):
        assert re.search(option, told), option


def test_nothing_of_a_document_is_left_with_cups_or_in_the_printer(
    run: PrintRun, pdf: bytes, bench: PrinterBench, cupsd: Cupsd, until: Until
) -> None:
    Printing(run, pdf).ending()
    bench.strike("power-cut", after_sheet=1)
    cut = Printing(run, pdf)
    until(lambda: bench.struck)
    bench.power_on()
    cut.ending()
    bench.strike("jam")
    jammed = Printing(run, pdf)
    until(lambda: any(p.phase is JobPhase.PAUSED for p in jammed.heard))
    jammed.cancelled.set()
    jammed.ending()
    pieces = [pdf[at : at + 24] for at in range(0, len(pdf) - 24, len(pdf) // 20)]
    left = [file for folder in (cupsd.folder, bench.spool) for file in folder.rglob("*") if file.is_file()]
    assert left
    for file in left:
        data = file.read_bytes()
        assert not any(piece in data for piece in pieces), file
        assert b"Vandersmissen" not in data, file
