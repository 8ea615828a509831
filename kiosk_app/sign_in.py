"""From card to name: recognise, PIN, signature, back end. Certificate and challenge come while the PIN is typed."""

from __future__ import annotations

from dataclasses import replace

from hardware.devices import Applet, Certificate
from hardware.faults import FaultCode
from kiosk_app.effects import (
    AskChallenge,
    EraseDigit,
    ForgetPin,
    ReadCertificate,
    RecogniseCard,
    SignChallenge,
    SignIn,
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
from kiosk_app.visit import Challenge, Choosing, EnterPin, LastTry, Recognising, SigningIn, Visit

# The card's own rule; the most is what the buffer holds.
PIN_MIN = 4

_Waiting = LastTry | EnterPin | SigningIn


def recognise(visit: Visit) -> Step:
    """Ask what card this is, before anything is asked of the resident."""
    return replace(visit, state=Recognising()), (RecogniseCard(visit.number),)


def rules(visit: Visit, state: Recognising | _Waiting, event: Event) -> Step:
    """Give the rules from card in to signed in."""
    match event:
        case CardFailed(_, fault) | BackEndFailed(_, fault):
            return refuse(visit, fault)
        case TimedOut():
            return refuse(visit, FaultCode.CARD_UNREADABLE if _card_is_silent(state) else FaultCode.BACKEND_SLOW)
        case CardRecognised(_, applet, tries_left) if isinstance(state, Recognising):
            return _recognised(visit, applet, tries_left)
        case CertificateRead(_, certificate) if not isinstance(state, Recognising):
            return _certificate(visit, state, certificate)
        case ChallengeReceived(_, challenge) if not isinstance(state, Recognising):
            return _sign_when_ready(replace(visit, state=replace(state, challenge=challenge)))
        case _:
            return _keys(visit, state, event)


def _card_is_silent(state: Recognising | _Waiting) -> bool:
    """Say whose answer did not come: the card's, or the back end's."""
    match state:
        case SigningIn(certificate=None):
            return True
        case SigningIn():
            return state.signing and not state.signed
        case _:
            return True


def _keys(visit: Visit, state: Recognising | _Waiting, event: Event) -> Step:
    match state, event:
        case LastTry(), TriedAnyway():
            return _pin_pad(visit, state.applet, 1, state.certificate, state.challenge), ()
        case EnterPin(), DigitTyped():
            return replace(visit, state=replace(state, typed=min(state.typed + 1, PIN_MAX))), ()
        case EnterPin(), LastErased():
            return replace(visit, state=replace(state, typed=max(state.typed - 1, 0))), (EraseDigit(),)
        case EnterPin(), AllErased():
            return replace(visit, state=replace(state, typed=0)), (ForgetPin(),)
        case EnterPin(), PinEntered() if state.typed >= PIN_MIN:
            return _pin_entered(visit, state)
        case SigningIn(), PinFailed(_, tries_left):
            return _pin_failed(visit, state, tries_left)
        case SigningIn(certificate=Certificate() as certificate, challenge=Challenge() as challenge), ChallengeSigned():
            signed = replace(visit, state=replace(state, signed=True))
            return signed, (SignIn(visit.number, certificate, challenge, event.signature),)
        case SigningIn(), SignedIn():
            return _signed_in(visit, event)
        case _:
            return visit, ()


def _recognised(visit: Visit, applet: Applet, tries_left: int | None) -> Step:
    if tries_left == 0:
        return refuse(visit, FaultCode.PIN_BLOCKED, applet)
    fetch = (ReadCertificate(visit.number), AskChallenge(visit.number))
    if tries_left == 1:
        return replace(visit, state=LastTry(applet)), fetch
    return _pin_pad(visit, applet, tries_left), fetch


def _pin_pad(
    visit: Visit,
    applet: Applet,
    tries_left: int | None,
    certificate: Certificate | None = None,
    challenge: Challenge | None = None,
    *,
    wrong_before: bool = False,
) -> Visit:
    state = EnterPin(applet, tries_left, 0, wrong_before, certificate, challenge)
    return replace(visit, state=state)


def _certificate(visit: Visit, state: _Waiting, certificate: Certificate) -> Step:
    if certificate.expired:
        return refuse(visit, FaultCode.CERTIFICATE_EXPIRED)
    return _sign_when_ready(replace(visit, state=replace(state, certificate=certificate)))


def _pin_entered(visit: Visit, state: EnterPin) -> Step:
    waiting = SigningIn(state.applet, state.tries_left, state.certificate, state.challenge)
    return _sign_when_ready(replace(visit, state=waiting))


def _sign_when_ready(visit: Visit) -> Step:
    """Have the card sign once OK was pressed and both parts are here; never twice for one OK."""
    match visit.state:
        case SigningIn(certificate=Certificate() as certificate, challenge=Challenge() as challenge, signing=False):
            signing = replace(visit.state, signing=True)
            return replace(visit, state=signing), (SignChallenge(visit.number, certificate, challenge),)
        case _:
            return visit, ()


def _pin_failed(visit: Visit, state: SigningIn, tries_left: int) -> Step:
    if tries_left == 0:
        return refuse(visit, FaultCode.PIN_BLOCKED, state.applet)
    if tries_left == 1:
        return replace(visit, state=LastTry(state.applet, state.certificate, state.challenge)), ()
    again = _pin_pad(visit, state.applet, tries_left, state.certificate, state.challenge, wrong_before=True)
    return again, ()


def _signed_in(visit: Visit, event: SignedIn) -> Step:
    if visit.offer.documents is not None:
        return refuse(visit, visit.offer.documents)
    if all(product.refusal is not None for product in event.products):
        return refuse(visit, FaultCode.NOTHING_AVAILABLE)
    return replace(visit, state=Choosing(event.person, event.products)), ()
