"""The hand at the card slot: inserts a card, pulls it at the worst moment, makes it stammer, and counts what was asked.

    bench = CardBench(pki, load_residents(path), pcscd.slot())
    bench.insert("1.8:an")           # KIND:PERSON[:STATE]; the same card again has the tries it had
    bench.hand.pull_after(3)         # three more APDUs are answered, then the card is gone

Kinds: 1.8, 1.7, hybrid, 1.1 (out of use), bank (no eID at all). States: see `CardState`. Safe to use from any thread.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from simulators.eid.applet import ATR, NOT_ACTIVATED, VirtualCard
from simulators.eid.files import Numbers, file_system
from simulators.eid.hand import COMMANDS, SECONDS_PER_BYTE, Hand, Mischief
from simulators.eid.other_cards import BankCard, MuteCard
from simulators.eid.people import Person
from simulators.eid.pinpad import Pinpad
from simulators.eid.pki import CARD_YEARS, Pki
from simulators.eid.plug import Plug

__all__ = ["COMMANDS", "Card", "CardBench", "CardState", "Hand", "Mischief", "Specification"]

Card = VirtualCard | BankCard

KIDS_CARD = "6"


class CardState(Enum):
    """What may be the matter with a card."""

    NORMAL = "normal"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    LAST_TRY = "lastTry"
    REVOKED = "revoked"
    NOT_ACTIVATED = "notActivated"
    NO_CERTIFICATE = "noCertificate"
    STRANGER = "stranger"
    MUTE = "mute"


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


class CardBench:
    """One slot and the hand beside it: `slot` is a virtual reader's; None for use in process.

    Cards put in from now on are as slow as real chips with `at_line_speed`, and find a reader with keys of its own
    where there is a `pinpad`.
    """

    def __init__(self, pki: Pki, residents: Mapping[str, Person], slot: Path | None = None) -> None:
        self._pki = pki
        self._residents = residents
        self._slot = slot
        self._cards: dict[Specification, Card] = {}
        self._lock = threading.Lock()
        self._plug: Plug | None = None
        self._hand: Hand | None = None
        self.at_line_speed = False
        self.pinpad: Pinpad | None = None

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

    def insert(self, specification: str, prepare: Callable[[Hand], None] = lambda _hand: None) -> Card:
        """Push a card into the slot; another one that is there is pulled first. Returns at once.

        `prepare` is done to the card before anybody can read it.
        pcscd looks every 0.4 s: it sees the card within that time, and the end of one that was there before it.
        """
        card = self.card(specification)
        if self._slot is None:
            raise ValueError("this bench has no slot")
        self.pull()
        with self._lock:
            self._hand = Hand(card, self._seconds_per_byte(card), self.pinpad)
            prepare(self._hand)
            self._plug = Plug(self._slot, self._hand)
        return card

    def pull(self) -> None:
        """Out of the slot, at once. An empty slot stays empty."""
        with self._lock:
            plug, self._plug = self._plug, None
        if plug is not None:
            if self.pinpad is not None:
                self.pinpad.card_out()
            plug.pull()

    def _seconds_per_byte(self, card: Card) -> float:
        return SECONDS_PER_BYTE.get(getattr(card, "kind", ""), 0.0) if self.at_line_speed else 0.0

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


def _make(pki: Pki, residents: Mapping[str, Person], wanted: Specification) -> Card:
    if wanted.kind == "bank":
        return BankCard()
    if wanted.state is CardState.MUTE:
        return MuteCard()
    if wanted.kind not in ATR:
        raise ValueError(f"no card of kind {wanted.kind}")
    issuer = pki.stranger if wanted.state is CardState.STRANGER else pki
    card = _eid(issuer, residents[wanted.person], wanted)
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
        wanted.kind,
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
