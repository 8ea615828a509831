"""What a resident can report that does not work: types alone. Which kiosk and which screen, and no person."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from kiosk_app.bare import Bare


class About(Enum):
    """What can be pointed at, in the words of the contract (`DefectSubject`)."""

    CARD = "card"
    PAPER = "paper"
    COMPARTMENT = "compartment"
    MACHINE = "machine"
    SCREEN = "screen"
    OTHER = "other"


class DefectAsked(Bare):
    """The button "Meld een probleem" was touched."""


class DefectNamed(Struct, frozen=True):
    """What does not work was touched."""

    about: About


class KeepDefect(Struct, frozen=True):
    """Write down that something does not work; `screen` is the state of the visit in which that was said."""

    visit: int
    about: About
    screen: str


class DefectKept(Struct, frozen=True):
    """The report is on disk; or it is not, where `lost`."""

    visit: int
    lost: bool = False
