"""Single ways through the chart of a visit, played step by step; every way at once is in test_every_path."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec import structs

from hardware.devices import Applet, Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.answers import wanted
from kiosk_app.doors import AskTaken, NextDoor, Thing
from kiosk_app.step import step
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    CardSlot,
    Challenge,
    Channel,
    Checking,
    Choosing,
    Details,
    Document,
    EnterCode,
    Goodbye,
    Job,
    JobPhase,
    Later,
    Notice,
    NotTaken,
    Offer,
    OpeningCode,
    Order,
    Ordering,
    Overlay,
    PaperLeft,
    Person,
    Portal,
    Printed,
    Printing,
    Product,
    Progress,
    Purpose,
    Question,
    Recognising,
    Remedy,
    RemedyOffer,
    State,
    TakeCard,
    Visit,
)

TICKET = UUID(int=1)
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
PERSON = Person("An", "Peeters")
CERTIFICATE = Certificate(b"der", "ES384", expired=False)
RECORD = Product(
    "criminalRecord595",
    "Uittreksel uit het strafregister",
    "",
    purposes=(Purpose("job", "Voor een job", needs_recipient=True),),
    asks_channel=True,
)
CLAIM = Product("preparedDocument", "Bewijs van inschrijving", "", claim=UUID(int=9))
DOCUMENT = Document(TICKET, HOUSEHOLD, b"%PDF", 1)


def played(visit: Visit, *said: events.Event) -> Visit:
    """Play events one after the other; answers are of this visit."""
    for event in said:
        visit, _ = step(
            visit, structs.replace(event, visit=visit.number) if isinstance(event, events.Answer) else event
        )
    return visit


SIGNED_IN: tuple[events.Event, ...] = (
    events.CardInserted(),
    events.CardRecognised(0, Applet.V1_8, 3),
    events.CertificateRead(0, CERTIFICATE),
    events.ChallengeReceived(0, Challenge("id", "nonce")),
    *[events.DigitTyped()] * 4,
    events.PinEntered(),
    events.ChallengeSigned(0, Signature(b"signature")),
    events.SignedIn(0, PERSON, (HOUSEHOLD,)),
)
ORDERED: tuple[events.Event, ...] = (
    *SIGNED_IN,
    events.Chose(HOUSEHOLD.code),
    events.Confirmed((TICKET,)),
    events.DocumentReady(0, DOCUMENT),
)


def test_a_forgotten_card_is_asked_for_three_times_and_then_nothing_is_printed() -> None:
    """Each asking is another one; after the third the document is given up and the card left where it is."""
    visit = played(Visit(), *ORDERED)
    askings: list[int] = []
    effects: tuple[wishes.Effect, ...] = ()
    while isinstance(visit.state, TakeCard):
        askings.append(visit.state.reminders)
        visit, effects = step(visit, events.TimedOut(events.Clock.STEP))
    assert askings == [0, 1, 2]
    assert isinstance(visit.state, Portal)
    assert visit.slot is CardSlot.STALE
    assert wishes.Abandon(visit.number, TICKET, FaultCode.PRINT_STOPPED) in effects


def test_a_stale_card_must_be_out_before_it_counts() -> None:
    """Touching the tile asks for a card; the one that lay there counts once it was out and came back."""
    visit = played(Visit(slot=CardSlot.STALE), events.DocumentsAsked())
    assert isinstance(visit.state, AskCard)
    assert isinstance(played(visit, events.CardRemoved(), events.CardInserted()).state, Recognising)


@pytest.mark.parametrize("state", [Portal(), Goodbye()], ids=["portal", "goodbye"])
def test_a_card_that_was_found_with_its_reader_starts_nothing_until_it_was_out(state: State) -> None:
    """A boot, or pcscd restarting behind a forgotten card, is nobody who puts a card in."""
    visit, effects = step(Visit(state=state), events.CardFound())
    assert (visit, effects) == (Visit(state=state, slot=CardSlot.STALE), ())
    assert isinstance(played(visit, events.CardRemoved(), events.CardInserted()).state, Recognising)


def test_a_code_before_the_scanner_does_not_wait_for_somebody_elses_goodbye_to_go() -> None:
    """As a card does not: whoever left is gone, and this is another visit."""
    goodbye = Visit(7, Goodbye())
    opened, effects = step(goodbye, events.CodeScanned("CDFG-HJKM"))
    assert (type(opened.state), opened.number) == (OpeningCode, 8)
    assert any(isinstance(effect, wishes.OpenCode) and effect.visit == 8 for effect in effects)


def test_a_notice_stays_when_the_reader_comes_back_with_the_card_and_leaving_it_asks_the_card_back() -> None:
    """The sentence must be readable, whether the card service takes a tenth of a second to come back or two."""
    notice = step(Visit(state=Notice(FaultCode.READER_LOST)), events.CardFound())[0]
    assert isinstance(notice.state, Notice)
    assert isinstance(played(notice, events.StopPressed()).state, CardBack)


def test_a_card_that_is_found_while_one_is_asked_for_is_taken_as_put_in() -> None:
    """Somebody stands there, asked for a card: what the reader finds then is theirs."""
    assert isinstance(played(Visit(), events.DocumentsAsked(), events.CardFound()).state, Recognising)


@pytest.mark.parametrize(
    "state", [Portal(), Choosing(PERSON, (HOUSEHOLD,)), Goodbye()], ids=["portal", "choosing", "goodbye"]
)
def test_paper_of_before_a_restart_is_asked_for_at_the_next_visit(state: State) -> None:
    """Whatever goes on when it is found goes on; nobody after it starts before the tray is said to be empty."""
    visit, effects = step(Visit(state=state), events.PaperFound())
    assert (visit.state, effects) == (state, ())
    visit = played(visit, events.StopPressed(), events.TimedOut(events.Clock.STEP), events.CardInserted())
    assert isinstance(visit.state, PaperLeft)
    assert isinstance(played(visit, events.PaperGone()).state, Recognising)


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        ((), FaultCode.CARD_UNREADABLE),
        (SIGNED_IN[2:3], FaultCode.BACKEND_SLOW),
        (SIGNED_IN[2:4], FaultCode.CARD_UNREADABLE),
        ((*SIGNED_IN[2:4], SIGNED_IN[-2]), FaultCode.BACKEND_SLOW),
    ],
    ids=["no certificate", "no challenge", "no signature", "no word of the back end"],
)
def test_signing_in_that_takes_too_long_names_who_did_not_answer(
    answered: tuple[events.Event, ...], fault: FaultCode
) -> None:
    """A card that hangs is not called a slow town hall, nor the other way round."""
    visit = played(Visit(), *SIGNED_IN[:2], *[events.DigitTyped()] * 4, events.PinEntered(), *answered)
    assert played(visit, events.TimedOut(events.Clock.STEP)).state == Notice(fault)


def test_a_code_that_comes_late_stands_as_long_as_any() -> None:
    """The clock of the last screen starts anew when there is something new to read on it."""
    failed = events.JobChanged(0, TICKET, Progress(JobPhase.FAILED, 0, FaultCode.PAPER_JAM))
    visit = played(Visit(), *ORDERED, events.CardRemoved(), failed)
    told = events.RemedyGiven(visit.number, TICKET, RemedyOffer(Remedy.REPRINT_CODE, "4F7K-29"))
    _, effects = step(visit, told)
    assert wishes.Start(events.Clock.IDLE, "take_paper") in effects


def test_help_on_the_portal_goes_away_by_itself_and_asks_before() -> None:
    """Nobody there: the portal is itself again, and an empty hall is not called to."""
    helped, effects = step(Visit(), events.HelpAsked())
    assert wishes.Start(events.Clock.IDLE, "idle") in effects
    asked, effects = step(helped, events.TimedOut(events.Clock.IDLE))
    assert (asked.overlay, wishes.Say() in effects) == (Overlay.STILL_THERE, False)
    assert wishes.Start(events.Clock.GONE, "still_there") in effects
    for gone in (events.TimedOut(events.Clock.GONE), events.StopPressed()):
        assert played(asked, gone) == Visit()


PRINTED = Printed((Job(DOCUMENT, Progress(JobPhase.PRINTED, 1)),), (Order(TICKET, HOUSEHOLD),))
THING = Thing(TICKET, UUID(int=9), "Paspoort", 7)
WAITS: tuple[State, ...] = (
    *(Notice(FaultCode.BACKEND_DOWN), NotTaken(), PRINTED),
    *(NextDoor((THING,)), AskTaken(THING)),
)


@pytest.mark.parametrize("state", WAITS, ids=lambda state: type(state).__name__)
def test_whatever_waits_for_a_reader_asks_before_it_goes_and_can_be_had_again_ten_times(state: State) -> None:
    """EN 301 549 9.2.2.1."""
    visit = Visit(1, state, offer=Offer(doors=None))
    for _ in range(10):
        asked = played(visit, events.TimedOut(events.Clock.IDLE))
        assert (asked.state, asked.overlay) == (state, Overlay.STILL_THERE)
        visit, effects = step(asked, events.StillHere())
        assert (visit.state, visit.overlay) == (state, None)
        assert any(isinstance(one, wishes.Start) and one.clock is events.Clock.IDLE for one in effects)
    over = played(visit, events.TimedOut(events.Clock.IDLE), events.TimedOut(events.Clock.GONE))
    assert isinstance(over.state, Portal | Goodbye)
    assert over.paper_left is isinstance(state, Printed)


def test_a_lost_reader_is_not_blamed_on_the_resident() -> None:
    """The reader goes with the card in it: first the offer changes, then the slot is empty."""
    lost = events.OfferChanged(Offer(documents=FaultCode.READER_LOST))
    for upto in (2, len(SIGNED_IN)):
        visit = played(Visit(), *SIGNED_IN[:upto], lost, events.CardRemoved())
        assert visit.state == Notice(FaultCode.READER_LOST)


def test_the_choice_is_offered_only_while_it_can_be_finished() -> None:
    """An empty tray is said before anyone types a PIN."""
    visit, _ = step(Visit(), events.OfferChanged(Offer(documents=FaultCode.PAPER_EMPTY)))
    visit, effects = step(visit, events.CardInserted())
    assert visit.state == Notice(FaultCode.PAPER_EMPTY)
    assert not any(isinstance(e, wishes.RecogniseCard) for e in effects)


def test_states_that_hold_people_show_nothing_in_a_log() -> None:
    """A blank repr: neither a name nor a document can slip into a log line."""
    state = Choosing(PERSON, (HOUSEHOLD,))
    assert "An" not in repr(PERSON)
    assert "Peeters" not in repr(Visit(state=state))
    assert "PDF" not in repr(DOCUMENT)


def test_a_slip_waits_until_every_bad_ending_has_its_remedy() -> None:
    """Two documents that failed: the slip is printed by itself when the second code is known, and holds both."""
    second = Document(UUID(int=2), structs.replace(HOUSEHOLD, code="residence"), b"%PDF", 1)
    jobs = tuple(Job(one, Progress(JobPhase.FAILED, 0, FaultCode.PAPER_JAM)) for one in (DOCUMENT, second))
    visit = Visit(number=1, state=Printed(jobs, ()))
    offers = [RemedyOffer(Remedy.REPRINT_CODE, code) for code in ("4F7K-9XQR", "CDFG-HJKM")]
    visit, effects = step(visit, events.RemedyGiven(1, TICKET, offers[0]))
    assert not any(isinstance(effect, wishes.PrintSlip) for effect in effects)
    _, effects = step(visit, events.RemedyGiven(1, second.ticket, offers[1]))
    (slip,) = [effect for effect in effects if isinstance(effect, wishes.PrintSlip)]
    assert dict(slip.remedies) == {TICKET: offers[0], second.ticket: offers[1]}


def test_the_session_ends_once_with_the_first_word_of_the_device() -> None:
    """Until the paper is on its way nothing may stand before it; then the resident's session serves nobody."""
    state = Printing((Job(DOCUMENT, Progress(JobPhase.REQUESTED)),), ())
    visit, ended = Visit(number=1, state=state), []
    for phase in (JobPhase.HANDED, JobPhase.PRINTING, JobPhase.PRINTED):
        visit, effects = step(visit, events.JobChanged(1, TICKET, Progress(phase)))
        ended += [phase for effect in effects if effect == wishes.EndSession(1)]
    assert ended == [JobPhase.PRINTING]


