"""Does what the visit wishes of the card reader, and tells it what happens at the slot."""

from __future__ import annotations

from collections.abc import Callable

from hardware.credentials import StaffCardReader
from hardware.devices import KEY_SECONDS, CardReader, Health, PinRefused, Signature, SlotChange, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.effects import (
    AskStaffCard,
    Effect,
    ReadCertificate,
    RecogniseCard,
    ReleaseCard,
    SignChallenge,
    SignOnReader,
    WatchForRemoval,
)
from kiosk_app.events import (
    CardFailed,
    CardFound,
    CardInserted,
    CardRecognised,
    CardRemoved,
    CertificateRead,
    ChallengeSigned,
    Event,
    PinFailed,
    StaffCardSeen,
)
from kiosk_app.pin import wipe
from kiosk_app.webeid import digest_to_sign
from kiosk_app.worker import Worker

# A good card answers within a second, a dirty one in 3 with the driver's own retry. Past this a call hangs in PC/SC.
CALL_SECONDS = 5.0


class CardWorker:
    """The reader's own thread. `typing` is how long the visit waits for a PIN on the reader's own keys, in seconds."""

    def __init__(
        self,
        reader: CardReader,
        origin: str,
        post: Callable[[Event], None],
        note: Callable[[Status], None],
        typing: float,
        staff: StaffCardReader | None = None,
    ) -> None:
        self._reader = reader
        self._origin = origin
        self._post = post
        self._note = note
        self._staff = staff
        # When the visit stops waiting, a last key may just have been pressed. Past this the reader's time-out failed.
        self._typing = typing + KEY_SECONDS + CALL_SECONDS
        self._worker = Worker("card reader")
        self._hung = False
        self._patience = CALL_SECONDS

    def start(self) -> None:
        """Begin to watch the slot."""
        self._worker.start()
        self._reader.watch(self._slot_changed)

    def do(self, effect: Effect) -> None:
        """Queue what is wished of the card."""
        match effect:
            case RecogniseCard(visit) if self._hangs():
                self._post(CardFailed(visit, FaultCode.READER_LOST))
            case RecogniseCard(visit):
                self._submit(visit, lambda: self._recognise(visit))
            case AskStaffCard(visit) if self._staff is not None:
                self._worker.submit(lambda: self._ask_staff(visit))
            case ReadCertificate(visit):
                self._submit(visit, lambda: CertificateRead(visit, self._reader.read_certificate()))
            case SignOnReader(visit):
                self._submit(visit, lambda: self._sign_on_reader(effect))
            case WatchForRemoval():
                self._worker.submit(self._reader.watch_removal)
            case ReleaseCard():
                self._hangs()
                self._reader.cancel()  # here and now: what is still queued for the visit must not reach the card
                self._worker.submit(self._release)
            case _:
                return

    def sign(self, effect: SignChallenge, pin: bytearray) -> None:
        """Queue the one use of a PIN; it is wiped whatever happens."""
        self._submit(effect.visit, lambda: self._sign(effect, pin))

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """Let go of the reader."""
        self._reader.close()
        self._worker.stop()

    def _slot_changed(self, change: SlotChange) -> None:
        match change:
            case SlotChange.CARD_IN:
                self._post(CardInserted())
            case SlotChange.CARD_THERE:
                self._post(CardFound())
            case SlotChange.CARD_OUT:
                self._post(CardRemoved())
            case SlotChange.READER_FOUND:
                self._note(Status(Health.OK))
            case SlotChange.READER_LOST:
                # First why, then what: so the notice says that the reader went, not that the card was pulled.
                self._note(Status(Health.DOWN, (FaultCode.READER_LOST,)))
                self._post(CardRemoved())

    def _hangs(self) -> bool:
        """Say whether a call is past its deadline. How the reader does is unknown then, until that call has ended."""
        if self._worker.stuck(self._patience):
            self._hung = True
            self._note(Status(Health.UNKNOWN, (FaultCode.READER_LOST,)))
        return self._hung

    def _release(self) -> None:
        self._reader.release()
        if self._hung:
            self._hung = False
            self._note(self._reader.status())

    def _submit(self, visit: int, job: Callable[[], Event]) -> None:
        def answer() -> None:
            try:
                event = job()
            except DeviceFault as fault:
                # A pulled card is told by the slot itself; telling it twice would hide the reason.
                if fault.code is not FaultCode.CARD_REMOVED:
                    self._post(CardFailed(visit, fault.code))
            except Exception:
                self._post(CardFailed(visit, FaultCode.INTERNAL))
                raise
            else:
                self._post(event)

        self._worker.submit(answer)

    def _recognise(self, visit: int) -> Event:
        try:
            card = self._reader.recognise()
        except DeviceFault as fault:
            seen = self._of_staff(visit) if fault.code is FaultCode.NOT_AN_EID else None
            if seen is None:
                raise
            return seen
        return CardRecognised(visit, card.applet, card.tries_left, card.keys_on_reader)

    def _of_staff(self, visit: int) -> StaffCardSeen | None:
        """Have the card prove that it is one of staff; None for any other, which is all that a resident's is."""
        try:
            return StaffCardSeen(visit, self._staff.identify()) if self._staff is not None else None
        except DeviceFault:
            return None

    def _ask_staff(self, visit: int) -> None:
        if (seen := self._of_staff(visit)) is not None:
            self._post(seen)

    def _sign(self, effect: SignChallenge, pin: bytearray) -> Event:
        try:
            digest = digest_to_sign(effect.certificate.algorithm, self._origin, effect.challenge.nonce)
            answer = self._reader.sign(pin, digest)
        finally:
            wipe(pin)
        return _answered(effect.visit, answer)

    def _sign_on_reader(self, effect: SignOnReader) -> Event:
        digest = digest_to_sign(effect.certificate.algorithm, self._origin, effect.challenge.nonce)
        self._patience = self._typing
        try:
            return _answered(effect.visit, self._reader.sign_on_reader(digest))
        finally:
            self._patience = CALL_SECONDS


def _answered(visit: int, answer: Signature | PinRefused) -> Event:
    if isinstance(answer, PinRefused):
        return PinFailed(visit, answer.tries_left)
    return ChallengeSigned(visit, answer)
