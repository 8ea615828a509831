"""What collecting from a compartment is made of: a thing behind a door, the states of its visit, what happens to it.

A file of its own, which `visit`, `touches`, `events` and `effects` take their part from. No behaviour: the rules stand
in `collecting`, and what is written down of a door in `door_book`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from msgspec import Struct

from hardware.devices import Private
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.bare import Bare

# A door that was shut too soon opens again; one that is opened this often is somebody's toy.
TIMES = 3


class Thing(Private, frozen=True):
    """What waits behind the door with the number `compartment`; it is had under `ticket`, by a claim."""

    ticket: UUID
    claim: UUID
    title: str
    compartment: int


class DoorEnding(Enum):
    """How it ended with a door, in the contract's words.

    Collected: it opened and was shut, and its thing is gone by the sensor's word or the resident's.
    """

    COLLECTED = "collected"
    NOTHING_TAKEN = "nothingTaken"
    FOUND_EMPTY = "foundEmpty"
    LEFT_OPEN = "leftOpen"
    NOT_OPENED = "notOpened"
    UNKNOWN = "unknown"


# --- states --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Collecting:
    """The back end is asked for it. The door opens once that said yes and the card is out; `rest` comes after it.

    `times` counts the openings: once there was one, only the card is waited for.
    """

    thing: Thing
    rest: tuple[Thing, ...] = ()
    granted: bool = False
    reminders: int = 0
    times: int = 1


@dataclass(frozen=True, repr=False)
class DoorOpening:
    """The lock is given its pulse: nothing says yet that the door is open. `times` counts the openings."""

    thing: Thing
    rest: tuple[Thing, ...] = ()
    times: int = 1


@dataclass(frozen=True, repr=False)
class DoorOpen:
    """The lock says open: take it out, and shut the door."""

    thing: Thing
    rest: tuple[Thing, ...] = ()
    times: int = 1
    reminders: int = 0


@dataclass(frozen=True, repr=False)
class AskTaken:
    """The door is shut, and no sensor says that its thing is gone: the resident is asked."""

    thing: Thing
    rest: tuple[Thing, ...] = ()
    times: int = 1
    sensed: ThingWord = ThingWord.UNKNOWN


@dataclass(frozen=True, repr=False)
class NextDoor:
    """One door is done with, well or not (`fault`), and something else waits."""

    rest: tuple[Thing, ...]
    fault: FaultCode | None = None


AtDoor = Collecting | DoorOpening | DoorOpen | AskTaken | NextDoor

# --- events --------------------------------------------------------------------------------------------------------


class Took(Bare):
    """The resident says that they have it."""


class FoundNothing(Bare):
    """The resident says that there was nothing behind the door."""


class DoorAsked(Bare):
    """The resident wants a door opened: the same one again, or the next."""


class DoorGranted(Struct, frozen=True):
    """The back end says that this kiosk may open the door of that ticket, once."""

    visit: int
    ticket: UUID


class DoorOpened(Struct, frozen=True):
    """The lock says open."""

    visit: int
    ticket: UUID


class DoorFailed(Struct, frozen=True):
    """The door did not open, or nobody knows."""

    visit: int
    ticket: UUID
    fault: FaultCode


class DoorShut(Struct, frozen=True):
    """The lock says closed again, and what is behind it by what the sensor said before and after."""

    visit: int
    ticket: UUID
    thing: ThingWord


DoorTouch = Took | FoundNothing | DoorAsked
DoorAnswer = DoorGranted | DoorOpened | DoorFailed | DoorShut

# --- wishes --------------------------------------------------------------------------------------------------------


class Collect(Private, frozen=True):
    """Ask the back end whether this kiosk may open the door of a thing now."""

    visit: int
    thing: Thing


class OpenDoor(Struct, frozen=True):
    """Open a door, and watch it until it is shut."""

    visit: int
    ticket: UUID
    compartment: int


class SettleDoor(Struct, frozen=True):
    """The visit is done with a door: by the resident's word, or (None) by whatever lock and sensor say."""

    visit: int
    ticket: UUID
    ending: DoorEnding | None
    fault: FaultCode | None = None


DoorWish = Collect | OpenDoor | SettleDoor