def test_a_lost_reader_leaves_the_way_of_a_code() -> None:
    """No card can be read; what waits behind a code can still be printed."""
    lost = Offer(documents=FaultCode.READER_LOST)
    visit = played(Visit(offer=lost), events.CodeAsked())
    assert visit.state == EnterCode()
    visit = played(visit, *[events.SignTyped("C")] * 8, events.TypingDone(), events.CodeOpened(0, (CLAIM,)))
    assert visit.state == Checking(None, (CLAIM,), (CLAIM.key,))
    visit, effects = step(visit, events.Confirmed((TICKET,)))
    assert isinstance(visit.state, Ordering)
    assert any(isinstance(effect, wishes.OrderDocument) for effect in effects)


def test_a_wrong_code_is_typed_again_and_a_used_one_ends_it() -> None:
    """What can be a slip of the finger is asked again, with nothing of it kept; what is final is said."""
    typed = played(Visit(), events.CodeAsked(), *[events.SignTyped("C")] * 9, events.TypingDone())
    assert isinstance(typed.state, OpeningCode)
    again = played(typed, events.BackEndFailed(0, FaultCode.CODE_UNKNOWN))
    assert again.state == EnterCode(typed="", refused=FaultCode.CODE_UNKNOWN)
    assert played(again, events.SignTyped("C")).state == EnterCode(typed="C")
    over = (FaultCode.CODE_USED, FaultCode.CODE_EXPIRED, FaultCode.CODE_WITHDRAWN, FaultCode.CODES_PAUSED)
    for final in over:
        assert played(typed, events.BackEndFailed(0, final)).state == Notice(final)


