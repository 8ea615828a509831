"""The chart of maintenance, explored exhaustively: breadth first over an alphabet, from the card in the slot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid5

import pytest
from msgspec import structs

from config.settings import CompartmentSize, StaffRole
from hardware.devices import Health
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.maintenance import compartments as at
from kiosk_app.maintenance import errands, happenings, wishes, work
from kiosk_app.maintenance.step import knock, step
from kiosk_app.maintenance.storing import propose, written
from kiosk_app.parts import Part

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
EMPTY = work.Trouble(Part.PRINTER, FaultCode.PAPER_EMPTY, Health.DOWN, NOON)
MUTE = work.Trouble(Part.RECEIPT_PRINTER, FaultCode.RECEIPT_LOST, Health.DOWN, NOON)
TOLD = (work.Told(), work.Told(troubles=(EMPTY,)), work.Told(troubles=(EMPTY, MUTE)))
ROW = work.Row(1, NOON, "staffEntered", staff="T-03")
AT_DOORS = set(get_args(at.ShelfPage))
OF_SITE_STAFF = {work.Problems, work.Problem, work.Parts, work.Supplies, work.Cleaning, work.Menu} | AT_DOORS
# A wall of three: one is free, one has something that is overdue, and one within reach from a wheelchair is free.
SEED, SMALL = UUID(int=7), CompartmentSize.SMALL
LYING = at.Lying(UUID(int=8), "T6X-9CG", "Sleutel", four_eyes=False, overdue=True)
WALL = (at.Place(1, SMALL, low=False), at.Place(2, SMALL, low=False, lying=LYING), at.Place(3, SMALL, low=True))
PASSPORT = at.Expected("K7Q-4XR", "Paspoort", SMALL, four_eyes=True)
VOUCHER = at.Expected("W9T-3NC", "Cadeaubon", SMALL, four_eyes=False)
SHELF = at.Shelf(SEED, (PASSPORT, VOUCHER), WALL)
ACT = uuid5(SEED, "1")
NONE, THERE, UNKNOWN, DONE = ThingWord.NONE, ThingWord.THERE, ThingWord.UNKNOWN, errands.Ended.DONE


def alphabet() -> tuple[happenings.Happening, ...]:
    """Every kind of happening, with each value that the chart tells apart."""
    result = work.TestResult(work.Subject.PRINTER, well=True, at=NOON)
    return (
        *(kind() for kind in (happenings.CodeTyped, happenings.BackAsked, happenings.ReportAsked)),
        *(kind() for kind in (happenings.OpenAsked, happenings.RestartAsked, happenings.RebootAsked)),
        *(kind() for kind in (happenings.LetIn, happenings.RestartFailed, happenings.Typed, happenings.OneErased)),
        *(kind() for kind in (happenings.AllErased, happenings.CardCame, happenings.CardGone, happenings.TimeOver)),
        *(happenings.RoomAsked(room) for room in work.Room),
        *(happenings.ProblemAsked(one.part, one.code) for one in (EMPTY, MUTE)),
        *(happenings.TestAsked(subject) for subject in (work.Subject.PRINTER, work.Subject.CARD_READER)),
        *(happenings.Filled(Part.PRINTER), happenings.ReportCodeAsked(), happenings.ReportCodeMade("LV-01")),
        *(happenings.OnlyAsked(only) for only in work.Only),
        *(happenings.ReasonAsked(closing) for closing in (work.Closing.REPAIR, work.Closing.EVENT)),
        *(happenings.CloseAsked(work.Closing.REPAIR, hours) for hours in (1, 72)),
        *(happenings.Known(factor) for factor in work.Factor),
        *(happenings.NotLetIn(refusal, None) for refusal in work.Refusal),
        *(happenings.AllTold(told) for told in TOLD),
        *(happenings.ResultsTold((result,)), happenings.TestSaid("In orde."), happenings.TestAsks("Hoorde je de zin?")),
        *(happenings.TestAnswered(yes) for yes in (True, False)),
        *(happenings.TestEnded(well) for well in (True, False)),
        *(happenings.ReportEnded(printed) for printed in (True, False)),
        *(happenings.ServiceTold(closing, NOON) for closing in (None, work.Closing.REPAIR)),
        *(happenings.HistoryRead((ROW,), broken_at) for broken_at in (None, 3)),
        *(happenings.Turned(page) for page in (0, 1)),
        *(kind for one in errands.Errand for kind in (errands.FleetAsked(one), errands.ErrandEnded(one, DONE))),
        *(errands.SignGiven("K"), errands.CodeDone(), happenings.SuppliesTold(("Lade: 140 vellen.",))),
        *of_doors(),
    )


def of_doors() -> tuple[happenings.Happening, ...]:
    """Every kind of happening at the compartments."""
    return (
        *(kind() for kind in (happenings.ShelvesAsked, happenings.LowAsked, happenings.OtherAsked)),
        *(kind() for kind in (happenings.OpenTouched, happenings.StockTaken, happenings.SecondRefused)),
        *(happenings.DeedAsked(deed) for deed in at.Deed),
        *(happenings.ThingChosen(one.reference) for one in (PASSPORT, VOUCHER)),
        *(happenings.PlaceChosen(one.number) for one in WALL),
        *(happenings.FoundSaid(found) for found in (*at.Found, None)),
        *(happenings.Scanned(reference) for reference in (VOUCHER.reference, "CDF-GHJ", "")),
        happenings.ShelfTold(SHELF),
        happenings.ShelfUnknown(FaultCode.BACKEND_DOWN),
        happenings.SecondProved("D-12"),
        happenings.StaffDoorOpened(ACT),
        happenings.StaffDoorFailed(ACT, FaultCode.DOOR_STUCK),
        *(happenings.StaffDoorShut(ACT, *words) for words in ((NONE, THERE), (THERE, NONE), (UNKNOWN, UNKNOWN))),
        *(happenings.ActTold(act, how) for act in (ACT, SEED) for how in (at.How.TOLD, at.How.WAITS, at.How.REFUSED)),
    )


@dataclass(frozen=True)
class Node:
    """Somebody at work, and what the rules below ask about: whether a code was good since the card came."""

    work: work.Work
    good: bool = False


@dataclass(frozen=True)
class Move:
    """One move; `after` is None where maintenance is over."""

    before: Node
    happening: happenings.Happening
    after: Node | None
    wishes: tuple[wishes.Wish, ...]


def follow(node: Node, happening: happenings.Happening) -> Move:
    after, wished = step(node.work, happening)
    if after is None:
        return Move(node, happening, None, wished)
    good = node.good or (isinstance(happening, happenings.LetIn) and isinstance(node.work.page, work.CheckingCode))
    return Move(node, happening, Node(_folded(after), good), wished)


def _folded(one: work.Work) -> work.Work:
    """Fold what changes no rule: more than two seconds of cleaning, more than one line of a test.

    At the compartments: how devices do, how many doors were asked for, in which order, and what lay behind others
    than the second.
    """
    page = one.page
    if isinstance(page, work.Cleaning) and page.left > 2:
        page = structs.replace(page, left=2)
    if isinstance(page, work.Testing | work.Tested):
        page = structs.replace(page, lines=page.lines[:1])
    if isinstance(page, at.ShelfPage):
        here = one.round
        folded = structs.replace(
            here, doors=0, avoid=tuple(sorted(here.avoid)), found=tuple(one for one in here.found if one[0] == 2)[:1]
        )
        return structs.replace(one, page=page, told=TOLD[0], round=folded)
    return structs.replace(one, page=page, round=at.Round())


def explore() -> Iterator[Move]:
    starts = [Node(knock("T-03", role)[0]) for role in StaffRole]
    seen, queue = set(starts), deque(starts)
    while queue:
        node = queue.popleft()
        for happening in alphabet():
            move = follow(node, happening)
            if move.after != node or move.wishes:
                yield move
            if move.after is not None and move.after not in seen:
                seen.add(move.after)
                queue.append(move.after)


@pytest.fixture(scope="module")
def moves() -> list[Move]:
    return list(explore())


def pages(moves: list[Move]) -> set[type]:
    return {type(move.after.work.page) for move in moves if move.after is not None}


def test_every_page_every_happening_and_every_wish_is_met(
    moves: list[Move], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\nmaintenance: {len({m.before for m in moves})} places, {len(moves)} moves")
    assert pages(moves) | {work.Knocking} == set(get_args(work.Page))
    assert {type(move.happening) for move in moves} == set(get_args(happenings.Happening))
    met = {type(wish) for move in moves for wish in move.wishes} | {wishes.Knock}  # how it begins
    assert met == set(get_args(wishes.Wish))


def test_time_alone_ends_it(moves: list[Move]) -> None:
    for node in {move.after for move in moves if move.after is not None}:
        here: work.Work | None = node.work
        for _ in range(70):  # a minute of cleaning, and the idle time of the page behind it
            if here is None:
                break
            here, _ = step(here, happenings.TimeOver())
        assert here is None, node


def test_nobody_is_in_without_card_and_code(moves: list[Move]) -> None:
    inside = [move.after for move in moves if move.after is not None and move.after.work.is_in]
    assert inside
    assert all(node.good for node in inside)


def test_before_the_door_nothing_is_wished_but_to_be_let_in(moves: list[Move]) -> None:
    allowed = (wishes.Knock, wishes.CheckCode, wishes.EraseDigit, wishes.ForgetCode, wishes.TellAll)
    for move in moves:
        if not move.before.good:
            let_in = move.after is not None and move.after.good
            known = (*allowed, wishes.TellShelf) if let_in else allowed
            assert all(isinstance(wish, known) for wish in move.wishes), move
            told = any(isinstance(wish, wishes.TellAll) for wish in move.wishes)
            assert not told or (move.after is not None and move.after.good), move


def test_site_staff_goes_nowhere_else(moves: list[Move]) -> None:
    theirs = [m.after for m in moves if m.after is not None and m.after.work.role is StaffRole.SITE_STAFF]
    assert {type(node.work.page) for node in theirs if node.good} == OF_SITE_STAFF


def test_the_card_pulled_ends_it_but_where_a_page_needs_the_slot_or_is_wiped(moves: list[Move]) -> None:
    for node in {move.before for move in moves}:
        after, _ = step(node.work, happenings.CardGone())
        page = node.work.page
        other = isinstance(page, work.Returning) or (isinstance(page, work.Testing) and page.other_card)
        if other:
            still = structs.replace(page, proving=False) if isinstance(page, work.Returning) else page
            assert after == structs.replace(node.work, page=still)
        elif isinstance(page, at.DoorMoves | at.DoorStands):
            assert after == structs.replace(node.work, page=structs.replace(page, gone=True))
        elif isinstance(page, at.SecondCard):
            assert after == structs.replace(node.work, page=structs.replace(page, proving=False))
        elif isinstance(page, work.Cleaning):
            assert after is not None
            assert isinstance(after.page, work.Cleaning)
        else:
            assert after is None, node


def test_while_another_card_may_be_in_nothing_else_can_be_reached(moves: list[Move]) -> None:
    """From the test of the reader on, only the end, or how it went once the first card has proved itself again."""
    alone = (work.Testing, work.Returning)
    for move in moves:
        page = move.before.work.page
        if isinstance(page, alone) and getattr(page, "other_card", True) and move.after is not None:
            proved = isinstance(page, work.Returning) and isinstance(move.happening, happenings.LetIn)
            assert isinstance(move.after.work.page, work.Tested if proved else alone), move


def test_a_card_that_is_out_again_when_its_proof_is_told_opens_nothing() -> None:
    tested = work.Tested(work.Subject.CARD_READER, well=True, lines=())
    here: work.Work | None = work.Work("T-03", StaffRole.TECHNICIAN, work.Returning(tested))
    for happening in (happenings.CardCame(), happenings.CardGone(), happenings.LetIn()):
        assert here is not None
        here, _ = step(here, happening)
    assert here is not None
    assert isinstance(here.page, work.Returning)


def test_a_test_hears_one_answer_to_one_question(moves: list[Move]) -> None:
    """Whoever touches twice answers once: the next question is not asked yet."""
    told = [m for m in moves if any(isinstance(wish, wishes.AnswerTest) for wish in m.wishes)]
    assert {wish.yes for m in told for wish in m.wishes if isinstance(wish, wishes.AnswerTest)} == {True, False}
    for move in told:
        assert move.after is not None
        assert isinstance(move.after.work.page, work.Testing)
        assert not move.after.work.page.question
        assert step(move.after.work, move.happening) == (move.after.work, ())


def test_the_kiosk_is_closed_for_a_reason_and_a_time_that_were_both_chosen(moves: list[Move]) -> None:
    closing = [m for m in moves if any(isinstance(wish, wishes.Close) for wish in m.wishes)]
    assert {wish for m in closing for wish in m.wishes if isinstance(wish, wishes.Close)} == {
        wishes.Close(work.Closing.REPAIR, 1),
        wishes.Close(work.Closing.REPAIR, 72),
    }
    assert {m.before.work.page for m in closing} == {work.HowLong(work.Closing.REPAIR)}


def test_a_problem_closes_by_itself_and_another_stays(moves: list[Move]) -> None:
    well = happenings.AllTold(TOLD[0])
    closed = [m for m in moves if isinstance(m.before.work.page, work.Problem) and m.happening == well]
    assert closed
    for move in closed:
        assert move.after is not None
        assert isinstance(move.after.work.page, work.Problems)
        assert move.after.work.page.mended is not None


def test_a_depositor_goes_nowhere_but_to_the_doors(moves: list[Move]) -> None:
    theirs = [m.after for m in moves if m.after is not None and m.after.work.role is StaffRole.DEPOSITOR]
    assert {type(node.work.page) for node in theirs if node.good} == AT_DOORS


def test_beside_the_card_of_another_nothing_else_is_reached(moves: list[Move]) -> None:
    for move in moves:
        if move.after is None:
            continue
        if isinstance(move.before.work.page, at.SecondCard) and not isinstance(move.after.work.page, at.SecondCard):
            assert isinstance(move.happening, happenings.SecondProved), move
        if move.after.work.round.second:
            assert isinstance(move.after.work.page, at.ShelfPage), move


def opened(moves: list[Move]) -> Iterator[tuple[Move, at.Act]]:
    yield from ((move, wish.act) for move in moves for wish in move.wishes if isinstance(wish, wishes.OpenFor))


def test_no_door_opens_without_a_touch_and_none_to_a_passport_for_one_card_alone(moves: list[Move]) -> None:
    acts = list(opened(moves))
    assert {act.deed for _, act in acts} == set(at.Deed)
    for move, act in acts:
        assert isinstance(move.happening, happenings.OpenTouched | happenings.PlaceChosen), move
        assert act.reference != PASSPORT.reference or act.staff == ("T-03", "D-12"), move
        assert act.deed is not at.Deed.TAKE_BACK or act.about == LYING.deposit
        assert act.deed is not at.Deed.PUT_IN or act.compartment in (1, 3)


def test_while_a_door_is_open_nothing_else_is_begun(moves: list[Move]) -> None:
    """It is shut by its lock's word alone; who shuts it not at all is waited for a while, and then the door is left."""
    for move in moves:
        if isinstance(move.before.work.page, at.DoorStands) and move.after is not None:
            shut = isinstance(move.happening, happenings.StaffDoorShut)
            assert shut or isinstance(move.after.work.page, at.DoorStands), move


