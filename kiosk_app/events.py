"""The facts that move a visit, in the past tense: what the resident did, what devices and the back end answered.

Every answer carries the number of the visit that asked, so that a slow answer never greets the next person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from hardware.devices import Applet, Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.looks import LookAsked as LookAsked
from kiosk_app.looks import LookedEnough as LookedEnough
from kiosk_app.looks import PageDrawn as PageDrawn
from kiosk_app.looks import SheetTouched as SheetTouched
from kiosk_app.looks import SheetTurned as SheetTurned
from kiosk_app.visit import Challenge, Document, Language, Later, Offer, Person, Product, Progress, RemedyOffer

# --- the resident ------------------------------------------------------------------------------------------


class DocumentsAsked(Bare):
    """The tile for documents was touched."""


class OfferingsAsked(Bare):
    """The resident wants to see what can be had here."""


class CodeAsked(Bare):
    """The button "Ik heb een code" was touched."""


@dataclass(frozen=True, repr=False)
class SignTyped:
    """One more sign of a code or a name was typed. For a PIN there is `DigitTyped`, which carries none."""

    sign: str


class TypingDone(Bare):
    """What was typed is whole."""


class PinUnknown(Bare):
    """The button "Ik ken mijn pincode niet" was touched."""


@dataclass(frozen=True)
class Answered:
    """One of the answers to a question about a product was touched, by its code."""

    answer: str


class PaperGone(Bare):
    """The resident says that no paper of somebody else lies here any more."""


class DigitTyped(Bare):
    """One more digit is in the PIN buffer."""


class LastErased(Bare):
    """The last digit or sign was erased."""


class AllErased(Bare):
    """Every digit or sign was erased."""


class PinEntered(Bare):
    """OK was pressed on the PIN pad."""


class TriedAnyway(Bare):
    """The resident chose to use the last PIN try."""


@dataclass(frozen=True)
class Chose:
    """A product was touched: chosen, or unchosen where boxes are shown."""

    product: str


@dataclass(frozen=True)
class PageTurned:
    """Another page of the list was asked for."""

    page: int


class AnotherAsked(Bare):
    """The tile "Nog een document" was touched."""


class ChoiceDone(Bare):
    """The button "Verder met n documenten" was touched."""


class ChangeAsked(Bare):
    """Back to the list: "Wijzigen" on the check screen, "Terug" at a question."""


@dataclass(frozen=True)
class Confirmed:
    """Confirmed, with a fresh ticket for each chosen product (minted by the core; the screen posts it empty)."""

    tickets: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class PaperTaken:
    """The answer to "Heb je je document?"."""

    yes: bool


class SlipAsked(Bare):
    """The resident wants a slip."""


class StopPressed(Bare):
    """Stoppen was touched."""


class HelpAsked(Bare):
    """Help was touched."""


@dataclass(frozen=True)
class LanguageChosen:
    """Another language of the screen was touched, by its own name."""

    language: Language


class StillHere(Bare):
    """An overlay was answered: go on."""


# --- devices and back end ----------------------------------------------------------------------------------


class CardInserted(Bare):
    """A card was put in the slot."""


class CardFound(Bare):
    """A card lay in the slot when the reader came (a boot, a restart of pcscd): who put it in, and when, is unknown."""


class CardRemoved(Bare):
    """The slot is empty."""


@dataclass(frozen=True)
class OfferChanged:
    """What can be finished changed: a device or the back end came or went."""

    offer: Offer


@dataclass(frozen=True)
class CardRecognised:
    """It is a Belgian eID."""

    visit: int
    applet: Applet
    tries_left: int | None
    keys_on_reader: bool = False


@dataclass(frozen=True)
class CardFailed:
    """The card cannot be used, or a call to it failed."""

    visit: int
    fault: FaultCode


@dataclass(frozen=True, repr=False)
class CertificateRead:
    """The authentication certificate is here."""

    visit: int
    certificate: Certificate


@dataclass(frozen=True, repr=False)
class ChallengeReceived:
    """The back end gave its nonce."""

    visit: int
    challenge: Challenge


@dataclass(frozen=True)
class PinFailed:
    """The card refused the PIN."""

    visit: int
    tries_left: int


@dataclass(frozen=True, repr=False)
class ChallengeSigned:
    """The card accepted the PIN and signed."""

    visit: int
    signature: Signature


@dataclass(frozen=True, repr=False)
class SignedIn:
    """The back end knows who this is, and what this person may have."""

    visit: int
    person: Person
    products: tuple[Product, ...]


@dataclass(frozen=True, repr=False)
class CodeOpened:
    """The code is good; what it stands for."""

    visit: int
    products: tuple[Product, ...]


@dataclass(frozen=True)
class OfferingsReceived:
    """What can be had here."""

    visit: int
    products: tuple[Product, ...]


@dataclass(frozen=True)
class BackEndFailed:
    """A call to the back end ended without what was asked (not for an order: that is `OrderFailed`)."""

    visit: int
    fault: FaultCode


@dataclass(frozen=True, repr=False)
class DocumentReady:
    """An ordered document is here, whole and checked."""

    visit: int
    document: Document


@dataclass(frozen=True)
class OrderTaken:
    """An order was taken, and no paper comes of it now."""

    visit: int
    ticket: UUID
    later: Later


@dataclass(frozen=True)
class OrderFailed:
    """An ordered document could not be had."""

    visit: int
    ticket: UUID
    fault: FaultCode


@dataclass(frozen=True)
class JobChanged:
    """A print job went a step further, by the device's own word."""

    visit: int
    ticket: UUID
    progress: Progress


class PaperFound(Bare):
    """A job that the last run of the kiosk left under way may have put paper in the tray. Belongs to no visit."""


@dataclass(frozen=True, repr=False)
class RemedyGiven:
    """The back end answered a print result."""

    visit: int
    ticket: UUID
    offer: RemedyOffer


@dataclass(frozen=True)
class SlipEnded:
    """The slip is out, or it is not."""

    visit: int
    printed: bool


class Clock(Enum):
    """The clocks a state may run."""

    IDLE = "idle"  # nobody touched anything: ask "Ben je er nog?"
    GONE = "gone"  # that question was not answered: end the visit
    STEP = "step"  # this state lasts no longer


@dataclass(frozen=True)
class TimedOut:
    """A clock ran out."""

    clock: Clock


Touch = (
    DocumentsAsked
    | OfferingsAsked
    | CodeAsked
    | SignTyped
    | TypingDone
    | PinUnknown
    | Answered
    | PaperGone
    | DigitTyped
    | LastErased
    | AllErased
    | PinEntered
    | TriedAnyway
    | Chose
    | PageTurned
    | AnotherAsked
    | ChoiceDone
    | ChangeAsked
    | Confirmed
    | LookAsked
    | SheetTouched
    | SheetTurned
    | LookedEnough
    | PaperTaken
    | SlipAsked
    | StopPressed
    | HelpAsked
    | LanguageChosen
    | StillHere
)
Answer = (
    CardRecognised
    | CardFailed
    | CertificateRead
    | ChallengeReceived
    | PinFailed
    | ChallengeSigned
    | SignedIn
    | CodeOpened
    | OfferingsReceived
    | BackEndFailed
    | DocumentReady
    | PageDrawn
    | OrderTaken
    | OrderFailed
    | JobChanged
    | RemedyGiven
    | SlipEnded
)
Event = Touch | Answer | CardInserted | CardFound | CardRemoved | OfferChanged | PaperFound | TimedOut