def test_what_a_product_wants_to_know_is_asked_before_it_is_checked() -> None:
    """Purpose, then recipient where the purpose has one, then paper or eBox; going back asks anew."""
    visit = played(Visit(), *SIGNED_IN[:-1], events.SignedIn(0, PERSON, (RECORD,)), events.Chose(RECORD.key))
    asked = []
    for said in (events.Answered("job"), events.SignTyped("K"), events.TypingDone(), events.Answered("eBox")):
        assert isinstance(visit.state, Asking)
        asked.append(visit.state.question)
        visit = played(visit, said)
    assert asked == [Question.PURPOSE, Question.RECIPIENT, Question.RECIPIENT, Question.CHANNEL]
    assert isinstance(visit.state, Checking)
    (answers,) = visit.state.details
    assert answers == Details(RECORD.key, RECORD.purposes[0], "K", Channel.EBOX)
    _, effects = step(visit, events.Confirmed((TICKET,)))
    assert [effect.details for effect in effects if isinstance(effect, wishes.OrderDocument)] == [answers]
    assert not any(isinstance(effect, wishes.PreparePrint) for effect in effects)


def test_the_language_is_asked_where_the_law_allows_more_than_one_and_goes_with_the_order() -> None:
    both = structs.replace(HOUSEHOLD, languages=("nl", "fr"))
    visit = played(Visit(), *SIGNED_IN[:-1], events.SignedIn(0, PERSON, (both,)), events.Chose(both.key))
    assert isinstance(visit.state, Asking)
    assert visit.state.question is Question.LANGUAGE
    assert played(visit, events.Answered("en")) == visit
    _, effects = step(played(visit, events.Answered("fr")), events.Confirmed((TICKET,)))
    (ordered,) = [effect for effect in effects if isinstance(effect, wishes.OrderDocument)]
    assert wanted(ordered.product, ordered.details) == {"productCode": "householdComposition", "language": "fr"}


