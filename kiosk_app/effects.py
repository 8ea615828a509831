"""What a visit wishes for, in the imperative. A worker turns each into work; its answer is an event.

Every effect that somebody answers carries the visit's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from hardware.devices import Certificate, Private, Signature
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.doors import DoorWish as DoorWish
from kiosk_app.events import Clock
from kiosk_app.visit import Challenge, Details, Document, Job, Order, Product, RemedyOffer

if TYPE_CHECKING:
    from kiosk_app.maintenance.wishes import Wish


class RecogniseCard(Struct, frozen=True):
    """Ask the reader what card it holds, and how many tries are left where that is free."""

    visit: int


class AskStaffCard(Struct, frozen=True):
    """Look whether the card in the slot is one of staff; only then something is answered."""

    visit: int


class CheckStaffCode(Struct, frozen=True):
    """Have a card of staff prove itself once more, and look at the code in the PIN buffer, which is wiped."""

    visit: int
    staff: str


class DoWork(Struct, frozen=True):
    """Do what maintenance wishes for."""

    visit: int
    wish: Wish


class ReadCertificate(Struct, frozen=True):
    """Read the authentication certificate."""

    visit: int


class AskChallenge(Struct, frozen=True):
    """Ask the back end for a nonce; this also warms the connection."""

    visit: int


class SignChallenge(Private, frozen=True):
    """Have the card verify the PIN (from the PIN buffer, which is wiped) and sign the challenge."""

    visit: int
    certificate: Certificate
    challenge: Challenge


class SignOnReader(Private, frozen=True):
    """Have the PIN typed on the reader's own keys, and the card sign the challenge."""

    visit: int
    certificate: Certificate
    challenge: Challenge


class SignIn(Private, frozen=True):
    """Give the signed token to the back end."""

    visit: int
    certificate: Certificate
    challenge: Challenge
    signature: Signature


class AskOfferings(Struct, frozen=True):
    """Ask the back end what can be had here."""

    visit: int


class OpenCode(Private, frozen=True):
    """Ask the back end what a code stands for."""

    visit: int
    code: str


class OrderDocument(Private, frozen=True):
    """Order, fetch and check one document."""

    visit: int
    ticket: UUID
    product: Product
    details: Details


class DrawPage(Private, frozen=True):
    """Draw a page of a document, to be looked at: `sheet` is its place in the document, `page` among all pages."""

    visit: int
    document: Document
    sheet: int
    page: int


class PreparePrint(Struct, frozen=True):
    """Have a job ready in the queue while the document is being made, without a byte in it."""

    visit: int
    ticket: UUID
    product: Product
    copies: int = 1


class Print(Private, frozen=True):
    """Put one document on paper, and follow it until the device has spoken."""

    visit: int
    document: Document


class CancelPrint(Struct, frozen=True):
    """Cancel on CUPS and on the device."""

    visit: int
    ticket: UUID


class Abandon(Struct, frozen=True):
    """This ticket will never be put on paper: write it down, and let the back end know without anyone waiting."""

    visit: int
    ticket: UUID
    fault: FaultCode


class PrintSlip(Private, frozen=True):
    """Print a slip: what was printed or not, or comes later, ticket, code where there is one. No name."""

    visit: int
    jobs: tuple[Job, ...]
    remedies: tuple[tuple[UUID, RemedyOffer], ...]
    orders: tuple[Order, ...] = ()


class WatchForRemoval(Struct, frozen=True):
    """See the card leave as soon as can be known."""

    visit: int


class ReleaseCard(Struct, frozen=True):
    """End the card's session."""

    visit: int


class EndSession(Struct, frozen=True):
    """End the resident's session at the back end."""

    visit: int


class Say(Bare):
    """Say aloud what the screen says now, whoever listens: a card, paper or a visit is about to be forgotten."""


class ForgetPin(Bare):
    """Wipe the PIN buffer."""


class EraseDigit(Bare):
    """Wipe the last digit of the PIN buffer."""


class Forget(Struct, frozen=True):
    """Drop everything the workers and the screen still hold of this visit."""

    visit: int


class Start(Struct, frozen=True):
    """Start a clock, or start it anew; `lasts` is the name of its time-out in the settings."""

    clock: Clock
    lasts: str


class Cancel(Struct, frozen=True):
    """Stop a clock."""

    clock: Clock


Effect = (
    RecogniseCard
    | AskStaffCard
    | CheckStaffCode
    | DoWork
    | ReadCertificate
    | AskChallenge
    | SignChallenge
    | SignOnReader
    | SignIn
    | AskOfferings
    | OpenCode
    | OrderDocument
    | DrawPage
    | PreparePrint
    | Print
    | CancelPrint
    | Abandon
    | PrintSlip
    | DoorWish
    | WatchForRemoval
    | ReleaseCard
    | EndSession
    | Say
    | ForgetPin
    | EraseDigit
    | Forget
    | Start
    | Cancel
)
