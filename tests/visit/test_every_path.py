"""The chart of a visit, explored exhaustively: breadth first over an alphabet of events, from the portal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args
from uuid import UUID

import pytest
from msgspec import structs

from hardware.credentials import StaffCard
from hardware.devices import Applet, Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.clocks import running
from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.work import EnterCode as EnterStaffCode
from kiosk_app.maintenance.work import Factor
from kiosk_app.step import step
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    CardSlot,
    Challenge,
    Checking,
    Choosing,
    Document,
    Drawing,
    Ease,
    EnterCode,
    EnterPin,
    Goodbye,
    JobPhase,
    Language,
    LastTry,
    Later,
    Notice,
    NotTaken,
    Offer,
    OpeningCode,
    Ordering,
    Overlay,
    PaperLeft,
    Person,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Product,
    Progress,
    Purpose,
    Recognising,
    Remedy,
    RemedyOffer,
    SigningIn,
    SlipState,
    StaffAtWork,
    State,
    TakeCard,
    TrayView,
    Viewing,
    Visit,
)

PRIVATE = (
    *(EnterCode, OpeningCode, Recognising, LastTry, EnterPin, PinOnReader, SigningIn, Choosing, Asking, Checking),
    *(Ordering, TakeCard, Viewing, Printing, Printed),
)
TICKETS = (UUID(int=1), UUID(int=2))
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
RESIDENCE = Product("residence", "Attest van hoofdverblijfplaats", "")
CLOSED = Product("nationality", "Attest van nationaliteit", "", refusal=FaultCode.PRODUCT_UNAVAILABLE)
PERSON = Person("An", "Peeters")
CERTIFICATE = Certificate(b"der", "ES384", expired=False)
DOCUMENTS = tuple(Document(t, p, b"%PDF", 1) for t, p in zip(TICKETS, (HOUSEHOLD, RESIDENCE), strict=True))
DRAWING = Drawing(1, 1, bytes(4))
# The notices of this chart that ask to try again: whoever puts in a card there is the one who read them.
ASK_AGAIN = {
    *(FaultCode.CARD_UNREADABLE, FaultCode.CARD_REMOVED, FaultCode.BACKEND_SLOW, FaultCode.CODE_UNKNOWN),
    FaultCode.PIN_NOT_TYPED,
}
FAULT_OFFER = Offer(FaultCode.PAPER_EMPTY, FaultCode.PAPER_EMPTY, slips=False)
# One product of which everything is asked, and a code for one thing of two.
RECORD = Product(
    "criminalRecord595",
    "Uittreksel uit het strafregister",
    "",
    purposes=(Purpose("job", "Voor een job", needs_recipient=True), Purpose("other", "Iets anders")),
    asks_channel=True,
    max_copies=2,
    languages=("nl", "fr"),
)
CLAIM = Product("preparedDocument", "Bewijs van inschrijving", "", claim=UUID(int=9))
LARGE = Ease(large=True)
LATER = Later(delivered=False, expected_on="2026-12-07", notice="eBox")


# Exploring is a minute's work on a quiet machine, and whichever test comes first does it for all.
pytestmark = pytest.mark.timeout(600)


def alphabet() -> tuple[events.Event, ...]:
    """Every kind of event, with each value that the chart tells apart (answers carry visit 0: replaced when sent)."""
    progresses = (
        Progress(JobPhase.HANDED),
        Progress(JobPhase.PRINTING, 1),
        Progress(JobPhase.PAUSED, 1, FaultCode.PAPER_EMPTY),
        Progress(JobPhase.PRINTED, 1),
        Progress(JobPhase.FAILED, 0, FaultCode.PRINT_FAILED),
        Progress(JobPhase.UNKNOWN, None, FaultCode.PRINT_UNKNOWN),
    )
    return (
        *(kind() for kind in (events.DocumentsAsked, events.PaperGone, events.DigitTyped, events.LastErased)),
        *(kind() for kind in (events.AllErased, events.PinEntered, events.TriedAnyway, events.AnotherAsked)),
        *(kind() for kind in (events.ChoiceDone, events.ChangeAsked, events.SlipAsked, events.StopPressed)),
        *(kind() for kind in (events.HelpAsked, events.StillHere, events.CardInserted, events.CardRemoved)),
        *(kind() for kind in (events.OfferingsAsked, events.CodeAsked, events.TypingDone, events.PinUnknown)),
        *(kind() for kind in (events.TownAsked, events.LanguagesAsked, events.EaseAsked)),
        *(events.ServiceAsked(0), events.EaseChosen(LARGE)),
        events.SignTyped("C"),
        *(events.CodeScanned(code) for code in ("4F7K-9XQR", "")),
        *(events.Answered(answer) for answer in ("job", "other", "paper", "eBox", "2", "fr")),
        events.LanguageChosen(Language.EN),
        events.CardFound(),
        events.PaperFound(),
        *(events.PaperSensed(view) for view in TrayView),
        *(events.Chose(product.key) for product in (HOUSEHOLD, RESIDENCE, CLOSED, RECORD, CLAIM)),
        events.PageTurned(0),
        *(kind() for kind in (events.LookAsked, events.SheetTouched, events.LookedEnough)),
        *(events.SheetTurned(page, lower) for page, lower in ((0, True), (1, False), (2, False))),
        *(events.PageDrawn(0, 0, drawing) for drawing in (DRAWING, None)),
        *(events.Confirmed(TICKETS[:n]) for n in (1, 2)),
        *(events.PaperTaken(yes) for yes in (True, False)),
        *(events.OfferChanged(offer) for offer in (Offer(), FAULT_OFFER)),
        *(events.TimedOut(clock) for clock in events.Clock),
        *(events.CardRecognised(0, Applet.V1_8, tries, keys) for tries in (3, 1, 0, None) for keys in (False, True)),
        events.CardFailed(0, FaultCode.CARD_UNREADABLE),
        *(events.CertificateRead(0, structs.replace(CERTIFICATE, expired=expired)) for expired in (False, True)),
        events.ChallengeReceived(0, Challenge("id", "nonce")),
        *(events.PinFailed(0, tries) for tries in (2, 1, 0)),
        events.ChallengeSigned(0, Signature(b"signature")),
        events.SignedIn(0, PERSON, (HOUSEHOLD, RESIDENCE, CLOSED)),
        events.SignedIn(0, PERSON, (CLOSED,)),
        events.SignedIn(0, PERSON, (RECORD,)),
        *(events.CodeOpened(0, products) for products in ((CLAIM,), (CLAIM, CLOSED), ())),
        events.OfferingsReceived(0, (HOUSEHOLD, CLOSED)),
        *(events.BackEndFailed(0, fault) for fault in (FaultCode.BACKEND_DOWN, FaultCode.CODE_UNKNOWN)),
        events.OrderTaken(0, TICKETS[0], LATER),
        *(events.DocumentReady(0, document) for document in DOCUMENTS),
        *(events.OrderFailed(0, ticket, FaultCode.BACKEND_DOWN) for ticket in TICKETS),
        *(
            events.JobChanged(0, ticket, progress)
            for ticket, some in ((TICKETS[0], progresses), (TICKETS[1], progresses[3:5]))
            for progress in some
        ),
        events.RemedyGiven(0, TICKETS[0], RemedyOffer(Remedy.REPRINT_CODE, "4F7K-9XQR")),
        *(events.SlipEnded(0, printed) for printed in (True, False)),
        *(events.StaffCardSeen(0, StaffCard("T-03", role)) for role in ("technician", "depositor")),
        events.WorkAnswered(0, happenings.Known(Factor.PIN)),
        events.WorkTouched(happenings.CodeTyped()),
    )


@dataclass(frozen=True)
class Node:
    """A visit, and what the rules below need to remember of how it came there."""

    visit: Visit
    confirmed: frozenset[UUID] = frozenset()
    printed: frozenset[UUID] = frozenset()
    keystroke: bool = False  # OK was pressed on the PIN pad, and no PIN try was spent on it yet


@dataclass(frozen=True)
class Move:
    """One move of the chart."""

    before: Node
    event: events.Event
    after: Node
    effects: tuple[wishes.Effect, ...]


def follow(node: Node, event: events.Event) -> Move:
    """Take one step and remember what the rules ask about."""
    if isinstance(event, events.Answer):
        event = structs.replace(event, visit=node.visit.number)
    visit, effects = step(node.visit, event)
    begun = visit.number != node.visit.number
    confirmed = frozenset() if begun else node.confirmed
    if isinstance(event, events.Confirmed):
        confirmed |= {e.ticket for e in effects if isinstance(e, wishes.OrderDocument)}
    printing = {e.document.ticket for e in effects if isinstance(e, wishes.Print)}
    printed = (frozenset() if begun else node.printed) | printing
    pressed = isinstance(visit.state, SigningIn) and (node.keystroke or isinstance(event, events.PinEntered))
    signed = any(isinstance(e, wishes.SignChallenge) for e in effects)
    after = Node(_folded(visit), confirmed, printed, keystroke=pressed and not signed)
    return Move(node, event, after, effects)


def _folded(visit: Visit) -> Visit:
    """Fold what changes no rule: the visit's number, more than five typed digits, what was ordered.

    And paper that was found, or seen by the sensor, during a visit: it matters from the portal on, and once a document
    is printed, where it may be seen just as well. And the language, and how it is seen: every move is made again in
    English and large letters below. And which page of three stands over a state: none of them does anything to it.
    """
    state = visit.state
    if isinstance(state, EnterPin) and state.typed > 5:
        state = replace(state, typed=5)
    if isinstance(state, StaffAtWork) and isinstance(state.work.page, EnterStaffCode):  # three digits are not yet six
        few = 5 if 2 < state.work.page.typed < 6 else state.work.page.typed
        state = StaffAtWork(structs.replace(state.work, page=structs.replace(state.work.page, typed=few)))
    if isinstance(state, Asking):
        state = replace(state, typed=state.typed[:1])
    if isinstance(state, TakeCard | Ordering | Viewing | Printing | Printed):  # once ordered, no rule asks for what
        state = replace(state, orders=tuple(replace(order, product=HOUSEHOLD) for order in state.orders))
    if isinstance(state, Viewing):  # each of these is met once, not each beside each other
        seen = state.drawing is not None
        state = replace(state, clear=state.clear and seen, lower=state.lower and not (seen or state.failed))
    sensed = isinstance(state, Portal | PaperLeft | AskCard) and visit.overlay is None
    if isinstance(state, Printed):
        one = len(state.orders) == 1 and not state.remedies and state.slip is SlipState.NOT_ASKED
        sensed = one and visit.slot is CardSlot.EMPTY and visit.offer == Offer() and visit.overlay is None
        state = state if sensed else replace(state, reminders=0)
    tray = visit.tray if sensed else TrayView.UNSEEN
    paper_left = visit.paper_left and tray is TrayView.UNSEEN and not isinstance(state, PRIVATE)
    overlay = Overlay.HELP if visit.overlay in (Overlay.EASE, Overlay.LANGUAGES) else visit.overlay
    visit = replace(visit, number=1 + visit.number % 2, state=state, overlay=overlay, paper_left=paper_left)
    return replace(visit, tray=tray, language=Language.NL, ease=Ease())


def explore() -> Iterator[Move]:
    """Give every move from the portal on that changes or wishes for anything."""
    start = Node(Visit())
    seen, queue = {start}, deque([start])
    while queue:
        node = queue.popleft()
        for event in alphabet():
            move = follow(node, event)
            if move.after != node or move.effects:
                yield move
            if move.after not in seen:
                seen.add(move.after)
                queue.append(move.after)


@pytest.fixture(scope="module")
def moves() -> list[Move]:
    """Every move of the chart."""
    return list(explore())


def test_every_state_and_every_kind_of_event_is_reached(moves: list[Move], capsys: pytest.CaptureFixture[str]) -> None:
    """The alphabet holds every kind of event, the exploration meets every state, and each event matters somewhere."""
    states = {type(move.after.visit.state) for move in moves}
    matters = {type(move.event) for move in moves if move.after.visit != move.before.visit or move.effects}
    with capsys.disabled():
        print(f"\nchart: {len({m.before for m in moves})} visits, {len(moves)} moves")
        print("  states:", ", ".join(sorted(s.__name__ for s in states)))
        print("  events:", ", ".join(sorted(e.__name__ for e in matters)))
    assert states == set(get_args(State))
    assert matters == set(get_args(events.Event))
    assert {type(e) for move in moves for e in move.effects} == set(get_args(wishes.Effect))


def test_time_alone_leads_home(moves: list[Move]) -> None:
    """From every visit, letting every clock run out ends at the portal with nobody's data, in Dutch, as usual."""
    distance: dict[Visit, int] = {}
    for visit in {in_english(move.after.visit) for move in moves}:
        here, steps = visit, 0
        while here != replace(here, state=Portal(), overlay=None, language=Language.NL, ease=Ease()):
            clock = next(iter(running(here)))
            here, _ = step(here, events.TimedOut(clock))
            steps += 1
            assert steps < 20, visit.state
        distance[visit] = steps
    assert max(distance.values()) >= 3


