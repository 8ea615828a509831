"""Another printer takes the place of this one, on two real IPP printers behind the real cupsd; nothing is half done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from cups import Connection
from msgspec import structs

from config.settings import Printer, load
from hardware.devices import Health
from hardware.faults import FaultCode
from kiosk_app import cli
from kiosk_app.audit import AuditTrail
from kiosk_app.maintenance import happenings, printers, work
from kiosk_app.makers import PrinterMakers, chosen_printer
from kiosk_app.parts import Part
from kiosk_app.printer_choice import PrinterChoice, is_here
from kiosk_app.printer_desk import PrinterDesk
from kiosk_app.store import Store
from simulators.ipp_printer import PrinterBench
from simulators.ports import USB_PRINTERS
from tests.maintenance.at_kiosk import Site, is_written

pytestmark = pytest.mark.usefixtures("left_as_found")


@pytest.fixture(scope="module")
def other() -> Iterator[PrinterBench]:
    """A printer on USB, where ipp-usb puts it."""
    with PrinterBench(ports=USB_PRINTERS) as bench:
        yield bench


@pytest.fixture
def setting(site: Site) -> Printer:
    told = load(site.data.parent / "kiosk.toml").printer
    assert told is not None
    return told


def queues(setting: Printer) -> set[str]:
    return set(Connection(host=setting.cups).getPrinters())


def search(site: Site) -> printers.PrinterSearch:
    """Come in, and look which printers there are."""
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.SERVICE))
    site.touch(happenings.ReplaceAsked())
    page = site.page_is(printers.PrinterSearch, lambda page: getattr(page, "found", None) is not None).page
    assert isinstance(page, printers.PrinterSearch)
    return page


def tried(site: Site, device: str) -> printers.PrinterTried:
    """Try it, and wait until that has ended."""
    site.touch(happenings.PrinterAsked(device))
    page = site.page_is(printers.PrinterTried).page
    assert isinstance(page, printers.PrinterTried)
    return page


def test_it_is_found_tried_on_paper_used_and_the_old_one_comes_back(
    site: Site, other: PrinterBench, setting: Printer
) -> None:
    found = search(site)
    assert [one.device for one in found.found or () if not one.used] == [other.uri]
    before = len(other.printed)
    page = tried(site, other.uri)
    assert page.well, page.lines
    assert len(other.printed) == before + 1
    new = PrinterChoice(site.kiosk._store, setting).candidate(other.uri).queue
    assert {setting.queue, new} <= queues(setting)  # the old one stays
    site.touch(happenings.UseAsked())
    site.page_is(printers.PrinterChanged)
    site.until(lambda _: PrinterChoice(site.kiosk._store, setting).is_chosen)
    site.touch(happenings.BackAsked())
    site.page_is(work.Service)
    sheets = len(other.printed)
    site.touch(happenings.BackAsked())
    site.page_is(work.Menu)
    site.touch(happenings.RoomAsked(work.Room.TESTS))
    site.page_is(work.Tests)
    site.touch(happenings.ReportAsked())
    site.page_is(work.Tests, lambda page: getattr(page, "reported", None) is True)
    assert len(other.printed) == sheets + 1  # what is printed from now on comes there
    other.empty_tray()
    try:  # and the kiosk says how that one does
        site.until(lambda _: FaultCode.PAPER_EMPTY in site.kiosk.health.statuses[Part.PRINTER].faults)
    finally:
        other.refill()
    site.leaves()
    assert search(site).chosen
    site.touch(happenings.OldPrinterAsked())
    site.page_is(printers.PrinterChanged)
    site.until(lambda _: not PrinterChoice(site.kiosk._store, setting).is_chosen)
    site.until(lambda _: site.kiosk.health.statuses[Part.PRINTER].health is Health.OK and new not in queues(setting))
    is_written(site, ("printerTried", "T-03"), ("testPassed", "T-03"), ("printerChosen", "T-03"))
    is_written(site, ("printerChosen", "T-03"), ("reportMade", "T-03"), ("printerReturned", "T-03"))


def test_one_that_does_not_print_is_left_with_its_queue_and_cannot_be_used(
    site: Site, other: PrinterBench, setting: Printer
) -> None:
    search(site)
    other.power_cut()
    try:
        page = tried(site, other.uri)
    finally:
        other.power_on()
    assert not page.well
    assert any(FaultCode.PRINTER_LOST.value in line for line in page.lines), page.lines
    site.touch(happenings.UseAsked())
    site.touch(happenings.BackAsked())
    site.page_is(printers.PrinterSearch)
    choice = PrinterChoice(site.kiosk._store, setting)
    assert (choice.now, choice.tried) == (setting, None)
    assert queues(setting) == {setting.queue}


def test_the_card_pulled_after_a_trial_leaves_the_old_one_and_takes_the_new_queue_away(
    site: Site, other: PrinterBench, setting: Printer
) -> None:
    search(site)
    assert tried(site, other.uri).well
    site.pull()
    choice = PrinterChoice(site.kiosk._store, setting)
    site.until(lambda _: choice.tried is None and queues(setting) == {setting.queue})
    assert choice.now == setting


def desk(store: Store, setting: Printer, data: Path) -> PrinterDesk:
    return PrinterDesk(PrinterChoice(store, setting), PrinterMakers(setting), data, lambda: None)


def test_power_lost_in_the_middle_leaves_the_old_one_in_use(
    site: Site, other: PrinterBench, setting: Printer, tmp_path: Path
) -> None:
    """The next start finds what was tried in its memory, and takes its queue away."""
    store = Store(tmp_path)
    assert desk(store, setting, tmp_path).try_out(other.uri, lambda _line: None)
    store.close()
    store = Store(tmp_path)
    here = desk(store, setting, tmp_path)
    assert here.choice.tried is not None
    assert here.choice.now == setting
    here.leave()
    assert queues(setting) == {setting.queue}
    store.close()
    assert site.kiosk.health.statuses[Part.PRINTER].health is Health.OK


def test_a_choice_ends_when_the_settings_name_another_printer(
    site: Site, other: PrinterBench, setting: Printer, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    choice = PrinterChoice(store, setting)
    choice.try_out(other.uri)
    choice.use(other.uri)
    settings = load(site.data.parent / "kiosk.toml")
    assert chosen_printer(settings, store).printer == choice.candidate(other.uri)
    moved = structs.replace(setting, device="ipp://192.0.2.9/ipp/print")
    assert PrinterChoice(store, moved).now == moved
    store.close()


@pytest.mark.parametrize(
    ("device", "here"),
    [
        ("ipp://localhost:60000/ipp/print", True),
        ("ipp://127.0.0.1:60000/ipp/print", True),
        ("ipp://192.0.2.17/ipp/print", False),
        ("ipp://localhost.example:60000/ipp/print", False),
        ("socket://localhost:9100", False),
        ("file:///dev/null", False),
        ("ipp://localhost:60000/ipp/print?waitjob=true", False),
    ],
)
def test_only_a_printer_on_this_machine_is_made_a_queue_of(
    device: str, setting: Printer, tmp_path: Path, *, here: bool
) -> None:
    assert is_here(device) is here
    store = Store(tmp_path)
    if not here:
        with pytest.raises(ValueError, match="//"):
            PrinterChoice(store, setting).try_out(device)
    with pytest.raises(ValueError, match="//"):
        PrinterChoice(store, setting).use(device)  # it was not tried
    store.close()


def test_the_same_from_a_terminal(
    site: Site, other: PrinterBench, setting: Printer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kiosk.toml"
    town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example"}
    told = {"queue": setting.queue, "device": setting.device, "cups": setting.cups}
    file.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": town, "printer": told}))
    Store(tmp_path / "data").close()

    def kiosk(*words: str) -> tuple[int, str]:
        code = cli.main(["printer", *words, "--settings", str(file)])
        return code, capsys.readouterr().out

    assert [one["device"] for one in json.loads(kiosk("find", "--json")[1])] == [other.uri]
    assert kiosk("use", other.uri)[0] == 1
    code, said = kiosk("try", other.uri)
    assert code == 0, said
    assert kiosk("use", other.uri)[0] == 0
    assert cli.main(["check", "printer", "--settings", str(file)]) == 0
    assert other.uri in capsys.readouterr().out  # what root's service looks at is the printer that was chosen
    assert kiosk("back")[0] == 0
    assert queues(setting) == {setting.queue}
    store = Store(tmp_path / "data")
    rows = [row.what for row in reversed(AuditTrail(store).latest(9))]
    assert rows == ["printerTried", "testPassed", "printerChosen", "printerReturned"]
    store.close()
    assert site.kiosk.health.statuses[Part.PRINTER].health is Health.OK