def test_what_lies_there_is_said_by_the_sensor_that_saw_it_or_by_who_looked(moves: list[Move]) -> None:
    settled = [
        (move, wish)
        for move in moves
        for wish in move.wishes
        if isinstance(wish, wishes.Settle) and wish.found is not None
    ]
    assert settled
    for move, wish in settled:
        saw = {
            at.Deed.PUT_IN: happenings.StaffDoorShut(ACT, NONE, THERE),
            at.Deed.TAKE_BACK: happenings.StaffDoorShut(ACT, THERE, NONE),
        }
        seen = isinstance(move.before.work.page, at.DoorStands) and move.happening == saw.get(wish.act.deed)
        assert seen or isinstance(move.happening, happenings.FoundSaid), move


def test_what_was_found_is_told_once_it_was_looked_for(moves: list[Move]) -> None:
    """Whoever goes back from a stock-taking that was begun has it told; who just leaves, by the worker (Forget)."""
    for move in moves:
        left = isinstance(move.before.work.page, at.Checking) and isinstance(move.happening, happenings.BackAsked)
        if left and move.before.work.round.found:
            assert wishes.EndStockTaking(SEED) in move.wishes, move


@pytest.mark.parametrize(
    ("wanted", "low", "avoid", "expected"),
    [
        (SMALL, False, (), 4),  # the smallest, and those within reach are kept for who asks
        (SMALL, True, (), 1),
        (SMALL, False, (4,), 1),
        (SMALL, False, (1, 4), 3),
        (CompartmentSize.MEDIUM, False, (), 3),
        (CompartmentSize.LARGE, False, (), 7),  # somebody should look first, but it is the only one
        (CompartmentSize.LARGE, False, (7,), None),
    ],
)
def test_the_smallest_free_compartment_that_fits_is_proposed(
    wanted: CompartmentSize, avoid: tuple[int, ...], expected: int | None, *, low: bool
) -> None:
    medium, large = CompartmentSize.MEDIUM, CompartmentSize.LARGE
    wall = (
        at.Place(1, SMALL, low=True),
        at.Place(2, SMALL, low=False, lying=LYING),
        at.Place(3, medium, low=False),
        at.Place(4, SMALL, low=False),
        at.Place(5, SMALL, low=False, works=False),
        at.Place(6, SMALL, low=False, unsure=True),
        at.Place(7, large, low=True, unsure=True),
    )
    found = propose(wall, wanted, avoid, low=low)
    assert (found.number if found is not None else None) == expected


