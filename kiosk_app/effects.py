"""What a visit wishes for, in the imperative. A worker turns each into work; its answer is an event.

Every effect that somebody answers carries the visit's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hardware.devices import Certificate, Signature
from hardware.faults import FaultCode
from kiosk_app.bare import Bare
from kiosk_app.events import Clock
from kiosk_app.visit import Challenge, Details, Document, Job, Order, Product, RemedyOffer


@dataclass(frozen=True)
class RecogniseCard:
    """Ask the reader what card it holds, and how many tries are left where that is free."""

    visit: int


@dataclass(frozen=True)
class ReadCertificate:
    """Read the authentication certificate."""

    visit: int


@dataclass(frozen=True)
class AskChallenge:
    """Ask the back end for a nonce; this also warms the connection."""

    visit: int


@dataclass(frozen=True, repr=False)
class SignChallenge:
    """Have the card verify the PIN (from the PIN buffer, which is wiped) and sign the challenge."""

    visit: int
    certificate: Certificate
    challenge: Challenge


@dataclass(frozen=True, repr=False)
class SignOnReader:
    """Have the PIN typed on the reader's own keys, and the card sign the challenge."""

    visit: int
    certificate: Certificate
    challenge: Challenge


@dataclass(frozen=True, repr=False)
class SignIn:
    """Give the signed token to the back end."""

    visit: int
    certificate: Certificate
    challenge: Challenge
    signature: Signature


@dataclass(frozen=True)
class AskOfferings:
    """Ask the back end what can be had here."""

    visit: int


@dataclass(frozen=True, repr=False)
class OpenCode:
    """Ask the back end what a code stands for."""

    visit: int
    code: str


@dataclass(frozen=True, repr=False)
class OrderDocument:
    """Order, fetch and check one document."""

    visit: int
    ticket: UUID
    product: Product
    details: Details


@dataclass(frozen=True, repr=False)
class DrawPage:
    """Draw a page of a document, to be looked at: `sheet` is its place in the document, `page` among all pages."""

    visit: int
    document: Document
    sheet: int
    page: int


@dataclass(frozen=True)
class PreparePrint:
    """Have a job ready in the queue while the document is being made, without a byte in it."""

    visit: int
    ticket: UUID
    product: Product
    copies: int = 1


@dataclass(frozen=True, repr=False)
class Print:
    """Put one document on paper, and follow it until the device has spoken."""

    visit: int
    document: Document


@dataclass(frozen=True)
class CancelPrint:
    """Cancel on CUPS and on the device."""

    visit: int
    ticket: UUID


@dataclass(frozen=True)
class Abandon:
    """This ticket will never be put on paper: write it down, and let the back end know without anyone waiting."""

    visit: int
    ticket: UUID
    fault: FaultCode


@dataclass(frozen=True, repr=False)
class PrintSlip:
    """Print a slip: what was printed or not, or comes later, ticket, code where there is one. No name."""

    visit: int
    jobs: tuple[Job, ...]
    remedies: tuple[tuple[UUID, RemedyOffer], ...]
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True)
class WatchForRemoval:
    """See the card leave as soon as can be known."""

    visit: int


@dataclass(frozen=True)
class ReleaseCard:
    """End the card's session."""

    visit: int


@dataclass(frozen=True)
class EndSession:
    """End the resident's session at the back end."""

    visit: int


class ForgetPin(Bare):
    """Wipe the PIN buffer."""


class EraseDigit(Bare):
    """Wipe the last digit of the PIN buffer."""


@dataclass(frozen=True)
class Forget:
    """Drop everything the workers and the screen still hold of this visit."""

    visit: int


@dataclass(frozen=True)
class Start:
    """Start a clock, or start it anew; `lasts` is the name of its time-out in the settings."""

    clock: Clock
    lasts: str


@dataclass(frozen=True)
class Cancel:
    """Stop a clock."""

    clock: Clock


Effect = (
    RecogniseCard
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
    | WatchForRemoval
    | ReleaseCard
    | EndSession
    | ForgetPin
    | EraseDigit
    | Forget
    | Start
    | Cancel
)
