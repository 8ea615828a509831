"""The contract of page printers (`kiosk_app.printer_contract`) behind the real CUPS, on two printers and two queues.

A new driver is judged by the same list: give `CupsPrinter` another driver and `BENCHES` another bench.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from hardware.cups import CupsPrinter
from hardware.devices import PLAIN, DeviceJob, DeviceJobState, Health, PaperWish, PrinterFacts, Status
from hardware.faults import DeviceFault
from kiosk_app.check_words import CheckFailed
from kiosk_app.printer_contract import CHECKS, WITH_PAPER, WITHOUT_PAPER, Check, Trial
from simulators.cupsd import Cupsd
from simulators.ipp_printer import PrinterBench
from simulators.raster_printer import RasterBench
from simulators.stubborn_printer import StubbornPrinter

BENCHES = {"ippeveprinter": PrinterBench, "simulator": StubbornPrinter}


class BenchHand:
    """A hand at the tray of a simulated printer, and an eye on what comes out."""

    def __init__(self, bench: PrinterBench) -> None:
        self._bench = bench

    def take_paper(self) -> None:
        self._bench.empty_tray()

    def give_paper(self) -> None:
        self._bench.refill()

    def sheets(self) -> int:
        return len(self._bench.printed)


Begun = Callable[[PrinterBench, type[CupsPrinter]], Trial]


@pytest.fixture
def begun() -> Iterator[Begun]:
    """Begin a trial of a driver, on a printer to which it makes its own queue."""
    printers: list[CupsPrinter] = []
    with Cupsd() as cupsd:

        def begin(bench: PrinterBench, driver: type[CupsPrinter]) -> Trial:
            printers.append(driver("kiosk", bench.uri, cupsd.socket))
            CupsPrinter.status(printers[0])
            return Trial(printers[0], lambda _: None, BenchHand(bench))

        yield begin
        for printer in printers:
            printer.close()


@pytest.mark.parametrize("kind", BENCHES)
def test_every_printer_keeps_the_contract(begun: Begun, kind: str) -> None:
    with BENCHES[kind](ms_per_sheet=80) as bench:
        trial = begun(bench, CupsPrinter)
        for check in CHECKS:
            check(trial)
        assert len(bench.printed) == 2  # one sheet at once, one after the refill, and none that was called back


def test_a_printer_that_takes_no_pdf_keeps_it_too(begun: Begun) -> None:
    """Its tray can only be emptied while it prints: ippeveprinter shows no other for it."""
    with RasterBench(ms_per_sheet=80) as bench:
        trial = begun(bench, CupsPrinter)
        for check in WITHOUT_PAPER + WITH_PAPER:
            check(trial)
        assert len(bench.printed) == 1


# --- the contract is no formality ------------------------------------------------------------------------------------


class Gloomy(CupsPrinter):
    """Calls every day a bad one."""

    def status(self) -> Status:
        return Status(Health.DOWN, super().status().faults)


class Fickle(CupsPrinter):
    """Is another model each time."""

    _asked = 0

    def facts(self) -> PrinterFacts:
        self._asked += 1
        return replace(super().facts(), model=f"model {self._asked}")


class Credulous(CupsPrinter):
    """Takes CUPS's word, and more: what is not there, or not yet, is done."""

    def look(self, job_name: str) -> DeviceJob:
        return replace(super().look(job_name), state=DeviceJobState.COMPLETED)


class Hasty(CupsPrinter):
    """Sends what should wait."""

    def create(self, job_name: str, wish: PaperWish = PLAIN) -> str:
        uuid = super().create(job_name, wish)
        self.send(uuid, b"%PDF-1.7\n")
        return uuid


class Deaf(CupsPrinter):
    """Calls nothing back."""

    def cancel(self, job_name: str) -> None:
        pass


class Twice(CupsPrinter):
    """Sends each document a second time, under another name."""

    def send(self, job_uuid: str, pdf: bytes) -> bool:
        sent = super().send(job_uuid, pdf)
        super().send(self.create("again"), pdf)
        return sent


class Patient(CupsPrinter):
    """Never says what it waits for."""

    def look(self, job_name: str) -> DeviceJob:
        return replace(super().look(job_name), faults=())


CROOKED: dict[str, tuple[type[CupsPrinter], ...]] = {
    "is_well": (Gloomy,),
    "lists_the_same": (Fickle,),
    "knows_no_stranger": (Credulous,),
    "holds_back": (Hasty, Deaf, Credulous),
    "prints_once": (Credulous, Twice),
    "waits_for_paper": (Patient, Credulous),
    "lets_go_of_what_waits": (Deaf, Credulous),
}


def test_every_check_of_the_contract_has_somebody_to_find_out() -> None:
    assert {check.__name__ for check in CHECKS} == set(CROOKED)


@pytest.mark.parametrize(
    ("check", "driver"),
    [(check, driver) for check in CHECKS for driver in CROOKED[check.__name__]],
    ids=lambda part: part.__name__,
)
def test_a_driver_that_breaks_a_promise_is_found_out(
    begun: Begun, check: Check, driver: type[CupsPrinter], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds in ("PAPER_SECONDS", "SILENCE_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(f"kiosk_app.printer_contract.{seconds}", 2.0)
    monkeypatch.setattr("printing.job.STOP_SECONDS", 1.0)
    with StubbornPrinter(ms_per_sheet=300) as bench:
        trial = begun(bench, driver)
        with pytest.raises((CheckFailed, DeviceFault)):
            check(trial)
