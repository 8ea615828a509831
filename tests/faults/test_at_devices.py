"""Each fault of a device, on the real driver: brought about at its simulator, seen, mended, and seen to close.

What the driver says goes through the overview into the chart of maintenance: its page goes away by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import typst

from config.settings import StaffRole
from hardware.cups import CupsPrinter
from hardware.cups.printer import MISSES_BEFORE_GONE
from hardware.devices import Health, Status
from hardware.doors import Door
from hardware.escpos import EscPosPrinter
from hardware.escpos import printer as escpos
from hardware.faults import FaultCode
from hardware.keypad import EvdevKeypad
from hardware.lockboard import KerongBank, Wiring
from hardware.paper_sensor import EvdevPaperSensor
from hardware.scanner import Form, KeyboardScanner
from hardware.sound import Outlet, Tone, Utterance
from hardware.speech import EspeakSpeaker, EvdevJack, Recordings
from kiosk_app import door_worker
from kiosk_app.audit import AuditTrail
from kiosk_app.door_book import DoorBook
from kiosk_app.door_worker import DoorWorker
from kiosk_app.ease import USUAL_VOLUME
from kiosk_app.journal import Journal
from kiosk_app.maintenance import happenings, work
from kiosk_app.maintenance.step import step
from kiosk_app.overview import Overview
from kiosk_app.parts import Part
from kiosk_app.printer_contract import Trial
from kiosk_app.store import Store
from printing.job import PrintRun
from printing.progress import JobPhase
from simulators import scanner as simulated
from simulators.cupsd import Cupsd
from simulators.escpos_printer import EscPosPrinter as SlipPrinter
from simulators.headset import VirtualJack
from simulators.keypad import VirtualKeypad
from simulators.lockboard import Board, Wall
from simulators.paper_sensor import CODE, VirtualPaperSensor
from simulators.sound_card import SoundCard
from simulators.stubborn_printer import StubbornPrinter
from tests.faults.bench import Bench, Told, in_turn, of_call, of_status

DOOR = Door(0, 6)
PAGE = bytes(typst.compile(b'#set page(paper: "a4")\nEen blad.'))
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


class Site:
    """The devices of a kiosk and the drivers on them; what is not asked for is not started."""

    def __init__(self, folder: Path, stack: ExitStack, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.stack, self.patch = folder, stack, patch

    def printer(self) -> tuple[StubbornPrinter, CupsPrinter]:
        bench = self.stack.enter_context(StubbornPrinter(ms_per_sheet=20))
        cupsd = self.stack.enter_context(Cupsd())
        driver = CupsPrinter("kiosk", bench.uri, cupsd.socket)
        self.stack.callback(driver.close)
        driver.status()
        return bench, driver

    def slips(self) -> tuple[SlipPrinter, EscPosPrinter]:
        printer = self.stack.enter_context(SlipPrinter())
        self.patch.setattr(escpos, "STATUS_SECONDS", 0.5)
        driver = EscPosPrinter("127.0.0.1", printer.port)
        self.stack.callback(driver.close)
        return printer, driver

    def wall(self) -> tuple[Wall, KerongBank]:
        wall = self.stack.enter_context(Wall(self.folder, boards=(0, 1)))
        bank = KerongBank(wall.device, wall.speed, [DOOR, Door(1, 0)], Wiring())
        self.stack.callback(bank.close)
        return wall, bank


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        yield Site(tmp_path_factory.mktemp("devices"), stack, patch)


@pytest.fixture(scope="module")
def the_printer(site: Site) -> tuple[StubbornPrinter, CupsPrinter]:
    return site.printer()


@pytest.fixture
def printer(the_printer: tuple[StubbornPrinter, CupsPrinter]) -> Iterator[tuple[StubbornPrinter, CupsPrinter]]:
    yield the_printer
    the_printer[0].mend()


@pytest.fixture(scope="module")
def slips(site: Site) -> tuple[SlipPrinter, EscPosPrinter]:
    return site.slips()


def page_closes(bench: Bench, part: Part, code: FaultCode, folder: Path) -> None:
    """The fault, as somebody of staff sees it: a page of its own while it is there, and gone by itself after it."""
    statuses: dict[Part, Status] = {}
    store = Store(folder / "kiosk")
    overview = Overview(lambda: statuses, {part}, AuditTrail(store))

    def told() -> work.Told:
        faults = tuple(bench.says())
        statuses[part] = Status(Health.DOWN if faults else Health.OK, faults)
        overview.noted(part, statuses[part])
        return overview.told()

    assert not told().troubles
    bench.strike()
    here = work.Work("T-03", StaffRole.TECHNICIAN, work.Problems(), told())
    shown, _ = step(here, happenings.ProblemAsked(part, code))
    assert shown is not None
    assert isinstance(shown.page, work.Problem), bench.says()
    bench.mend()
    closed, _ = step(shown, happenings.AllTold(told()))
    assert closed is not None
    assert closed.page == work.Problems(mended=code)
    store.close()


# --- the printer -----------------------------------------------------------------------------------------------------

AT_PRINTER: dict[FaultCode, Callable[[StubbornPrinter], object]] = {
    FaultCode.PRINTER_LOST: lambda bench: bench.power_cut(),
    FaultCode.PRINTER_FAULT: lambda bench: bench.break_now("fuser"),
    FaultCode.PRINTER_ATTENTION: lambda bench: bench.break_now("worn"),
    FaultCode.PAPER_EMPTY: lambda bench: bench.empty_tray(),
    FaultCode.PAPER_LOW: lambda bench: bench.leave_sheets(9),
    FaultCode.PAPER_JAM: lambda bench: bench.break_now("jam"),
    FaultCode.COVER_OPEN: lambda bench: bench.break_now("cover-open"),
    FaultCode.TRAY_MISSING: lambda bench: bench.break_now("tray-missing"),
    FaultCode.TONER_EMPTY: lambda bench: bench.break_now("toner-empty"),
    FaultCode.TONER_LOW: lambda bench: bench.break_now("toner-low"),
    FaultCode.WASTE_FULL: lambda bench: bench.break_now("waste-full"),
    FaultCode.WASTE_NEARLY_FULL: lambda bench: bench.break_now("waste-nearly-full"),
}


@pytest.mark.parametrize(
    "code",
    [
        *(code for code in AT_PRINTER if code is not FaultCode.PRINTER_LOST),
        pytest.param(FaultCode.PRINTER_LOST, marks=pytest.mark.expects_log("the printer (is gone|answers again)")),
    ],
)
def test_a_fault_of_the_printer_is_seen_and_closes(
    printer: tuple[StubbornPrinter, CupsPrinter], tmp_path: Path, code: FaultCode
) -> None:
    bench, driver = printer

    def status() -> Status:
        """One that does not answer is asked again: it may be asleep."""
        asked = (driver.status() for _ in range(MISSES_BEFORE_GONE))
        return next((status for status in asked if status.health is not Health.UNKNOWN), Status(Health.UNKNOWN))

    strikes = Bench(partial(AT_PRINTER[code], bench), bench.mend, of_status(status))
    page_closes(strikes, Part.PRINTER, code, tmp_path)


def sheet(driver: CupsPrinter, *, stopped: bool = False) -> set[FaultCode]:
    """Print a sheet, and give why it did not come, or not surely."""
    stop = threading.Event()
    if stopped:
        stop.set()
    ending = Trial(driver, lambda _line: None).sheet(uuid4(), stop, lambda _progress: None, ("Een blad.",))
    assert (ending.fault is None) is (ending.phase is JobPhase.PRINTED)
    return {ending.fault} if ending.fault is not None else set()


ON_PAPER = {FaultCode.PRINT_FAILED: "abort", FaultCode.PRINT_UNKNOWN: "vanish", FaultCode.PRINT_STOPPED: ""}


@pytest.mark.parametrize("code", ON_PAPER)
def test_a_sheet_that_does_not_come_is_told_and_the_next_one_comes(
    printer: tuple[StubbornPrinter, CupsPrinter], code: FaultCode
) -> None:
    bench, driver = printer
    if ON_PAPER[code]:
        bench.strike(ON_PAPER[code])
    assert sheet(driver, stopped=not ON_PAPER[code]) == {code}
    bench.mend()
    assert sheet(driver) == set()


@pytest.mark.expects_log("the kiosk's memory cannot be written: attempt to write a readonly database")
def test_a_document_that_cannot_be_written_down_is_not_printed_and_the_next_one_is(
    printer: tuple[StubbornPrinter, CupsPrinter], tmp_path: Path
) -> None:
    bench, driver = printer
    before = len(bench.printed)
    store = Store(tmp_path / "kiosk")
    run = PrintRun(driver, Journal(store), paper_wait=10, print_silence=10)

    def read_only(*, on: bool) -> None:
        with store.transaction() as connection:
            connection.exec_driver_sql(f"PRAGMA query_only = {int(on)}")

    def says() -> set[FaultCode]:
        ending = run.run(uuid4(), 1, PAGE, 1, lambda _progress: None, threading.Event())
        return {ending.fault} if ending.fault is not None else set()

    strikes = Bench(partial(read_only, on=True), partial(read_only, on=False), says)
    strikes.is_seen_and_closes(FaultCode.JOURNAL_LOST)
    assert len(bench.printed) - before == 2
    store.close()


# --- the slip printer ------------------------------------------------------------------------------------------------

AT_SLIPS = {
    FaultCode.RECEIPT_LOST: "mute",
    FaultCode.RECEIPT_PAPER_EMPTY: "paper_out",
    FaultCode.RECEIPT_PAPER_LOW: "paper_low",
    FaultCode.RECEIPT_COVER_OPEN: "cover_open",
    FaultCode.RECEIPT_FAULT: "cutter_jam",
}


@pytest.mark.parametrize("code", AT_SLIPS)
def test_a_fault_of_the_slip_printer_is_seen_and_closes(
    slips: tuple[SlipPrinter, EscPosPrinter], tmp_path: Path, code: FaultCode
) -> None:
    (printer, driver), fact = slips, AT_SLIPS[code]
    strikes = Bench(
        lambda: printer.bench.put(fact), lambda: printer.bench.put(fact, on=False), of_status(driver.status)
    )
    page_closes(strikes, Part.RECEIPT_PRINTER, code, tmp_path)


# --- the compartments ------------------------------------------------------------------------------------------------


def mend_wall(wall: Wall) -> None:
    wall.boards[0].dead = wall.boards[0].dies_at_pulse = wall.at(0, 6).stuck = False
    wall.boards[0].twin = None
    wall.shut(0, 6)


AT_WALL: dict[FaultCode, Callable[[Wall], object]] = {
    FaultCode.LOCKERS_LOST: lambda wall: setattr(wall.boards[0], "dead", True),
    FaultCode.LOCKER_ADDRESS: lambda wall: setattr(wall.boards[0], "twin", Board()),
}


@pytest.mark.parametrize("code", AT_WALL)
def test_a_fault_of_the_compartments_is_seen_and_closes(site: Site, tmp_path: Path, code: FaultCode) -> None:
    site = Site(tmp_path, site.stack, site.patch)
    wall, bank = site.wall()
    strikes = Bench(lambda: AT_WALL[code](wall), lambda: mend_wall(wall), of_status(bank.status))
    page_closes(strikes, Part.LOCKERS, code, tmp_path)


AT_DOOR: dict[FaultCode, Callable[[Wall], object]] = {
    FaultCode.DOOR_STUCK: lambda wall: setattr(wall.at(0, 6), "stuck", True),
    FaultCode.DOOR_UNKNOWN: lambda wall: setattr(wall.boards[0], "dies_at_pulse", True),
}


@pytest.mark.parametrize("code", AT_DOOR)
def test_a_door_that_does_not_open_is_told_and_opens_once_it_is_mended(
    site: Site, tmp_path: Path, code: FaultCode
) -> None:
    wall, bank = Site(tmp_path, site.stack, site.patch).wall()

    def says() -> set[FaultCode]:
        wall.shut(0, 6)
        return of_call(lambda: bank.open(DOOR))()

    Bench(lambda: AT_DOOR[code](wall), lambda: mend_wall(wall), says).is_seen_and_closes(code)


def test_a_door_that_no_compartment_has_opens_nothing_and_another_does(site: Site, tmp_path: Path) -> None:
    wall, bank = Site(tmp_path, site.stack, site.patch).wall()
    asked = [DOOR]
    strikes = Bench(lambda: asked.append(Door(1, 9)), lambda: asked.append(DOOR), of_call(lambda: bank.open(asked[-1])))
    strikes.is_seen_and_closes(FaultCode.INTERNAL)
    assert set(wall.pulses) == {(DOOR.board, DOOR.lock)}


def test_a_door_that_is_left_open_is_told_until_it_is_shut(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_worker, "LEFT_OPEN_AFTER", 0.0)
    monkeypatch.setattr(door_worker, "LOOK_EVERY", 0.05)
    wall, bank = Site(tmp_path, site.stack, site.patch).wall()
    store, told = Store(tmp_path / "book"), Told()
    worker = DoorWorker(bank, {7: DOOR}, DoorBook(store), lambda _event: None, told.take, lambda: None)
    worker.start()
    told.changes()
    strikes = Bench(
        in_turn(lambda: wall.unlock_by_key(0, 6), told.changes),
        in_turn(lambda: wall.shut(0, 6), told.changes),
        told.faults,
    )
    page_closes(strikes, Part.LOCKERS, FaultCode.DOOR_LEFT_OPEN, tmp_path)
    worker.stop()
    store.close()


# --- what is plugged in ----------------------------------------------------------------------------------------------


def keypad(site: Site, told: Told) -> VirtualKeypad:
    device = VirtualKeypad(site.folder / "keypad")
    driver = EvdevKeypad(device.path)
    driver.watch(lambda _digit: None, lambda _key: None, told.take)
    site.stack.callback(driver.close)
    return device


def paper_sensor(site: Site, told: Told) -> VirtualPaperSensor:
    device = VirtualPaperSensor(site.folder / "sensor")
    driver = EvdevPaperSensor(device.path, CODE, inverted=False)
    driver.watch(lambda _view: None, told.take)
    site.stack.callback(driver.close)
    return device


def scanner(site: Site, told: Told) -> simulated.KeyboardScanner:
    device = simulated.KeyboardScanner(site.folder / "scanner")
    driver = KeyboardScanner(device.path, Form())
    driver.watch(lambda _code: None, told.take)
    site.stack.callback(driver.close)
    return device


def headset(site: Site, told: Told) -> VirtualJack:
    device = VirtualJack(site.folder / "jack")
    driver = EvdevJack(device.path)
    driver.watch(lambda _inside: None, told.take)
    site.stack.callback(driver.close)
    return device


Plugged = VirtualKeypad | VirtualPaperSensor | simulated.KeyboardScanner | VirtualJack
AT_CABLES: dict[FaultCode, tuple[Part, Callable[[Site, Told], Plugged]]] = {
    FaultCode.KEYPAD_LOST: (Part.KEYPAD, keypad),
    FaultCode.PAPER_SENSOR_LOST: (Part.PAPER_SENSOR, paper_sensor),
    FaultCode.SCANNER_LOST: (Part.SCANNER, scanner),
    FaultCode.HEADSET_LOST: (Part.HEADSET, headset),
}


@pytest.mark.parametrize("code", AT_CABLES)
def test_a_cable_that_is_pulled_is_seen_and_closes(site: Site, tmp_path: Path, code: FaultCode) -> None:
    told = Told()
    part, plug_in = AT_CABLES[code]
    device = plug_in(Site(tmp_path, site.stack, site.patch), told)
    told.changes()
    strikes = Bench(in_turn(device.unplug, told.changes), in_turn(device.plug, told.changes), told.faults)
    page_closes(strikes, part, code, tmp_path)
    device.close()


def test_a_sound_card_that_is_gone_is_seen_and_closes(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, told = SoundCard(tmp_path / "card"), Told()
    (settings,) = card.environment.values()
    monkeypatch.setenv("ALSA_CONFIG_PATH", settings)
    driver = EspeakSpeaker({Outlet.SPEAKER: "speaker", Outlet.HEADSET: "headset"}, Recordings(None))
    driver.watch(lambda: None, told.take)
    site.stack.callback(driver.close)
    told.changes()

    def spoken() -> None:
        driver.speak(Utterance(("Een proef.",), "nl", Tone(Outlet.SPEAKER, USUAL_VOLUME)))
        told.changes()

    listed = Path(settings).read_text(encoding="utf-8")
    without = listed.replace("pcm.speaker", "pcm.another")
    strikes = Bench(
        in_turn(lambda: Path(settings).write_text(without, encoding="utf-8"), spoken),
        in_turn(lambda: Path(settings).write_text(listed, encoding="utf-8"), spoken),
        told.faults,
    )
    page_closes(strikes, Part.SPEECH, FaultCode.SPEECH_LOST, tmp_path)


BENCHES = {*AT_PRINTER, *ON_PAPER, *AT_SLIPS, *AT_WALL, *AT_DOOR, *AT_CABLES}
BENCHES |= {FaultCode.DOOR_LEFT_OPEN, FaultCode.SPEECH_LOST, FaultCode.JOURNAL_LOST, FaultCode.INTERNAL}
