"""The chart of maintenance: `step(work, happening) -> (work, wishes)`, a pure function; None: it is over.

What may happen on any page (the card gone, time over, how everything does) comes first, then the page's own rules:
those before the door (`_outside`) and those behind it (`_inside`); those at the compartments stand in `storing`.
"""

from __future__ import annotations

from msgspec import structs

from config.settings import StaffRole
from kiosk_app.maintenance import fleet, storing
from kiosk_app.maintenance.compartments import ShelfPage, Shelves
from kiosk_app.maintenance.errands import FleetPage, FleetRoom
from kiosk_app.maintenance.happenings import (
    AllErased,
    AllTold,
    BackAsked,
    CardCame,
    CardGone,
    CloseAsked,
    CodeTyped,
    Filled,
    Happening,
    HistoryRead,
    Known,
    LetIn,
    NotLetIn,
    OneErased,
    OnlyAsked,
    OpenAsked,
    ProblemAsked,
    ReasonAsked,
    RebootAsked,
    ReportAsked,
    ReportCodeAsked,
    ReportCodeMade,
    ReportEnded,
    RestartAsked,
    RestartFailed,
    ResultsTold,
    RoomAsked,
    ServiceTold,
    SuppliesTold,
    TestAnswered,
    TestAsked,
    TestAsks,
    TestEnded,
    TestSaid,
    TimeOver,
    Turned,
    Typed,
)
from kiosk_app.maintenance.wishes import (
    AnswerTest,
    CheckCode,
    Close,
    EndTest,
    EraseDigit,
    ForgetCode,
    Knock,
    MakeReportCode,
    NoteFilled,
    Open,
    PrintReport,
    ProveCard,
    ReadHistory,
    Reboot,
    Restart,
    RunTest,
    TellAll,
    TellResults,
    TellService,
    TellSupplies,
    Wish,
)
from kiosk_app.maintenance.work import (
    CODE_DIGITS,
    CheckingCode,
    Cleaning,
    EnterCode,
    History,
    HowLong,
    Knocking,
    Menu,
    Page,
    Parts,
    Problem,
    Problems,
    Refusal,
    Refused,
    ReportCode,
    Returning,
    Room,
    Service,
    Subject,
    Supplies,
    Tested,
    Testing,
    Tests,
    Told,
    Work,
)

Step = tuple[Work | None, tuple[Wish, ...]]

# As long as it takes to wipe a screen from edge to edge.
CLEANING_SECONDS = 60
# What a test says that somebody still reads: its last lines.
LINES_KEPT = 60
# Only this test needs the slot for another card.
_NEEDS_OTHER_CARD = {Subject.CARD_READER}


def knock(staff: str, role: StaffRole) -> tuple[Work, tuple[Wish, ...]]:
    """Begin: a card of staff is in."""
    return Work(staff, role, Knocking()), (Knock(staff),)


def step(work: Work, happening: Happening) -> Step:
    """Give what comes next, and what is wished for. What does not fit a page changes nothing."""
    if isinstance(work.page, ShelfPage):
        return _at_shelves(work, work.page, happening)
    if isinstance(work.page, FleetPage):
        return _at_fleet(work, work.page, happening)
    match work.page, happening:
        case Testing(other_card=True), CardGone():
            return work, ()
        case Returning(tested), CardGone():  # what it proved meanwhile opens nothing: it is out
            return _to(work, Returning(tested))
        case Testing(), CardGone() | TimeOver():
            return None, (EndTest(),)
        case Cleaning(left), CardGone():
            return _to(work, Cleaning(left, gone=True))
        case _, CardGone():
            return None, ()
        case Cleaning(left, gone), TimeOver() if left > 1:
            return _to(work, Cleaning(left - 1, gone))
        case Cleaning(gone=True), TimeOver():
            return None, ()
        case Cleaning(), TimeOver():
            return _to(work, Menu())
        case _, TimeOver():
            return None, ()
        case ((Knocking() | EnterCode() | CheckingCode() | Refused()), _):
            return _outside(work, happening)
        case _, AllTold(told):
            return _told(work, told)
        case _:
            return _inside(work, happening)


