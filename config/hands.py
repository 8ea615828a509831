"""Touches and keys: which of them a hand meant, and what is only trembling, a palm or water. In seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from config.section import Section


class Touch(Section, frozen=True, kw_only=True):
    """What counts as a touch of the screen: one fingertip, put down and lifted at the same place."""

    # A quick tap lasts 0.05 s; water, and what a panel sees where nothing is, one or two looks of 0.008 s.
    shortest: Annotated[float, Meta(ge=0, le=1, description="A touch that is over sooner does nothing.")] = 0.02
    # EN 301 549 §5.8: up to half a second at least. By default long enough for a contact that bounces, and short enough
    # for two equal digits in a row.
    again: Annotated[float, Meta(ge=0, le=2, description="The same spot counts again only after this.")] = 0.05
    again_on_next_page: Annotated[
        float, Meta(ge=0, le=2, description="The same where the page has changed under the finger.")
    ] = 0.5
    # A thumb laid flat is 20 mm wide; the heel of a hand 40 mm.
    widest_mm: Annotated[float, Meta(ge=15, le=100, description="What is wider is no fingertip.")] = 30
    dark_after: (
        Annotated[
            float,
            Meta(ge=10, description="When the panel goes dark by itself: the touch that lights it presses nothing."),
        ]
        | None
    ) = None


class Keypad(Section, frozen=True, kw_only=True):
    """Numeric keys with a marked 5, beside the screen."""

    device: Annotated[Path, Meta(description="Its evdev device, e.g. /dev/input/by-id/usb-…-event-kbd.")]
    again: Annotated[float, Meta(ge=0, le=2, description="The same key counts again only after this.")] = 0.05
    # EN 301 549 §5.7: no repeat, or one that can be put off for two seconds and slowed down to one in two.
    repeat_after: (
        Annotated[
            float,
            Meta(ge=0.5, le=5, description="Held so long, a key that leads on, erases or turns the volume repeats."),
        ]
        | None
    ) = None
    repeat_every: Annotated[float, Meta(ge=0.2, le=5, description="How often, then.")] = 1
