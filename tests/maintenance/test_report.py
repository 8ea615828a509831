"""What a kiosk says of itself when somebody leaves it: on paper, in a code that a phone reads, and how warm it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from config.settings import load
from hardware.devices import Health
from hardware.faults import FaultCode
from kiosk_app.maintenance.work import PartTold, Subject, TestResult, Told, Trouble
from kiosk_app.parts import Part
from kiosk_app.report import report_code, report_lines
from kiosk_app.temperature import degrees
from ui.drawn import QrCodes
from ui.sample import EXAMPLE

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)  # 13.00 on the wall
SETTINGS = load(EXAMPLE)
EMPTY = Trouble(Part.PRINTER, FaultCode.PAPER_EMPTY, Health.DOWN, NOON)
TOLD = Told((PartTold(Part.PRINTER, Health.DOWN), PartTold(Part.BACK_END, Health.OK)), (EMPTY,), degrees=47)
RESULTS = (TestResult(Subject.PRINTER, well=True, at=NOON), TestResult(Subject.SPEECH, well=False, at=NOON))


def test_the_code_says_what_is_well_what_is_not_and_what_was_tried() -> None:
    assert report_code(SETTINGS, "T-03", TOLD, RESULTS, NOON).split(" | ") == [
        "LV-01 27-11-2026 13:00 T-03",
        "In orde: 1 van 2",
        "Printer: paperEmpty 27-11 13:00",
        "Test Printer: ja 27-11",
        "Test Voorlezen: nee 27-11",
    ]


@pytest.mark.parametrize("troubles", [1, 5, 9, 40])
def test_a_phone_reads_it_whole_from_the_screen_and_what_is_left_out_is_counted(
    codes_on: Callable[[Image.Image | bytes], list[str]], troubles: int
) -> None:
    """zbar reads it from the very picture that the screen shows, 300 pixels wide."""
    told = Told(TOLD.parts, (EMPTY,) * troubles)
    text = report_code(SETTINGS, "T-03", told, RESULTS, NOON)
    shown = [line for line in text.split(" | ") if line.startswith("Printer: ")]
    counted = int(text.rpartition("+")[2]) if text.split(" | ")[-1].startswith("+") else 0
    tests = sum(line.startswith("Test ") for line in text.split(" | "))
    assert len(shown) + tests + counted == troubles + len(RESULTS)
    code = QrCodes("black", "white").requestImage(f"300/{quote(text)}", QSize(), QSize())
    picture = Image.new("L", (code.width() + 40, code.height() + 40), 255)
    for y in range(code.height()):
        for x in range(code.width()):
            picture.putpixel((x + 20, y + 20), QColor(code.pixel(x, y)).value())
    assert codes_on(picture) == [text]


def test_the_paper_says_how_warm_the_machine_is_where_it_measures() -> None:
    assert "Toestellen (de machine is 47 °C):" in report_lines(SETTINGS, "T-03", TOLD, (), NOON)
    assert "Toestellen:" in report_lines(SETTINGS, "T-03", Told(TOLD.parts), (), NOON)


def zone(folder: Path, number: int, told: str) -> None:
    (folder / f"thermal_zone{number}").mkdir()
    (folder / f"thermal_zone{number}" / "temp").write_text(told, encoding="ascii")


def test_the_warmest_that_the_kernel_tells_is_the_machine_s(tmp_path: Path) -> None:
    """As files under /sys/class/thermal read: thousandths of a degree; a sensor that is absent says -274000."""
    assert degrees(tmp_path) is None
    zone(tmp_path, 0, "-274000\n")
    assert degrees(tmp_path) is None
    for number, told in enumerate(("47250\n", "31000\n", "kapot\n"), 1):
        zone(tmp_path, number, told)
    assert degrees(tmp_path) == 47