def _at_shelves(work: Work, page: ShelfPage, happening: Happening) -> Step:
    match happening:
        case AllTold(told):
            return _told(work, told)
        case BackAsked() if isinstance(page, Shelves):
            return (work, ()) if work.is_kept_at_doors else _to(work, Menu())
        case CardGone() | TimeOver() | BackAsked():
            return storing.interrupted(work, page, happening)
        case _:
            return storing.rules(work, page, happening)


def _at_fleet(work: Work, page: FleetPage, happening: Happening) -> Step:
    match happening:
        case AllTold(told):
            return _told(work, told)
        case CardGone() | TimeOver():
            return None, fleet.left(page)
        case _:
            after, wishes = fleet.rules(page, happening)
            return _to(work, after or Menu(), *wishes)


def _to(work: Work, page: Page, *wishes: Wish) -> Step:
    return structs.replace(work, page=page), wishes


def _outside(work: Work, happening: Happening) -> Step:
    match work.page, happening:
        case Knocking(), Known(factor):
            return _to(work, EnterCode(factor))
        case Knocking() | CheckingCode(), NotLetIn(refusal, until):
            if isinstance(work.page, CheckingCode) and refusal in (Refusal.WRONG, Refusal.USED):
                return _to(work, EnterCode(work.page.factor, refused=refusal))
            return _to(work, Refused(refusal, until))
        case EnterCode() as page, Typed():
            return _to(work, structs.replace(page, typed=min(page.typed + 1, CODE_DIGITS), refused=None))
        case EnterCode(typed=typed) as page, OneErased() if typed:
            return _to(work, structs.replace(page, typed=typed - 1), EraseDigit())
        case EnterCode() as page, AllErased():
            return _to(work, structs.replace(page, typed=0), ForgetCode())
        case EnterCode(factor, typed), CodeTyped() if typed == CODE_DIGITS:
            return _to(work, CheckingCode(factor), CheckCode(work.staff))
        case CheckingCode(), LetIn() if work.is_kept_at_doors:
            first, wishes = storing.enter(work)
            return first, (TellAll(), *wishes)
        case CheckingCode(), LetIn():
            return _to(work, Menu(), TellAll())
        case _:
            return work, ()


def _told(work: Work, told: Told) -> Step:
    """Take in how everything does: a problem that is looked at, and is there no more, closes."""
    work = structs.replace(work, told=told)
    if isinstance(work.page, Problem):
        shown = work.page.trouble
        now = next((one for one in told.troubles if (one.part, one.code) == (shown.part, shown.code)), None)
        return _to(work, Problems(mended=shown.code) if now is None else Problem(now))
    return work, ()


def _inside(work: Work, happening: Happening) -> Step:
    match work.page, happening:
        case Menu(), RoomAsked(room) if room in work.rooms:
            return _enter(work, room)
        case Testing(other_card=True), BackAsked():
            return work, ()  # whoever stands there may hold no card of staff any more
        case Testing(), BackAsked():
            return _to(work, Tests(), EndTest(), TellResults())
        case ((Menu() | Cleaning()), _) if not isinstance(happening, Turned):
            return work, ()
        case Returning(), _:
            return _returning(work, work.page, happening)
        case Problem(), BackAsked():
            return _to(work, Problems())
        case Tested() | ReportCode(), BackAsked():
            return _to(work, Tests(), TellResults())
        case HowLong(), BackAsked():
            return _to(work, Service(), TellService())
        case _, BackAsked():
            return _to(work, Menu())
        case Menu() | Problems() | Parts() | Tests() | Tested() | Service() | History() as page, Turned(number):
            return _to(work, structs.replace(page, page=number))
        case Problems(), ProblemAsked(part, code):
            trouble = next((one for one in work.told.troubles if (one.part, one.code) == (part, code)), None)
            return _to(work, Problem(trouble)) if trouble is not None else (work, ())
        case Tests() | Testing() | Tested() | ReportCode(), _:
            return _trying(work, happening)
        case Supplies() | Service() | HowLong() | History(), _:
            return _upkeep(work, happening)
        case _:
            return work, ()


