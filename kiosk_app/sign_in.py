"""From card to name: recognise, PIN, signature, back end. Certificate and challenge come while the PIN is typed."""

from __future__ import annotations

from dataclasses import replace

from hardware.devices import Certificate
from hardware.faults import FaultCode
from kiosk_app import collecting
from kiosk_app.effects import (
    AskChallenge,
    EraseDigit,
    ForgetPin,
    ReadCertificate,
    RecogniseCard,
    SignChallenge,
    SignIn,
    SignOnReader,
)
from kiosk_app.events import (
    AllErased,
    BackEndFailed,
    CardFailed,
    CardRecognised,
    CertificateRead,
    ChallengeReceived,
    ChallengeSigned,
    DigitTyped,
    Event,
    LastErased,
    PinEntered,
    PinFailed,
    SignedIn,
    TimedOut,
    TriedAnyway,
)
from kiosk_app.leaving import Step, refuse
from kiosk_app.pin import PIN_MAX
from kiosk_app.visit import Challenge, Choosing, EnterPin, LastTry, PinOnReader, Recognising, SigningIn, Visit

# The card's own rule; the most is what the buffer holds.
PIN_MIN = 4

_Waiting = LastTry | EnterPin | PinOnReader | SigningIn


def recognise(visit: Visit) -> Step:
    """Ask what card this is, before anything is asked of the resident."""
    return replace(visit, state=Recognising()), (RecogniseCard(visit.number),)


def rules(visit: Visit, state: Recognising | _Waiting, event: Event) -> Step:
    """Give the rules from card in to signed in."""
    match event:
        case CardFailed(_, fault) | BackEndFailed(_, fault):
            return refuse(visit, fault)
        case TimedOut():
            return refuse(visit, _not_come(state))
        case CardRecognised() if isinstance(state, Recognising):
            return _recognised(visit, event)
        case CertificateRead(_, certificate) if not isinstance(state, Recognising):
            return _certificate(visit, state, certificate)
        case ChallengeReceived(_, challenge) if not isinstance(state, Recognising):
            return _sign_when_ready(replace(visit, state=replace(state, challenge=challenge)))
        case _:
            return _keys(visit, state, event)


def _not_come(state: Recognising | _Waiting) -> FaultCode:
    """Say whose answer did not come: the card's, the back end's, or that of who types on the reader's keys."""
    match state:
        case PinOnReader(signing=True):
            return FaultCode.PIN_NOT_TYPED
        case SigningIn(certificate=Certificate(), signing=False) | PinOnReader(certificate=Certificate()):
            return FaultCode.BACKEND_SLOW
        case SigningIn(signed=True):
            return FaultCode.BACKEND_SLOW
        case _:
            return FaultCode.CARD_UNREADABLE


def _keys(visit: Visit, state: Recognising | _Waiting, event: Event) -> Step:
    match state, event:
        case LastTry(), TriedAnyway():
            return _sign_when_ready(_ask_pin(visit, state, 1, keys_on_reader=state.keys_on_reader))
        case EnterPin(), DigitTyped():
            return replace(visit, state=replace(state, typed=min(state.typed + 1, PIN_MAX))), ()
        case EnterPin(), LastErased():
            return replace(visit, state=replace(state, typed=max(state.typed - 1, 0))), (EraseDigit(),)
        case EnterPin(), AllErased():
            return replace(visit, state=replace(state, typed=0)), (ForgetPin(),)
        case EnterPin(), PinEntered() if state.typed >= PIN_MIN:
            return _pin_entered(visit, state)
        case ((SigningIn() | PinOnReader()), PinFailed(_, tries_left)):
            return _pin_failed(visit, state, tries_left)
        case PinOnReader(certificate=Certificate(), challenge=Challenge()), ChallengeSigned():
            typed = SigningIn(state.applet, state.tries_left, state.certificate, state.challenge, signing=True)
            return _keys(visit, typed, event)
        case SigningIn(certificate=Certificate() as certificate, challenge=Challenge() as challenge), ChallengeSigned():
            signed = replace(visit, state=replace(state, signed=True))
            return signed, (SignIn(visit.number, certificate, challenge, event.signature),)
        case SigningIn(), SignedIn():
            return _signed_in(visit, event)
        case _:
            return visit, ()


def _recognised(visit: Visit, card: CardRecognised) -> Step:
    if card.tries_left == 0:
        return refuse(visit, FaultCode.PIN_BLOCKED, card.applet)
    fetch = (ReadCertificate(visit.number), AskChallenge(visit.number))
    last = LastTry(card.applet, keys_on_reader=card.keys_on_reader)
    if card.tries_left == 1:
        return replace(visit, state=last), fetch
    return _ask_pin(visit, last, card.tries_left, keys_on_reader=card.keys_on_reader), fetch


def _ask_pin(
    visit: Visit, known: _Waiting, tries_left: int | None, *, keys_on_reader: bool, wrong_before: bool = False
) -> Visit:
    """Ask for the PIN where this reader has it typed: on the screen, or on keys of its own."""
    if keys_on_reader:
        state: _Waiting = PinOnReader(known.applet, tries_left, wrong_before, known.certificate, known.challenge)
    else:
        state = EnterPin(known.applet, tries_left, 0, wrong_before, known.certificate, known.challenge)
    return replace(visit, state=state)


def _certificate(visit: Visit, state: _Waiting, certificate: Certificate) -> Step:
    if certificate.expired:
        return refuse(visit, FaultCode.CERTIFICATE_EXPIRED)
    return _sign_when_ready(replace(visit, state=replace(state, certificate=certificate)))


def _pin_entered(visit: Visit, state: EnterPin) -> Step:
    waiting = SigningIn(state.applet, state.tries_left, state.certificate, state.challenge)
    return _sign_when_ready(replace(visit, state=waiting))


def _sign_when_ready(visit: Visit) -> Step:
    """Have the card sign once both parts are here: after OK on the screen, never twice for one; or with the reader's.

    On a reader's own keys OK is pressed later, and the reader waits for it.
    """
    match visit.state:
        case SigningIn(certificate=Certificate() as certificate, challenge=Challenge() as challenge, signing=False):
            signing = replace(visit.state, signing=True)
            return replace(visit, state=signing), (SignChallenge(visit.number, certificate, challenge),)
        case PinOnReader(certificate=Certificate() as certificate, challenge=Challenge() as challenge, signing=False):
            typing = replace(visit.state, signing=True)
            return replace(visit, state=typing), (SignOnReader(visit.number, certificate, challenge),)
        case _:
            return visit, ()


def _pin_failed(visit: Visit, state: SigningIn | PinOnReader, tries_left: int) -> Step:
    on_reader = isinstance(state, PinOnReader)
    if tries_left == 0:
        return refuse(visit, FaultCode.PIN_BLOCKED, state.applet)
    if tries_left == 1:
        return replace(visit, state=LastTry(state.applet, state.certificate, state.challenge, on_reader)), ()
    again = _ask_pin(visit, state, tries_left, keys_on_reader=on_reader, wrong_before=True)
    return _sign_when_ready(again)


def _signed_in(visit: Visit, event: SignedIn) -> Step:
    if visit.offer.documents is not None:
        return refuse(visit, visit.offer.documents)
    if all(product.refusal is not None for product in event.products):
        return refuse(visit, FaultCode.NOTHING_AVAILABLE)
    products = collecting.as_offered(event.products, visit.offer.documents, visit.offer.doors)
    return replace(visit, state=Choosing(event.person, products)), ()
