"""`kiosk check reader`: what a card reader promises, tried on site with any reader and any eID, and a person's hand.

Says what it found in lines for a technician: which card, how fast, and what is wrong. Nothing of whose card it is.
"""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable

from hardware.devices import Card, CardReader, Certificate, PinRefused, SlotChange
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain, timed

# pcscd tells at once whether there is a reader; a person takes a while to find a card.
READER_SECONDS, HAND_SECONDS = 10.0, 120.0


class ReaderCheck:
    """One run of the check. `pin` gives the card's PIN, or None where nobody wants to spend a try on it."""

    def __init__(self, reader: CardReader, say: Say, pin: Callable[[], bytearray | None]) -> None:
        self._reader = reader
        self._say = say
        self._pin = pin
        self._reports: queue.SimpleQueue[SlotChange] = queue.SimpleQueue()

    def run(self) -> bool:
        """Try it all. False when something failed; then it was said, with what to do."""
        try:
            self._try_all()
        except DeviceFault as fault:
            explain(self._say, fault.code, fault.detail)
        except CheckFailed as failed:
            self._say(f"FOUT: {failed}")
        else:
            self._say("Alles in orde.")
            return True
        finally:
            self._reader.release()
            self._reader.close()
        return False

    def _try_all(self) -> None:
        self._reader.watch(self._reports.put)
        if self._next(READER_SECONDS) is not SlotChange.READER_FOUND:
            raise DeviceFault(FaultCode.READER_LOST)
        self._say("Lezer gevonden.")
        self._say("Steek een eID in de lezer, met de chip naar voren.")
        self._await({SlotChange.CARD_IN, SlotChange.CARD_THERE}, "er kwam geen kaart")
        card = self._recognise()
        certificate = self._read()
        self._sign(card, certificate)
        self._reader.release()
        self._reader.watch_removal()
        self._say("Neem de kaart uit de lezer.")
        self._await({SlotChange.CARD_OUT}, "de kaart bleef zitten, of de lezer merkt niet dat ze weg is")

    def _recognise(self) -> Card:
        card, seconds = timed(self._reader.recognise)
        keys = "met eigen toetsen" if card.keys_on_reader else "zonder eigen toetsen"
        self._say(f"Kaart herkend: applet {card.applet.value}, lezer {keys} ({seconds * 1000:.0f} ms).")
        self._say(f"Pogingen voor de pincode: {card.tries_left}.")
        if self._reader.recognise() != card:
            raise CheckFailed("de tweede keer zegt de kaart iets anders")
        return card

    def _read(self) -> Certificate:
        certificate, seconds = timed(self._reader.read_certificate)
        size, ended = len(certificate.der), ", verlopen" if certificate.expired else ""
        self._say(f"Certificaat gelezen: {size} bytes, {certificate.algorithm}{ended} ({seconds * 1000:.0f} ms).")
        if self._reader.read_certificate().der != certificate.der:
            raise CheckFailed("de tweede keer is het certificaat anders")
        return certificate

    def _sign(self, card: Card, certificate: Certificate) -> None:
        pin = None if card.keys_on_reader else self._pin()
        if pin is None:
            self._say("Pincode niet gevraagd: de handtekening is niet nagekeken.")
            return
        hashed = hashlib.sha384 if certificate.algorithm == "ES384" else hashlib.sha256
        digest = hashed(b"kiosk check reader").digest()
        try:
            answer, seconds = timed(lambda: self._reader.sign(pin, digest))
        finally:
            pin[:] = bytes(len(pin))
        if isinstance(answer, PinRefused):
            raise CheckFailed(f"die pincode is niet juist; nog {answer.tries_left} pogingen")
        if not _fits(certificate, answer.value, digest):
            raise CheckFailed("de handtekening hoort niet bij het certificaat")
        self._say(f"Handtekening klopt ({seconds * 1000:.0f} ms).")

    def _await(self, wanted: set[SlotChange], otherwise: str) -> None:
        deadline = time.monotonic() + HAND_SECONDS
        while (change := self._next(deadline - time.monotonic())) not in wanted:
            if change is None:
                raise CheckFailed(otherwise)
            if change is SlotChange.READER_LOST:
                raise DeviceFault(FaultCode.READER_LOST, "during the check")

    def _next(self, seconds: float) -> SlotChange | None:
        try:
            return self._reports.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None


def _fits(certificate: Certificate, signature: bytes, digest: bytes) -> bool:
    """Whether the certificate's key made the signature."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    key = x509.load_der_x509_certificate(certificate.der).public_key()
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
