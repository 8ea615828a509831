"""The facts that move maintenance at the compartments: what staff touched, what doors and town answered."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.maintenance.compartments import Deed, Disagreement, Found, How, Shelf


class DeedAsked(Struct, frozen=True):
    """One of the ways from the first page was touched."""

    deed: Deed


class ShelvesAsked(Bare):
    """The town is to be asked once more."""


class ThingChosen(Struct, frozen=True):
    """Something in a list was touched."""

    reference: str


class PlaceChosen(Struct, frozen=True):
    """A compartment in a list was touched."""

    number: int


class LowAsked(Bare):
    """One within reach from a wheelchair is wanted."""


class OtherAsked(Bare):
    """Another compartment is wanted."""


class OpenTouched(Bare):
    """The door is to open: the first time, or once more."""


class FoundSaid(Struct, frozen=True):
    """Who looked says what lies there; None: it does not lie where it should (put in), or something else does."""

    found: Found | None


class StockTaken(Bare):
    """The stock-taking is done."""


ShelfTouch = (
    DeedAsked | ShelvesAsked | ThingChosen | PlaceChosen | LowAsked | OtherAsked | OpenTouched | FoundSaid | StockTaken
)


class ShelfTold(Struct, frozen=True):
    """What may be put in, and what lies where."""

    shelf: Shelf


class ShelfUnknown(Struct, frozen=True):
    """The town could not say."""

    fault: FaultCode


class SecondProved(Struct, frozen=True):
    """The other card is one of staff that may do this."""

    staff: str


class SecondRefused(Bare):
    """It is not."""


class StaffDoorOpened(Struct, frozen=True):
    """The lock says open."""

    act: UUID


class StaffDoorFailed(Struct, frozen=True):
    """The door did not open, or nobody knows."""

    act: UUID
    fault: FaultCode


class StaffDoorShut(Struct, frozen=True):
    """The lock says closed again; what the sensor said before the door opened, and what it says now."""

    act: UUID
    before: ThingWord
    after: ThingWord


class ActTold(Struct, frozen=True):
    """How the town took it."""

    act: UUID
    how: How
    problem: str = ""
    disagreements: tuple[Disagreement, ...] = ()


ShelfAnswer = (
    ShelfTold
    | ShelfUnknown
    | SecondProved
    | SecondRefused
    | StaffDoorOpened
    | StaffDoorFailed
    | StaffDoorShut
    | ActTold
)
