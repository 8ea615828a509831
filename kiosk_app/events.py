"""The facts that move a visit, in the past tense: what the resident did (`touches`), what others answered.

Every answer carries the number of the visit that asked, so that a slow answer never greets the next person.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from hardware.credentials import StaffCard
from hardware.devices import Applet, Certificate, Private, Signature, TrayView
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.defects import DefectKept as DefectKept
from kiosk_app.doors import DoorAnswer as DoorAnswer
from kiosk_app.looks import PageDrawn as PageDrawn
from kiosk_app.touches import AllErased as AllErased
from kiosk_app.touches import AnotherAsked as AnotherAsked
from kiosk_app.touches import Answered as Answered
from kiosk_app.touches import ChangeAsked as ChangeAsked
from kiosk_app.touches import ChoiceDone as ChoiceDone
from kiosk_app.touches import Chose as Chose
from kiosk_app.touches import CodeAsked as CodeAsked
from kiosk_app.touches import CodeScanned as CodeScanned
from kiosk_app.touches import Confirmed as Confirmed
from kiosk_app.touches import DefectAsked as DefectAsked
from kiosk_app.touches import DefectNamed as DefectNamed
from kiosk_app.touches import DigitTyped as DigitTyped
from kiosk_app.touches import DocumentsAsked as DocumentsAsked
from kiosk_app.touches import EaseAsked as EaseAsked
from kiosk_app.touches import EaseChosen as EaseChosen
from kiosk_app.touches import HelpAsked as HelpAsked
from kiosk_app.touches import LanguageChosen as LanguageChosen
from kiosk_app.touches import LanguagesAsked as LanguagesAsked
from kiosk_app.touches import LastErased as LastErased
from kiosk_app.touches import LookAsked as LookAsked
from kiosk_app.touches import LookedEnough as LookedEnough
from kiosk_app.touches import OfferingsAsked as OfferingsAsked
from kiosk_app.touches import PageTurned as PageTurned
from kiosk_app.touches import PaperGone as PaperGone
from kiosk_app.touches import PaperTaken as PaperTaken
from kiosk_app.touches import PinEntered as PinEntered
from kiosk_app.touches import PinUnknown as PinUnknown
from kiosk_app.touches import ServiceAsked as ServiceAsked
from kiosk_app.touches import SheetTouched as SheetTouched
from kiosk_app.touches import SheetTurned as SheetTurned
from kiosk_app.touches import SignTyped as SignTyped
from kiosk_app.touches import SlipAsked as SlipAsked
from kiosk_app.touches import SpotTouched as SpotTouched
from kiosk_app.touches import StillHere as StillHere
from kiosk_app.touches import StopPressed as StopPressed
from kiosk_app.touches import Touch as Touch
from kiosk_app.touches import TownAsked as TownAsked
from kiosk_app.touches import TriedAnyway as TriedAnyway
from kiosk_app.touches import TypingDone as TypingDone
from kiosk_app.touches import VoiceAsked as VoiceAsked
from kiosk_app.touches import VoiceSwitched as VoiceSwitched
from kiosk_app.touches import VolumeTurned as VolumeTurned
from kiosk_app.touches import WorkTouched as WorkTouched
from kiosk_app.visit import Challenge, Document, Later, Offer, Person, Product, Progress, RemedyOffer

if TYPE_CHECKING:
    from kiosk_app.maintenance.happenings import WorkAnswer


class CardInserted(Bare):
    """A card was put in the slot."""


class CardFound(Bare):
    """A card lay in the slot when the reader came (a boot, a restart of pcscd): who put it in, and when, is unknown."""


class CardRemoved(Bare):
    """The slot is empty."""


class OfferChanged(Struct, frozen=True):
    """What can be finished changed: a device or the back end came or went."""

    offer: Offer


class CardRecognised(Struct, frozen=True):
    """It is a Belgian eID."""

    visit: int
    applet: Applet
    tries_left: int | None
    keys_on_reader: bool = False


class CardFailed(Struct, frozen=True):
    """The card cannot be used, or a call to it failed."""

    visit: int
    fault: FaultCode


class StaffCardSeen(Struct, frozen=True):
    """The card in the slot is a card of staff: it signed a challenge of ours with a key of the settings."""

    visit: int
    card: StaffCard


class WorkAnswered(Struct, frozen=True):
    """Maintenance was answered."""

    visit: int
    what: WorkAnswer


class CertificateRead(Private, frozen=True):
    """The authentication certificate is here."""

    visit: int
    certificate: Certificate


class ChallengeReceived(Private, frozen=True):
    """The back end gave its nonce."""

    visit: int
    challenge: Challenge


class PinFailed(Struct, frozen=True):
    """The card refused the PIN."""

    visit: int
    tries_left: int


class ChallengeSigned(Private, frozen=True):
    """The card accepted the PIN and signed."""

    visit: int
    signature: Signature


class SignedIn(Private, frozen=True):
    """The back end knows who this is, and what this person may have."""

    visit: int
    person: Person
    products: tuple[Product, ...]


class CodeOpened(Private, frozen=True):
    """The code is good; what it stands for."""

    visit: int
    products: tuple[Product, ...]


class OfferingsReceived(Struct, frozen=True):
    """What can be had here."""

    visit: int
    products: tuple[Product, ...]


class BackEndFailed(Struct, frozen=True):
    """A call to the back end ended without what was asked (not for an order: that is `OrderFailed`)."""

    visit: int
    fault: FaultCode


class DocumentReady(Private, frozen=True):
    """An ordered document is here, whole and checked."""

    visit: int
    document: Document


class OrderTaken(Struct, frozen=True):
    """An order was taken, and no paper comes of it now."""

    visit: int
    ticket: UUID
    later: Later


class OrderFailed(Struct, frozen=True):
    """An ordered document could not be had."""

    visit: int
    ticket: UUID
    fault: FaultCode


class JobChanged(Struct, frozen=True):
    """A print job went a step further, by the device's own word."""

    visit: int
    ticket: UUID
    progress: Progress


class PaperFound(Bare):
    """A job that the last run of the kiosk left under way may have put paper in the tray. Belongs to no visit."""


class PaperSensed(Struct, frozen=True):
    """The sensor at the slot sees paper, sees none, or sees nothing any more. Belongs to no visit."""

    view: TrayView


class HeadsetChanged(Struct, frozen=True):
    """A headset was put in its socket, or taken out. Belongs to no visit."""

    inside: bool


class Spoken(Bare):
    """A sentence was said to its end. Belongs to no visit."""


class RemedyGiven(Private, frozen=True):
    """The back end answered a print result."""

    visit: int
    ticket: UUID
    offer: RemedyOffer


class SlipEnded(Struct, frozen=True):
    """The slip is out, or it is not."""

    visit: int
    printed: bool


class Clock(Enum):
    """The clocks a state may run."""

    IDLE = "idle"  # nobody touched anything: ask "Ben je er nog?"
    GONE = "gone"  # that question was not answered: end the visit
    STEP = "step"  # this state lasts no longer


class TimedOut(Struct, frozen=True):
    """A clock ran out."""

    clock: Clock


Answer = (
    CardRecognised
    | CardFailed
    | StaffCardSeen
    | WorkAnswered
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
    | DoorAnswer
    | DefectKept
)
Event = (
    Touch
    | Answer
    | CardInserted
    | CardFound
    | CardRemoved
    | OfferChanged
    | PaperFound
    | PaperSensed
    | HeadsetChanged
    | Spoken
    | TimedOut
)
