"""A page as it will be on paper, to be looked at: pixels in memory, never in a file."""

from __future__ import annotations

from hardware.devices import Private


class Drawing(Private, frozen=True):
    """A page in pixels; four bytes each: blue, green, red, and one that says nothing."""

    width: int
    height: int
    pixels: bytes