def test_how_many_is_asked_where_there_may_be_more_than_one_and_only_for_paper() -> None:
    """The answer goes with the order and with the job that is held ready; one that was not offered changes nothing."""
    birth = structs.replace(HOUSEHOLD, code="civilBirth", max_copies=3)
    visit = played(Visit(), *SIGNED_IN[:-1], events.SignedIn(0, PERSON, (birth,)), events.Chose(birth.key))
    assert isinstance(visit.state, Asking)
    assert visit.state.question is Question.COPIES
    for wrong in ("0", "4", "-1", "paper", ""):
        assert played(visit, events.Answered(wrong)) == visit
    back = played(visit, events.ChangeAsked())
    assert isinstance(back.state, Choosing)
    _, effects = step(played(visit, events.Answered("3")), events.Confirmed((TICKET,)))
    assert [effect.details.copies for effect in effects if isinstance(effect, wishes.OrderDocument)] == [3]
    assert [effect.copies for effect in effects if isinstance(effect, wishes.PreparePrint)] == [3]
    both = structs.replace(birth, asks_channel=True)
    visit = played(Visit(), *SIGNED_IN[:-1], events.SignedIn(0, PERSON, (both,)), events.Chose(both.key))
    assert isinstance(played(visit, events.Answered("eBox")).state, Checking)
    assert isinstance(played(visit, events.Answered("paper")).state, Asking)


