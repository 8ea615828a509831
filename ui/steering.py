"""Moves over the screen as the keys of a keyboard do: to the next choice, to the row below, to choose."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow

from kiosk_app.touches import Steer
from ui.screen import Screen

_KEYS = {
    Steer.NEXT: Qt.Key.Key_Tab,
    Steer.DOWN: Qt.Key.Key_Tab,
    Steer.PREVIOUS: Qt.Key.Key_Backtab,
    Steer.UP: Qt.Key.Key_Backtab,
    Steer.CHOOSE: Qt.Key.Key_Space,
}


def steer(window: QWindow, screen: Screen | None, way: Steer) -> None:
    """Press the key that goes this way; a row of a keyboard on the screen is as many keys as it has columns."""
    by_rows = way in (Steer.DOWN, Steer.UP) and screen is not None
    for _ in range(max(1, screen.columns) if by_rows and screen is not None else 1):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(window, QKeyEvent(kind, _KEYS[way], Qt.KeyboardModifier.NoModifier))
