"""The rules of a visit, each held to every move of the chart (`conftest` explores it)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from config.settings import Language
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.clocks import running
from kiosk_app.doors import (
    AskTaken,
    AtDoor,
    Collect,
    Collecting,
    DoorEnding,
    DoorFailed,
    DoorOpen,
    DoorOpening,
    NextDoor,
    OpenDoor,
    SettleDoor,
)
from kiosk_app.step import step
from kiosk_app.visit import (
    Asking,
    CardBack,
    CardSlot,
    Checking,
    Choosing,
    Ease,
    EnterCode,
    EnterPin,
    Goodbye,
    LastTry,
    Notice,
    NotTaken,
    OpeningCode,
    Ordering,
    Person,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Product,
    Recognising,
    SigningIn,
    State,
    TakeCard,
    Viewing,
    Visit,
    Voice,
)

Moves = list[Any]  # of `Move`, in conftest
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
PERSON = Person("An", "Peeters")
LARGE = Ease(large=True)
LISTENS = Voice(on=True, headset=True, volume=3)
HEARD = events.VoiceAsked | events.VoiceSwitched | events.VolumeTurned | events.HeadsetChanged

PRIVATE = (
    *(EnterCode, OpeningCode, Recognising, LastTry, EnterPin, PinOnReader, SigningIn, Choosing, Asking, Checking),
    *(Ordering, TakeCard, Viewing, Printing, Printed, Collecting, DoorOpening, DoorOpen, AskTaken, NextDoor),
)
# The notices of this chart that ask to try again: whoever puts in a card there is the one who read them.
ASK_AGAIN = {
    *(FaultCode.CARD_UNREADABLE, FaultCode.CARD_REMOVED, FaultCode.BACKEND_SLOW, FaultCode.CODE_UNKNOWN),
    FaultCode.PIN_NOT_TYPED,
}

# Exploring is a minute's work on a quiet machine, and whichever test comes first does it for all.
pytestmark = pytest.mark.timeout(600)


def test_every_state_and_every_kind_of_event_is_reached(moves: Moves, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_time_alone_leads_home(moves: Moves) -> None:
    """From every visit, letting every clock run out ends at the portal with nobody's data, in Dutch, as usual."""
    distance: dict[Visit, int] = {}
    for visit in {in_english(move.after.visit) for move in moves}:
        here, steps = visit, 0
        while here != replace(
            here, state=Portal(), overlay=None, language=Language.NL, ease=Ease(), voice=here.voice.at_rest
        ):
            clock = next(iter(running(here)))
            here, _ = step(here, events.TimedOut(clock))
            steps += 1
            assert steps < 20, visit.state
        distance[visit] = steps
    assert max(distance.values()) >= 3


def test_nothing_unconfirmed_is_printed_and_nothing_twice(moves: Moves) -> None:
    """A ticket goes to paper after its confirmation, with the card out, and once."""
    prints = [(m, e) for m in moves for e in m.effects if isinstance(e, wishes.Print)]
    assert prints
    for move, effect in prints:
        assert effect.document.ticket in move.before.confirmed
        assert effect.document.ticket not in move.before.printed
        first = not isinstance(move.before.visit.state, Printing)
        assert not first or move.after.visit.slot is CardSlot.EMPTY


def test_leaving_always_forgets(moves: Moves) -> None:
    """Whoever was in a state that holds data or a PIN is forgotten on the move that leaves it for home or a notice."""
    anonymous = (Portal, Goodbye, CardBack, Notice, NotTaken)
    left = [
        m for m in moves if isinstance(m.before.visit.state, PRIVATE) and isinstance(m.after.visit.state, anonymous)
    ]
    assert {type(move.before.visit.state) for move in left} >= {EnterPin, Choosing, TakeCard, Printed}
    for move in left:
        kinds = {type(effect) for effect in move.effects}
        assert {wishes.Forget, wishes.ForgetPin, wishes.EndSession, wishes.ReleaseCard} <= kinds, move


def test_no_pin_try_without_the_residents_own_keystroke(moves: Moves) -> None:
    """Each signature follows one press of OK that no other signature used."""
    signatures = [m for m in moves if any(isinstance(e, wishes.SignChallenge) for e in m.effects)]
    assert signatures
    for move in signatures:
        assert move.before.keystroke or isinstance(move.event, events.PinEntered)


def test_the_readers_keys_ask_only_while_the_screen_sends_the_hands_there(moves: Moves) -> None:
    """And never at the same time as the screen."""
    asked = [m for m in moves if any(isinstance(e, wishes.SignOnReader) for e in m.effects)]
    assert {type(move.after.visit.state) for move in asked} == {PinOnReader}


