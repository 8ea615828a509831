"""What a resident does, in the past tense: the events that come from the screen and the keys.

A file of its own, for the portal is painted before anything of the other events is needed.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from hardware.devices import Private
from kiosk_app.bare import Bare
from kiosk_app.defects import DefectAsked as DefectAsked
from kiosk_app.defects import DefectNamed as DefectNamed
from kiosk_app.doors import DoorTouch as DoorTouch
from kiosk_app.looks import LookAsked as LookAsked
from kiosk_app.looks import LookedEnough as LookedEnough
from kiosk_app.looks import SheetTouched as SheetTouched
from kiosk_app.looks import SheetTurned as SheetTurned
from kiosk_app.visit import Ease, Language

if TYPE_CHECKING:
    from kiosk_app.maintenance.happenings import WorkTouch


class Steer(Enum):
    """What keys do to a screen without touching the visit: go from choice to choice, from row to row, choose."""

    NEXT = "next"
    PREVIOUS = "previous"
    DOWN = "down"
    UP = "up"
    CHOOSE = "choose"


class DocumentsAsked(Bare):
    """The tile for documents was touched."""


class OfferingsAsked(Bare):
    """The resident wants to see what can be had here."""


class ServiceAsked(Struct, frozen=True):
    """A service of the hall was touched, by its place in the settings."""

    service: int


class TownAsked(Bare):
    """The button for the counter's hours and the town's news was touched."""


class CodeAsked(Bare):
    """The button "Ik heb een code" was touched."""


class SignTyped(Private, frozen=True):
    """One more sign of a code or a name was typed. For a PIN there is `DigitTyped`, which carries none."""

    sign: str


class CodeScanned(Private, frozen=True):
    """Something was held before the scanner; "" is what can be no code."""

    code: str


class TypingDone(Bare):
    """What was typed is whole."""


class PinUnknown(Bare):
    """The button "Ik ken mijn pincode niet" was touched."""


class Answered(Struct, frozen=True):
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


class Chose(Struct, frozen=True):
    """A product was touched: chosen, or unchosen where boxes are shown."""

    product: str


class PageTurned(Struct, frozen=True):
    """Another page of the list was asked for."""

    page: int


class AnotherAsked(Bare):
    """The tile "Nog een document" was touched."""


class ChoiceDone(Bare):
    """The button "Verder met n documenten" was touched."""


class ChangeAsked(Bare):
    """Back to the list: "Wijzigen" on the check screen, "Terug" at a question."""


class Confirmed(Struct, frozen=True):
    """Confirmed, with a fresh ticket for each chosen product (minted by the core; the screen posts it empty)."""

    tickets: tuple[UUID, ...] = ()


class PaperTaken(Struct, frozen=True):
    """The answer to "Heb je je document?"."""

    yes: bool


class SlipAsked(Bare):
    """The resident wants a slip."""


class StopPressed(Bare):
    """Stoppen was touched."""


class HelpAsked(Bare):
    """Help was touched."""


class LanguageChosen(Struct, frozen=True):
    """Another language of the screen was touched, by its own name."""

    language: Language


class LanguagesAsked(Bare):
    """The button for the other languages was touched, where there are several."""


class EaseAsked(Bare):
    """The button for how the screen can be seen was touched."""


class EaseChosen(Struct, frozen=True):
    """Another way to see the screen was touched: everything that holds from now on."""

    ease: Ease


class VoiceAsked(Bare):
    """The tactile key was pressed: read aloud, or say it again."""


class VoiceSwitched(Struct, frozen=True):
    """Reading aloud was chosen, or ended, on the screen."""

    on: bool


class VolumeTurned(Struct, frozen=True):
    """Louder or softer, by so many steps."""

    steps: int


class WorkTouched(Struct, frozen=True):
    """Something was touched in maintenance."""

    what: WorkTouch


class SpotTouched(Struct, frozen=True):
    """The screen was touched at `touched`, where `aim` was to be touched: millimetres from its upper left corner."""

    aim: tuple[float, float]
    touched: tuple[float, float] | None = None


class StillHere(Bare):
    """An overlay was answered: go on."""


Touch = (
    DocumentsAsked
    | OfferingsAsked
    | ServiceAsked
    | TownAsked
    | CodeAsked
    | SignTyped
    | CodeScanned
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
    | DoorTouch
    | StopPressed
    | HelpAsked
    | DefectAsked
    | DefectNamed
    | LanguageChosen
    | LanguagesAsked
    | EaseAsked
    | EaseChosen
    | VoiceAsked
    | VoiceSwitched
    | VolumeTurned
    | WorkTouched
    | SpotTouched
    | StillHere
)
