"""A real card in a real reader as the signer: the kiosk's own driver, and a PIN that is given once at a time."""

from __future__ import annotations

import threading

from conformance.token import SignerError
from hardware.devices import Certificate, PinRefused, SlotChange
from hardware.eid import EidReader
from hardware.faults import DeviceFault

# A card blocks after three wrong PINs. With fewer than three left, somebody else should try first.
ALL_TRIES = 3
# Time to push in a card that was held out.
CARD_SECONDS = 5.0


class CardSigner:
    """The card in the first reader whose name contains `name`. Raises SignerError."""

    def __init__(self, name: str, pin: bytearray) -> None:
        self._reader, self._pin = EidReader(name), pin
        self._spent = False
        try:
            self._await_card()
            self._read = self._recognised()
        except DeviceFault as fault:
            self.close()
            raise SignerError(f"the card cannot be used: {fault.code.value}") from None
        except SignerError:
            self.close()
            raise

    def _await_card(self) -> None:
        """A reader looks into its slot twice a second; then it knows."""
        there = threading.Event()

        def seen(change: SlotChange) -> None:
            if change in {SlotChange.CARD_IN, SlotChange.CARD_THERE}:
                there.set()

        self._reader.watch(seen)
        if not there.wait(CARD_SECONDS):
            raise SignerError("no card in a reader of that name")

    def _recognised(self) -> Certificate:
        card = self._reader.recognise()
        if card.tries_left is not None and card.tries_left < ALL_TRIES:
            raise SignerError(f"too few tries of the PIN are left ({card.tries_left}); sign in elsewhere first")
        return self._reader.read_certificate()

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, in DER."""
        return self._read.der

    @property
    def algorithm(self) -> str:
        """The algorithm that fits its key."""
        return self._read.algorithm

    def sign(self, digest: bytes) -> bytes:
        """Have the card sign. A PIN that was refused is never given again."""
        if self._spent:
            raise SignerError("the card refused this PIN before")
        try:
            answer = self._reader.sign(self._pin, digest)
        except DeviceFault as fault:
            raise SignerError(f"the card does not sign: {fault.code.value}") from None
        if isinstance(answer, PinRefused):
            self._spent = True
            raise SignerError(f"the card refuses this PIN; {answer.tries_left} tries are left")
        return answer.value

    def close(self) -> None:
        """Let go of the card and forget the PIN."""
        self._pin[:] = bytes(len(self._pin))
        self._reader.release()
        self._reader.close()
