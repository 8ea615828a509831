"""PC/SC as this driver uses it: the one file that knows pyscard, and only its bare calls (the extension `_scard`).

Every failure leaves here as a DeviceFault: READER_LOST, CARD_REMOVED, CARD_MUTE or CARD_UNREADABLE. pyscard's own
connections and monitors are not used: they poll, and end for good when pcscd restarts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

from hardware.faults import DeviceFault, FaultCode

# Return codes of pcsc-lite (winscard), by what they mean for us; every other one is a card that cannot be talked to.
CANCELLED, TIMED_OUT, CARD_WAS_RESET = 0x80100002, 0x8010000A, 0x80100068
REMOVED = frozenset({0x8010000C, 0x80100069})  # NO_SMARTCARD, REMOVED_CARD
MUTE = frozenset({0x80100066, 0x80100067})  # UNRESPONSIVE_CARD, UNPOWERED_CARD: no answer to the reset
LOST = frozenset(
    {
        0x80100003,  # INVALID_HANDLE: of a pcscd that is no more
        0x80100009,  # UNKNOWN_READER
        0x80100013,  # COMM_ERROR: between libpcsclite and pcscd
        0x80100017,  # READER_UNAVAILABLE
        0x8010001D,  # NO_SERVICE
        0x8010001E,  # SERVICE_STOPPED
        0x8010002E,  # NO_READERS_AVAILABLE
    }
)
# A pseudo reader that changes when readers come or go.
ANY_READER = "\\\\?PnP?\\Notification"
# Bits of a reader's state; the upper half counts how often a card came or went (pcsc-lite, pcsclite.h).
UNAWARE, CHANGED, UNKNOWN, UNAVAILABLE, PRESENT, SILENT = 0x00, 0x02, 0x04, 0x08, 0x20, 0x200


def fault(code: int, call: str) -> DeviceFault:
    """What a return code means."""
    if code in REMOVED:
        meaning = FaultCode.CARD_REMOVED
    elif code in MUTE:
        meaning = FaultCode.CARD_MUTE
    elif code in LOST:
        meaning = FaultCode.READER_LOST
    else:
        meaning = FaultCode.CARD_UNREADABLE
    return DeviceFault(meaning, f"{call}: {code:08X}")


@dataclass(frozen=True)
class ReaderState:
    """What pcscd says of one reader. `events` counts how often a card came or went."""

    word: int

    @property
    def gone(self) -> bool:
        """The reader itself is not there."""
        return bool(self.word & (UNKNOWN | UNAVAILABLE))

    @property
    def card(self) -> bool:
        """Something is in the slot."""
        return bool(self.word & PRESENT)

    @property
    def mute(self) -> bool:
        """What is in the slot does not answer, as far as pcscd knows."""
        return bool(self.word & SILENT)

    @property
    def events(self) -> int:
        """The counter, modulo 65536."""
        return self.word >> 16


class Context:
    """A conversation with pcscd. One thread uses it; `cancel` may come from any."""

    def __init__(self) -> None:
        """Raises READER_LOST when there is no pcscd."""
        self._scard = _library()
        code, self._handle = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
        _check(code, "SCardEstablishContext", otherwise=FaultCode.READER_LOST)

    def readers(self) -> list[str]:
        """The names of the readers that are there, in pcscd's order."""
        code, names = self._scard.SCardListReaders(self._handle, [])
        if code & 0xFFFFFFFF in LOST - {0x8010002E}:
            raise fault(code & 0xFFFFFFFF, "SCardListReaders")
        return list(names)

    def wait(self, known: Sequence[tuple[str, int]], milliseconds: int | None) -> list[ReaderState] | None:
        """Wait until a reader is no longer in the state given; None when cancelled or out of time (None: for ever)."""
        limit = self._scard.INFINITE if milliseconds is None else milliseconds
        code, states = self._scard.SCardGetStatusChange(self._handle, limit, list(known))
        if code & 0xFFFFFFFF in {CANCELLED, TIMED_OUT}:
            return None
        _check(code, "SCardGetStatusChange", otherwise=FaultCode.READER_LOST)
        return [ReaderState(word & ~CHANGED) for _, word, _ in states]

    def cancel(self) -> None:
        """End a `wait` that is under way. One that is about to begin is not seen: ask again."""
        self._scard.SCardCancel(self._handle)

    def connect(self, reader: str) -> Connection:
        """Power the card in a reader up and share it. Raises DeviceFault."""
        return Connection(self._scard, self._handle, reader)

    def close(self) -> None:
        """Let go of pcscd, and of every card."""
        self._scard.SCardReleaseContext(self._handle)