def test_nothing_unconfirmed_is_printed_and_nothing_twice(moves: list[Move]) -> None:
    """A ticket goes to paper after its confirmation, with the card out, and once."""
    prints = [(m, e) for m in moves for e in m.effects if isinstance(e, wishes.Print)]
    assert prints
    for move, effect in prints:
        assert effect.document.ticket in move.before.confirmed
        assert effect.document.ticket not in move.before.printed
        first = not isinstance(move.before.visit.state, Printing)
        assert not first or move.after.visit.slot is CardSlot.EMPTY


def test_leaving_always_forgets(moves: list[Move]) -> None:
    """Whoever was in a state that holds data or a PIN is forgotten on the move that leaves it for home or a notice."""
    anonymous = (Portal, Goodbye, CardBack, Notice, NotTaken)
    left = [
        m for m in moves if isinstance(m.before.visit.state, PRIVATE) and isinstance(m.after.visit.state, anonymous)
    ]
    assert {type(move.before.visit.state) for move in left} >= {EnterPin, Choosing, TakeCard, Printed}
    for move in left:
        kinds = {type(effect) for effect in move.effects}
        assert {wishes.Forget, wishes.ForgetPin, wishes.EndSession, wishes.ReleaseCard} <= kinds, move


def test_no_pin_try_without_the_residents_own_keystroke(moves: list[Move]) -> None:
    """Each signature follows one press of OK that no other signature used."""
    signatures = [m for m in moves if any(isinstance(e, wishes.SignChallenge) for e in m.effects)]
    assert signatures
    for move in signatures:
        assert move.before.keystroke or isinstance(move.event, events.PinEntered)


