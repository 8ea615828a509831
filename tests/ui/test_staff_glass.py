"""The test of the screen, on a real window under a robot's finger: what fills it, and how far off a touch was."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from config.settings import StaffRole, load
from demo.hand import Hand
from kiosk_app.at_work import rules
from kiosk_app.events import Event
from kiosk_app.maintenance import glass, happenings, work
from kiosk_app.maintenance.aiming import MOST_OFF_MM, STRAYS
from kiosk_app.maintenance.step import step
from kiosk_app.visit import StaffAtWork, Visit
from ui.app import App
from ui.gallery import landscape
from ui.sample import EXAMPLE

UPRIGHT = load(EXAMPLE)
ON_ITS_SIDE = landscape(UPRIGHT)
# What a camera sees of each: sRGB, as every panel takes it.
SEEN = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "green": "#00ff00", "blue": "#0000ff"}


class Site:
    """Somebody at that screen; the visit behind it is the real one's rules."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.events: list[Event] = []
        self.shows(glass.GlassTold())

    def shows(self, page: work.Page) -> None:
        self.visit = Visit(1, StaffAtWork(work.Work("T-03", StaffRole.TECHNICIAN, page)))
        self._paint()

    def post(self, event: Event) -> None:
        assert isinstance(self.visit.state, StaffAtWork)
        self.events.append(event)
        self.visit, _ = rules(self.visit, self.visit.state, event)
        self._paint()

    def type_digit(self, digit: int) -> None:
        raise AssertionError(digit)

    @property
    def page(self) -> work.Page:
        assert isinstance(self.visit.state, StaffAtWork)
        return self.visit.state.work.page

    def _paint(self) -> None:
        self.app.bridge.show(self.visit)

    def keys(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.app.window, key)
            self.app.settle()


@pytest.fixture
def site(app: App) -> Iterator[Site]:
    app.lay_out(UPRIGHT.screen)
    app.bridge.tell(UPRIGHT)
    app.bridge._struck = None
    site = Site(app)
    app.bridge.serve(site)
    app.settle()
    yield site
    app.lay_out(UPRIGHT.screen)
    app.bridge.tell(UPRIGHT)
    app.bridge.show(Visit())
    app.settle()


@pytest.mark.parametrize("tint", glass.Tint)
def test_every_pixel_has_the_colour_and_a_touch_anywhere_leads_on(site: Site, finger: Hand, tint: glass.Tint) -> None:
    site.shows(glass.Tinted(tint))
    site.app.settle()
    image = site.app.grab()
    edges = (0, image.width() - 1), (0, image.height() - 1)
    places = [
        (x, y) for x in (*edges[0], *range(0, image.width(), 7)) for y in (*edges[1], *range(0, image.height(), 7))
    ]
    assert {QColor(image.pixel(x, y)).name() for x, y in places} == {SEEN[tint.value]}
    finger.tap(QPoint(3, image.height() - 4))
    assert site.page != glass.Tinted(tint)


def test_five_colours_can_be_passed_by_keyboard_and_none_has_a_word(site: Site) -> None:
    site.shows(glass.Tinted(glass.Tint.WHITE))
    site.app.settle()
    site.keys(Qt.Key.Key_Tab)
    for _ in glass.Tint:
        assert isinstance(site.page, glass.Tinted)
        site.keys(Qt.Key.Key_Space)
    assert site.page == glass.AskSeen()


@pytest.mark.parametrize("settings", [UPRIGHT, ON_ITS_SIDE], ids=["upright", "landscape"])
def test_how_far_a_finger_lands_beside_each_cross_is_measured_on_the_glass(
    site: Site, finger: Hand, settings: object
) -> None:
    """The cross is found by its colour on the picture, by nothing that painted it; the finger lands a known way off."""
    told = UPRIGHT if settings is UPRIGHT else ON_ITS_SIDE
    site.app.lay_out(told.screen)
    site.app.bridge.tell(told)
    density = told.screen.width_px / told.screen.width_mm
    expected = []
    for number in range(len(glass.CROSSES)):
        site.shows(glass.Aiming(whole=True, off=(0.0,) * number))
        site.app.settle()
        middle = _middle_of_cross(site.app, told.screen.width_px, told.screen.height_px, number)
        beside = QPoint(4 * number, -3 * number)
        finger.tap(middle + beside)
        expected.append(math.hypot(beside.x(), beside.y()) / density)
        found = site.page.off[-1] if isinstance(site.page, glass.Aiming) else None
        if found is not None:
            assert found == pytest.approx(expected[-1], abs=1.5 / density)  # a pixel of rounding at either end
    assert isinstance(site.page, work.Tested)
    most = re.search(r"hoogstens (\d+,\d) mm", site.page.lines[1])
    assert most is not None
    assert float(most[1].replace(",", ".")) == pytest.approx(expected[-1], abs=0.05 + 1.5 / density)


def _middle_of_cross(app: App, width: int, height: int, number: int) -> QPoint:
    """Find the longest dark row and column near where this cross must stand."""
    image = app.grab()
    across, down = glass.CROSSES[number]
    near = range(round(width * across) - 60, round(width * across) + 60)
    beside = range(round(height * down) - 60, round(height * down) + 60)

    def dark(x: int, y: int) -> bool:
        return QColor(image.pixel(x, y)).lightness() < 60

    rows = [y for y in beside if sum(dark(x, y) for x in near) > 50]
    columns = [x for x in near if sum(dark(x, y) for y in beside) > 50]
    assert 1 <= len(rows) <= 6
    assert 1 <= len(columns) <= 6
    return QPoint(round(sum(columns) / len(columns)), round(sum(rows) / len(rows)))


def test_no_key_counts_as_a_touch_and_the_keyboard_leads_out(site: Site) -> None:
    site.shows(glass.Aiming(whole=True))
    site.app.settle()
    site.keys(Qt.Key.Key_Space, Qt.Key.Key_Return)
    site.app.bridge.touch("spot")  # a screen reader presses it: it lands nowhere
    assert site.page == glass.Aiming(whole=True)
    site.keys(Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert isinstance(site.page, work.Tests)


def landed(*off: float, seen: bool = False) -> work.Tested:
    """Go through the whole test by its rules."""
    here: work.Work | None = work.Work("T-03", StaffRole.TECHNICIAN, glass.AskSeen())
    made: tuple[happenings.Happening, ...] = (happenings.TestAnswered(seen), *map(happenings.Landed, off))
    for happening in made:
        assert here is not None
        here, _ = step(here, happening)
    assert here is not None
    assert isinstance(here.page, work.Tested), here.page
    return here.page


def test_a_panel_is_good_that_errs_no_more_than_a_finger_does() -> None:
    assert landed(*[MOST_OFF_MM] * 9).well
    said = landed(*[1.0] * 8, MOST_OFF_MM + 0.1)
    assert not said.well
    assert "FOUT: het verst ernaast onderaan, rechts. Hoogstens 6,0 mm is goed." in said.lines
    assert "Aanraken op 9 plaatsen: gemiddeld 1,6 mm ernaast, hoogstens 6,1 mm." in said.lines


def test_who_saw_a_point_has_a_panel_that_is_not_good() -> None:
    said = landed(*[1.0] * 9, seen=True)
    assert not said.well
    assert said.lines[0].startswith("FOUT: ")


def test_a_stray_touch_is_not_measured_but_one_that_stays_is_the_panel_s_own() -> None:
    assert landed(80.0, *[1.0] * 9).well
    assert not landed(*[80.0] * STRAYS, *[1.0] * 8).well
