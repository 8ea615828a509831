"""What a kiosk says of itself to its agent: how its parts do, where its audit chain stands, and nothing of anybody."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import tomli_w

from config.checkin import Counters, Device, Health, InForce, Part, Said, read_said
from config.figures import Place, Stopped
from config.settings import load
from hardware.devices import Health as OwnHealth
from hardware.devices import Status
from hardware.faults import FaultCode
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.events import DocumentsAsked, StopPressed
from kiosk_app.health import Part as OwnPart
from kiosk_app.loop import PlainLoop
from kiosk_app.store import Store
from kiosk_app.teller import Tally
from kiosk_app.wiring import Kiosk

SECONDS = 20.0


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A kiosk with a slip printer that is nowhere, and nothing else."""
    town = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://loket.example"}
    printer = {"host": "127.0.0.1", "port": 9}
    file = tmp_path / "kiosk.toml"
    table = {"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": town, "receipt_printer": printer}
    file.write_text(tomli_w.dumps(table))
    return file


def said_in(file: Path, after: Said | None = None) -> Said:
    """Wait for what the kiosk says next."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        said = read_said(file)
        if said is not None and said != after:
            return said
    raise AssertionError("the kiosk said nothing")


def test_a_kiosk_says_how_its_own_parts_do_and_where_its_chain_stands(settings: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.json"
    told = load(settings)
    kiosk = Kiosk(told, PlainLoop())
    kiosk.tell_in(file, told)
    kiosk.start()
    kiosk.health.note(OwnPart.RECEIPT_PRINTER, Status(OwnHealth.DOWN, (FaultCode.RECEIPT_LOST,)))
    kiosk.tell(InForce(daily="d" * 64), told)
    said = said_in(file)
    kiosk.stop()
    assert said.offers, "without a page printer nobody is promised a page"
    assert said.in_force == InForce(daily="d" * 64)
    devices = {device.part: device for device in said.devices}
    assert set(devices) == {Part.RECEIPT_PRINTER, Part.MACHINE}
    down = Device(part=Part.RECEIPT_PRINTER, health=Health.DOWN, fault=FaultCode.RECEIPT_LOST)
    assert devices[Part.RECEIPT_PRINTER] == down
    assert said.audit is not None
    trail = AuditTrail(Store(tmp_path / "data"))
    assert trail.broken_at() is None
    head = trail.head()
    assert head is not None
    assert said.audit.number <= head[0]
    trail._store.close()


def test_the_agent_may_read_it_and_a_part_that_changes_is_said_at_once(settings: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.json"
    told = load(settings)
    kiosk = Kiosk(told, PlainLoop())
    kiosk.tell_in(file, told)
    kiosk.start()
    kiosk.tell(InForce(), told)
    first = said_in(file)
    assert file.stat().st_mode & 0o777 == 0o644
    kiosk.health.note(OwnPart.RECEIPT_PRINTER, Status(OwnHealth.DEGRADED, (FaultCode.RECEIPT_PAPER_LOW,)))
    kiosk.tell(InForce(), told)
    second = said_in(file, after=first)
    kiosk.tell(InForce(daily="d" * 64), told)
    assert said_in(file, after=second).in_force.daily == "d" * 64, "what stands on the screen is said at once too"
    kiosk.stop()
    assert FaultCode.RECEIPT_PAPER_LOW in {device.fault for device in second.devices}
    assert second.run == first.run


def test_visits_and_documents_are_counted_and_nothing_else() -> None:
    tally = Tally()
    ended = AuditLine(What.PRINT_ENDED, 7)
    jammed = AuditLine(What.PRINT_ENDED, 7, fault=FaultCode.PAPER_JAM)
    tally.count([AuditLine(What.STARTED), AuditLine(What.SIGNED_IN, 7), ended, ended, jammed])
    tally.count([AuditLine(What.VISIT_ENDED, 7)])
    assert tally.counters == Counters(visits=1, printed=2, not_printed=1)


@pytest.mark.expects_log("the agent cannot be told")
def test_a_kiosk_whose_agent_has_no_folder_goes_on(settings: Path, tmp_path: Path) -> None:
    told = load(settings)
    kiosk = Kiosk(told, PlainLoop())
    kiosk.tell_in(tmp_path / "nowhere" / "said.json", told)
    kiosk.start()
    kiosk.tell(InForce(), told)
    kiosk.stop()
    assert not (tmp_path / "nowhere").exists()


def test_what_was_counted_is_said_by_the_next_run_too(settings: Path, tmp_path: Path) -> None:
    file, told = tmp_path / "said.json", load(settings)
    first = Kiosk(told, PlainLoop())
    first.tell_in(file, told)
    first.start()
    first.core.take(DocumentsAsked())
    first.core.take(StopPressed())
    first.stop()
    second = Kiosk(told, PlainLoop())
    second.tell_in(file, told)
    second.start()
    second.tell(InForce(), told)
    (month,) = said_in(file).figures
    second.stop()
    assert (month.visits, month.stopped) == (1, (Stopped(Place.REFUSED, 1),)), "it has no reader and no printer"