def test_every_confirmed_ticket_is_printed_or_abandoned(moves: Moves) -> None:
    """Leaving with documents that were ordered and not begun abandons each; what comes later anyway stands."""
    for move in moves:
        state = move.before.visit.state
        gone = isinstance(move.after.visit.state, Portal | CardBack | Goodbye | Notice)
        if isinstance(state, Ordering | TakeCard | Viewing) and gone:
            open_tickets = {order.ticket for order in state.orders if order.fault is None and order.later is None}
            failed_now = {move.event.ticket} if isinstance(move.event, events.OrderFailed) else set()
            abandoned = {e.ticket for e in move.effects if isinstance(e, wishes.Abandon)}
            assert open_tickets - failed_now == abandoned, move


def test_an_answer_of_an_earlier_visit_changes_nothing(moves: Moves) -> None:
    """A slow "Dag An" never greets the next person."""
    late = events.SignedIn(99, PERSON, (HOUSEHOLD,))
    for visit in {move.after.visit for move in moves}:
        assert step(visit, late) == (visit, ())


def test_a_language_changes_nothing_but_the_words_and_ends_with_the_visit(moves: Moves) -> None:
    """Every move again in English, large letters and a headset: the same, and none once the resident is gone."""
    for move in moves:
        before = move.before.visit
        (dutch, effects), (english, same) = step(before, move.event), step(in_english(before), move.event)
        assert in_english(english) == in_english(dutch)
        assert _without_clocks(same) == _without_clocks(effects) or isinstance(move.event, HEARD)
        over = _is_over(before, dutch, move.event)
        assert english.language is (Language.NL if over else Language.EN), move
        assert english.ease == (Ease() if over else LARGE), move
        assert english.voice == (Voice(headset=True) if over else LISTENS) or isinstance(move.event, HEARD), move


def in_english(visit: Visit) -> Visit:
    return replace(visit, language=Language.EN, ease=LARGE, voice=LISTENS)


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


def test_a_card_that_stayed_starts_nothing(moves: Moves) -> None:
    """With a stale card in the slot no visit begins by itself, whatever happens, until the card has been out."""
    stale = [m for m in moves if m.before.visit.slot is CardSlot.STALE and isinstance(m.before.visit.state, Portal)]
    assert stale
    for move in stale:
        put_in = isinstance(move.event, events.CardInserted)
        asked = isinstance(move.event, events.DocumentsAsked | events.CodeAsked | events.CodeScanned)
        assert isinstance(move.after.visit.state, Portal) or put_in or asked
        assert not any(isinstance(e, wishes.RecogniseCard) for e in move.effects) or put_in


def test_another_page_comes_with_its_own_picture_and_the_card_pulled_prints(moves: Moves) -> None:
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


# --- doors ---------------------------------------------------------------------------------------------------------


def test_no_door_opens_without_leave_nor_beside_a_card(moves: Moves) -> None:
    """Each opening is of a ticket for which this visit asked and got leave, and no card is in the slot."""
    opened = [(m, e) for m in moves for e in m.effects if isinstance(e, OpenDoor)]
    assert {type(move.before.visit.state) for move, _ in opened} == {Collecting, AskTaken}
    for move, effect in opened:
        assert effect.ticket in move.granted, move
        assert move.after.visit.slot is not CardSlot.IN


def test_nothing_is_called_collected_but_behind_a_door_that_opened_and_was_shut(moves: Moves) -> None:
    """The resident's word counts where the lock said open and then closed, and nowhere else."""
    said = [(m, e) for m in moves for e in m.effects if isinstance(e, SettleDoor) and e.ending is not None]
    words = (DoorEnding.COLLECTED, DoorEnding.FOUND_EMPTY)
    assert {effect.ending for _, effect in said} == {*words, DoorEnding.NOT_OPENED}
    for move, effect in said:
        assert (effect.ending in words) == (effect.ticket in move.shut), move


def test_every_door_that_was_asked_for_is_settled_once(moves: Moves) -> None:
    """Whoever leaves a door, one way or another, leaves it settled or failed; and it is not settled again."""
    assert any(isinstance(e, Collect) for m in moves for e in m.effects)
    for move in moves:
        state = move.after.visit.state
        at_door = isinstance(state, AtDoor) and not isinstance(state, NextDoor)
        assert move.unsettled == ({state.thing.ticket} if at_door else set()), move
        settled = [e.ticket for e in move.effects if isinstance(e, SettleDoor)]
        assert len(settled) == len(set(settled)), move
        assert set(settled) <= move.before.unsettled | {e.thing.ticket for e in move.effects if isinstance(e, Collect)}


def test_a_door_that_fails_is_told_of(moves: Moves) -> None:
    """Nobody is left before a door that stays shut without a word."""
    failed = [m for m in moves if isinstance(m.event, DoorFailed) and isinstance(m.before.visit.state, DoorOpening)]
    assert {type(m.after.visit.state) for m in failed} == {Notice, NextDoor}
