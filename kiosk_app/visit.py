"""What a visit is: its states, and what they are made of. No behaviour.

A state holds just what its screen and its next step need; leaving it drops that. `events` has the facts that move a
visit, `effects` what it wishes for, `step` the rules. Types that hold a person or a document have a blank `repr`; a PIN
is in none of them: digits go from the screen into the core's `PinBuffer`, and the chart only hears that one was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from config.settings import Language as Language
from hardware.devices import Applet, Certificate
from hardware.devices import TrayView as TrayView
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.doors import AtDoor
from kiosk_app.ease import Ease as Ease
from kiosk_app.ease import Voice as Voice
from kiosk_app.looks import Drawing as Drawing
from kiosk_app.offer import Offer as Offer
from kiosk_app.products import Channel as Channel
from kiosk_app.products import Details as Details
from kiosk_app.products import Later as Later
from kiosk_app.products import Product as Product
from kiosk_app.products import Purpose as Purpose
from kiosk_app.products import Question as Question
from kiosk_app.products import copies_of as copies_of
from kiosk_app.products import details_of as details_of
from kiosk_app.products import language_of as language_of
from kiosk_app.staff import StaffAtWork as StaffAtWork
from printing.progress import JobPhase as JobPhase
from printing.progress import Progress as Progress

# --- what states and events are made of ---------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Person:
    """Whom the town hall recognised: just enough to greet and to show for whom a document is."""

    given_name: str
    family_name: str


@dataclass(frozen=True, repr=False)
class Challenge:
    """The back end's nonce, to be signed by the card."""

    id: str
    nonce: str


@dataclass(frozen=True, repr=False)
class Document:
    """A whole, checked PDF in memory, under one ticket from confirm to paper; `copies` of it come out.

    `unsealed`: nobody known sealed it, and the settings let it be printed all the same.
    """

    ticket: UUID
    product: Product
    pdf: bytes
    pages: int
    copies: int = 1
    unsealed: bool = False

    @property
    def sheets(self) -> int:
        """Count what must come out, of all copies together: one page a sheet."""
        return self.pages * self.copies


@dataclass(frozen=True)
class Order:
    """What was confirmed: one ticket for one product. `fault`: it could not be had; `later`: no paper comes now."""

    ticket: UUID
    product: Product
    fault: FaultCode | None = None
    later: Later | None = None


@dataclass(frozen=True)
class Job:
    """One document on its way to paper."""

    document: Document
    progress: Progress = Progress(JobPhase.WAITING)


class Remedy(Enum):
    """What the back end offers after a print that failed or is unknown."""

    NONE = "none"
    REPRINT_CODE = "reprintCode"
    COUNTER = "counter"


@dataclass(frozen=True, repr=False)
class RemedyOffer:
    """The back end's answer to a print result; `code` opens a free reprint until `valid_until` (ISO date)."""

    remedy: Remedy
    code: str | None = None
    valid_until: str | None = None


class SlipState(Enum):
    """What became of the slip."""

    NOT_ASKED = "notAsked"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"


class CardSlot(Enum):
    """What is in the reader. A STALE card stayed after a visit, or was found: it starts nothing until it was out."""

    EMPTY = "empty"
    IN = "in"
    STALE = "stale"


# --- states --------------------------------------------------------------------------------------------------------


class Portal(Bare):
    """Nobody is being served. The screen tells what the zone offers."""


class PaperLeft(Bare):
    """Somebody's paper may still lie in the tray: asked before anything else."""


class AskCard(Bare):
    """Asks for the card, and says what will be read from it."""


@dataclass(frozen=True)
class Offerings:
    """What can be had here, for whoever has not signed in. None: the list is on its way."""

    products: tuple[Product, ...] | None = None
    page: int = 0


@dataclass(frozen=True, repr=False)
class EnterCode:
    """The resident types a code; `refused` is what was said of the one before."""

    typed: str = ""
    refused: FaultCode | None = None


class OpeningCode(Bare):
    """The back end is asked what the code stands for."""


class Recognising(Bare):
    """A card was put in; the reader is asked what it is."""


@dataclass(frozen=True, repr=False)
class LastTry:
    """One PIN try is left: a deliberate second choice, with stopping as the default."""

    applet: Applet
    certificate: Certificate | None = None
    challenge: Challenge | None = None
    keys_on_reader: bool = False


@dataclass(frozen=True, repr=False)
class EnterPin:
    """The resident types the PIN; certificate and challenge are fetched meanwhile."""

    applet: Applet
    tries_left: int | None
    typed: int = 0
    wrong_before: bool = False
    certificate: Certificate | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True, repr=False)
class PinOnReader:
    """The reader has keys of its own: the resident types there as soon as certificate and challenge are here."""

    applet: Applet
    tries_left: int | None
    wrong_before: bool = False
    certificate: Certificate | None = None
    challenge: Challenge | None = None
    signing: bool = False


@dataclass(frozen=True, repr=False)
class SigningIn:
    """OK was pressed. Signs as soon as certificate and challenge are there, then asks the back end."""

    applet: Applet
    tries_left: int | None
    certificate: Certificate | None
    challenge: Challenge | None
    signing: bool = False
    signed: bool = False


