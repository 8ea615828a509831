"""What is news at the slot: turns looks at a reader into SlotChanges, each told once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from hardware.devices import SlotChange

COUNTER = 1 << 16  # pcscd's counter of insertions and removals has sixteen bits
# A restarted pcscd shows its reader first and powers the card afterwards: one that appears this soon was there before.
SETTLE_SECONDS = 2.0


class Slot:
    """The last that was known of one slot. Reports come one at a time, from whichever thread saw it first."""

    def __init__(self, report: Callable[[SlotChange], None], now: Callable[[], float] = time.monotonic) -> None:
        self._report = report
        self._now = now
        self._lock = threading.Lock()
        self._reader: bool | None = None
        self._card = False
        self._seen = False  # whether pcscd saw a card the last time that it moved its counter
        self._events = 0
        self._settled_at = 0.0

    def lost(self) -> None:
        """No reader, or no pcscd: what is in the slot is not known any more."""
        with self._lock:
            if self._reader is not False:
                self._report(SlotChange.READER_LOST)
            self._reader, self._card = False, False

    def looked(self, *, card: bool, events: int, mute: bool = False) -> None:
        """Take pcscd's word on whether a card is in, whether it does not answer, and how often one came or went so far.

        A card that is pulled while it is reset leaves pcscd with a mute card in an empty slot (pcsc-lite 1.9.9,
        SCardDisconnect), until the next one comes. It tells itself by the counter: one move after a card was a removal.
        """
        with self._lock:
            if self._reader:
                moves = (events - self._events) % COUNTER
                if moves:
                    card = self._seen = card and not (mute and self._seen and moves % 2)
                self._compare(card, moves)
            else:
                self._seen = card
                settles = self._reader is False and not card
                self._reader, self._card = True, card
                self._settled_at = self._now() + SETTLE_SECONDS if settles else 0.0
                self._report(SlotChange.READER_FOUND)
                if card:  # it was not seen to come: it may have lain there since yesterday
                    self._report(SlotChange.CARD_THERE)
            self._events = events

    def felt_empty(self) -> None:
        """The card itself does not answer any more: it is out, though pcscd does not know yet."""
        with self._lock:
            if self._reader and self._card:
                self._card = False
                self._report(SlotChange.CARD_OUT)

    @property
    def found(self) -> bool:
        """Whether the reader is there, as far as is known."""
        with self._lock:
            return self._reader is True

    @property
    def card(self) -> bool:
        """Whether a card is in, as far as is known."""
        with self._lock:
            return self._card

    def _compare(self, card: bool, moves: int) -> None:  # noqa: FBT001 - the same fact as above
        if not moves:  # the counter stands still: what was felt meanwhile is newer than this look
            return
        settling, self._settled_at = self._now() < self._settled_at, 0.0  # whatever moves next is somebody's hand
        if self._card:
            self._report(SlotChange.CARD_OUT)
        if card:
            self._report(SlotChange.CARD_THERE if settling else SlotChange.CARD_IN)
        self._card = card
