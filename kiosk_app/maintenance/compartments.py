"""Compartments in the hands of staff: what lies where, what a door is opened for, and the pages of it.

A file of its own, which `work` takes its part from. No behaviour: the rules stand in `storing`, and what is written
down of it in `kiosk_app.staff_book`.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from msgspec import Struct

from config.settings import CompartmentSize
from hardware.doors import ThingWord
from hardware.faults import FaultCode

# A door that was shut too soon opens again; one that is opened this often is somebody's toy.
TIMES = 3
# Why an act is told to nobody: the kiosk could not write it down.
NOT_WRITTEN = "notWritten"


class Deed(Enum):
    """What a door is opened for: to put something in, to take it out for the counter, or to see what lies there."""

    PUT_IN = "putIn"
    TAKE_BACK = "takeBack"
    CHECK = "check"


class Found(Enum):
    """What lay behind a door, in the contract's words."""

    THING = "thing"
    EMPTY = "empty"


class Expected(Struct, frozen=True):
    """What the counter registered, and may be put behind a door here; `reference` stands on it, and opens nothing."""

    reference: str
    title: str
    size: CompartmentSize
    four_eyes: bool


class Lying(Struct, frozen=True):
    """What lies behind a door, as far as the town knows; `overdue`: it is to be taken out."""

    deposit: UUID
    reference: str
    title: str
    four_eyes: bool
    overdue: bool


class Place(Struct, frozen=True):
    """A compartment. `works`: its board answers. `unsure`: a sensor, or the last one who was there, says not empty."""

    number: int
    size: CompartmentSize
    low: bool
    lying: Lying | None = None
    works: bool = True
    unsure: bool = False


class Shelf(Struct, frozen=True):
    """What may be put in and what lies where, as it was told last; `seed` names what is done next, once."""

    seed: UUID
    expected: tuple[Expected, ...] = ()
    places: tuple[Place, ...] = ()


class Act(Struct, frozen=True):
    """One door that staff opens, and for what. Its `id` is told to the town, which takes it once.

    `about`: the deposit that is taken out, or the stock-taking that this look belongs to. `staff`: the cards.
    """

    id: UUID
    deed: Deed
    compartment: int
    staff: tuple[str, ...]
    about: UUID | None = None
    reference: str = ""
    title: str = ""


class Errand(Struct, frozen=True):
    """What somebody is about to do: put in (`thing`), take out or look at (`place`)."""

    deed: Deed
    thing: Expected | None = None
    place: Place | None = None

    @property
    def title(self) -> str:
        """What it is about."""
        lying = self.place.lying if self.place is not None else None
        return self.thing.title if self.thing is not None else lying.title if lying is not None else ""

    @property
    def reference(self) -> str:
        """What stands on it."""
        lying = self.place.lying if self.place is not None else None
        return self.thing.reference if self.thing is not None else lying.reference if lying is not None else ""

    @property
    def four_eyes(self) -> bool:
        """Whether two cards are needed to reach it."""
        lying = self.place.lying if self.place is not None else None
        return self.thing.four_eyes if self.thing is not None else lying is not None and lying.four_eyes


class How(Enum):
    """How it ended with a door."""

    TOLD = "told"  # the town knows
    WAITS = "waits"  # the town hears it later
    REFUSED = "refused"  # the town does not take it
    NOT_OPENED = "notOpened"  # the door did not open, or nobody knows


class Disagreement(Struct, frozen=True):
    """Where something else was found than the town knew; `reference` of the thing that should lie there."""

    compartment: int
    reference: str = ""


class Round(Struct, frozen=True):
    """What somebody at the compartments has in hand: what was told, the other card, and what was found behind doors.

    `avoid`: compartments that something cannot be put into. `doors`: how many were asked for.
    """

    shelf: Shelf | None = None
    second: str = ""
    found: tuple[tuple[int, Found], ...] = ()
    avoid: tuple[int, ...] = ()
    doors: int = 0


# --- pages -----------------------------------------------------------------------------------------------------------


class Shelves(Struct, frozen=True):
    """The first page: what can be done. The town is asked for what lies where, unless it could not say (`fault`)."""

    fault: FaultCode | None = None


class PuttingIn(Struct, frozen=True):
    """What may be put in: chosen, or held before the scanner. `unknown`: what was scanned is not expected.

    `scanned` is looked for once more in a list that is asked for now.
    """

    page: int = 0
    unknown: bool = False
    scanned: str = ""


class TakingBack(Struct, frozen=True):
    """What is to be taken out."""

    page: int = 0


class Checking(Struct, frozen=True):
    """Every compartment, to be looked into one by one."""

    page: int = 0


class SecondCard(Struct, frozen=True):
    """Somebody else shows a card, and nothing else can be reached. `proving`: one is in, and proves itself.

    `refused`: the last one was no other card of staff.
    """

    errand: Errand
    proving: bool = False
    refused: bool = False


class Proposal(Struct, frozen=True):
    """Which door is to be opened. `low`: within reach from a wheelchair."""

    errand: Errand
    act: Act
    low: bool = False


class NoPlace(Struct, frozen=True):
    """No compartment is free in which it fits."""

    errand: Errand


class DoorMoves(Struct, frozen=True):
    """The lock gets its pulse. `gone`: the card is out. `times` counts the openings."""

    errand: Errand
    act: Act
    times: int = 1
    gone: bool = False


class DoorStands(Struct, frozen=True):
    """The door is open."""

    errand: Errand
    act: Act
    times: int = 1
    gone: bool = False
    reminders: int = 0


class AskFound(Struct, frozen=True):
    """The door is shut, and who stands there says what lies behind it; `sensed` is what the sensor says."""

    errand: Errand
    act: Act
    times: int
    sensed: ThingWord


class TellingTown(Struct, frozen=True):
    """It is written down, and told to the town: a deed, or a whole stock-taking (no `errand`)."""

    act: UUID
    errand: Errand | None = None
    compartment: int = 0


class ActEnded(Struct, frozen=True):
    """How it ended: with a door (`errand`), or with a stock-taking."""

    how: How
    errand: Errand | None = None
    compartment: int = 0
    fault: FaultCode | None = None
    problem: str = ""
    disagreements: tuple[Disagreement, ...] = ()
    page: int = 0


ShelfPage = (
    Shelves
    | PuttingIn
    | TakingBack
    | Checking
    | SecondCard
    | Proposal
    | NoPlace
    | DoorMoves
    | DoorStands
    | AskFound
    | TellingTown
    | ActEnded
)