def test_the_readers_keys_ask_only_while_the_screen_sends_the_hands_there(moves: list[Move]) -> None:
    """And never at the same time as the screen."""
    asked = [m for m in moves if any(isinstance(e, wishes.SignOnReader) for e in m.effects)]
    assert {type(move.after.visit.state) for move in asked} == {PinOnReader}


def test_every_confirmed_ticket_is_printed_or_abandoned(moves: list[Move]) -> None:
    """Leaving with documents that were ordered and not begun abandons each; what comes later anyway stands."""
    for move in moves:
        state = move.before.visit.state
        gone = isinstance(move.after.visit.state, Portal | CardBack | Goodbye | Notice)
        if isinstance(state, Ordering | TakeCard | Viewing) and gone:
            open_tickets = {order.ticket for order in state.orders if order.fault is None and order.later is None}
            failed_now = {move.event.ticket} if isinstance(move.event, events.OrderFailed) else set()
            abandoned = {e.ticket for e in move.effects if isinstance(e, wishes.Abandon)}
            assert open_tickets - failed_now == abandoned, move


def test_an_answer_of_an_earlier_visit_changes_nothing(moves: list[Move]) -> None:
    """A slow "Dag An" never greets the next person."""
    late = events.SignedIn(99, PERSON, (HOUSEHOLD,))
    for visit in {move.after.visit for move in moves}:
        assert step(visit, late) == (visit, ())


