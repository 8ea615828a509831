"""The driver: `hardware.devices.CardReader` on PC/SC.

A session with a card runs from `recognise` to `release` on one connection, so that the card that was recognised is the
card that signs. Whatever goes wrong is tried once more where that can cost nobody anything; a PIN is given once.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import structs

from hardware.devices import Applet, Card, Certificate, Health, PinRefused, Signature, SlotChange, Status
from hardware.eid import dialogue, pinpad
from hardware.eid.pcsc import Connection, Context
from hardware.eid.slot import Slot
from hardware.eid.watch import RemovalWatch, SlotWatch, choose, removed_meanwhile
from hardware.faults import DeviceFault, FaultCode

T = TypeVar("T")

# Of these a dirty contact may be the cause, or a card that is just being pulled.
SPOKE_BADLY = frozenset({FaultCode.CARD_UNREADABLE, FaultCode.CARD_MUTE})

# pcscd looks into the slot every 400 ms: by then it knows whether a card that failed was pulled.
REMOVAL_KNOWN_MS = 600


class EidReader:
    """The first PC/SC reader whose name contains `name`, and the eID in it.

    One thread makes all calls but `cancel` and `close`, which may come from any. `on_change` is called from threads of
    this driver, one call at a time; it must not call back.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._context: Context | None = None
        self._connection: Connection | None = None
        self._reader = ""
        self._applet: Applet | None = None
        self._keys: pinpad.Keys | None = None
        self._slot: Slot | None = None
        self._watch: SlotWatch | None = None
        self._removal: RemovalWatch | None = None
        self._busy = threading.Lock()
        self._called_off = threading.Event()
        self._closed = False

    # --- what happens at the slot -----------------------------------------------------------------------------------

    def watch(self, on_change: Callable[[SlotChange], None]) -> None:
        """Report what happens at the slot from now on."""
        self._slot = Slot(on_change)
        self._watch = SlotWatch(self._name, self._slot)

    def watch_removal(self) -> None:
        """Report CARD_OUT some 10 ms after the pull instead of 200, until the card is out."""
        if self._slot and self._watch and self._watch.reader and not (self._removal and self._removal.under_way):
            self._removal = RemovalWatch(self._watch.reader, self._slot)

    def status(self) -> Status:
        """Whether the reader is there, by pcscd's word."""
        try:
            with self._alone():
                found = self._find()
        except DeviceFault:
            found = None
        return Status(Health.OK) if found else Status(Health.DOWN, (FaultCode.READER_LOST,))

    # --- a session with a card --------------------------------------------------------------------------------------

    def recognise(self) -> Card:
        """Begin a session: say what card is in the slot."""
        with self._alone():
            self._drop_card()
            return self._twice(self._recognise, self._drop_card)

    def read_certificate(self) -> Certificate:
        """Read the authentication certificate of the card that was recognised."""
        with self._alone():
            self._card()
            return self._twice(self._read_certificate, self._reset_card)

    def sign(self, pin: bytearray, digest: bytes) -> Signature | PinRefused:
        """Verify the PIN, sign, log off: one transaction, never repeated."""
        return self._signed(lambda: dialogue.verify(self._say, pin), digest)

    def sign_on_reader(self, digest: bytes) -> Signature | PinRefused:
        """Have the PIN typed on the reader, sign, log off: one transaction, never repeated."""
        return self._signed(lambda: pinpad.verify(self._own_keys()), digest)

    def cancel(self) -> None:
        """Call the session off, from any thread: not one command of it more but the log off and the reset."""
        self._called_off.set()

    def release(self) -> None:
        """End the session: the card is reset, so that nothing it was told stays open."""
        with self._alone():
            self._drop_card()
            self._called_off.clear()

    def close(self) -> None:
        """Stop the watches and let go of the reader; a call that is under way is called off, and does so at its end."""
        self._closed = True
        self.cancel()
        for watch in (self._removal, self._watch):
            if watch is not None:
                watch.close()
        if self._busy.acquire(blocking=False):
            try:
                self._drop_context()
            finally:
                self._busy.release()

    # --- how ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One call at a time; the last one lets go of a reader that was closed meanwhile."""
        with self._busy:
            try:
                yield
            finally:
                if self._closed:
                    self._drop_context()

    def _say(self, command: bytes | bytearray) -> bytes:
        """Send a command of the session, unless that was called off."""
        if self._called_off.is_set():
            raise DeviceFault(FaultCode.CARD_REMOVED, "called off")
        return self._card().transmit(command)

    def _recognise(self) -> Card:
        reader = self._find()
        if self._context is None or reader is None:
            raise DeviceFault(FaultCode.READER_LOST, "no reader of that name")
        self._reader = reader
        self._connection = self._context.connect(reader)
        with self._connection.transaction():
            card = dialogue.recognise(self._say, self._connection.atr())
            self._keys = pinpad.find(self._connection, reader)
        self._applet = card.applet
        return structs.replace(card, keys_on_reader=self._keys is not None)

    def _read_certificate(self) -> Certificate:
        with self._card().transaction():
            return dialogue.read_certificate(self._say)

    def _signed(self, verified: Callable[[], PinRefused | None], digest: bytes) -> Signature | PinRefused:
        with self._alone():
            try:
                return self._sign(verified, digest)
            except DeviceFault as fault:
                raise self._explained(fault) from None

    def _sign(self, verified: Callable[[], PinRefused | None], digest: bytes) -> Signature | PinRefused:
        connection = self._card()
        if self._applet is None:
            raise DeviceFault(FaultCode.CARD_UNREADABLE, "no card was recognised")
        with connection.transaction():
            try:
                return dialogue.sign_when(verified, self._say, self._applet, digest)
            finally:
                if not dialogue.log_off(connection.transmit):
                    with contextlib.suppress(DeviceFault):
                        connection.reset()

    def _twice(self, work: Callable[[], T], recover: Callable[[], None]) -> T:
        """Do it; after a failure that another try may mend, recover and do it once more."""
        try:
            return work()
        except DeviceFault as fault:
            if fault.code is FaultCode.READER_LOST:
                self._drop_context()
            elif fault.code not in SPOKE_BADLY:
                raise
        try:
            recover()
            return work()
        except DeviceFault as fault:
            raise self._explained(fault) from None

    def _explained(self, fault: DeviceFault) -> DeviceFault:
        """A card that cannot be read may just have been pulled, or its reader: wait for pcscd to know."""
        if fault.code in SPOKE_BADLY and self._context is not None and self._reader:
            try:
                if removed_meanwhile(self._context, self._reader, REMOVAL_KNOWN_MS):
                    return DeviceFault(FaultCode.CARD_REMOVED, fault.detail)
            except DeviceFault as why:
                fault = why
        if fault.code is FaultCode.READER_LOST:
            self._drop_context()
        return fault

    def _reset_card(self) -> None:
        if self._connection is None:
            raise DeviceFault(FaultCode.READER_LOST, "pcscd forgot the card")
        self._connection.reset()

    def _own_keys(self) -> pinpad.Keys:
        if self._keys is None:
            raise DeviceFault(FaultCode.INTERNAL, "this reader has no keys")
        return self._keys

    def _card(self) -> Connection:
        if self._connection is None:
            raise DeviceFault(FaultCode.CARD_UNREADABLE, "no card was recognised")
        return self._connection

    def _find(self) -> str | None:
        """The reader's full name, over a context that lives."""
        if self._closed:
            raise DeviceFault(FaultCode.READER_LOST, "closed")
        if self._context is not None:
            try:
                return self._chosen(self._context)
            except DeviceFault:  # pcscd was restarted since
                self._drop_context()
        self._context = Context()
        return self._chosen(self._context)

    def _chosen(self, context: Context) -> str | None:
        """The reader at whose slot a card was seen, where that is watched; else the first of that name."""
        return choose(context, self._name, self._watch.reader if self._watch else None)

    def _drop_card(self) -> None:
        connection, self._connection, self._applet, self._keys = self._connection, None, None, None
        if connection is not None:
            connection.close()

    def _drop_context(self) -> None:
        self._drop_card()
        context, self._context = self._context, None
        if context is not None:
            context.close()
