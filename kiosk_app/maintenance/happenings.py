"""The facts that move maintenance: what staff touched, what was answered, what became of the card."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.maintenance.door_happenings import ActTold as ActTold
from kiosk_app.maintenance.door_happenings import DeedAsked as DeedAsked
from kiosk_app.maintenance.door_happenings import FoundSaid as FoundSaid
from kiosk_app.maintenance.door_happenings import LowAsked as LowAsked
from kiosk_app.maintenance.door_happenings import OpenTouched as OpenTouched
from kiosk_app.maintenance.door_happenings import OtherAsked as OtherAsked
from kiosk_app.maintenance.door_happenings import PlaceChosen as PlaceChosen
from kiosk_app.maintenance.door_happenings import SecondProved as SecondProved
from kiosk_app.maintenance.door_happenings import SecondRefused as SecondRefused
from kiosk_app.maintenance.door_happenings import ShelfAnswer as ShelfAnswer
from kiosk_app.maintenance.door_happenings import ShelfTold as ShelfTold
from kiosk_app.maintenance.door_happenings import ShelfTouch as ShelfTouch
from kiosk_app.maintenance.door_happenings import ShelfUnknown as ShelfUnknown
from kiosk_app.maintenance.door_happenings import ShelvesAsked as ShelvesAsked
from kiosk_app.maintenance.door_happenings import StaffDoorFailed as StaffDoorFailed
from kiosk_app.maintenance.door_happenings import StaffDoorOpened as StaffDoorOpened
from kiosk_app.maintenance.door_happenings import StaffDoorShut as StaffDoorShut
from kiosk_app.maintenance.door_happenings import StockTaken as StockTaken
from kiosk_app.maintenance.door_happenings import ThingChosen as ThingChosen
from kiosk_app.maintenance.errands import CodeDone, ErrandEnded, FleetAsked, SignGiven
from kiosk_app.maintenance.printers import FoundPrinter
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


class WentOn(Bare):
    """The screen was touched to go on to what comes next."""


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


class ReplaceAsked(Bare):
    """Another printer is to take the place of this one."""


class PrinterAsked(Struct, frozen=True):
    """One that was found is to be tried, by its address."""

    device: str


class UseAsked(Bare):
    """The one that was tried is to be used from now on."""


class OldPrinterAsked(Bare):
    """The one that the settings name is to be used again."""


class OpenAsked(Bare):
    """The kiosk is to serve residents again."""


class RestartAsked(Bare):
    """The kiosk's program is to begin anew."""


class RebootAsked(Bare):
    """The machine is to begin anew."""


WorkTouch = (
    CodeTyped
    | RoomAsked
    | ProblemAsked
    | BackAsked
    | TestAsked
    | TestAnswered
    | WentOn
    | ReportAsked
    | ReportCodeAsked
    | OnlyAsked
    | Filled
    | ReasonAsked
    | CloseAsked
    | ReplaceAsked
    | PrinterAsked
    | UseAsked
    | OldPrinterAsked
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


class PrintersFound(Struct, frozen=True):
    """Which printers answer here; `chosen`: the one in use is not the settings' own."""

    found: tuple[FoundPrinter, ...]
    chosen: bool


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
    | PrintersFound
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


class Landed(Struct, frozen=True):
    """A finger landed so many millimetres beside the cross."""

    off: float


class CardCame(Bare):
    """A card was put in."""


class CardGone(Bare):
    """The card was taken out, or its reader is lost."""


class TimeOver(Bare):
    """The clock of this page ran out."""


Signs = Typed | OneErased | AllErased | SignGiven | CodeDone | Turned | Scanned
Happening = WorkTouch | WorkAnswer | Signs | Landed | CardCame | CardGone | TimeOver