def test_a_free_print_of_several_copies_is_held_ready_for_as_many() -> None:
    """What a claim holds is not asked for: the town said how many come out."""
    three = structs.replace(CLAIM, copies=3)
    visit = played(Visit(), events.CodeAsked(), *[events.SignTyped("C")] * 9, events.TypingDone())
    visit = played(visit, events.CodeOpened(0, (three,)))
    _, effects = step(visit, events.Confirmed((TICKET,)))
    assert [effect.copies for effect in effects if isinstance(effect, wishes.PreparePrint)] == [3]


def test_nothing_that_comes_later_is_called_printed_or_given_up() -> None:
    """An order that was taken for later stands when the resident goes; a slip says how it goes on."""
    visit = played(Visit(), *SIGNED_IN, events.Chose(HOUSEHOLD.key), events.Confirmed((TICKET,)))
    visit = played(visit, events.OrderTaken(0, TICKET, Later(delivered=False, expected_on="2026-12-07")))
    visit, effects = step(visit, events.CardRemoved())
    assert isinstance(visit.state, Printed)
    assert visit.state.jobs == ()
    assert any(isinstance(effect, wishes.PrintSlip) for effect in effects)
    _, effects = step(visit, events.StopPressed())
    assert not any(isinstance(effect, wishes.Abandon) for effect in effects)


def test_the_session_ends_too_where_no_paper_comes() -> None:
    visit = played(Visit(), *SIGNED_IN, events.Chose(HOUSEHOLD.key), events.Confirmed((TICKET,)), events.CardRemoved())
    taken = events.OrderTaken(visit.number, TICKET, Later(delivered=False, expected_on="2026-12-07"))
    visit, effects = step(visit, taken)
    assert isinstance(visit.state, Printed)
    assert wishes.EndSession(visit.number) in effects


def test_a_pin_that_is_not_known_costs_nothing() -> None:
    """The page about it lies over the pad; back at the pad what was typed still stands, and no try was spent."""
    pad = played(Visit(), *SIGNED_IN[:2], events.DigitTyped())
    told = played(pad, events.PinUnknown())
    assert (told.overlay, told.state) == (Overlay.PIN_UNKNOWN, pad.state)
    assert played(told, events.StillHere()) == pad
