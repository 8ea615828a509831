"""What maintenance wishes for, in the imperative; answers are happenings."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from config.errands import Errand
from kiosk_app.bare import Bare
from kiosk_app.maintenance.compartments import Act, Found
from kiosk_app.maintenance.work import Closing, Subject
from kiosk_app.parts import Part


class Knock(Struct, frozen=True):
    """Look up whether this card may come in, and by which code."""

    staff: str


class CheckCode(Struct, frozen=True):
    """Have the card prove itself once more, and look at the code that was typed."""

    staff: str


class ProveCard(Struct, frozen=True):
    """Have the card that is in prove that it is this one."""

    staff: str


class EraseDigit(Bare):
    """Wipe the last digit that was typed."""


class ForgetCode(Bare):
    """Wipe every digit that was typed."""


class TellAll(Bare):
    """Tell how everything does, now and whenever it changes."""


class TellResults(Bare):
    """Tell how the last tests ended."""


class RunTest(Struct, frozen=True):
    """Try something out."""

    subject: Subject


class AnswerTest(Struct, frozen=True):
    """Tell the test under way what was answered."""

    yes: bool


class EndTest(Bare):
    """Let go of the test under way: nobody waits for it any more."""


class PrintReport(Bare):
    """Put the report on paper."""


class MakeReportCode(Bare):
    """Put the report in few words."""


class TellSupplies(Bare):
    """Ask what is left."""


class NoteFilled(Struct, frozen=True):
    """Write down that it was filled."""

    part: Part


class TellService(Bare):
    """Tell whether the kiosk is out of service."""


class Close(Struct, frozen=True):
    """Put the kiosk out of service for so many hours."""

    closing: Closing
    hours: int


class Open(Bare):
    """Have it serve residents again."""


class Restart(Bare):
    """Begin the program anew."""


class Reboot(Bare):
    """Begin the machine anew."""


class ReadHistory(Bare):
    """Read what happened of late, and check the chain."""


class TellShelf(Bare):
    """Ask the town what may be put in, and what lies where."""


class ProveSecond(Struct, frozen=True):
    """Have the card that is in prove that it is one of staff, and not this one."""

    staff: str


class OpenFor(Struct, frozen=True):
    """Open a door, and watch it until it is shut."""

    act: Act


class Settle(Struct, frozen=True):
    """Write down what lay behind a door that was shut; None: what it was opened for did not come about."""

    act: Act
    found: Found | None


class EndStockTaking(Struct, frozen=True):
    """What was found is all: tell the town."""

    id: UUID


class RunErrand(Struct, frozen=True):
    """Have the agent do it. `code` goes with pairing."""

    errand: Errand
    code: str = ""


class EndErrand(Bare):
    """Nobody waits for it any more."""


ShelfWish = TellShelf | ProveSecond | OpenFor | Settle | EndStockTaking


Wish = (
    Knock
    | CheckCode
    | ProveCard
    | EraseDigit
    | ForgetCode
    | TellAll
    | TellResults
    | RunTest
    | AnswerTest
    | EndTest
    | PrintReport
    | MakeReportCode
    | TellSupplies
    | NoteFilled
    | TellService
    | Close
    | Open
    | Restart
    | Reboot
    | ReadHistory
    | RunErrand
    | EndErrand
    | ShelfWish
)
