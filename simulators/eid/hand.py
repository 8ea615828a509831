"""What stands between the contacts and a card: counts, delays, cuts and spoils what it answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from simulators.eid.pinpad import Pinpad
from simulators.eid.plug import Pulled

COMMANDS = {
    0xA4: "SELECT",
    0xB0: "READ BINARY",
    0x20: "VERIFY",
    0x22: "MANAGE SECURITY ENVIRONMENT",
    0x2A: "PERFORM SECURITY OPERATION",
    0xC0: "GET RESPONSE",
    0xE4: "GET CARD DATA",
    0xE6: "LOG OFF",
    0xC2: "PINPAD",
}
# What a byte takes at 4 MHz, 12 etu each [ISO 7816-3]: TA1 96 (Fi 512, Di 32) for 1.8, 13 (Fi 372, Di 4) before.
SECONDS_PER_BYTE = {"1.8": 48e-6, "1.7": 279e-6, "hybrid": 279e-6, "1.1": 279e-6}
# A sleep ends 0.1 ms late, on a busy machine a whole one; a line does not: the last of a crossing is waited for awake.
AWAKE_SECONDS = 500e-6
PROCEDURE_BYTE = 1  # the card repeats the instruction before data goes on, T=0
SHORT, HEADER = 256, 5
OK = b"\x90\x00"
HUGE = 65_000


class Chip(Protocol):
    """A card as `Hand` holds it."""

    def atr(self) -> bytes:
        """Answer to reset."""

    def power_on(self) -> None:
        """Power up or reset."""

    def power_off(self) -> None:
        """Power down."""

    def transmit(self, apdu: bytes) -> bytes:
        """Answer one APDU."""


class Mischief(Enum):
    """How a card's answers may be spoilt."""

    MUTE = "mute"  # says nothing more
    EMPTY = "empty"  # an answer without a byte
    TRUNCATED = "truncated"  # one byte of the answer, and no status word
    WRONG_STATUS = "wrongStatus"  # 6F00 to everything
    LESS = "less"  # 6Cxx, with half of what was asked for
    PIECES = "pieces"  # half of the answer and 61xx, the rest by GET RESPONSE
    DRIP = "drip"  # one byte at a time
    FICKLE = "fickle"  # another answer each time
    HUGE = "huge"  # 64 KB, as much as the virtual slot can carry
    TOO_LONG = "tooLong"  # more than was asked for
    OVERSIZED = "oversized"  # a certificate that says it is 64 KB long
    GARBAGE = "garbage"  # as long as it should be, and all AA


