"""How a resident asked to see the screen, for as long as they are there."""

from __future__ import annotations

from msgspec import Struct


class Ease(Struct, frozen=True):
    """Large letters, high contrast, everything within reach of who sits: each on or off."""

    large: bool = False
    contrast: bool = False
    low: bool = False
