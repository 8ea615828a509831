from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from config.settings import load
from demo.hand import BETWEEN, Hand
from hardware.devices import Applet
from kiosk_app import events
from kiosk_app.visit import EnterPin, Goodbye, State, Visit
from tests.ui.conftest import Core
from ui.app import App
from ui.sample import EXAMPLE, samples

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample.visit for sample in samples(SETTINGS)}
TOGETHER = 0.03  # seconds between two fingers of one hand


def show(app: App, visit: Visit | State) -> None:
    app.bridge.show(visit if isinstance(visit, Visit) else Visit(1, visit))
    app.settle()


def centre(app: App, name: str) -> QPoint:
    item = find(app.window.contentItem(), name)
    assert item is not None
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()


def find(item: QQuickItem, name: str) -> QQuickItem | None:
    if item.objectName() == name and item.isVisible():
        return item
    return next((found for child in item.childItems() if (found := find(child, name)) is not None), None)


def test_a_palm_and_ten_fingers_press_nothing_and_the_next_touch_acts(app: App, core: Core, finger: Hand) -> None:
    show(app, BY_NAME["checking"])
    rest = app.grab()
    places = [centre(app, name) for name in ("confirm", "change", "another", "stop", "help")]
    for number in range(10):
        finger.down(places[number % 5], number, after=BETWEEN if number == 0 else TOGETHER)
    app.settle()
    assert app.grab() == rest, "nothing is lit any more"
    for number in range(10):
        finger.up(places[number % 5], number, after=TOGETHER)
    app.settle()
    assert core.touches == []
    finger.down(places[0], after=0.4)
    finger.up(places[0])
    assert core.touches == [events.Confirmed()]


def test_two_fingers_that_type_in_turn_type_every_digit(app: App, core: Core, finger: Hand) -> None:
    show(app, EnterPin(Applet.V1_8, 3))
    for number, digit in enumerate((1, 9, 9, 1)):
        at = centre(app, f"digit{digit}")
        finger.down(at, number % 2, after=0.11 if number else 1.0)
        finger.up(at, number % 2, after=0.06)
    assert core.digits == [1, 9, 9, 1]


def test_what_changed_under_a_finger_gets_nothing_of_it(app: App, core: Core, finger: Hand) -> None:
    """ "Stoppen" stands in the same place on both pages, and would stop something else."""
    show(app, BY_NAME["checking"])
    at = centre(app, "stop")
    finger.down(at)
    show(app, BY_NAME["printing-one"])
    assert centre(app, "stop") == at
    finger.up(at)
    assert core.touches == []
    finger.tap(at)
    assert core.touches == [events.StopPressed()]


def test_a_digit_that_was_down_when_the_pad_went_away_is_no_digit(app: App, core: Core, finger: Hand) -> None:
    show(app, EnterPin(Applet.V1_8, 3))
    at = centre(app, "digit5")
    finger.down(at)
    show(app, Goodbye())
    finger.up(at)
    assert (core.digits, core.touches) == ([], [])


def test_a_key_that_means_something_else_by_now_does_nothing(app: App, core: Core, finger: Hand) -> None:
    """The keys stay where they are when other signs come onto them."""
    letters, digits = BY_NAME["asking-recipient"], BY_NAME["asking-recipient-digits"]
    show(app, letters)
    at = centre(app, "signA")
    finger.down(at)
    show(app, digits)
    finger.up(at)
    assert core.touches == []
    finger.tap(at)
    assert core.touches == [events.SignTyped("1")]


def test_a_finger_on_a_bar_that_stays_acts_though_the_page_counts_on(app: App, core: Core, finger: Hand) -> None:
    show(app, EnterPin(Applet.V1_8, 3))
    at = centre(app, "stop")
    finger.down(at)
    show(app, EnterPin(Applet.V1_8, 3, typed=1))
    finger.up(at)
    assert core.touches == [events.StopPressed()]


def test_a_touch_that_is_over_at_once_lights_what_it_hit_and_does_nothing(app: App, core: Core, finger: Hand) -> None:
    show(app, BY_NAME["checking"])
    at = centre(app, "confirm")
    rest = app.grab()
    finger.down(at)
    assert app.grab() != rest
    finger.up(at, after=0.008)
    app.settle()
    assert app.grab() == rest
    assert core.touches == []


def test_a_mouse_is_judged_as_a_finger(app: App, core: Core) -> None:
    """A panel without a driver of its own says that it is one."""
    show(app, BY_NAME["checking"])
    at = centre(app, "confirm")
    QTest.mousePress(app.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    show(app, BY_NAME["printing-one"])
    QTest.mouseRelease(app.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert core.touches == []


def test_a_robot_touches_where_the_frame_shows_it(app: App, core: Core, finger: Hand) -> None:
    """The button below a list lies on top of it until the list is laid out, which no person ever sees."""
    show(app, BY_NAME["portal"])
    app.bridge.show(BY_NAME["choosing-several"])
    finger.once_painted(lambda: finger.tap(finger.place("pageAfter") or QPoint()))
    app.settle()
    assert core.touches == [events.PageTurned(1)]
