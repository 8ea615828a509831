"""A visit at a reader with keys of its own: the screen sends the hands there and says what came of it."""

from __future__ import annotations

from msgspec import structs

from config.timeouts import Timeouts
from hardware.devices import KEY_SECONDS, Applet, Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.clocks import running
from kiosk_app.events import Clock
from kiosk_app.step import step
from kiosk_app.visit import (
    CardBack,
    Challenge,
    Choosing,
    LastTry,
    Notice,
    Offer,
    Overlay,
    Person,
    PinOnReader,
    Product,
    SigningIn,
    Visit,
)

HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
PERSON = Person("An", "Peeters")
CERTIFICATE = Certificate(b"der", "ES384", expired=False)


def played(visit: Visit, *said: events.Event) -> Visit:
    """Play events one after the other; answers are of this visit."""
    for event in said:
        visit, _ = step(
            visit, structs.replace(event, visit=visit.number) if isinstance(event, events.Answer) else event
        )
    return visit


READER_ASKED: tuple[events.Event, ...] = (
    events.CardInserted(),
    events.CardRecognised(0, Applet.V1_8, 3, keys_on_reader=True),
    events.CertificateRead(0, CERTIFICATE),
    events.ChallengeReceived(0, Challenge("id", "nonce")),
)


def test_a_wrong_pin_on_the_readers_keys_is_told_and_the_last_try_needs_a_second_choice() -> None:
    """The reader asks again at once while tries are left; before the last one the screen asks first."""
    visit = played(Visit(), *READER_ASKED)
    assert isinstance(visit.state, PinOnReader)
    assert visit.state.signing
    visit, effects = step(visit, events.PinFailed(visit.number, 2))
    assert isinstance(visit.state, PinOnReader)
    assert visit.state.wrong_before
    assert [type(effect) for effect in effects if isinstance(effect, wishes.SignOnReader)] == [wishes.SignOnReader]
    visit, effects = step(visit, events.PinFailed(visit.number, 1))
    assert isinstance(visit.state, LastTry)
    assert not any(isinstance(effect, wishes.SignOnReader) for effect in effects)
    visit, effects = step(visit, events.TriedAnyway())
    assert isinstance(visit.state, PinOnReader)
    assert any(isinstance(effect, wishes.SignOnReader) for effect in effects)
    assert played(visit, events.PinFailed(0, 0)).state == Notice(FaultCode.PIN_BLOCKED, Applet.V1_8)


def test_what_the_readers_keys_say_ends_in_its_own_words() -> None:
    """Typed, cancelled, and nothing typed."""
    visit = played(Visit(), *READER_ASKED)
    signed = played(visit, events.ChallengeSigned(0, Signature(b"signature")))
    assert isinstance(signed.state, SigningIn)
    assert isinstance(played(signed, events.SignedIn(0, PERSON, (HOUSEHOLD,))).state, Choosing)
    for fault in (FaultCode.PIN_CANCELLED, FaultCode.PIN_NOT_TYPED):
        assert played(visit, events.CardFailed(0, fault)).state == Notice(fault)


def test_stop_while_the_reader_waits_lets_the_card_go_and_what_is_typed_afterwards_changes_nothing() -> None:
    """The card is called off at once; the reader's own keys go on waiting until it is out."""
    visit, effects = step(played(Visit(), *READER_ASKED), events.StopPressed())
    assert isinstance(visit.state, CardBack)
    assert wishes.ReleaseCard(visit.number) in effects
    for late in (events.ChallengeSigned(visit.number, Signature(b"signature")), events.PinFailed(visit.number, 0)):
        assert step(visit, late) == (visit, ())


def test_a_pin_that_is_never_finished_is_not_the_cards_fault() -> None:
    """The visit waits three times as long as the reader does after each key."""
    visit = played(Visit(), *READER_ASKED)
    assert running(visit) == {Clock.STEP: "pin_on_reader"}
    assert Timeouts().pin_on_reader >= 3 * KEY_SECONDS
    assert played(visit, events.TimedOut(Clock.STEP)).state == Notice(FaultCode.PIN_NOT_TYPED)


def test_who_does_not_know_the_pin_reads_what_works_without_it_until_the_reader_is_answered() -> None:
    """The page lies over the question, which stays open; an answer of the reader's keys takes the page away."""
    page = played(Visit(), *READER_ASKED, events.PinUnknown())
    assert page.overlay is Overlay.PIN_UNKNOWN
    back = played(page, events.StillHere())
    assert (type(back.state), back.overlay) == (PinOnReader, None)
    assert played(page, events.ChallengeSigned(0, Signature(b"signature"))).overlay is None


def test_a_printer_that_fails_is_told_before_the_readers_keys_are_used() -> None:
    """Nobody types a PIN for paper that cannot come."""
    visit = played(Visit(), *READER_ASKED, events.OfferChanged(Offer(FaultCode.PAPER_EMPTY)))
    assert visit.state == Notice(FaultCode.PAPER_EMPTY)
