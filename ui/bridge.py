"""Carries screens to the templates and touches back. The one place where Python and QML meet."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct, structs
from PySide6.QtCore import Property, QObject, Signal, Slot

from config.settings import Settings
from kiosk_app.touches import SpotTouched, Touch
from kiosk_app.visit import Drawing, Ease, Visit
from ui.screen import Choice, Screen
from ui.screens import screen_for

# A finger that trembles strikes twice: EN 301 549 §5.8 lets a second strike go by, here for `touch.again_on_next_page`:
# where the page has changed under the finger. Longer than `touch.again`, or typing "11" and quick hands would suffer.
_DOUBLE_STRIKE_MM = 20.0
# What QML paints apart from the page, and leaves standing while it is the same.
_FRAME = ("header", "bar", "ease")


class Engine(Protocol):
    """Whoever drives the visit: told of touches, and of digits apart, so that no digit is ever in an event."""

    def post(self, event: Touch) -> None:
        """Take a touch, on the screen's thread."""

    def type_digit(self, digit: int) -> None:
        """Take one PIN digit, on the screen's thread."""


class Bridge(QObject):
    """`screen`, `header` and `bar` are what QML paints, as plain maps; `look` is with what.

    `touch`, `focused` and `typeDigit` are what it calls. `wear` is called when another resident wants to see it another
    way, `come_to` when a key, or the finger of who is read to, came to a choice.
    """

    lookChanged = Signal()  # noqa: N815 (Qt's way of naming)
    screenChanged = Signal()  # noqa: N815
    headerChanged = Signal()  # noqa: N815
    barChanged = Signal()  # noqa: N815

    def __init__(
        self,
        settings: Settings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._now, self._monotonic = settings.town.now, monotonic
        self.wear: Callable[[Ease], None] = lambda _ease: None
        self.come_to: Callable[[Choice], None] = lambda _choice: None
        self._engine: Engine | None = None
        self.visit = Visit()  # the one that is painted
        self._shown: Screen | None = None
        self._choices: dict[str, Choice] = {}
        self._screen: dict[str, Any] = {}
        self._header: dict[str, Any] = {}
        self._bar: list[dict[str, Any]] = []
        self._look: dict[str, Any] = {}
        self._page = 0
        self._struck: tuple[float, float, float, int] | None = None
        self._heard = ""  # the choice that was come to last

    def serve(self, engine: Engine) -> None:
        """From now on, touches go to this engine."""
        self._engine = engine

    @property
    def shown(self) -> Screen | None:
        """The screen that is painted now."""
        return self._shown

    @property
    def drawing(self) -> Drawing | None:
        """The page that is looked at now: nothing else of the screen keeps it."""
        return self._shown.sheet.drawing if self._shown is not None and self._shown.sheet is not None else None

    def page_number(self) -> int:
        """Give how many pages were painted so far: another number, another page."""
        return self._page

    def dress(self, **look: str | float) -> None:
        """Paint with these colours and sizes (properties of `Theme.qml`); what is not named stays."""
        self._look |= look
        self.lookChanged.emit()

    def show(self, visit: Visit) -> None:
        """Paint a visit at this moment."""
        self.visit = visit
        self.paint(screen_for(visit, self._settings, self._now()))

    def paint(self, screen: Screen) -> None:
        """Paint a screen; nothing happens where it is the one already there."""
        before, self._shown = self._shown, screen
        if screen.ease != (before.ease if before is not None else Ease()):
            self.wear(screen.ease)
        if before is None or before.header != screen.header:
            self._header = to_map(screen.header)
            self.headerChanged.emit()
        if before is None or before.bar != screen.bar:
            self._bar = to_map(screen.bar)
            self.barChanged.emit()
        if before is not None and _same_page(before, screen):
            return
        if before is None or (before.template, before.title) != (screen.template, screen.title):
            self._page += 1
            self._heard = ""
        self._choices = {choice.id: choice for choice in screen.choices}
        self._screen = to_map(screen)
        self.screenChanged.emit()

    def tell(self, settings: Settings) -> None:
        """From now on, paint with these words of the town; colours and sizes stay as they were at the start."""
        self._settings = settings
        self.tick()

    def tick(self) -> None:
        """Paint the same visit at a later moment."""
        self.show(self.visit)

    @Slot(str, float, float)
    def touch(self, choice: str, x: float = -1e9, y: float = -1e9) -> None:
        """Post what a choice stands for; `x` and `y` in mm. One that is not, or no longer, on screen does nothing."""
        known = self._choices.get(choice)
        if known is not None and self.visit.voice.on and choice != self._heard:
            self.focused(choice)  # the first touch tells, the second acts
            return
        if self._engine is None or known is None or known.event is None or not known.enabled:
            return
        if self._is_second_strike(x, y):
            return
        self._struck = (self._monotonic(), x, y, self._page)
        event = known.event
        if isinstance(event, SpotTouched):
            if x < 0:  # no finger: a screen reader, which lands nowhere
                return
            event = structs.replace(event, touched=(x, y))
        self._engine.post(event)

    @Slot(str)
    def focused(self, choice: str) -> None:
        """Tell that a key came to a choice. A digit of the PIN pad is none."""
        known = self._choices.get(choice)
        if known is not None:
            self._heard = choice
            self.come_to(known)

    @Slot(int)
    def typeDigit(self, digit: int) -> None:  # noqa: N802 (Qt's way of naming)
        """Hand one PIN digit to the core; nothing here keeps it."""
        if self._engine is not None:
            self._engine.type_digit(digit)

    def _is_second_strike(self, x: float, y: float) -> bool:
        if self._struck is None:
            return False
        when, was_x, was_y, page = self._struck
        soon = self._monotonic() - when < self._settings.touch.again_on_next_page
        near = abs(x - was_x) < _DOUBLE_STRIKE_MM and abs(y - was_y) < _DOUBLE_STRIKE_MM and x >= 0
        return soon and near and page != self._page

    def _get_screen(self) -> dict[str, Any]:
        return self._screen

    def _get_header(self) -> dict[str, Any]:
        return self._header

    def _get_bar(self) -> list[dict[str, Any]]:
        return self._bar

    def _get_look(self) -> dict[str, Any]:
        return self._look

    screen = Property(dict, _get_screen, notify=screenChanged)
    header = Property(dict, _get_header, notify=headerChanged)
    bar = Property(list, _get_bar, notify=barChanged)
    look = Property(dict, _get_look, notify=lookChanged)


def _same_page(before: Screen, after: Screen) -> bool:
    """Whether two screens differ in nothing but the frame, which stays when pages change."""
    return all(getattr(before, name) == getattr(after, name) for name in Screen.__struct_fields__ if name not in _FRAME)


def to_map(part: Any) -> Any:  # noqa: ANN401 (a tree of plain data, from structs to maps)
    """Give a struct as plain maps and lists for QML. Events stay here: QML knows choices by their id alone."""
    if isinstance(part, Choice):
        plain = {name: to_map(getattr(part, name)) for name in part.__struct_fields__ if name != "event"}
        return plain | {"live": part.event is not None or not part.enabled}
    if isinstance(part, Drawing):
        return {"width": part.width, "height": part.height}
    if isinstance(part, Struct):
        return {name: to_map(getattr(part, name)) for name in part.__struct_fields__ if name not in _FRAME}
    if isinstance(part, tuple):
        return [to_map(one) for one in part]
    return part.value if isinstance(part, Enum) else part
