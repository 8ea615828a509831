"""Several copies of one document: one job through a real CUPS, counted by the device sheet by sheet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from hardware.cups import CupsPrinter
from hardware.devices import PaperWish
from hardware.faults import FaultCode
from printing.job import JobJournal, PrintRun, UnfinishedJob, recover
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

Until = Callable[[Callable[[], object]], None]


class Notebook(JobJournal, Protocol):
    lines: list[tuple[object, ...]]
    open: list[UnfinishedJob]


def printed(run: PrintRun, pdf: bytes, copies: int, heard: list[Progress]) -> Progress:
    """Print so many copies of the three pages, in a job that was held ready, as the print worker does."""
    ticket = uuid4()
    ready = run.prepare(ticket, 1, PaperWish(copies=copies))
    return run.run(ticket, 1, pdf, 3, heard.append, threading.Event(), ready, PaperWish(copies=copies))


def test_several_copies_are_one_job_and_are_printed_when_the_last_sheet_of_all_is_out(
    run: PrintRun, pdf: bytes, bench: PrinterBench, journal: Notebook, heard: list[Progress]
) -> None:
    assert printed(run, pdf, 2, heard) == Progress(JobPhase.PRINTED, 6)
    assert [file.read_bytes() for file in bench.printed] == [pdf, pdf]
    assert len(bench.received) == 1
    assert {3, 4} <= {p.sheets for p in heard if p.phase is JobPhase.PRINTING}
    assert [line[-1] for line in journal.lines if line[0] == "handed"] == [6]


def test_copies_come_out_where_no_job_could_be_held_ready(
    run: PrintRun, pdf: bytes, bench: PrinterBench, heard: list[Progress]
) -> None:
    end = run.run(uuid4(), 1, pdf, 3, heard.append, threading.Event(), None, PaperWish(copies=3))
    assert end == Progress(JobPhase.PRINTED, 9)
    assert len(bench.printed) == 3
    assert len(bench.received) == 1


def test_copies_of_which_only_the_first_came_out_whole_are_not_called_printed(
    run: PrintRun, pdf: bytes, bench: PrinterBench, heard: list[Progress]
) -> None:
    bench.strike("abort", after_sheet=4)
    end = printed(run, pdf, 2, heard)
    assert end == Progress(JobPhase.FAILED, 4, FaultCode.PRINT_FAILED)
    assert not bench.printed


def test_after_a_crash_in_the_second_copy_the_job_is_followed_and_no_second_set_comes(
    printer: CupsPrinter, pdf: bytes, bench: PrinterBench, journal: Notebook, cupsd: Cupsd, until: Until
) -> None:
    ticket = uuid4()
    name = f"{ticket}-1"
    printer.send(printer.create(name, PaperWish(copies=2)), pdf)
    until(lambda: (printer.look(name).impressions or 0) >= 4)
    journal.open = [UnfinishedJob(ticket, 1, 6, None, JobPhase.HANDED)]
    reborn = CupsPrinter("kiosk", bench.uri, cupsd.socket)
    assert recover(reborn, journal) == [(ticket, Progress(JobPhase.PRINTED, 6))]
    assert recover(reborn, journal) == []
    reborn.close()
    assert (len(bench.received), len(bench.printed)) == (1, 2)
