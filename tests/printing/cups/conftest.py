"""A print service, a printer and our driver between them; a document made by somebody else's typesetter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import typst

from hardware.cups import CupsPrinter
from hardware.devices import JobTrace
from hardware.faults import FaultCode
from printing.job import PrintRun, UnfinishedJob
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

# Three A4 pages; the words are what must be found nowhere afterwards.
SOURCE = """#set page(paper: "a4")
#set document(title: "Hubrecht Vandersmissen")
Hubrecht Vandersmissen #pagebreak() Nieuwstraat 12 #pagebreak() 99.01.01-999.99"""


class Notebook:
    """A journal that only remembers, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []
        self.open: list[UnfinishedJob] = []
        self.trace, self.copies = JobTrace(), 0

    def requested(self, ticket: object, attempt: int) -> None:
        self.lines.append(("requested", ticket, attempt))

    def handed(self, ticket: object, job_uuid: str, pages: int, copies: int, trace: JobTrace) -> None:
        self.trace, self.copies = trace, copies
        self.lines.append(("handed", ticket, job_uuid, pages))

    def printing(self, ticket: object, sheets: int | None) -> None:
        self.lines.append(("printing", ticket, sheets))

    def ended(self, ticket: object, phase: JobPhase, sheets: int | None, fault: FaultCode | None) -> None:
        self.lines.append(("ended", ticket, phase, sheets, fault))
        self.open = [job for job in self.open if job.ticket != ticket]

    def unfinished(self) -> list[UnfinishedJob]:
        return list(self.open)


@pytest.fixture(scope="session")
def pdf() -> bytes:
    return bytes(typst.compile(SOURCE.encode()))


@pytest.fixture
def bench() -> Iterator[PrinterBench]:
    with PrinterBench(ms_per_sheet=80) as bench:
        yield bench


@pytest.fixture
def cupsd(bench: PrinterBench) -> Iterator[Cupsd]:
    with Cupsd() as cupsd:
        cupsd.add_queue("kiosk", bench.uri)
        yield cupsd


@pytest.fixture
def printer(bench: PrinterBench, cupsd: Cupsd) -> Iterator[CupsPrinter]:
    printer = CupsPrinter("kiosk", bench.uri, cupsd.socket)
    printer.status()
    yield printer
    printer.close()


@pytest.fixture
def journal() -> Notebook:
    return Notebook()


@pytest.fixture
def run(printer: CupsPrinter, journal: Notebook) -> PrintRun:
    return PrintRun(printer, journal, paper_wait=10, print_silence=10)


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait for a fact; ten seconds are for a machine that has other things to do."""

    def until(fact: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not fact():
            assert time.monotonic() < deadline, "it did not come about"
            time.sleep(0.005)

    return until


@pytest.fixture
def heard() -> list[Progress]:
    return []