def test_a_language_changes_nothing_but_the_words_and_ends_with_the_visit(moves: list[Move]) -> None:
    """Every move again in English and large letters: the same move, and neither once the resident is gone."""
    for move in moves:
        before = move.before.visit
        (dutch, effects), (english, same) = step(before, move.event), step(in_english(before), move.event)
        assert in_english(english) == in_english(dutch)
        assert same == effects or _without_clocks(same) == _without_clocks(effects)
        over = _is_over(before, dutch, move.event)
        assert english.language is (Language.NL if over else Language.EN), move
        assert english.ease == (Ease() if over else LARGE), move


def in_english(visit: Visit) -> Visit:
    return replace(visit, language=Language.EN, ease=LARGE)


def _without_clocks(effects: tuple[wishes.Effect, ...]) -> list[wishes.Effect]:
    """A portal in English runs a clock that one in Dutch does not."""
    return [effect for effect in effects if not isinstance(effect, wishes.Start | wishes.Cancel)]


def _is_over(before: Visit, after: Visit, event: events.Event) -> bool:
    """Whether whoever stood there is gone: home again, another card after the last word, or nobody at the portal."""
    if isinstance(before.state, Portal):
        return event == events.TimedOut(events.Clock.STEP)
    if isinstance(before.state, Notice) and after.number != before.number:
        return before.state.fault not in ASK_AGAIN
    left_goodbye = isinstance(before.state, Goodbye) and not isinstance(after.state, Goodbye)
    return isinstance(after.state, Portal) or left_goodbye


