"""A slip printer on a cable does as one on the network; and the town's logo stands above the slip."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import tomli_w
from PIL import Image

from config.settings import SettingsError, load
from hardware.devices import Health, Slip, SlipLine, Status
from hardware.escpos import printer as escpos
from hardware.escpos.logo import logo_bytes
from hardware.faults import DeviceFault, FaultCode
from simulators.escpos_cable import Cable
from simulators.escpos_printer import EscPosPrinter

SLIP = Slip((SlipLine("Noëlle, één: € 1,50"),), "4F7K-29")
TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}


@pytest.fixture
def printer() -> Iterator[EscPosPrinter]:
    with EscPosPrinter() as printer:
        yield printer


@pytest.fixture
def cable(printer: EscPosPrinter) -> Iterator[Cable]:
    with Cable(printer.port) as cable:
        yield cable


@pytest.fixture
def driver(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> escpos.EscPosPrinter:
    monkeypatch.setattr(escpos, "STATUS_SECONDS", 1.0)
    return escpos.EscPosPrinter.on_cable(cable.device, 38400)


def test_a_slip_comes_out_over_a_cable_byte_for_byte(
    driver: escpos.EscPosPrinter, printer: EscPosPrinter, codes_on: Callable[[bytes], list[str]]
) -> None:
    assert driver.status() == Status(Health.OK)
    for _ in range(2):
        driver.print_slip(SLIP)
    assert [slip.text.strip() for slip in printer.slips] == ["Noëlle, één: € 1,50"] * 2
    assert codes_on(printer.slips[1].png) == ["4F7K-29"]


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("paper_out", FaultCode.RECEIPT_PAPER_EMPTY),
        ("cover_open", FaultCode.RECEIPT_COVER_OPEN),
        ("mute", FaultCode.RECEIPT_LOST),
    ],
)
def test_what_is_wrong_is_known_over_a_cable_too(
    driver: escpos.EscPosPrinter, printer: EscPosPrinter, fact: str, code: FaultCode
) -> None:
    printer.bench.put(fact)
    with pytest.raises(DeviceFault) as caught:
        driver.print_slip(SLIP)
    assert caught.value.code is code
    assert printer.slips == []


def test_a_cable_that_is_pulled_out_is_a_printer_lost(driver: escpos.EscPosPrinter, cable: Cable) -> None:
    cable.pull()
    assert driver.status() == Status(Health.DOWN, (FaultCode.RECEIPT_LOST,))


def test_closing_ends_a_conversation_over_a_cable(
    driver: escpos.EscPosPrinter, printer: EscPosPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escpos, "STATUS_SECONDS", 60)
    printer.bench.put("mute")
    ends: list[Status] = []
    caller = threading.Thread(target=lambda: ends.append(driver.status()))
    caller.start()
    assert printer.wait_for_bytes(12, timeout=5)
    driver.close()
    caller.join(5)
    assert ends == [Status(Health.UNKNOWN, (FaultCode.RECEIPT_LOST,))]


def test_a_logo_stands_in_the_middle_above_the_slip(printer: EscPosPrinter, tmp_path: Path) -> None:
    with_logo = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    with_logo.paste((0, 0, 0, 255), (0, 0, 400, 20))  # a black bar on nothing
    with_logo.save(tmp_path / "logo.png")
    escpos.EscPosPrinter("127.0.0.1", printer.port, logo=tmp_path / "logo.png").print_slip(SLIP)
    with Image.open(BytesIO(printer.slips[0].png)) as slip:
        top = slip.convert("L").crop((0, 0, slip.width, 150)).point(lambda dot: 255 if dot < 128 else 0)
        box = top.getbbox()
    assert box is not None
    assert box[0] == slip.width - box[2]
    assert box[2] - box[0] == 384  # of the paper's 576 dots
    assert printer.slips[0].text.strip() == "Noëlle, één: € 1,50"


def test_no_byte_of_a_logo_can_be_taken_for_a_question_to_the_printer(tmp_path: Path) -> None:
    stripes = Image.frombytes("1", (384, 200), (b"\xef\xfb\xef\xeb" * 12) * 200)  # 0x10 0x04 0x10 0x14 in black
    stripes.save(tmp_path / "logo.png")
    drawn = logo_bytes(tmp_path / "logo.png")
    assert len(drawn) == 8 + 72 * 200 + 1
    assert b"\x18\x04\x18\x14" in drawn
    assert not re.search(rb"\x10[\x04\x14]", drawn)


@pytest.mark.expects_log("the logo for slips cannot be read")
def test_a_logo_that_is_no_picture_costs_no_slip(printer: EscPosPrinter, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"none")
    escpos.EscPosPrinter("127.0.0.1", printer.port, logo=tmp_path / "logo.png").print_slip(SLIP)
    assert len(printer.slips) == 1


@pytest.mark.parametrize(
    "told", [{}, {"host": "10.0.0.9", "device": "/dev/usb/lp0"}, {"device": "/dev/ttyS0", "baud": 12345}]
)
def test_a_slip_printer_that_is_nowhere_or_in_two_places_is_refused(tmp_path: Path, told: dict[str, object]) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path), "town": TOWN, "receipt_printer": told}))
    with pytest.raises(SettingsError, match="receipt_printer"):
        load(file)