@pytest.mark.parametrize(
    ("scanned", "reference"),
    [
        ("K7Q-4XR", "K7Q-4XR"),
        ("k7q4xr", "K7Q-4XR"),
        (" K7Q 4XR ", "K7Q-4XR"),
        ("4F7K-9XQR", ""),
        ("K7Q-4X0", ""),
        ("", ""),
    ],
)
def test_a_code_is_kept_only_where_it_can_stand_on_a_thing(scanned: str, reference: str) -> None:
    """What a resident holds before the scanner opens something: it is kept nowhere."""
    assert written(scanned) == reference


def test_nothing_counts_while_the_screen_is_wiped() -> None:
    wiped = work.Work("T-03", StaffRole.TECHNICIAN, work.Cleaning(60), TOLD[2])
    for touch in alphabet():
        if isinstance(touch, (*get_args(happenings.WorkTouch), happenings.Turned)):
            assert step(wiped, touch) == (wiped, ())


def test_cleaning_lasts_a_minute_and_ends_without_the_card_that_was_wiped_out() -> None:
    menu = work.Work("T-03", StaffRole.TECHNICIAN, work.Menu())
    here, _ = step(menu, happenings.RoomAsked(work.Room.CLEANING))
    seconds = 0
    while here is not None and isinstance(here.page, work.Cleaning):
        assert here.lasts == "tick"
        here, _ = step(here, happenings.TimeOver())
        seconds += 1
    assert (seconds, here) == (60, menu)
    here, _ = step(work.Work("T-03", StaffRole.TECHNICIAN, work.Cleaning(1)), happenings.CardGone())
    assert here is not None
    assert step(here, happenings.TimeOver()) == (None, ())
