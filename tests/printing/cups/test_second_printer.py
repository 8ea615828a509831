"""A second printer takes over when the first cannot print, by settings alone; and no document comes out of both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import tomli_w

from config.settings import load
from hardware.devices import DeviceJob, DeviceJobState, Health, Printer, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.makers import page_printer
from printing.job import JobJournal, PrintRun, UnfinishedJob, job_name, recover
from printing.progress import JobPhase, Progress
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench

Until = Callable[[Callable[[], object]], None]
TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


class Pair:
    """Two printers, their print service, and the driver that a kiosk makes of its settings for them."""

    def __init__(self, folder: Path, first: PrinterBench, second: PrinterBench, cupsd: Cupsd) -> None:
        self.first, self.second = first, second
        self._settings = folder / "kiosk.toml"
        there = {"queue": "one", "device": first.uri, "cups": cupsd.socket}
        told = {**there, "second": {"queue": "two", "device": second.uri}}
        self._settings.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(folder), "town": TOWN, "printer": told}))
        self.printer = self.driver()
        assert self.printer.status() == Status(Health.OK)

    def driver(self) -> Printer:
        setting = load(self._settings).printer
        assert setting is not None
        return page_printer(setting)

    @property
    def came_out(self) -> tuple[int, int]:
        """How many documents came out of each."""
        return len(self.first.printed), len(self.second.printed)


@pytest.fixture
def pair(tmp_path: Path, bench: PrinterBench) -> Iterator[Pair]:
    with PrinterBench(ms_per_sheet=80) as second, Cupsd() as cupsd:
        pair = Pair(tmp_path, bench, second, cupsd)
        yield pair
        pair.printer.close()


@pytest.fixture
def pair_run(pair: Pair, journal: JobJournal) -> PrintRun:
    return PrintRun(pair.printer, journal, paper_wait=10, print_silence=10)


def printed(run: PrintRun, pdf: bytes, prepared: str | None = None, ticket: object = None) -> Progress:
    return run.run(ticket or uuid4(), 1, pdf, 3, lambda _: None, threading.Event(), prepared)  # type: ignore[arg-type]


def test_as_long_as_the_first_is_well_everything_comes_out_of_the_first(
    pair: Pair, pair_run: PrintRun, pdf: bytes
) -> None:
    pair.first.leave_sheets(10)  # low is well
    for _ in range(2):
        assert printed(pair_run, pdf) == Progress(JobPhase.PRINTED, 3)
    assert pair.came_out == (2, 0)


def test_when_the_tray_of_the_first_is_empty_the_second_prints_and_then_the_first_again(
    pair: Pair, pair_run: PrintRun, pdf: bytes
) -> None:
    pair.first.empty_tray()
    assert pair.printer.status() == Status(Health.DEGRADED, (FaultCode.PAPER_EMPTY,))
    assert printed(pair_run, pdf) == Progress(JobPhase.PRINTED, 3)
    assert pair.came_out == (0, 1)
    pair.first.refill()
    assert printed(pair_run, pdf) == Progress(JobPhase.PRINTED, 3)
    assert pair.came_out == (1, 1)


def test_a_first_printer_without_power_is_passed_over(pair: Pair, pair_run: PrintRun, pdf: bytes) -> None:
    pair.first.power_cut()
    assert printed(pair_run, pdf) == Progress(JobPhase.PRINTED, 3)
    assert pair.came_out == (0, 1)


def test_a_job_prepared_for_a_printer_that_fails_meanwhile_goes_to_the_other_and_to_that_alone(
    pair: Pair, pair_run: PrintRun, pdf: bytes
) -> None:
    ticket = uuid4()
    prepared = pair_run.prepare(ticket, 1)
    pair.first.empty_tray()
    assert printed(pair_run, pdf, prepared, ticket) == Progress(JobPhase.PRINTED, 3)
    pair.first.refill()
    assert printed(pair_run, pdf) == Progress(JobPhase.PRINTED, 3)  # whatever had stayed there would come out first
    assert pair.came_out == (1, 1)


@pytest.mark.parametrize("strike", ["jam", "power-cut", "mute", "abort"])
def test_what_the_first_has_taken_never_comes_out_of_the_second(
    pair: Pair, journal: JobJournal, pdf: bytes, strike: str
) -> None:
    pair.first.strike(strike, after_sheet=1)
    ending = printed(PrintRun(pair.printer, journal, paper_wait=0.5, print_silence=0.5), pdf)
    assert ending.phase in (JobPhase.FAILED, JobPhase.UNKNOWN)
    assert pair.second.received == []


def test_both_down_is_down_and_says_why(pair: Pair) -> None:
    pair.first.empty_tray()
    pair.second.empty_tray()
    assert pair.printer.status() == Status(Health.DOWN, (FaultCode.PAPER_EMPTY,))


def test_after_a_restart_the_printer_that_has_the_job_is_found(
    pair: Pair, journal: JobJournal, pdf: bytes, until: Until
) -> None:
    ticket = uuid4()
    pair.first.empty_tray()
    uuid = pair.printer.create(job_name(ticket, 1))
    assert pair.printer.send(uuid, pdf)
    until(lambda: pair.second.received)
    journal.open = [UnfinishedJob(ticket, 1, 3, uuid, JobPhase.HANDED)]  # type: ignore[attr-defined]
    reborn = pair.driver()
    assert recover(reborn, journal) == [(ticket, Progress(JobPhase.PRINTED, 3))]
    reborn.close()
    assert pair.came_out == (0, 1)


def test_after_a_restart_only_the_printer_that_the_journal_names_is_told(pair: Pair, pdf: bytes, until: Until) -> None:
    """The other one may be off: that it cannot be told anything makes nothing unknown."""
    name = job_name(uuid4(), 1)
    pair.first.empty_tray()
    uuid = pair.printer.create(name)
    pair.second.strike("paper-empty", after_sheet=1)
    assert pair.printer.send(uuid, pdf)
    until(lambda: pair.printer.look(name).faults)
    trace = pair.printer.trace(name)
    assert trace.printer == "two"
    pair.first.power_cut()
    forgetful, reborn = pair.driver(), pair.driver()
    assert reborn.recall(name, uuid, trace)
    reborn.cancel(name)
    with pytest.raises(DeviceFault):
        forgetful.cancel(name)
    pair.second.mend()
    until(lambda: reborn.look(name) == DeviceJob(DeviceJobState.CANCELED, 1))
    forgetful.close()
    reborn.close()


def test_a_job_that_a_silent_printer_may_have_is_never_called_gone(
    pair: Pair, journal: JobJournal, pdf: bytes, until: Until
) -> None:
    ticket = uuid4()
    uuid = pair.printer.create(job_name(ticket, 1))
    assert pair.printer.send(uuid, pdf)
    until(lambda: pair.first.received)
    pair.first.mute()
    journal.open = [UnfinishedJob(ticket, 1, 3, uuid, JobPhase.HANDED)]  # type: ignore[attr-defined]
    reborn = pair.driver()
    ((_, ending),) = recover(reborn, journal)
    reborn.close()
    assert (ending.phase, pair.second.received) == (JobPhase.UNKNOWN, [])
