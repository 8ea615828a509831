"""What looking at a document before it is printed is made of: the picture, the touches, the answer.

The pages of all documents of a visit are counted through, from 0: `page` is a place in that row.
"""

from __future__ import annotations

from msgspec import Struct

from hardware.devices import Private
from kiosk_app.bare import Bare
from printing.drawing import Drawing as Drawing


class LookAsked(Bare):
    """The button "Bekijk" was touched."""


class SheetTouched(Bare):
    """The page itself was touched: it comes out of the blur, or goes back into it."""


class SheetTurned(Struct, frozen=True):
    """Another page was asked for, or its lower half where a panel on its side shows half a page."""

    page: int
    lower: bool = False


class LookedEnough(Bare):
    """The resident is done looking."""


class PageDrawn(Private, frozen=True):
    """A page was drawn; None where it cannot be."""

    visit: int
    page: int
    drawing: Drawing | None
