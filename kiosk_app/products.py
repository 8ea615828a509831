"""What can be had here: a document that is made when it is asked for, or one that waits already (a claim)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from msgspec import Struct

from hardware.faults import FaultCode


class Channel(Enum):
    """How a resident wants a document, where the law has the kiosk ask (KB 13 September 2022)."""

    PAPER = "paper"
    EBOX = "eBox"


class Purpose(Struct, frozen=True):
    """What a document can be for; `needs_recipient`: the order also says who will receive it."""

    code: str
    label: str
    needs_recipient: bool = False


class Product(Struct, frozen=True):
    """One thing to have, in the back end's words; `refusal` says why it cannot be had, `opens_at` (ISO) until when.

    A `claim` waits ready-made behind a card or a code, and is used once: then `code` is its kind. `lead_time` is an ISO
    8601 duration where a product comes later; `asks_channel` has the kiosk ask whether it comes on paper. `max_copies`
    above one has it ask how many; of a claim as many `copies` come out as it says. A claim to a thing in a
    `compartment` (the number on its door) is had under a `ticket` of its own.
    """

    code: str
    title: str
    description: str
    languages: tuple[str, ...] = ("nl",)
    refusal: FaultCode | None = None
    claim: UUID | None = None
    deferred: bool = False
    lead_time: str = ""
    purposes: tuple[Purpose, ...] = ()
    asks_channel: bool = False
    opens_at: str = ""
    max_copies: int = 1
    copies: int = 1
    compartment: int | None = None
    ticket: UUID | None = None

    @property
    def key(self) -> str:
        """Tell it apart from everything else in a list."""
        return str(self.claim) if self.claim is not None else self.code


class Question(Enum):
    """What has to be known before a product can be ordered."""

    LANGUAGE = "language"
    PURPOSE = "purpose"
    RECIPIENT = "recipient"
    CHANNEL = "channel"
    COPIES = "copies"


@dataclass(frozen=True, repr=False)
class Details:
    """The answers given for one product. `recipient` is what the resident typed; None copies were not asked for."""

    key: str
    purpose: Purpose | None = None
    recipient: str = ""
    channel: Channel | None = None
    copies: int | None = None
    language: str = ""

    @property
    def on_paper(self) -> bool:
        """Whether it comes on paper, now or later."""
        return self.channel is not Channel.EBOX


def details_of(product: Product, details: tuple[Details, ...]) -> Details:
    """Give what was answered about one product so far."""
    return next((one for one in details if one.key == product.key), Details(product.key))


def copies_of(product: Product, answers: Details) -> int:
    """Give how many come out on paper: as many as were asked for, or as a claim holds."""
    return answers.copies or product.copies


def language_of(product: Product, answers: Details) -> str:
    """Give the language of the document: the one that was chosen, or the only one there is."""
    return answers.language or product.languages[0]


def open_question(product: Product, answers: Details) -> Question | None:
    """Give the next thing to ask about a product; None when all is known."""
    if len(product.languages) > 1 and not answers.language:
        return Question.LANGUAGE
    if product.purposes and answers.purpose is None:
        return Question.PURPOSE
    if answers.purpose is not None and answers.purpose.needs_recipient and not answers.recipient:
        return Question.RECIPIENT
    if product.asks_channel and answers.channel is None:
        return Question.CHANNEL
    if product.max_copies > 1 and answers.on_paper and answers.copies is None:
        return Question.COPIES
    return None


class Later(Struct, frozen=True):
    """No paper comes now: it went to the eBox, or it comes another day. `expected_on` is an ISO date.

    `notice` is how the resident hears of it (eBox, letter, none), `collect_at` where it is to be had (kiosk, counter,
    eBox), both in the contract's words.
    """

    delivered: bool
    expected_on: str = ""
    notice: str = "none"
    collect_at: str = "counter"
