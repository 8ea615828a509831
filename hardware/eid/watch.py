"""Sees cards come and go: a thread that sleeps until pcscd has news, and one that feels for a card about to be taken.

Where a reader has no interrupt line, pcscd looks into the slot every 0.4 s. `SlotWatch` waits for its word, without
waking up in between; `RemovalWatch` asks the card itself, so that "take your card" is over when it is.
"""

from __future__ import annotations

import contextlib
import logging
import threading

from hardware.eid.pcsc import ANY_READER, UNAWARE, Connection, Context, ReaderState
from hardware.eid.slot import Slot
from hardware.faults import DeviceFault, FaultCode

log = logging.getLogger(__name__)

# pcscd is back within 20 ms of a restart; when it stays away, one try in five seconds wakes nobody up.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 5.0
# pcsc-lite tells of a reader that comes only to who waits at that moment (1.9.9, winscard_clnt.c): without one it is
# looked for this often.
NO_READER_MS = 2000
# A cancel that comes just before the wait begins is lost: it is given again until the thread has ended.
CANCEL_SECONDS = 0.02
# How long a close waits for a thread that hangs in pcscd; the thread is left to end by itself.
CLOSE_SECONDS = 2.0
# A pull is felt after 5 ms on average, at the price of one short command every 10 ms while a card is being taken.
FEEL_SECONDS = 0.01
# SELECT of the master file: every card answers something, and nothing changes that the next command relies on.
HARMLESS = bytes.fromhex("00A4000C023F00")


def choose(context: Context, name: str, held: str | None = None) -> str | None:
    """The first reader whose name contains `name`; the one that is `held` already for as long as it is there."""
    readers = context.readers()
    return held if held in readers else next((reader for reader in readers if name in reader), None)


class SlotWatch:
    """The thread that tells `slot` what pcscd sees, until `close`. It outlives pcscd, and readers that come and go.

    `reader` is the one that is watched: a second one that is plugged in changes nothing while the first is there.
    """

    def __init__(self, name: str, slot: Slot) -> None:
        self._name = name
        self._slot = slot
        self._context: Context | None = None
        self.reader: str | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eid-slot", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watch. Can be called from any thread but its own."""
        self._closed.set()
        for _ in range(int(CLOSE_SECONDS / CANCEL_SECONDS)):
            if not self._thread.is_alive():
                return
            context = self._context
            if context is not None:
                context.cancel()
            self._thread.join(CANCEL_SECONDS)

    def _run(self) -> None:
        pause = FIRST_RETRY_SECONDS
        while not self._closed.is_set():
            try:
                self._follow()
            except DeviceFault:  # no pcscd, or no more: known, and told below
                pass
            except Exception:  # the rim of this thread: whatever stumbled, the next card must be seen
                log.exception("the watch of the card reader stumbled")
            if self._closed.is_set():
                return
            pause = FIRST_RETRY_SECONDS if self._slot.found else min(2 * pause, LAST_RETRY_SECONDS)
            self._slot.lost()
            self._closed.wait(pause)

    def _follow(self) -> None:
        """Watch until closed; raises when pcscd is gone."""
        context = Context()
        try:
            self._context = context
            self._look(context)
        finally:
            self._context = None
            context.close()

    def _look(self, context: Context) -> None:
        self.reader, state = choose(context, self._name), UNAWARE
        while not self._closed.is_set():
            if self.reader is None:
                self._slot.lost()
                context.wait([(ANY_READER, UNAWARE)], NO_READER_MS)
                self.reader, state = choose(context, self._name), UNAWARE
                continue
            states = context.wait([(self.reader, state)], None)
            if states is None:
                continue
            state = states[0].word
            if not states[0].gone:
                self._slot.looked(card=states[0].card, events=states[0].events, mute=states[0].mute)
                continue
            self._slot.lost()  # what another reader holds, and its counter, have nothing to do with this one's
            held, self.reader = self.reader, choose(context, self._name, self.reader)
            if self.reader != held:
                state = UNAWARE


class RemovalWatch:
    """The thread that feels for the card until it is out, or `close`."""

    def __init__(self, reader: str, slot: Slot) -> None:
        self._reader = reader
        self._slot = slot
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eid-removal", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> bool:
        """Whether the card is still being felt for."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Stop feeling. A card that keeps the thread waiting for an answer is left to it."""
        self._closed.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        # Without pcscd, or for a card that never answered, there is nothing to feel: the slot's own watch will tell.
        with contextlib.suppress(DeviceFault):
            context = Context()
            try:
                self._feel(context)
            finally:
                context.close()

    def _feel(self, context: Context) -> None:
        connection = context.connect(self._reader)
        try:
            while self._slot.card and not self._closed.wait(FEEL_SECONDS):
                if not _answers(connection):
                    self._slot.felt_empty()
        finally:
            connection.leave()


def _answers(connection: Connection) -> bool:
    """Whether the card is there. One that falls silent is reset before it is called gone. Raises READER_LOST."""
    for again in (False, True):
        try:
            if again:
                connection.reset()
            with connection.transaction():
                connection.transmit(HARMLESS)
        except DeviceFault as fault:
            if fault.code is FaultCode.READER_LOST:
                raise
            if fault.code is FaultCode.CARD_REMOVED:
                return False
        else:
            return True
    return False


def removed_meanwhile(context: Context, reader: str, milliseconds: int) -> bool:
    """Whether pcscd finds, within that time, that the card which just failed is no longer in the slot."""
    before = _state(context, reader)
    if before is None or not before.card:
        return True
    states = context.wait([(reader, before.word)], milliseconds)
    return states is not None and (not states[0].card or states[0].events != before.events)


def _state(context: Context, reader: str) -> ReaderState | None:
    states = context.wait([(reader, UNAWARE)], 0)
    return states[0] if states else None
