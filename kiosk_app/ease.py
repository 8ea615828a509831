"""How a resident asked to see and hear the screen, for as long as they are there."""

from __future__ import annotations

from msgspec import Struct

# Of four steps (hardware.sound): what a town's amplifier is set to 65 dBA at [EN 301 549, 5.1.3.13].
USUAL_VOLUME = 1


class Ease(Struct, frozen=True):
    """Large letters, high contrast, everything within reach of who sits: each on or off."""

    large: bool = False
    contrast: bool = False
    low: bool = False


class Voice(Struct, frozen=True):
    """Whether the screen is read aloud, and how loud. `headset`: one is in its socket, so that nobody else hears it."""

    on: bool = False
    headset: bool = False
    volume: int = USUAL_VOLUME

    @property
    def at_rest(self) -> Voice:
        """As the next resident finds it: a headset that stayed is still there."""
        return Voice(headset=self.headset)