@dataclass(frozen=True, repr=False)
class Choosing:
    """Signed in, or a code was good: then there is no person. One touch goes on; `several` shows boxes instead."""

    person: Person | None
    products: tuple[Product, ...]
    chosen: tuple[str, ...] = ()
    several: bool = False
    page: int = 0


@dataclass(frozen=True, repr=False)
class Asking:
    """Something has to be known about a chosen product first. `typed` is what was typed for an answer so far."""

    person: Person | None
    products: tuple[Product, ...]
    chosen: tuple[str, ...]
    several: bool
    details: tuple[Details, ...]
    product: Product
    question: Question
    typed: str = ""
    page: int = 0


@dataclass(frozen=True, repr=False)
class Checking:
    """What, for whom, in which language: confirmed here or not at all. `details` are the answers for each product."""

    person: Person | None
    products: tuple[Product, ...]
    chosen: tuple[str, ...]
    several: bool = False
    details: tuple[Details, ...] = ()


@dataclass(frozen=True, repr=False)
class TakeCard:
    """Confirmed: the card is done with, and is asked for while the documents are made, fetched and checked."""

    orders: tuple[Order, ...]
    documents: tuple[Document, ...] = ()
    reminders: int = 0


@dataclass(frozen=True, repr=False)
class Viewing:
    """The resident looks at the documents, the card still in. `page` counts through all; `clear`: out of the blur."""

    orders: tuple[Order, ...]
    documents: tuple[Document, ...]
    page: int = 0
    lower: bool = False
    clear: bool = False
    drawing: Drawing | None = None
    failed: bool = False


@dataclass(frozen=True, repr=False)
class Ordering:
    """The card is out, and a document is still awaited."""

    orders: tuple[Order, ...]
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, repr=False)
class Printing:
    """On its way to paper, one document after the other."""

    jobs: tuple[Job, ...]
    orders: tuple[Order, ...]
    remedies: tuple[tuple[UUID, RemedyOffer], ...] = ()
    stopping: bool = False


@dataclass(frozen=True, repr=False)
class Printed:
    """Every job has ended, one way or another: take the paper, or hear honestly what went wrong."""

    jobs: tuple[Job, ...]
    orders: tuple[Order, ...]
    remedies: tuple[tuple[UUID, RemedyOffer], ...] = ()
    slip: SlipState = SlipState.NOT_ASKED
    reminders: int = 0

    @property
    def complete(self) -> bool:
        """Whether all that was wanted is on paper: then nothing but the paper is left to be taken, or to be told."""
        had_all = all(order.fault is None and order.later is None for order in self.orders)
        return had_all and all(job.progress.phase is JobPhase.PRINTED for job in self.jobs)


class NotTaken(Bare):
    """The resident says there is no paper, though the printer says there is."""


@dataclass(frozen=True)
class Notice:
    """Something stops the visit here; says what, and what does work. `applet` and `at_door` tell which."""

    fault: FaultCode
    applet: Applet | None = None
    at_door: bool = False


@dataclass(frozen=True)
class CardBack:
    """The visit is over, but the card is still in the reader."""

    reminders: int = 0


class Goodbye(Bare):
    """A last word, then the portal."""


State = (
    Portal
    | PaperLeft
    | AskCard
    | Offerings
    | EnterCode
    | OpeningCode
    | Recognising
    | LastTry
    | EnterPin
    | PinOnReader
    | SigningIn
    | Choosing
    | Asking
    | Checking
    | TakeCard
    | Viewing
    | Ordering
    | Printing
    | Printed
    | NotTaken
    | AtDoor
    | Notice
    | CardBack
    | StaffAtWork
    | Goodbye
)


class Overlay(Enum):
    """A page shown over the state, which goes on beneath it."""

    HELP = "help"
    DEFECT = "defect"
    DEFECT_KEPT = "defectKept"
    DEFECT_LOST = "defectLost"
    SERVICE = "service"
    EASE = "ease"
    LANGUAGES = "languages"
    TOWN = "town"
    PIN_UNKNOWN = "pinUnknown"
    STILL_THERE = "stillThere"


@dataclass(frozen=True)
class Visit:
    """The one visit: its number, its state, and what holds whatever the state.

    `service` is which one of the hall the page over the portal tells about, by its place in the settings.
    """

    number: int = 0
    state: State = field(default_factory=Portal)
    slot: CardSlot = CardSlot.EMPTY
    offer: Offer = Offer()
    overlay: Overlay | None = None
    paper_left: bool = False
    tray: TrayView = TrayView.UNSEEN
    language: Language = Language.NL
    service: int = 0
    ease: Ease = Ease()
    voice: Voice = Voice()

    @property
    def is_touched(self) -> bool:
        """Whether somebody left the screen otherwise than it is found."""
        changed = self.language is not Language.NL or self.ease != Ease() or self.voice != self.voice.at_rest
        return changed or self.overlay is not None
