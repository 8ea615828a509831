"""Long lists in pages, for nothing scrolls here: what stands on a page, how much there is, and the way to the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from kiosk_app.touches import PageTurned
from ui.screen import Choice
from ui.screens.scene import Scene

Row = TypeVar("Row")

# Rows a page: what fits without scrolling, upright, on its side, and there with a button; one fewer with a QR code
# below, or where the way to
# other pages stands above a button.
_ROOM = (5, 3, 2)
_ROOM_LOW = 3  # upright, where all that is touched stands within 280 mm of the lower edge
_ROOM_IN_LARGE = (3, 2, 1)


class Page(Struct, Generic[Row], frozen=True):
    """One page of a list. `hint` and `turns` are empty where one page holds it all."""

    rows: tuple[Row, ...]
    hint: str
    turns: tuple[Choice, ...]


def page_of(scene: Scene, rows: Sequence[Row], page: int, *, button: bool, qr: bool = False) -> Page[Row]:
    """Give a page of a list, the nearest there is; `button`: a button stands below it; `qr`: so does a QR code."""
    panel = scene.settings.screen
    ease = scene.visit.ease
    upright, on_its_side, with_a_button = _ROOM_IN_LARGE if ease.large else _ROOM
    if ease.low:
        upright = min(upright, _ROOM_LOW)
    if button and len(rows) > on_its_side:
        on_its_side = with_a_button
    room = upright - qr if panel.height_mm > panel.width_mm else on_its_side
    last_page = max(len(rows) - 1, 0) // room
    page = min(max(page, 0), last_page)
    shown = tuple(rows[page * room : (page + 1) * room])
    if not last_page:
        return Page(shown, "", ())
    return Page(shown, _range(scene, page * room + 1, len(shown), len(rows)), _turns(scene, page, last_page))


def _range(scene: Scene, first: int, shown: int, total: int) -> str:
    if shown == 1:
        return scene.say("{first} van {total}", first=first, total=total)
    return scene.say("{first} tot {last} van {total}", first=first, last=first + shown - 1, total=total)


def _turns(scene: Scene, page: int, last_page: int) -> tuple[Choice, ...]:
    earlier = Choice("pageBefore", scene.say("Vorige"), PageTurned(page - 1))
    later = Choice("pageAfter", scene.say("Meer"), PageTurned(page + 1))
    return (*((earlier,) if page > 0 else ()), *((later,) if page < last_page else ()))
