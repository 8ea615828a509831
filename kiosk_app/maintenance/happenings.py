"""The facts that move maintenance: what staff touched, what was answered, what became of the card."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.maintenance.compartments import Deed, Disagreement, Found, How, Shelf
from kiosk_app.maintenance.errands import CodeDone, ErrandEnded, FleetAsked, SignGiven
from kiosk_app.maintenance.work import Closing, Factor, Only, Refusal, Room, Row, Subject, TestResult, Told
from kiosk_app.parts import Part

# --- touches ---------------------------------------------------------------------------------------------------------


class CodeTyped(Bare):
    """The code is whole."""


class RoomAsked(Struct, frozen=True):
    """One of the ways from the first page was touched."""

    room: Room


class ProblemAsked(Struct, frozen=True):
    """A problem was touched."""

    part: Part
    code: FaultCode


class BackAsked(Bare):
    """Back to the page before."""


class TestAsked(Struct, frozen=True):
    """Something is to be tried out."""

    __test__ = False

    subject: Subject


class TestAnswered(Struct, frozen=True):
    """What a test asked was answered."""

    __test__ = False

    yes: bool


class ReportAsked(Bare):
    """The report is to be printed."""


class ReportCodeAsked(Bare):
    """The report is to be shown as a code."""


class OnlyAsked(Struct, frozen=True):
    """Only some rows of the history are to be shown."""

    only: Only


class ReasonAsked(Struct, frozen=True):
    """The kiosk is to be out of service, for this reason."""

    closing: Closing


class Filled(Struct, frozen=True):
    """The button "Ik heb bijgevuld" was touched."""

    part: Part


class CloseAsked(Struct, frozen=True):
    """The kiosk is to be out of service, for so many hours."""

    closing: Closing
    hours: int


class OpenAsked(Bare):
    """The kiosk is to serve residents again."""


class RestartAsked(Bare):
    """The kiosk's program is to begin anew."""


class RebootAsked(Bare):
    """The machine is to begin anew."""


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


WorkTouch = (
    CodeTyped
    | RoomAsked
    | ProblemAsked
    | BackAsked
    | TestAsked
    | TestAnswered
    | ReportAsked
    | ReportCodeAsked
    | OnlyAsked
    | Filled
    | ReasonAsked
    | CloseAsked
    | OpenAsked
    | RestartAsked
    | RebootAsked
    | FleetAsked
    | ShelfTouch
)

# --- answers ---------------------------------------------------------------------------------------------------------


class Known(Struct, frozen=True):
    """This card may come in, with a code of this kind."""

    factor: Factor


class LetIn(Bare):
    """Card and code are both good."""


class NotLetIn(Struct, frozen=True):
    """Not in. `until`: when it may be tried again."""

    refusal: Refusal
    until: datetime | None = None


class AllTold(Struct, frozen=True):
    """How everything does changed."""

    told: Told


class ResultsTold(Struct, frozen=True):
    """How the last test of each thing ended."""

    results: tuple[TestResult, ...]


class TestSaid(Struct, frozen=True):
    """A test says what it sees."""

    __test__ = False

    line: str


class TestAsks(Struct, frozen=True):
    """A test asks something of who stands there."""

    __test__ = False

    question: str


class TestEnded(Struct, frozen=True):
    """A test has ended."""

    __test__ = False

    well: bool


class ReportEnded(Struct, frozen=True):
    """The report is out, by the printer's own word, or it is not."""

    printed: bool


class ReportCodeMade(Struct, frozen=True):
    """The report, in few words."""

    text: str


class SuppliesTold(Struct, frozen=True):
    """What is left, how long that lasts, and what was used."""

    lines: tuple[str, ...]


class ServiceTold(Struct, frozen=True):
    """Whether the kiosk is out of service, and until when."""

    closing: Closing | None
    until: datetime | None


class RestartFailed(Bare):
    """Nobody lets this kiosk begin anew by itself."""


class HistoryRead(Struct, frozen=True):
    """What happened of late, newest first, and whether the chain holds."""

    rows: tuple[Row, ...]
    broken_at: int | None


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


WorkAnswer = (
    Known
    | LetIn
    | NotLetIn
    | AllTold
    | ResultsTold
    | TestSaid
    | TestAsks
    | TestEnded
    | ReportEnded
    | ReportCodeMade
    | SuppliesTold
    | ServiceTold
    | RestartFailed
    | HistoryRead
    | ErrandEnded
    | ShelfAnswer
)

# --- what every page has in common -----------------------------------------------------------------------------------


class Typed(Bare):
    """One more digit is in the buffer."""


class OneErased(Bare):
    """The last digit was erased."""


class AllErased(Bare):
    """Every digit was erased."""


class Turned(Struct, frozen=True):
    """Another page of a list was asked for."""

    page: int


class Scanned(Struct, frozen=True):
    """A code was held before the scanner: what stands on a thing, or "" for anything else."""

    reference: str


class CardCame(Bare):
    """A card was put in."""


class CardGone(Bare):
    """The card was taken out, or its reader is lost."""


class TimeOver(Bare):
    """The clock of this page ran out."""


Signs = Typed | OneErased | AllErased | SignGiven | CodeDone | Turned | Scanned
Happening = WorkTouch | WorkAnswer | Signs | CardCame | CardGone | TimeOver
