"""What every card reader promises (`hardware.devices.CardReader`), as one list of checks for the tests and for on site.

A new driver is judged by it: the tests run it on virtual cards with a bench for a hand, `kiosk check reader` on any
reader with any eID and a person for a hand. Each check finds a watched reader with a card in it and leaves it so, but
the last, which closes the reader. What is said names nobody.
"""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from hardware.devices import Card, CardReader, Certificate, Health, PinRefused, Signature, SlotChange
from hardware.faults import DeviceFault, FaultCode

# pcscd tells at once whether there is a reader; a person takes a while to find a card.
READER_SECONDS, HAND_SECONDS = 10.0, 120.0

T = TypeVar("T")
Check = Callable[["Trial"], None]


class CheckFailed(Exception):
    """Something the reader promises did not hold; the message says what, in Dutch, for a technician."""


class Hand(Protocol):
    """Whoever stands at the reader."""

    def put_in(self) -> None:
        """Have the card put in."""

    def take_out(self) -> None:
        """Have the card taken out."""

    @property
    def may_sign(self) -> bool:
        """Whether the card's PIN may be used."""

    def pin(self) -> bytearray:
        """Give the card's PIN, for a reader without keys of its own; nothing: rather not."""

    def wrong_pin(self) -> bytearray:
        """Give a PIN that is not the card's; nothing where no try may be lost."""


class Trial:
    """One reader under trial: the driver, the hand beside it, and what the slot reported and no check has taken yet."""

    def __init__(self, make: Callable[[], CardReader], hand: Hand, say: Callable[[str], None]) -> None:
        self.make, self.hand, self.say = make, hand, say
        self.reader = make()
        self.reports: queue.SimpleQueue[SlotChange] = queue.SimpleQueue()

    def begin(self) -> None:
        """Find the reader and have a card put in, where none is."""
        self.reader.watch(self.reports.put)
        if self._next(READER_SECONDS) is not SlotChange.READER_FOUND:
            raise DeviceFault(FaultCode.READER_LOST)
        self.say("Lezer gevonden.")
        self.hand.put_in()
        self.hears({SlotChange.CARD_IN, SlotChange.CARD_THERE}, "er kwam geen kaart")

    def hears(self, wanted: set[SlotChange], otherwise: str) -> None:
        """Wait for one of these reports, and take no other. Raises CheckFailed, READER_LOST."""
        change = self._next(HAND_SECONDS)
        if change is SlotChange.READER_LOST:
            raise DeviceFault(FaultCode.READER_LOST, "during the check")
        if change not in wanted:
            raise CheckFailed(otherwise if change is None else f"de lezer meldde {change.value}: {otherwise}")

    def signed(
        self, card: Card, certificate: Certificate, pin: Callable[[], bytearray]
    ) -> Signature | PinRefused | None:
        """Have the card sign; None where no PIN was given. It is wiped, and never asked for beside a reader's keys."""
        if card.keys_on_reader:
            self.say("Typ de pincode op de toetsen van de lezer en druk daar op OK.")
            return self.reader.sign_on_reader(_digest(certificate))
        typed = pin()
        try:
            return self.reader.sign(typed, _digest(certificate)) if typed else None
        finally:
            typed[:] = bytes(len(typed))

    def _next(self, seconds: float) -> SlotChange | None:
        try:
            return self.reports.get(timeout=seconds)
        except queue.Empty:
            return None


# --- of the card -----------------------------------------------------------------------------------------------------


def recognises(trial: Trial) -> None:
    """It says what card it is and how many tries that has, and the same a second time."""
    card, seconds = _timed(trial.reader.recognise)
    keys = "met eigen toetsen" if card.keys_on_reader else "zonder eigen toetsen"
    trial.say(f"Kaart herkend: applet {card.applet.value}, lezer {keys} ({seconds * 1000:.0f} ms).")
    trial.say(f"Pogingen voor de pincode: {card.tries_left}.")
    if trial.reader.recognise() != card:
        raise CheckFailed("de tweede keer zegt de kaart iets anders")


def reads(trial: Trial) -> None:
    """It reads the certificate, and the same a second time."""
    trial.reader.recognise()
    certificate, seconds = _timed(trial.reader.read_certificate)
    size, ended = len(certificate.der), ", verlopen" if certificate.expired else ""
    trial.say(f"Certificaat gelezen: {size} bytes, {certificate.algorithm}{ended} ({seconds * 1000:.0f} ms).")
    if trial.reader.read_certificate().der != certificate.der:
        raise CheckFailed("de tweede keer is het certificaat anders")


def signs(trial: Trial) -> None:
    """The signature is that of the certificate's key."""
    card, certificate = trial.reader.recognise(), trial.reader.read_certificate()
    answer = trial.signed(card, certificate, trial.hand.pin) if trial.hand.may_sign else None
    if answer is None:
        trial.say("Pincode niet gevraagd: de handtekening is niet nagekeken.")
        return
    if isinstance(answer, PinRefused):
        raise CheckFailed(f"die pincode is niet juist; nog {answer.tries_left} pogingen")
    if not _fits(certificate, answer.value):
        raise CheckFailed("de handtekening hoort niet bij het certificaat")
    trial.say("Handtekening klopt.")