def _enter(work: Work, room: Room) -> Step:
    match room:
        case Room.LOCKERS:
            return storing.enter(work)
        case Room.PROBLEMS:
            return _to(work, Problems())
        case Room.PARTS:
            return _to(work, Parts())
        case Room.TESTS:
            return _to(work, Tests(), TellResults())
        case Room.SUPPLIES:
            return _to(work, Supplies(), TellSupplies())
        case Room.CLEANING:
            return _to(work, Cleaning(CLEANING_SECONDS))
        case Room.SERVICE:
            return _to(work, Service(), TellService())
        case Room.FLEET:
            return _to(work, FleetRoom())
        case Room.HISTORY:
            return _to(work, History(), ReadHistory())


def _trying(work: Work, happening: Happening) -> Step:
    match work.page, happening:
        case Tests() as page, ResultsTold(results):
            return _to(work, structs.replace(page, results=results))
        case Tests() as page, ReportEnded(printed):
            return _to(work, structs.replace(page, reported=printed))
        case Tests(), ReportAsked():
            return work, (PrintReport(),)
        case Tests(), ReportCodeAsked():
            return _to(work, ReportCode(), MakeReportCode())
        case ReportCode(), ReportCodeMade(text):
            return _to(work, ReportCode(text))
        case Tests(), TestAsked(subject):
            return _to(work, Testing(subject, other_card=subject in _NEEDS_OTHER_CARD), RunTest(subject))
        case Testing(lines=lines) as page, TestSaid(line):
            return _to(work, structs.replace(page, lines=(*lines, line)[-LINES_KEPT:]))
        case Testing() as page, TestAsks(question):
            return _to(work, structs.replace(page, question=question))
        case Testing(question=question) as page, TestAnswered(yes) if question:
            return _to(work, structs.replace(page, question=""), AnswerTest(yes))
        case Testing(subject, lines, other_card), TestEnded(well):
            tested = Tested(subject, well, lines)
            return _to(work, Returning(tested) if other_card else tested)
        case _:
            return work, ()


def _returning(work: Work, page: Returning, happening: Happening) -> Step:
    """Nothing else is to be had before the card of who began is in again: another's opens nothing."""
    match happening:
        case CardCame():
            return _to(work, Returning(page.tested, proving=True), ProveCard(work.staff))
        case LetIn() if page.proving:
            return _to(work, page.tested)
        case NotLetIn():
            return None, ()
        case _:
            return work, ()


def _upkeep(work: Work, happening: Happening) -> Step:
    match work.page, happening:
        case Supplies() as page, SuppliesTold(lines):
            return _to(work, structs.replace(page, lines=lines))
        case Supplies() as page, Filled(part):
            return _to(work, structs.replace(page, filled=part), NoteFilled(part), TellSupplies())
        case Service(), ServiceTold(closing, until):
            return _to(work, Service(closing, until))
        case Service(closing=None), ReasonAsked(closing):
            return _to(work, HowLong(closing))
        case HowLong(asked), CloseAsked(closing, hours) if closing is asked:
            return _to(work, Service(), Close(closing, hours), TellService())
        case Service(), OpenAsked():
            return work, (Open(), TellService())
        case Service() as page, RestartAsked() | RebootAsked():
            wish = Restart() if isinstance(happening, RestartAsked) else Reboot()
            return _to(work, structs.replace(page, failed=False), wish)
        case Service() as page, RestartFailed():
            return _to(work, structs.replace(page, failed=True))
        case History() as page, HistoryRead(rows, broken_at):
            return _to(work, structs.replace(page, rows=rows, broken_at=broken_at))
        case History() as page, OnlyAsked(only):
            return _to(work, structs.replace(page, only=only, page=0))
        case _:
            return work, ()
