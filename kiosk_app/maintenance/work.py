"""What maintenance is: who works here, on which page, and how everything does. No behaviour."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from config.settings import StaffRole as StaffRole
from hardware.devices import Health
from hardware.faults import FaultCode
from kiosk_app.maintenance.compartments import (
    AskFound,
    DoorMoves,
    DoorStands,
    Round,
    SecondCard,
    ShelfPage,
    TellingTown,
)
from kiosk_app.maintenance.errands import FleetPage
from kiosk_app.parts import Part

# Both kinds of code have as many digits: a PIN of staff is made so, an app shows so many (RFC 6238).
CODE_DIGITS = 6


class Factor(Enum):
    """What a card of staff is followed by."""

    PIN = "pin"
    TOTP = "totp"


class Refusal(Enum):
    """Why somebody with a card does not come in."""

    WRONG = "wrong"  # the code is wrong
    USED = "used"  # it was used already, or is older than one that was
    WAIT = "wait"  # too many wrong codes: not before a moment
    BLOCKED = "blocked"  # far too many: not before the settings give another code
    ENDED = "ended"  # the right has ended
    NO_CODE = "noCode"  # no code was ever given to this card, or its secret cannot be read
    OTHER_CARD = "otherCard"  # the card that was known is not the card that is in now


class Room(Enum):
    """Where the first page leads."""

    LOCKERS = "lockers"
    PROBLEMS = "problems"
    PARTS = "parts"
    TESTS = "tests"
    SUPPLIES = "supplies"
    CLEANING = "cleaning"
    SERVICE = "service"
    HISTORY = "history"
    FLEET = "fleet"


# Where each may go.
_ROOMS = {
    StaffRole.TECHNICIAN: tuple(Room),
    StaffRole.SITE_STAFF: (Room.LOCKERS, Room.PROBLEMS, Room.PARTS, Room.SUPPLIES, Room.CLEANING),
    StaffRole.DEPOSITOR: (Room.LOCKERS,),
}


class Trouble(Struct, frozen=True):
    """One thing that is wrong with a part now, and since when."""

    part: Part
    code: FaultCode
    health: Health
    since: datetime


class PartTold(Struct, frozen=True):
    """How a part does."""

    part: Part
    health: Health


class Told(Struct, frozen=True):
    """How everything does, as it was last told. `troubles`: worst first; `degrees` (°C) where the machine measures."""

    parts: tuple[PartTold, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    degrees: int | None = None


class Subject(Enum):
    """What can be tried out from the screen."""

    PRINTER = "printer"
    RECEIPT = "receipt"
    CARD_READER = "reader"
    LOCKERS = "locker"
    EACH_LOCK = "eachLock"
    SCANNER = "scanner"
    KEYPAD = "keypad"
    SPEECH = "speech"
    BACK_END = "backEnd"
    NETWORK = "network"
    WATCHDOG = "watchdog"


class TestResult(Struct, frozen=True):
    """How the last test of something ended."""

    __test__ = False  # pytest takes the name for a test's

    subject: Subject
    well: bool
    at: datetime


class Closing(Enum):
    """Why the kiosk is put out of service."""

    REPAIR = "repair"
    DELIVERY = "delivery"
    EVENT = "event"


class Only(Enum):
    """Which rows of the history are shown."""

    ALL = "all"
    FAULTS = "faults"  # in which something was wrong
    STAFF = "staff"  # of what somebody of staff did
    PAPER = "paper"  # of documents on their way to paper


class Row(Struct, frozen=True):
    """One row of the history, in the words of the audit trail."""

    number: int
    at: datetime
    what: str
    part: str = ""
    fault: str = ""
    staff: str = ""


# --- pages -----------------------------------------------------------------------------------------------------------


class Knocking(Struct, frozen=True):
    """The card is known; whether it may come in, and by which code, is looked up."""


class EnterCode(Struct, frozen=True):
    """The code is typed; only how many digits stands here. `refused`: what was said of the one before."""

    factor: Factor
    typed: int = 0
    refused: Refusal | None = None


class CheckingCode(Struct, frozen=True):
    """The code is looked at."""

    factor: Factor


class Refused(Struct, frozen=True):
    """Not in, and why. `until`: when it may be tried again."""

    refusal: Refusal
    until: datetime | None = None


class Menu(Struct, frozen=True):
    """The first page."""

    page: int = 0


class Problems(Struct, frozen=True):
    """What is wrong now; `mended` is what was looked at and closed by itself."""

    page: int = 0
    mended: FaultCode | None = None


class Problem(Struct, frozen=True):
    """One problem and the steps to mend it. It closes by itself when the device says so."""

    trouble: Trouble


class Parts(Struct, frozen=True):
    """How every part does."""

    page: int = 0


class Cleaning(Struct, frozen=True):
    """Nothing that is touched counts, for so many seconds more. `gone`: the card was wiped out of its slot."""

    left: int
    gone: bool = False


class Tests(Struct, frozen=True):
    """What can be tried out, and how that ended last."""

    page: int = 0
    results: tuple[TestResult, ...] = ()
    reported: bool | None = None  # whether the report came out, once it was asked for


class Testing(Struct, frozen=True):
    """A test is under way. `other_card`: it asks for another card than the one that came in.

    `question`: what it asks of who stands there, yes or no; empty while it asks nothing.
    """

    subject: Subject
    lines: tuple[str, ...] = ()
    other_card: bool = False
    question: str = ""


class Tested(Struct, frozen=True):
    """A test has ended; what it said."""

    subject: Subject
    well: bool
    lines: tuple[str, ...]
    page: int = 0


class Returning(Struct, frozen=True):
    """The test of the reader is over: whoever began it shows the card of staff again, and sees how it ended.

    `proving`: a card is in, and is asked to prove itself.
    """

    tested: Tested
    proving: bool = False


class Supplies(Struct, frozen=True):
    """What is used up, how long it lasts, and what came out since the last visit. `lines` are None while asked."""

    lines: tuple[str, ...] | None = None
    filled: Part | None = None


class ReportCode(Struct, frozen=True):
    """The report, short enough for a code that a phone reads; "" while it is made."""

    text: str = ""


class HowLong(Struct, frozen=True):
    """The kiosk is to be out of service, for this reason: for how long is asked."""

    closing: Closing


class Service(Struct, frozen=True):
    """Out of service or not, and beginning anew. `closed_until` while it is out of service."""

    closing: Closing | None = None
    closed_until: datetime | None = None
    failed: bool = False
    page: int = 0


class History(Struct, frozen=True):
    """What happened here of late. `rows` are None while read; `broken_at` is where the chain does not hold."""

    rows: tuple[Row, ...] | None = None
    broken_at: int | None = None
    page: int = 0
    only: Only = Only.ALL


Page = (
    Knocking
    | EnterCode
    | CheckingCode
    | Refused
    | Menu
    | Problems
    | Problem
    | Parts
    | Cleaning
    | Tests
    | Testing
    | Tested
    | Returning
    | ReportCode
    | Supplies
    | Service
    | HowLong
    | History
    | FleetPage
    | ShelfPage
)
# Pages on which nobody was let in yet.
OUTSIDE = (Knocking, EnterCode, CheckingCode, Refused)


class Work(Struct, frozen=True):
    """Somebody of staff at the kiosk, by the name that the settings give the card."""

    staff: str
    role: StaffRole
    page: Page
    told: Told = Told()
    round: Round = Round()

    @property
    def is_in(self) -> bool:
        """Whether card and code were both good."""
        return not isinstance(self.page, OUTSIDE)

    @property
    def asks_code(self) -> bool:
        """Whether the code is being typed."""
        return isinstance(self.page, EnterCode)

    @property
    def takes_digits(self) -> bool:
        """Whether a digit that is typed now belongs to the code."""
        return isinstance(self.page, EnterCode) and self.page.typed < CODE_DIGITS

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Where this one may go."""
        return _ROOMS[self.role]

    @property
    def is_kept_at_doors(self) -> bool:
        """Whether the first page is no way out: nothing else is this one's, or the card in the slot is another's."""
        return self.role is StaffRole.DEPOSITOR or bool(self.round.second)

    @property
    def lasts(self) -> str:
        """The name of the time-out of this page."""
        match self.page:
            case EnterCode():
                return "staff_code"
            case Knocking() | CheckingCode():
                return "recognise"
            case Refused():
                return "notice"
            case Cleaning():
                return "tick"
            case Testing(other_card=True) | Returning() | SecondCard() | AskFound():
                return "staff_code"
            case DoorMoves():
                return "door_opening"
            case DoorStands():
                return "door_open"
            case TellingTown():
                return "sign_in"
            case _:
                return "staff_idle"
