"""Where documents come from: one small promise, and a file for each source that keeps it.

The server asks a source who somebody is here and what they may have, and has the document made, sent or begun. A source
knows nothing of kiosks, tickets or HTTP. What was made beforehand for somebody is no source's business: it waits as a
claim, whichever source a town has.

`demo` typesets documents of fictitious residents (`attests` is what stands on them). `prepared` makes nothing: with it
a town starts on documents that its own software or its clerks hand in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from townhall.catalogue import Product, Wanted
from townhall.opening import Opening
from townhall.people import Person
from townhall.typeset import Stamp
from townhall.webeid import Holder

COUNTER_ONLY = "counterOnly"
NOT_REGISTERED = "notRegistered"
NOTHING_REGISTERED = "nothingRegistered"
SOURCE_CLOSED = "sourceClosed"


@dataclass(frozen=True)
class Offer:
    """A product, whether its source is open, and why this person cannot have it (a code of the contract), if so."""

    product: Product
    opening: Opening
    reason: str | None = None

    @property
    def available(self) -> bool:
        """Whether this person may have it here and now."""
        return self.reason is None


@dataclass(frozen=True)
class Deferred:
    """What happens with something that comes later: until when at most, how one hears, and where it is."""

    expected_on: dt.date | None
    notice: str
    collect_at: str


class DocumentUnavailable(Exception):
    """Asked for a document that `offers` does not offer to this resident, or not in this language."""


class DocumentSource(Protocol):
    """What every source promises."""

    def warm(self) -> None:
        """Load what the first document would wait for."""

    def person(self, holder: Holder) -> Person | None:
        """Who this is, for the source; None when it has nothing to do with this person."""

    def offers(self, person: Person | None, now: dt.datetime) -> tuple[Offer, ...]:
        """Every product this source knows, with whether this person may have it; None for nobody in particular."""

    def document(self, person: Person, product: Product, wanted: Wanted, stamp: Stamp) -> bytes:
        """Make the PDF of one product, not yet sealed. Raises DocumentUnavailable, and TypesetError."""

    def send(self, ticket: UUID, person: Person, product: Product, wanted: Wanted) -> None:
        """Put it into the person's eBox, once for a ticket however often it is asked. Raises DocumentUnavailable."""

    def begin(self, ticket: UUID, person: Person, product: Product, wanted: Wanted, today: dt.date) -> Deferred:
        """Ask for something that comes later, once for a ticket. Raises DocumentUnavailable."""
