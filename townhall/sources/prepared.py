"""Makes nothing: what residents get here was handed in beforehand. The card itself says who somebody is.

With this source a town needs no link to any register. What it hands out waits as claims.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from cryptography import x509
from cryptography.x509.oid import NameOID

from townhall.catalogue import Product, Wanted
from townhall.people import Person
from townhall.sources import Deferred, DocumentUnavailable, Offer
from townhall.typeset import Stamp
from townhall.webeid import Holder

LANGUAGE = "nl"


@dataclass(frozen=True, repr=False)
class CardHolder:
    """Somebody as the card's certificate has it."""

    ssin: str
    given_name: str
    surname: str
    language: str


class PreparedSource:
    """Keeps the promise of `DocumentSource` by offering nothing to order."""

    def warm(self) -> None:
        """There is nothing to load."""

    def person(self, holder: Holder) -> Person | None:
        """Anybody with a card: whether something waits for them is not asked here."""
        return card_holder(holder)

    def offers(self, _person: Person | None, _now: dt.datetime) -> tuple[Offer, ...]:
        """Nothing can be ordered."""
        return ()

    def document(self, _person: Person, product: Product, _wanted: Wanted, _stamp: Stamp) -> bytes:
        """Nothing is made. Raises DocumentUnavailable."""
        raise DocumentUnavailable(product.code)

    def send(self, _ticket: UUID, _person: Person, product: Product, _wanted: Wanted) -> None:
        """Nothing is sent. Raises DocumentUnavailable."""
        raise DocumentUnavailable(product.code)

    def begin(self, _ticket: UUID, _person: Person, product: Product, _wanted: Wanted, _today: dt.date) -> Deferred:
        """Nothing is begun. Raises DocumentUnavailable."""
        raise DocumentUnavailable(product.code)


def card_holder(holder: Holder) -> Person:
    """Somebody whom no register here knows, by the names on the card."""
    subject = holder.certificate.subject
    given_name = _said(subject, NameOID.GIVEN_NAME).split(" ")[0]
    return CardHolder(holder.ssin, given_name, _said(subject, NameOID.SURNAME), LANGUAGE)


def _said(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """What the subject says, or what a screen can greet all the same."""
    values = subject.get_attributes_for_oid(oid) or subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(values[0].value).strip()[:200] or "-"
