"""A robot's hand before a window in this process: touches as the panel's driver would bring them, at a person's pace.

Each says when it happened, as every touch does, so that nobody has to wait while a finger lies on the glass.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QEventPoint, QInputDevice, QPointingDevice, QTouchEvent
from PySide6.QtQml import QJSEngine, QJSValue
from PySide6.QtQuick import QQuickWindow

TAP = 0.1  # seconds that a finger lies on the glass
BETWEEN = 0.3  # from one tap to the next

# Finds the middle of a visible, enabled item by its object name; delegates are children of items, not of objects. It is
# looked for in JavaScript: Python keeps something of every page that it ever saw (PySide 6.11.3, `childItems`).
_FIND = """(function find(item, name) {
    if (item.objectName === name && item.visible && item.enabled)
        return item.mapToItem(null, item.width / 2, item.height / 2)
    for (const child of item.children) {
        const found = find(child, name)
        if (found)
            return found
    }
    return null
})"""

_KINDS = {
    QEventPoint.State.Pressed: QEvent.Type.TouchBegin,
    QEventPoint.State.Updated: QEvent.Type.TouchUpdate,
    QEventPoint.State.Released: QEvent.Type.TouchEnd,
}


class Hand:
    """Ten fingers, by their number, and the clock by which they move: never behind the real one."""

    def __init__(self, window: QQuickWindow) -> None:
        self._window = window
        kinds = QInputDevice.DeviceType.TouchScreen, QPointingDevice.PointerType.Finger
        can = QInputDevice.Capability.Position
        self._device = QPointingDevice("glass", 1, *kinds, can, 10, 0)
        self._down: dict[int, QPointF] = {}
        self._to_do: Callable[[], None] | None = None
        self._engine = QJSEngine()
        for ours in (window, window.contentItem()):  # it would take what it is shown for its own, and end it
            QJSEngine.setObjectOwnership(ours, QJSEngine.ObjectOwnership.CppOwnership)
        self._find = cast("QJSValue", self._engine.evaluate(_FIND))
        window.frameSwapped.connect(self._painted)
        self.clock = time.monotonic()

    def once_painted(self, do: Callable[[], None]) -> None:
        """Call `do` as soon as the next frame is out: one at a time.

        Before its first frame a page is not laid out, and its buttons lie anywhere. A robot is quicker than that frame,
        a person never is.
        """
        self._to_do = do
        self._window.update()

    def place(self, name: str) -> QPoint | None:
        """Give the middle of what can be touched by that name; None where nothing can."""
        at = self._find.call([self._engine.newQObject(self._window.contentItem()), QJSValue(name)])
        return QPointF(at.property("x").toNumber(), at.property("y").toNumber()).toPoint() if at.isObject() else None

    @property
    def focused(self) -> str:
        """Give the name of what the keyboard is on; nothing where it is nowhere."""
        item = self._engine.newQObject(self._window).property("activeFocusItem")
        return item.property("objectName").toString() if item.isQObject() else ""

    def tap(self, at: QPoint) -> None:
        """Put a finger down, and lift it."""
        self.down(at)
        self.up(at)

    def down(self, at: QPoint, finger: int = 0, *, after: float = BETWEEN) -> None:
        """Put a finger down, so many seconds after what was done before."""
        self._send(finger, QEventPoint.State.Pressed, at, after)

    def move(self, at: QPoint, finger: int = 0) -> None:
        """Move it."""
        self._send(finger, QEventPoint.State.Updated, at, TAP)

    def up(self, at: QPoint, finger: int = 0, *, after: float = TAP) -> None:
        """Lift it."""
        self._send(finger, QEventPoint.State.Released, at, after)

    def _painted(self) -> None:
        do, self._to_do = self._to_do, None
        if do is not None:
            QTimer.singleShot(0, do)  # a touch that ends the window would end it while it paints

    def _send(self, finger: int, state: QEventPoint.State, at: QPoint, after: float) -> None:
        self.clock = max(self.clock + after, time.monotonic())
        where = QPointF(at)
        others = [
            self._point(one, QEventPoint.State.Stationary, place) for one, place in self._down.items() if one != finger
        ]
        self._down[finger] = where
        if state == QEventPoint.State.Released:
            del self._down[finger]
        kind = QEvent.Type.TouchUpdate if others else _KINDS[state]
        points = [*others, self._point(finger, state, where)]
        event = QTouchEvent(kind, self._device, Qt.KeyboardModifier.NoModifier, points)
        event.setTimestamp(round(self.clock * 1000))
        QCoreApplication.sendEvent(self._window, event)

    def _point(self, finger: int, state: QEventPoint.State, at: QPointF) -> QEventPoint:
        return QEventPoint(finger, state, at, self._window.mapToGlobal(at))
