"""What a wall of compartments promises: `LockerBank`, and the plain data that crosses it.

A pulse sent is not a door opened, and a door opened is not a thing taken: what the lock says of its door and what the
sensor says of the thing behind it are two words, and each may be unknown without the other.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from msgspec import Struct

from hardware.devices import Status


class Door(Struct, frozen=True):
    """Where a door hangs: the address of its board on the bus, and the number of its lock on that board, from 0."""

    board: int
    lock: int


class DoorWord(Enum):
    """What the lock says of its door."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class ThingWord(Enum):
    """What the sensor says of the thing behind a door. No decision of a driver rests on it."""

    THERE = "there"
    NONE = "none"
    UNKNOWN = "unknown"


class Look(Struct, frozen=True):
    """What is known of one compartment now."""

    door: DoorWord = DoorWord.UNKNOWN
    thing: ThingWord = ThingWord.UNKNOWN


class Opening(Enum):
    """How an opening ended. WAS_OPEN: the lock said open before it got its pulse, so its word now proves nothing."""

    OPENED = "opened"
    WAS_OPEN = "wasOpen"


class LockerBank(Protocol):
    """Every compartment of a kiosk. Opens one door at a time, and has no way to open more.

    Calls may come from any thread; they wait for each other. `close` ends one that is under way.
    """

    def open(self, door: Door) -> Opening:
        """Unlock a door and return once its lock says that it is open; one that stays closed gets a second pulse.

        Raises LOCKERS_LOST and LOCKER_ADDRESS: nothing was unlocked. DOOR_STUCK: the lock says closed after both
        pulses. DOOR_UNKNOWN: a pulse was sent, and no lock says what became of it.
        """

    def look(self) -> dict[Door, Look]:
        """Say what is known of each compartment now. Never raises: of a board that is silent all is unknown."""

    def status(self) -> Status:
        """DEGRADED where some boards are silent, DOWN where all are."""

    def close(self) -> None:
        """Let go of the bus."""