def counts_tries(trial: Trial) -> None:
    """A wrong PIN costs one try, and the right one gives it back."""
    wrong = trial.hand.wrong_pin()
    if not wrong:
        return
    before, certificate = trial.reader.recognise(), trial.reader.read_certificate()
    left = (before.tries_left or 0) - 1
    if (
        trial.signed(before, certificate, lambda: wrong) != PinRefused(left)
        or trial.reader.recognise().tries_left != left
    ):
        raise CheckFailed("een foute pincode kost niet precies één poging")
    signs(trial)
    if trial.reader.recognise() != before:
        raise CheckFailed("na de juiste pincode zijn niet alle pogingen terug")


# --- of the slot -----------------------------------------------------------------------------------------------------


def is_well(trial: Trial) -> None:
    """A reader that is there is in good health."""
    if trial.reader.status().health is not Health.OK:
        raise CheckFailed("de lezer zegt dat hij niet werkt")


def tells_what_was_there(trial: Trial) -> None:
    """Who begins to watch hears of the reader, then of the card that is in it already."""
    told: queue.SimpleQueue[SlotChange] = queue.SimpleQueue()
    late = trial.make()
    late.watch(told.put)
    try:
        first = [told.get(timeout=READER_SECONDS) for _ in range(2)]
    except queue.Empty:
        raise CheckFailed("wie later kijkt, hoort niet dat er een kaart in zit") from None
    finally:
        late.close()
    if first != [SlotChange.READER_FOUND, SlotChange.CARD_THERE]:
        raise CheckFailed("wie later kijkt, hoort iets anders dan dat er een kaart in zit")


def is_quiet_in_use(trial: Trial) -> None:
    """Nothing is reported while a card is used; a session may end twice."""
    trial.reader.recognise()
    trial.reader.read_certificate()
    trial.reader.release()
    trial.reader.release()
    trial.reader.recognise()
    if not trial.reports.empty():
        raise CheckFailed("de lezer meldt iets terwijl de kaart stil zit")


def stops_when_called_off(trial: Trial) -> None:
    """A session that is called off is over until it is released; then the card can be used again."""
    trial.reader.recognise()
    trial.reader.cancel()
    try:
        trial.reader.read_certificate()
    except DeviceFault as fault:
        if fault.code is not FaultCode.CARD_REMOVED:
            raise
    else:
        raise CheckFailed("een sessie die is afgebroken, leest toch verder")
    trial.reader.release()
    trial.reader.recognise()


def sees_hands(trial: Trial) -> None:
    """A card that is waited for is reported once when it is taken out, and once when it is put in again."""
    trial.reader.recognise()
    trial.reader.release()
    trial.reader.watch_removal()
    trial.reader.watch_removal()
    trial.hand.take_out()
    trial.hears({SlotChange.CARD_OUT}, "de kaart bleef zitten, of de lezer merkt niet dat ze weg is")
    trial.hand.put_in()
    trial.hears({SlotChange.CARD_IN}, "de lezer merkt niet dat de kaart er weer in zit")


def is_quiet_when_closed(trial: Trial) -> None:
    """After `close` nothing is reported, though another one sees the card go."""
    told: queue.SimpleQueue[SlotChange] = queue.SimpleQueue()
    witness = trial.make()
    witness.watch(told.put)
    try:
        trial.reader.close()
        trial.hand.take_out()
        while told.get(timeout=HAND_SECONDS) is not SlotChange.CARD_OUT:
            pass
    except queue.Empty:
        raise CheckFailed("de kaart bleef zitten, of de lezer merkt niet dat ze weg is") from None
    finally:
        witness.close()
    if not trial.reports.empty():
        raise CheckFailed("de lezer meldt nog iets nadat hij gesloten is")


OF_THE_CARD: tuple[Check, ...] = (recognises, reads, signs, counts_tries)
OF_THE_SLOT: tuple[Check, ...] = (
    *(is_well, tells_what_was_there, is_quiet_in_use, stops_when_called_off, sees_hands, is_quiet_when_closed),
)
CHECKS = OF_THE_CARD + OF_THE_SLOT


# --- how -------------------------------------------------------------------------------------------------------------


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.monotonic()
    return work(), time.monotonic() - begun


def _digest(certificate: Certificate) -> bytes:
    hashed = hashlib.sha384 if certificate.algorithm == "ES384" else hashlib.sha256
    return hashed(b"kiosk check reader").digest()


def _fits(certificate: Certificate, signature: bytes) -> bool:
    """Whether the certificate's key made the signature."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    key, digest = x509.load_der_x509_certificate(certificate.der).public_key(), _digest(certificate)
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                r, s = (int.from_bytes(half, "big") for half in (signature[:48], signature[48:]))
                key.verify(utils.encode_dss_signature(r, s), digest, ec.ECDSA(utils.Prehashed(hashes.SHA384())))
            case rsa.RSAPublicKey():
                key.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
            case _:
                return False
    except InvalidSignature:
        return False
    return True
