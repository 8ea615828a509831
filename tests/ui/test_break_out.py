"""Whoever plugs a keyboard or a mouse in, or keeps a finger down, gets nowhere that a fingertip does not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from config.settings import load
from demo.hand import Hand
from kiosk_app import events
from tests.ui.conftest import Core
from ui.app import App
from ui.sample import EXAMPLE, samples

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample.visit for sample in samples(SETTINGS)}
# With these a person who cannot touch moves over the screen and presses; they are the keypad's, and tested there.
MOVING = {"Tab", "Backtab", "Left", "Right", "Up", "Down", "Return", "Enter", "Space", "Select"}
KEYS = [key for key in Qt.Key if key.name.removeprefix("Key_") not in MOVING]
PLAIN = Qt.KeyboardModifier.NoModifier
CHORDS = [
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
]


def show(app: App, name: str) -> None:
    app.bridge.show(BY_NAME[name])
    app.settle()


def centre(app: App, name: str) -> QPoint:
    item = find(app.window.contentItem(), name)
    assert item is not None
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()


def find(item: QQuickItem, name: str) -> QQuickItem | None:
    if item.objectName() == name and item.isVisible():
        return item
    return next((found for child in item.childItems() if (found := find(child, name)) is not None), None)


@pytest.mark.parametrize("page", ["portal", "pin-two", "checking"])
def test_no_key_and_no_chord_does_anything(app: App, core: Core, page: str) -> None:
    """Alt-F4, Ctrl-Alt-Del, Super, Print, F1, the keys of media: the window stays, and nothing was pressed."""
    show(app, page)
    before = app.grab()
    for chord in (PLAIN, *CHORDS):
        for key in KEYS:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.sendEvent(app.window, QKeyEvent(kind, key.value, chord))
    app.settle()
    assert (core.touches, core.digits) == ([], [])
    assert app.window.isVisible()
    assert QGuiApplication.topLevelWindows() == [app.window]
    assert app.grab() == before
    assert QGuiApplication.clipboard().text() == "", "Ctrl-A and Ctrl-C found nothing to take along"


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.BackButton])
def test_no_other_button_of_a_mouse_does_anything(app: App, core: Core, button: Qt.MouseButton) -> None:
    show(app, "checking")
    for name in ("confirm", "stop", "help"):
        QTest.mouseClick(app.window, button, PLAIN, centre(app, name))
        QTest.mouseDClick(app.window, button, PLAIN, centre(app, name))
    app.settle()
    assert core.touches == []
    assert QGuiApplication.topLevelWindows() == [app.window]


def test_a_finger_that_stays_down_does_what_a_tap_does_and_no_more(app: App, core: Core, finger: Hand) -> None:
    """No menu, no selection, no magnifier: five seconds on a button are one press."""
    show(app, "checking")
    place = centre(app, "help")
    finger.down(place, after=1.0)
    app.settle()
    finger.up(place, after=5.0)
    app.settle()
    assert core.touches == [events.HelpAsked()]
    assert QGuiApplication.topLevelWindows() == [app.window]
