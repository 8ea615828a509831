"""Says which touches of the glass are meant: one fingertip at a time, put down and lifted by somebody who saw the page.

Palms, ten fingers, water and hands that tremble touch it too, and must press nothing. No Qt, and no clock but one: when
each touch happened comes with it, for a busy kiosk hears of several at once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from config.hands import Touch

# The fingers of one hand, or a palm, come down within a tenth of a second; two taps of one finger never do.
_TOGETHER = 0.08
# Nobody touches more often in a second: what does is rain on the glass, or a panel that sees what is not there. It is
# over once the glass was left alone for a moment.
_STORM, _STORM_SECONDS, _CALM = 10, 1.0, 0.4
# Whoever presses so slowly is alone there; where another finger comes, this one was forgotten, or its end was.
_FORGOTTEN = 5.0
# A hand that trembles strikes the same spot: half a target.
_SPOT_MM = 10.0


class Deed(Enum):
    """What becomes of what a finger did."""

    PRESS = "press"
    RELEASE = "release"
    LET_GO = "let go"  # what was pressed is released, and nothing comes of it
    NOTHING = "nothing"


class Finger(Struct, frozen=True):
    """A point on the glass: which, where and how wide in millimetres, and when in seconds of the panel's own clock."""

    number: int
    x: float
    y: float
    wide: float
    when: float


class Fingers:
    """Judges each finger that comes down and goes up. `page` gives the number of the page that stands there."""

    def __init__(self, touch: Touch, page: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._touch, self._page, self._monotonic = touch, page, monotonic
        self._acts: Finger | None = None  # the one that presses now
        self._saw = 0  # the page it was put down on
        self._tapped: Finger | None = None  # the latest that was lifted, and counted
        self._presses: deque[float] = deque(maxlen=_STORM)
        self._lit = monotonic()  # when the panel was touched last

    @property
    def acts(self) -> int | None:
        """The finger that presses something now."""
        return self._acts.number if self._acts is not None else None

    def down(self, finger: Finger) -> Deed:
        """Judge a finger that came down."""
        dark, alone, storms = self._was_dark(), self._is_alone(finger.when), self._storms(finger.when)
        self._presses.append(finger.when)
        if self._lies_there(finger):
            if alone:  # a second hand, while the first one presses: it has to wait
                return Deed.NOTHING
            self._acts = None
            return Deed.LET_GO
        if dark or not alone or storms or finger.wide > self._touch.widest_mm or self._again(finger):
            return Deed.NOTHING
        self._acts, self._saw = finger, self._page()
        return Deed.PRESS

    def moved(self, finger: Finger) -> Deed:
        """Judge a finger that was put down: a palm grows while it is laid down."""
        if finger.number != self.acts or finger.wide <= self._touch.widest_mm:
            return Deed.NOTHING
        self._acts = None
        return Deed.LET_GO

    def up(self, finger: Finger) -> Deed:
        """Judge a finger that was lifted."""
        acts = self._acts
        if acts is None or finger.number != acts.number:
            return Deed.NOTHING
        self._acts = None
        if finger.when - acts.when < self._touch.shortest or self._page() != self._saw:
            return Deed.LET_GO
        self._tapped = finger
        return Deed.RELEASE

    def gone(self) -> Deed:
        """Take it that the panel lost sight of every finger."""
        deed = Deed.LET_GO if self._acts is not None else Deed.NOTHING
        self._acts = None
        return deed

    def _was_dark(self) -> bool:
        """Whether the panel had gone dark: it was the glass that was touched, and not what stood behind it."""
        since, self._lit = self._lit, self._monotonic()
        after = self._touch.dark_after
        return after is not None and self._lit - since >= after

    def _lies_there(self, other: Finger) -> bool:
        """Whether the finger that presses is still there when another one comes."""
        acts = self._acts
        return acts is not None and acts.number != other.number and 0 <= other.when - acts.when < _FORGOTTEN

    def _is_alone(self, when: float) -> bool:
        return not self._presses or not 0 <= when - self._presses[-1] < _TOGETHER

    def _storms(self, when: float) -> bool:
        if len(self._presses) < _STORM:
            return False
        first, last = self._presses[0], self._presses[-1]
        return 0 <= last - first < _STORM_SECONDS and 0 <= when - last < _CALM

    def _again(self, finger: Finger) -> bool:
        """Whether it is the finger of just now, that trembled."""
        before = self._tapped
        if before is None or not 0 <= finger.when - before.when < self._touch.again:
            return False
        return abs(finger.x - before.x) < _SPOT_MM and abs(finger.y - before.y) < _SPOT_MM
