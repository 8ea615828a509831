"""The hand at the card slot: inserts a card, pulls it at the worst moment, makes it stammer, and counts what was asked.

    bench = CardBench(pki, load_residents(path), pcscd.port)
    bench.insert("1.8:an")           # KIND:PERSON[:STATE]; the same card again has the tries it had
    bench.hand.pull_after(3)         # three more APDUs are answered, then the card is gone

Kinds: 1.8, 1.7, 1.1 (out of use), bank (no eID at all). States: see `CardState`. Safe to use from any thread.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from simulators.eid.applet import NOT_ACTIVATED, VirtualCard
from simulators.eid.files import Numbers, file_system
from simulators.eid.people import Person
from simulators.eid.pki import CARD_YEARS, RSA_KIND, Pki
from simulators.eid.vpcd import Plug, Pulled

COMMANDS = {
    0xA4: "SELECT",
    0xB0: "READ BINARY",
    0x20: "VERIFY",
    0x22: "MANAGE SECURITY ENVIRONMENT",
    0x2A: "PERFORM SECURITY OPERATION",
    0xC0: "GET RESPONSE",
    0xE4: "GET CARD DATA",
    0xE6: "LOG OFF",
}
# A bank card: ISO 7816-3 direct convention, T=0, five historical bytes.
BANK_ATR = bytes.fromhex("3B6500002063CB6800")
# pcscd holds 33 bytes of ATR; a longer one is what it makes of a card that does not answer its reset.
NO_ATR = bytes(34)
KIDS_CARD = "6"
# No hand changes cards faster. vpcd needs it: a card that comes between two looks of pcscd (0.4 s), in the place of one
# that failed to answer meanwhile, would be taken for the same card.
HAND_SECONDS = 0.45


class CardState(Enum):
    """What may be the matter with a card."""

    NORMAL = "normal"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    LAST_TRY = "lastTry"
    REVOKED = "revoked"
    NOT_ACTIVATED = "notActivated"
    NO_CERTIFICATE = "noCertificate"
    MUTE = "mute"


class Mischief(Enum):
    """How a card's answers may be spoilt."""

    MUTE = "mute"  # says nothing more
    EMPTY = "empty"  # an answer without a byte
    TRUNCATED = "truncated"  # one byte of the answer, and no status word
    WRONG_STATUS = "wrongStatus"  # 6F00 to everything
    TOO_LONG = "tooLong"  # more than was asked for
    OVERSIZED = "oversized"  # a certificate that says it is 64 KB long
    GARBAGE = "garbage"  # as long as it should be, and all AA


@dataclass(frozen=True, repr=False)
class Specification:
    """KIND:PERSON[:STATE], taken apart."""

    kind: str
    person: str
    state: CardState

    @classmethod
    def parse(cls, text: str) -> Specification:
        """Raises ValueError for a state that is not known."""
        kind, _, rest = text.partition(":")
        person, _, state = rest.partition(":")
        return cls(kind, person, CardState(state or "normal"))


class BankCard:
    """A card that is no eID: it knows none of our applications."""

    def atr(self) -> bytes:
        """Answer to reset."""
        return BANK_ATR

    def power_on(self) -> None:
        """Nothing to forget."""

    def power_off(self) -> None:
        """Nothing to forget."""

    def transmit(self, apdu: bytes) -> bytes:
        """6A82 to SELECT, 6D00 to the rest."""
        return bytes.fromhex("6A82" if apdu[1:2] == b"\xa4" else "6D00")


class MuteCard(BankCard):
    """A card in the wrong way round, or dead: no answer to its reset."""

    def atr(self) -> bytes:
        """Nothing that is one."""
        return NO_ATR


Card = VirtualCard | BankCard


class CardBench:
    """One slot and the hand beside it. `port` is a virtual reader's; None for use in process."""

    def __init__(self, pki: Pki, residents: Mapping[str, Person], port: int | None = None) -> None:
        self._pki = pki
        self._residents = residents
        self._port = port
        self._cards: dict[Specification, Card] = {}
        self._lock = threading.Lock()
        self._plug: Plug | None = None
        self._hand: Hand | None = None
        self._pulled_at = -HAND_SECONDS

    def card(self, specification: str) -> Card:
        """The card of that name: made at first, afterwards the same one. Raises ValueError, KeyError."""
        wanted = Specification.parse(specification)
        with self._lock:
            if wanted not in self._cards:
                self._cards[wanted] = _make(self._pki, self._residents, wanted)
            return self._cards[wanted]

    def forget(self) -> None:
        """Cards asked for from now on are new ones, with all their tries."""
        with self._lock:
            self._cards.clear()

    def insert(self, specification: str) -> Card:
        """Push a card into the slot; another one that is there is pulled first. Returns at once.

        pcscd sees the card within 0.4 s, and 0.45 s after another was pulled at the earliest.
        """
        card = self.card(specification)
        if self._port is None:
            raise ValueError("this bench has no slot")
        self.pull()
        with self._lock:
            self._hand = Hand(card)
            wait = self._pulled_at + HAND_SECONDS - time.monotonic()
            self._plug = Plug(self._port, self._hand, max(0.0, wait))
        return card

    def pull(self) -> None:
        """Out of the slot, at once. An empty slot stays empty."""
        with self._lock:
            plug, self._plug = self._plug, None
        if plug is not None:
            plug.pull()
            self._pulled_at = time.monotonic()

    @property
    def inserted(self) -> bool:
        """Whether a card is in the slot."""
        plug = self._plug
        return plug is not None and plug.inside

    @property
    def hand(self) -> Hand:
        """What is done to the card that is, or was last, in the slot, and what it was asked. Raises ValueError."""
        if self._hand is None:
            raise ValueError("no card was inserted yet")
        return self._hand

    def close(self) -> None:
        """Leave an empty slot."""
        self.pull()


