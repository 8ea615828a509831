"""Stands before the window: what fingers do on the glass goes to the page as the work of one finger that meant it.

`fingers` judges. A mouse, and a panel that says it is one, is judged the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QTouchEvent
from PySide6.QtQuick import QQuickWindow

from ui.fingers import Deed, Finger, Fingers

_PRESSES = {
    Deed.PRESS: (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
    Deed.RELEASE: (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
}


class Glass(QObject):
    """The filter of a window's touches. `density` gives the pixels of a millimetre."""

    def __init__(self, window: QQuickWindow, fingers: Fingers, density: Callable[[], float]) -> None:
        super().__init__(window)
        self._window, self._fingers, self._density = window, fingers, density
        self._handing_on = False
        window.installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Keep every touch from the window, and hand on what is meant."""
        if isinstance(event, QTouchEvent):
            self._touched(event)
            event.accept()  # else Qt makes mouse events of it
            return True
        return isinstance(event, QMouseEvent) and not self._handing_on and self._kept(event)

    def _touched(self, event: QTouchEvent) -> None:
        if event.type() == QEvent.Type.TouchCancel:
            self._do(self._fingers.gone(), QPointF())
            return
        when = _when(event)
        for point in event.points():
            finger = self._finger(point, when)
            match point.state():
                case QEventPoint.State.Pressed:
                    self._do(self._fingers.down(finger), point.scenePosition())
                case QEventPoint.State.Updated:
                    if self._fingers.moved(finger) is Deed.LET_GO:
                        self._let_go()
                    elif finger.number == self._fingers.acts:
                        self._send(QEvent.Type.MouseMove, Qt.MouseButton.LeftButton, point.scenePosition())
                case QEventPoint.State.Released:
                    self._do(self._fingers.up(finger), point.scenePosition())
                case _:
                    pass

    def _kept(self, event: QMouseEvent) -> bool:
        """Judge a mouse, which presses with one finger; say whether the window must not hear of it."""
        finger = self._finger(event.point(0), _when(event))
        match event.type():
            case QEvent.Type.MouseButtonPress:
                return self._fingers.down(finger) is not Deed.PRESS
            case QEvent.Type.MouseButtonRelease:
                deed = self._fingers.up(finger)
                if deed is Deed.LET_GO:
                    self._let_go()
                return deed is not Deed.RELEASE
            case QEvent.Type.MouseButtonDblClick:  # comes besides the second press
                return True
            case _:
                return False

    def _finger(self, point: QEventPoint, when: float) -> Finger:
        at, size, density = point.scenePosition(), point.ellipseDiameters(), self._density()
        return Finger(point.id(), at.x() / density, at.y() / density, max(size.width(), size.height()) / density, when)

    def _do(self, deed: Deed, at: QPointF) -> None:
        if deed is not Deed.NOTHING and deed is not Deed.RELEASE:
            self._let_go()  # of a finger that has been lying there, too, when another one takes over
        if deed in _PRESSES:
            self._send(*_PRESSES[deed], at)

    def _let_go(self) -> None:
        item = self._window.mouseGrabberItem()
        if item is not None:
            item.ungrabMouse()

    def _send(self, kind: QEvent.Type, held: Qt.MouseButton, at: QPointF) -> None:
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        self._handing_on = True
        try:
            mouse = QMouseEvent(kind, at, self._window.mapToGlobal(at), button, held, none)
            QCoreApplication.sendEvent(self._window, mouse)
        finally:
            self._handing_on = False


def _when(event: QTouchEvent | QMouseEvent) -> float:
    """Give when it happened, in seconds; for what is made in this process, and has no time, now."""
    return event.timestamp() / 1000 or time.monotonic()