def test_a_card_that_stayed_starts_nothing(moves: list[Move]) -> None:
    """With a stale card in the slot no visit begins by itself, whatever happens, until the card has been out."""
    stale = [m for m in moves if m.before.visit.slot is CardSlot.STALE and isinstance(m.before.visit.state, Portal)]
    assert stale
    for move in stale:
        put_in = isinstance(move.event, events.CardInserted)
        asked = isinstance(move.event, events.DocumentsAsked | events.CodeAsked | events.CodeScanned)
        assert isinstance(move.after.visit.state, Portal) or put_in or asked
        assert not any(isinstance(e, wishes.RecogniseCard) for e in move.effects) or put_in


def test_another_page_comes_with_its_own_picture_and_the_card_pulled_prints(moves: list[Move]) -> None:
    """No page stands under the number of another; whoever looks and takes the card gets the paper."""
    looks = [move for move in moves if isinstance(move.after.visit.state, Viewing)]
    for move in looks:
        before, after = move.before.visit.state, move.after.visit.state
        assert isinstance(after, Viewing)
        if isinstance(before, Viewing) and before.page != after.page:
            assert after.drawing is None
            assert any(isinstance(e, wishes.DrawPage) for e in move.effects)
    pulled = [m for m in moves if isinstance(m.before.visit.state, Viewing) and m.event == events.CardRemoved()]
    assert pulled
    assert all(any(isinstance(e, wishes.Print) for e in move.effects) for move in pulled)
