"""The steps to mend something come with a drawing: every fault has one, and it stands on the page of the problem."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtQuick import QQuickItem

from config.settings import Settings, StaffRole, load
from hardware.devices import Health
from hardware.faults import FAULTS, FaultCode, Repair
from kiosk_app.maintenance.work import Problem, Trouble, Work
from kiosk_app.parts import Part
from kiosk_app.visit import StaffAtWork, Visit
from ui import theme
from ui.app import App
from ui.drawn import Drawings
from ui.gallery import landscape
from ui.sample import EXAMPLE

SETTINGS = load(EXAMPLE)
PICTURES = Path(__file__).parents[2] / "ui" / "pictures"
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def test_each_drawing_belongs_to_a_fault_and_none_lies_about() -> None:
    assert {fault.repair for fault in FAULTS.values()} == set(Repair)
    assert {file.stem for file in PICTURES.glob("repair-*.svg")} == {repair.value for repair in Repair}


@pytest.mark.parametrize("seen", ["own", "contrast"])
def test_each_drawing_can_be_told_from_the_others_in_either_theme(seen: str) -> None:
    themes = {"own": theme.colours(SETTINGS.town), "contrast": theme.high_contrast()}
    drawings = Drawings(themes, 4.0)
    pictures = {}
    for repair in Repair:
        image = drawings.requestImage(f"{repair.value}/ink/240x160/{seen}", QSize(), QSize())
        assert (image.width(), image.height()) == (240, 160)
        pictures[bytes(image.constBits())] = repair
    assert len(pictures) == len(Repair)


@pytest.fixture(scope="module", params=["upright", "landscape"])
def panel(request: pytest.FixtureRequest, the_app: App) -> Iterator[Settings]:
    told = SETTINGS if request.param == "upright" else landscape(SETTINGS)
    the_app.lay_out(told.screen)
    the_app.bridge.tell(told)
    yield told
    the_app.lay_out(SETTINGS.screen)
    the_app.bridge.tell(SETTINGS)
    the_app.bridge.show(Visit())
    the_app.settle()


@pytest.mark.usefixtures("panel")
@pytest.mark.parametrize("code", FaultCode, ids=lambda code: code.value)
def test_the_page_of_a_problem_has_its_steps_beside_a_drawing_that_covers_none(app: App, code: FaultCode) -> None:
    page = Problem(Trouble(Part.PRINTER, code, Health.DOWN, NOON))
    app.bridge.show(Visit(1, StaffAtWork(Work("T-03", StaffRole.TECHNICIAN, page))))
    app.settle()
    assert app.bridge.shown is not None
    assert app.bridge.shown.sections[0].text.count("\n") + 1 == len(FAULTS[code].steps)
    items = list(_items(app.window.contentItem()))
    [drawn] = [item for item in items if item.property("name") == FAULTS[code].repair.value and item.isVisible()]
    frame = drawn.parentItem().mapRectToScene(drawn.parentItem().boundingRect())
    assert drawn.width() / app.density >= 60  # millimetres
    texts = [item for item in items if item.property("text") and item.isVisible() and item.height() > 0]
    covered = [item.property("text") for item in texts if frame.intersects(item.mapRectToScene(item.boundingRect()))]
    assert covered == []


def _items(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from _items(child)
