"""The pages of the test of the screen: five colours for dead pixels, then crosses to touch. No behaviour."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

# Where the crosses stand, as parts of the width and of the height: near each edge, where panels err most, and between.
NEAR, MIDDLE, FAR = 0.1, 0.5, 0.9
CROSSES = tuple((across, down) for down in (NEAR, MIDDLE, FAR) for across in (NEAR, MIDDLE, FAR))


class Tint(Enum):
    """A colour that fills the screen: a dead pixel shows on one of them."""

    WHITE = "white"
    BLACK = "black"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class GlassTold(Struct, frozen=True):
    """What is about to come, before the whole screen is one colour."""


class Tinted(Struct, frozen=True):
    """The whole screen is one colour."""

    tint: Tint


class AskSeen(Struct, frozen=True):
    """Whether a point had another colour is asked."""


class Aiming(Struct, frozen=True):
    """A cross stands there to be touched; `off` has how far each touch before it landed beside its own, in mm.

    `whole`: nobody saw a point of another colour. `strays`: touches that were too far off to be meant for this cross.
    """

    whole: bool
    off: tuple[float, ...] = ()
    strays: int = 0


GlassPage = GlassTold | Tinted | AskSeen | Aiming