@dataclass
class Hand:
    """Stands between the contacts and the card: counts, cuts, spoils. A `Side` for a `Plug`, and usable in process."""

    card: Chip = field(repr=False)
    seconds_per_byte: float = 0.0
    pinpad: Pinpad | None = None
    asked: Counter[str] = field(default_factory=Counter, init=False)
    bytes_answered: int = field(default=0, init=False)
    line_bytes: int = field(default=0, init=False)
    resets: int = field(default=0, init=False)
    _powered: bool = field(default=False, init=False, repr=False)
    _spoilt: dict[str | None, Mischief | int] = field(default_factory=dict, init=False, repr=False)
    _spoilt_once: dict[str, Mischief | int] = field(default_factory=dict, init=False, repr=False)
    _less: int = field(default=-1, init=False, repr=False)
    _rest: bytes = field(default=b"", init=False, repr=False)
    _apdus_left: int | None = field(default=None, init=False, repr=False)
    _bytes_left: int | None = field(default=None, init=False, repr=False)
    _listener: Callable[[bytes], object] | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def pull_after(self, apdus: int) -> None:
        """That many more APDUs are answered; the next one finds the slot empty."""
        with self._lock:
            self._apdus_left = apdus

    def pull_at_byte(self, count: int) -> None:
        """That many more bytes are answered; then the slot is empty, in the middle of an answer."""
        with self._lock:
            self._bytes_left = count

    def spoil(self, mischief: Mischief | int, command: str | None = None) -> None:
        """Spoil every answer from now on, or only those to one command (a value of `COMMANDS`).

        A number is a status word that is said instead of the answer.
        """
        with self._lock:
            self._spoilt[command] = mischief

    def spoil_once(self, mischief: Mischief | int, command: str) -> None:
        """Spoil the next answer to one command (a value of `COMMANDS`)."""
        with self._lock:
            self._spoilt_once[command] = mischief

    def mend(self) -> None:
        """Answers are as they should be again, and the card stays where it is."""
        with self._lock:
            self._spoilt.clear()
            self._spoilt_once.clear()
            self._apdus_left = self._bytes_left = None
            self._less, self._rest = -1, b""

    def forget_count(self) -> None:
        """Count from nothing again."""
        with self._lock:
            self.asked.clear()
            self.bytes_answered = self.line_bytes = 0

    def listen(self, listener: Callable[[bytes], object] | None) -> None:
        """Hand every command on to somebody who wants to know; None: to nobody any more."""
        self._listener = listener

    # --- the card's side of the contacts ----------------------------------------------------------------------------

    def atr(self) -> bytes:
        """Answer to reset."""
        return self.card.atr()

    def power_on(self) -> None:
        """Power up or reset."""
        self._powered = True
        self.resets += 1
        self.card.power_on()

    def power_off(self) -> None:
        """Power down."""
        self._powered = False
        self.card.power_off()

    def answer(self, apdu: bytes) -> bytes | None:
        """What reaches the reader. Raises Pulled."""
        begun = time.perf_counter()
        with self._lock:
            if not self._powered:
                return b""
            if self._listener:
                self._listener(apdu)
            command = COMMANDS.get(apdu[1] if len(apdu) > 1 else 0, "OTHER")
            self._count_down()
            self.asked[command] += 1
            answer = self._answer(apdu)
            mischief = self._spoilt_once.pop(command, None) or self._spoilt.get(command) or self._spoilt.get(None)
            spoilt = answer if mischief is None else self._spoil(mischief, apdu, answer)
            return spoilt if spoilt is None else self._deliver(apdu, spoilt, begun)

    def _answer(self, apdu: bytes) -> bytes:
        if self._rest and apdu[1:2] == b"\xc0":
            rest, self._rest = self._rest, b""
            return rest + OK
        if self.pinpad is not None and self.pinpad.means(apdu):
            return self.pinpad.answer(apdu, self.card.transmit)
        return self.card.transmit(apdu)

    def _count_down(self) -> None:
        if self._apdus_left == 0:
            raise Pulled
        if self._apdus_left is not None:
            self._apdus_left -= 1

    def _deliver(self, apdu: bytes, answer: bytes, begun: float) -> bytes:
        crossing = len(apdu) + PROCEDURE_BYTE + len(answer)
        self.line_bytes += crossing
        if self.seconds_per_byte:
            _wait_until(begun + crossing * self.seconds_per_byte)  # the line alone takes time: the chip is for free
        if self._bytes_left is not None:
            if len(answer) > self._bytes_left:
                raise Pulled(answer[: self._bytes_left])
            self._bytes_left -= len(answer)
        self.bytes_answered += len(answer)
        return answer

    def _spoil(self, mischief: Mischief | int, apdu: bytes, answer: bytes) -> bytes | None:
        data, asked = answer[:-2], (apdu[4] or SHORT) if len(apdu) == HEADER else 0
        match mischief:
            case int():
                return mischief.to_bytes(2, "big")
            case Mischief.LESS if asked > 1 and asked != self._less:
                self._less = asked // 2
                return bytes((0x6C, self._less))
            case Mischief.PIECES if len(data) > 1:
                half = len(data) // 2
                self._rest = data[half:]
                return data[:half] + bytes((0x61, len(self._rest)))
            case Mischief.DRIP if data:
                return data[:1] + OK
            case Mischief.FICKLE if data:
                self._less -= 1
                return bytes(byte ^ self._less & 0xFF for byte in data) + OK
            case Mischief():
                return _spoil(mischief, apdu, answer)


def _wait_until(over: float) -> None:
    """Return at that moment of `time.perf_counter`, late by some microseconds."""
    time.sleep(max(0.0, over - time.perf_counter() - AWAKE_SECONDS))
    while time.perf_counter() < over:
        time.sleep(0)  # lets the other threads of this process go on


def _spoil(mischief: Mischief, apdu: bytes, answer: bytes) -> bytes | None:
    match mischief:
        case Mischief.MUTE:
            return None
        case Mischief.EMPTY:
            return b""
        case Mischief.TRUNCATED:
            return answer[:1]
        case Mischief.WRONG_STATUS:
            return bytes.fromhex("6F00")
        case Mischief.TOO_LONG:
            return b"\x00" + answer
        case Mischief.GARBAGE:
            return b"\xaa" * (len(answer) - 2) + answer[-2:]
        case Mischief.OVERSIZED:
            first = apdu[1:4] == b"\xb0\0\0" and answer[:2] == b"\x30\x82"
            return answer[:2] + b"\xff\xff" + answer[4:] if first else answer
        case Mischief.HUGE:
            return bytes(HUGE) + OK
        case _:
            return answer
