"""Makes an order of a wish: a product is made, sent or begun by the source; a claim is bound to the ticket."""

from __future__ import annotations

import calendar
import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from enum import Enum
from uuid import UUID

from townhall.catalogue import Channel, Product, Wanted, WantedWrongly, check
from townhall.claims import demand
from townhall.codes import document_code
from townhall.ledger import ClaimTaken
from townhall.people import Person
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.sources import SOURCE_CLOSED, DocumentUnavailable, Offer
from townhall.tables import Claim, ClaimKind, Order, OrderKind
from townhall.typeset import Stamp, TypesetError

# Who asks for an attest wants one of less than three months old: so long it is called valid.
VALID_MONTHS = 3
# A kiosk that was away tells what became of a paper when it comes back. Until then it may have to be printed again.
KEPT_DAYS = 14


@dataclass(frozen=True, repr=False)
class ProductWish:
    """A product, and how it is wanted."""

    code: str
    wanted: Wanted


class Making:
    """Makes orders. Safe from threads. Raises Problem."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def name_of(self, wish: ProductWish | UUID) -> str:
        """A wish's name in the database: the same for the same wish, and telling nothing of it."""
        said = {"claim": str(wish)} if isinstance(wish, UUID) else asdict(wish)
        return self._service.vault.name_of(json.dumps(said, sort_keys=True, default=_plain))

    def made(self, session: Session, ticket: UUID, wish: ProductWish | UUID) -> bool:
        """Make the order and write it down; False when another call for this ticket came first."""
        if isinstance(wish, UUID):
            return self._claimed(session, ticket, wish)
        if session.person is None:
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE)
        product = self._product(session.person, wish)
        order = self._order(session, ticket, product, wish)
        try:
            match order.kind:
                case OrderKind.PAPER:
                    return self._printed_here(session.person, product, wish.wanted, order)
                case OrderKind.EBOX:
                    self._service.source.send(ticket, session.person, product, wish.wanted)
                case OrderKind.DEFERRED:
                    order = self._begun(session.person, product, wish.wanted, order)
        except DocumentUnavailable:
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE) from None
        except TypesetError:
            raise Problem(ProblemType.REGISTER_UNAVAILABLE) from None
        return self._service.ledger.add_order(order)

    # --- a product ---------------------------------------------------------------------------------------------------

    def _product(self, person: Person, wish: ProductWish) -> Product:
        offers = self._service.source.offers(person, self._service.now())
        offer = next((one for one in offers if one.product.code == wish.code), None)
        if offer is None or not offer.available or wish.wanted.language not in offer.product.languages:
            raise _unavailable(offer)
        try:
            check(offer.product, wish.wanted)
        except WantedWrongly as wrong:
            raise Problem.of_field(wrong.field) from None
        return offer.product

    def _order(self, session: Session, ticket: UUID, product: Product, wish: ProductWish) -> Order:
        kind = OrderKind.EBOX if wish.wanted.channel is Channel.EBOX else OrderKind.PAPER
        kind = OrderKind.DEFERRED if product.deferred else kind
        today = self._service.today()
        return Order(
            ticket=ticket,
            kiosk=session.kiosk,
            owner=session.owner,
            wish=self.name_of(wish),
            kind=kind,
            product_code=product.code,
            language=wish.wanted.language,
            title=product.title,
            copies=wish.wanted.copies,
            code=document_code() if kind is OrderKind.PAPER else None,
            document=ticket if kind is OrderKind.PAPER else None,
            issued=today,
            valid_until=months_after(today, VALID_MONTHS),
        )

    def _printed_here(self, person: Person, product: Product, wanted: Wanted, order: Order) -> bool:
        service = self._service
        assert order.code is not None  # noqa: S101 - given to each order of this kind
        url = f"{service.town.verify_base}/verify/{order.code}"
        page = service.source.document(person, product, wanted, Stamp(order.code, url, order.issued, order.valid_until))
        pdf = service.sealer.seal(page, order.title)
        keep_until = order.issued + dt.timedelta(days=KEPT_DAYS)
        added = service.ledger.add_order(order, service.vault.close(order.ticket, pdf), keep_until)
        if added:
            self._show(order.ticket, pdf)
        return added

    def _begun(self, person: Person, product: Product, wanted: Wanted, order: Order) -> Order:
        deferred = self._service.source.begin(order.ticket, person, product, wanted, order.issued)
        return replace(order, expected_on=deferred.expected_on, notice=deferred.notice, collect_at=deferred.collect_at)

    # --- a claim -----------------------------------------------------------------------------------------------------

    def _claimed(self, session: Session, ticket: UUID, id_: UUID) -> bool:
        claim = self._service.claims.of(id_)
        if claim is None or claim.kind is ClaimKind.COMPARTMENT or not is_of(claim, session):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        order = Order(
            ticket=ticket,
            kiosk=session.kiosk,
            owner=session.owner,
            wish=self.name_of(id_),
            kind=OrderKind.PAPER,
            claim=claim.id,
            product_code=claim.product_code,
            language=claim.language,
            title=claim.title,
            copies=claim.copies,
            document=claim.document,
            issued=self._service.today(),
            valid_until=claim.valid_until,
        )
        try:
            added = self._service.ledger.add_order(order)
        except ClaimTaken:
            demand(self._service.claims.of(id_), order.issued)
            raise Problem(ProblemType.CODE_IN_USE) from None  # it was free again the moment after
        if added and claim.document is not None and self._service.sealed is not None:
            closed = self._service.ledger.document(claim.document)
            if closed is not None:
                self._show(ticket, self._service.vault.open(claim.document, closed))
        return added

    def _show(self, ticket: UUID, pdf: bytes) -> None:
        if self._service.sealed is not None:
            (self._service.sealed / f"{ticket}.pdf").write_bytes(pdf)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_of(claim: Claim, session: Session) -> bool:
    """Whether a session may use a claim: its person's own, or the one behind its code."""
    return claim.id == session.claim if session.person is None else claim.resident == session.owner


def _unavailable(offer: Offer | None) -> Problem:
    closed = offer is not None and offer.reason == SOURCE_CLOSED
    return Problem(ProblemType.SOURCE_CLOSED if closed else ProblemType.PRODUCT_UNAVAILABLE)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else str(value)
