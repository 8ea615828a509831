"""Two sides, trays, grey and copies, as settings and the town's service want them and as far as the printer can.

The judge is ipptool: what it reads of the job on the printer itself.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest

import simulators
from config.settings import Paper
from config.settings import Printer as PrinterSetting
from hardware.cups import CupsPrinter
from hardware.cups.options import tray_option
from hardware.devices import PaperWish, PrinterFacts, PrintWay, Queue
from kiosk_app.makers import paper_wish
from printing.job import JobJournal, PrintRun, UnfinishedJob, job_name, recover
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
from simulators.raster_printer import RasterBench

A4_PPD = Path(simulators.__file__).parent / "printer" / "a4.ppd"


class Notebook(JobJournal, Protocol):
    open: list[UnfinishedJob]


@pytest.fixture(params=[PrinterBench, RasterBench])
def either(request: pytest.FixtureRequest) -> Iterator[PrinterBench]:
    """A printer of either kind."""
    with request.param(ms_per_sheet=40) as either:
        yield either


@pytest.fixture
def driver(either: PrinterBench) -> Iterator[CupsPrinter]:
    with Cupsd() as cupsd:
        driver = CupsPrinter("kiosk", either.uri, cupsd.socket)
        driver.status()
        yield driver
        driver.close()


def printed(
    driver: CupsPrinter, journal: JobJournal, pdf: bytes, wish: PaperWish, heard: list[Progress]
) -> tuple[UUID, Progress]:
    run, ticket = PrintRun(driver, journal, paper_wait=10, print_silence=10), uuid4()
    return ticket, run.run(ticket, 1, pdf, 3, heard.append, threading.Event(), None, wish)


def on_the_printer(either: PrinterBench, ticket: UUID) -> dict[str, str]:
    """Give the attributes of a job as ipptool reads them there."""
    command: list[str | Path] = ["ipptool", "-tv", either.uri, Path(__file__).with_name("completed-jobs.test")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    (job,) = (part for part in told.split("\n\n") if job_name(ticket, 1) in part)
    return dict(re.findall(r"^ +([a-z-]+) \(.*?\) = (.*)$", job, re.MULTILINE))


def test_three_pages_on_two_sides_are_two_sheets(
    either: PrinterBench, driver: CupsPrinter, journal: JobJournal, pdf: bytes, heard: list[Progress]
) -> None:
    ticket, ending = printed(driver, journal, pdf, PaperWish(two_sided=True), heard)
    assert ending == Progress(JobPhase.PRINTED, 2)
    assert max(progress.sheets or 0 for progress in heard) == 2
    assert on_the_printer(either, ticket)["sides"] == "two-sided-long-edge"


def test_after_a_crash_two_sides_are_counted_as_sheets_too(
    either: PrinterBench, driver: CupsPrinter, journal: Notebook, pdf: bytes
) -> None:
    """Two copies of three pages on two sides are four sheets."""
    ticket, wish = uuid4(), PaperWish(two_sided=True, copies=2)
    uuid = driver.create(job_name(ticket, 1), wish)
    assert driver.send(uuid, pdf)
    assert either.wait_for_received(1, 10)
    trace = driver.trace(job_name(ticket, 1))
    journal.open = [UnfinishedJob(ticket, 1, 6, uuid, JobPhase.PRINTING, 1, 2, trace)]
    reborn = CupsPrinter("kiosk", either.uri, driver._cups)
    assert recover(reborn, journal) == [(ticket, Progress(JobPhase.PRINTED, 4))]
    reborn.close()


class OneSided(PrinterBench):
    """A printer that has no way to turn paper over."""

    def __init__(self, folder: Path) -> None:
        ppd = folder / "one-sided.ppd"
        told = A4_PPD.read_text()
        start, end = told.index("*OpenUI *Duplex"), told.index("*CloseUI: *Duplex")
        ppd.write_text(told[:start] + told[end:].split("\n", 1)[1])
        self.TELLS = ("-P", str(ppd))
        super().__init__(ms_per_sheet=40)


def test_on_a_printer_that_cannot_three_pages_are_three_sheets_whatever_was_wished(
    journal: JobJournal, pdf: bytes, heard: list[Progress], tmp_path: Path
) -> None:
    """What came out is said, not what was wished."""
    with OneSided(tmp_path) as one_sided, Cupsd() as cupsd:
        driver = CupsPrinter("kiosk", one_sided.uri, cupsd.socket)
        driver.status()
        ticket, ending = printed(driver, journal, pdf, PaperWish(two_sided=True), heard)
        driver.close()
        assert on_the_printer(one_sided, ticket)["sides"] == "one-sided"
    assert ending == Progress(JobPhase.PRINTED, 3)


def test_nothing_wished_is_one_side(
    either: PrinterBench, driver: CupsPrinter, journal: JobJournal, pdf: bytes, heard: list[Progress]
) -> None:
    ticket, ending = printed(driver, journal, pdf, PaperWish(), heard)
    assert ending == Progress(JobPhase.PRINTED, 3)
    assert on_the_printer(either, ticket)["sides"] == "one-sided"


def test_two_copies_count_as_two_and_each_begins_on_a_fresh_sheet(
    driver: CupsPrinter, journal: JobJournal, pdf: bytes, heard: list[Progress]
) -> None:
    _, ending = printed(driver, journal, pdf, PaperWish(two_sided=True, copies=2), heard)
    assert ending == Progress(JobPhase.PRINTED, 4)
    _, ending = printed(driver, journal, pdf, PaperWish(copies=2), heard)
    assert ending == Progress(JobPhase.PRINTED, 6)


@pytest.mark.parametrize("tray", ["tray-1", "tray-2"])
def test_a_tray_is_chosen_where_the_queue_carries_it(
    journal: JobJournal, pdf: bytes, heard: list[Progress], tray: str
) -> None:
    with RasterBench(ms_per_sheet=40) as raster, Cupsd() as cupsd:
        driver = CupsPrinter("kiosk", raster.uri, cupsd.socket)
        driver.status()
        ticket, ending = printed(driver, journal, pdf, PaperWish(tray=tray, monochrome=True), heard)
        driver.close()
        assert ending.phase is JobPhase.PRINTED
        assert f"media-source={tray}" in on_the_printer(raster, ticket)["media-col"]


def facts(way: PrintWay, *media: str) -> PrinterFacts:
    return PrinterFacts("any", (), way, Queue(), media=media, sources=("main", "tray-2"))


@pytest.mark.parametrize(
    ("tray", "of", "option"),
    [
        ("tray-2", facts(PrintWay.RASTER), {"InputSlot": "Tray2"}),
        ("tray-2", facts(PrintWay.SEALED), {}),  # a raw queue does not carry it
        ("tray-2", facts(PrintWay.SEALED, "iso_a4_210x297mm", "tray-2"), {"media": "tray-2"}),
        ("tray-9", facts(PrintWay.RASTER), {}),  # there is none
        ("", facts(PrintWay.RASTER), {}),
    ],
)
def test_a_tray_that_cannot_be_chosen_is_left_to_the_printer(
    tray: str, of: PrinterFacts, option: dict[str, str]
) -> None:
    assert tray_option(tray, of) == option


def test_the_settings_say_how_each_product_is_printed() -> None:
    setting = PrinterSetting(
        queue="kiosk",
        device="ipp://localhost/ipp/print",
        paper=Paper(two_sided=True),
        products={"criminalRecord595": Paper(tray="tray-2", monochrome=True)},
    )
    assert paper_wish(setting, "householdComposition") == PaperWish(two_sided=True)
    assert paper_wish(setting, "criminalRecord595") == PaperWish(tray="tray-2", monochrome=True)