@dataclass
class Hand:
    """Stands between the contacts and the card: counts, cuts, spoils. A `Side` for a `Plug`, and usable in process."""

    card: Card = field(repr=False)
    asked: Counter[str] = field(default_factory=Counter, init=False)
    bytes_answered: int = field(default=0, init=False)
    resets: int = field(default=0, init=False)
    _powered: bool = field(default=False, init=False, repr=False)
    _spoilt: dict[str | None, Mischief] = field(default_factory=dict, init=False, repr=False)
    _spoilt_once: dict[str, Mischief] = field(default_factory=dict, init=False, repr=False)
    _apdus_left: int | None = field(default=None, init=False, repr=False)
    _bytes_left: int | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def pull_after(self, apdus: int) -> None:
        """That many more APDUs are answered; the next one finds the slot empty."""
        with self._lock:
            self._apdus_left = apdus

    def pull_at_byte(self, count: int) -> None:
        """That many more bytes are answered; then the slot is empty, in the middle of an answer."""
        with self._lock:
            self._bytes_left = count

    def spoil(self, mischief: Mischief, command: str | None = None) -> None:
        """Spoil every answer from now on, or only those to one command (a value of `COMMANDS`)."""
        with self._lock:
            self._spoilt[command] = mischief

    def spoil_once(self, mischief: Mischief, command: str) -> None:
        """Spoil the next answer to one command (a value of `COMMANDS`)."""
        with self._lock:
            self._spoilt_once[command] = mischief

    def mend(self) -> None:
        """Answers are as they should be again, and the card stays where it is."""
        with self._lock:
            self._spoilt.clear()
            self._spoilt_once.clear()
            self._apdus_left = self._bytes_left = None

    def forget_count(self) -> None:
        """Count from nothing again."""
        with self._lock:
            self.asked.clear()
            self.bytes_answered = 0

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
        with self._lock:
            if not self._powered:
                return b""
            command = COMMANDS.get(apdu[1] if len(apdu) > 1 else 0, "OTHER")
            self._count_down()
            self.asked[command] += 1
            answer = self.card.transmit(apdu)
            mischief = self._spoilt_once.pop(command, None) or self._spoilt.get(command) or self._spoilt.get(None)
            spoilt = answer if mischief is None else _spoil(mischief, apdu, answer)
            return spoilt if spoilt is None else self._deliver(spoilt)

    def _count_down(self) -> None:
        if self._apdus_left == 0:
            raise Pulled
        if self._apdus_left is not None:
            self._apdus_left -= 1

    def _deliver(self, answer: bytes) -> bytes:
        if self._bytes_left is not None:
            if len(answer) > self._bytes_left:
                raise Pulled(answer[: self._bytes_left])
            self._bytes_left -= len(answer)
        self.bytes_answered += len(answer)
        return answer


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


def _make(pki: Pki, residents: Mapping[str, Person], wanted: Specification) -> Card:
    if wanted.kind == "bank":
        return BankCard()
    if wanted.state is CardState.MUTE:
        return MuteCard()
    if wanted.kind not in {"1.8", "1.7", "1.1"}:
        raise ValueError(f"no card of kind {wanted.kind}")
    card = _eid(pki, residents[wanted.person], wanted)
    match wanted.state:
        case CardState.BLOCKED:
            card.tries = 0
        case CardState.LAST_TRY:
            card.tries = 1
        case CardState.NOT_ACTIVATED:
            card.life_cycle = NOT_ACTIVATED
        case CardState.REVOKED if card.chip.authentication:
            pki.revoke(card.chip.authentication.certificate)
        case _:
            pass
    return card


def _eid(pki: Pki, person: Person, wanted: Specification) -> VirtualCard:
    chip = pki.chip(
        RSA_KIND if wanted.kind == "1.1" else wanted.kind,
        person,
        years_ago=CARD_YEARS + 1 if wanted.state is CardState.EXPIRED else 0,
        with_certificates=wanted.state is not CardState.NO_CERTIFICATE and person.document_type != KIDS_CARD,
    )
    numbers = _numbers(person, wanted)
    return VirtualCard(wanted.kind, chip, file_system(pki, person, chip, numbers), numbers, person.pin)


def _numbers(person: Person, wanted: Specification) -> Numbers:
    """Chip and card number of this card: always the same, and of nobody."""
    digest = hashlib.sha256(f"{wanted.kind}:{person.slug}:{wanted.state.value}".encode()).digest()
    card = 592_000_0000 + int.from_bytes(digest[:4], "big") % 10_000_000
    return Numbers(serial=b"TEST" + digest[:12], card=f"{card:010}{card % 97 or 97:02}")