class Connection:
    """One card, for as long as it stays in the slot."""

    def __init__(self, scard: Any, context: int, reader: str) -> None:  # noqa: ANN401 - a module without types
        self._scard = scard
        either = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1  # an eID speaks T=0; to others we say no politely
        code, self._handle, self._protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, either)
        _check(code, "SCardConnect")

    def atr(self) -> bytes:
        """The card's answer to reset."""
        answer = self._scard.SCardStatus(self._handle)
        _check(answer[0], "SCardStatus")
        return bytes(answer[4])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nobody else talks to the card meanwhile. A card that somebody reset before is taken up again."""
        code = self._scard.SCardBeginTransaction(self._handle)
        if code & 0xFFFFFFFF == CARD_WAS_RESET:
            self._reconnect(self._scard.SCARD_LEAVE_CARD)
            code = self._scard.SCardBeginTransaction(self._handle)
        _check(code, "SCardBeginTransaction")
        try:
            yield
        finally:
            self._scard.SCardEndTransaction(self._handle, self._scard.SCARD_LEAVE_CARD)

    def transmit(self, command: bytes | bytearray) -> bytes:
        """Send one APDU. pyscard wants a list: that copy is wiped, as the command may hold a PIN."""
        octets = list(command)
        pci = self._scard.SCARD_PCI_T1 if self._protocol == self._scard.SCARD_PROTOCOL_T1 else self._scard.SCARD_PCI_T0
        try:
            code, answer = self._scard.SCardTransmit(self._handle, pci, octets)
        finally:
            octets[:] = [0] * len(octets)
        _check(code, "SCardTransmit")
        return bytes(answer)

    def control(self, code: int, data: bytes) -> bytes:
        """Ask the reader itself."""
        said, answer = self._scard.SCardControl(self._handle, code, list(data))
        _check(said, "SCardControl")
        return bytes(answer)

    def reset(self) -> None:
        """Reset the card and stay connected: whatever a PIN opened is closed. Raises DeviceFault."""
        self._reconnect(self._scard.SCARD_RESET_CARD)

    def close(self) -> None:
        """Reset the card and let go of it."""
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_RESET_CARD)

    def leave(self) -> None:
        """Let go of the card as it is, for somebody else is using it."""
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_LEAVE_CARD)

    def _reconnect(self, disposition: int) -> None:
        scard = self._scard
        either = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, self._protocol = scard.SCardReconnect(self._handle, scard.SCARD_SHARE_SHARED, either, disposition)
        _check(code, "SCardReconnect")


def _check(code: int, call: str, otherwise: FaultCode | None = None) -> None:
    code &= 0xFFFFFFFF  # pyscard gives a signed long on some platforms
    if code:
        found = fault(code, call)
        raise DeviceFault(otherwise, found.detail) if otherwise and found.code is not otherwise else found


@cache
def _library() -> Any:  # noqa: ANN401 - a module without types
    """Give the extension of pyscard, at first use; the package around it takes 50 ms more and is not used here."""
    package = PathFinder.find_spec("smartcard")
    folders = package.submodule_search_locations if package else None
    found = PathFinder.find_spec("_scard", [f"{folder}/scard" for folder in folders or ()])
    if found is None or found.loader is None:
        raise DeviceFault(FaultCode.READER_LOST, "pyscard is not installed")
    library = module_from_spec(found)
    found.loader.exec_module(library)
    return library
