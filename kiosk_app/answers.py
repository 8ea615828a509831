"""What the back end answers, typed, and taken over into the visit's own words; and what an order says.

Unknown fields are ignored; an unknown value is an answer we refuse, or what it most safely means.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta, Struct

from config.settings import CompartmentSize
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.products import Details, Later, Product, Purpose, language_of

# What a claim may stand for, as far as this kiosk can hand it out.
CLAIM_KINDS = ("preparedDocument", "reprint", "compartment")

# How many of one document come out; the contract knows no more.
Copies = Annotated[int, Meta(ge=1, le=10)]
# What stands on a thing.
Reference = Annotated[str, Meta(pattern=r"^[A-Z0-9]{3}-[A-Z0-9]{3}$")]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,64}$")]


class Answer(Struct, frozen=True, rename="camel"):
    """Part of an answer: fields it does not name are ignored, as Belgif asks of a client."""


class ChallengeAnswer(Answer, frozen=True, kw_only=True):
    """A nonce."""

    id: UUID
    nonce: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/=_-]{44,128}$")]


class SessionAnswer(Answer, frozen=True, kw_only=True):
    """A session, and the token that is good for it."""

    href: str
    access_token: Annotated[str, Meta(min_length=16, max_length=4096)]


class PersonAnswer(Answer, frozen=True, kw_only=True):
    """Whom the town hall recognised."""

    given_name: Annotated[str, Meta(min_length=1, max_length=200)]
    family_name: Annotated[str, Meta(min_length=1, max_length=200)]


class PurposeAnswer(Answer, frozen=True, kw_only=True):
    """What a product can be for."""

    code: Word
    label: Annotated[str, Meta(min_length=1, max_length=200)]
    needs_recipient: bool = False


class SourceAnswer(Answer, frozen=True, kw_only=True):
    """Whether the source of a product is open."""

    open: bool
    opens_at: Annotated[datetime, Meta(tz=True)] | None = None


class ProductAnswer(Answer, frozen=True, kw_only=True):
    """A product; `available` and `reason` are not said in the public list, which is about nobody."""

    code: Word
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    description: Annotated[str, Meta(max_length=400)] = ""
    languages: Annotated[tuple[str, ...], Meta(min_length=1)] = ("nl",)
    price_in_cents: int = 0
    delivery: str = "immediate"
    lead_time: Annotated[str, Meta(pattern=r"^(P[0-9]{1,3}[DWM])?$")] = ""
    purposes: Annotated[tuple[PurposeAnswer, ...], Meta(max_length=100)] = ()
    paper_on_explicit_request: bool = False
    max_copies: Copies = 1
    source: SourceAnswer = SourceAnswer(open=True)
    available: bool = True
    reason: str = ""


class PlaceAnswer(Answer, frozen=True, kw_only=True):
    """A compartment, by the number on its door."""

    number: Annotated[int, Meta(ge=1, le=999)]


class ClaimAnswer(Answer, frozen=True, kw_only=True):
    """Something that waits ready-made, on paper to come or behind a door."""

    id: UUID
    kind: Word
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    description: Annotated[str, Meta(max_length=400)] = ""
    language: str = "nl"
    copies: Copies = 1
    collect_at: str = ""
    compartment: PlaceAnswer | None = None


class ClaimsAnswer(Answer, frozen=True, kw_only=True):
    """Everything that waits."""

    items: Annotated[tuple[ClaimAnswer, ...], Meta(max_length=200)] = ()


class ProductsAnswer(Answer, frozen=True, kw_only=True):
    """Every product."""

    items: Annotated[tuple[ProductAnswer, ...], Meta(max_length=200)]


class SignedInAnswer(Answer, frozen=True, kw_only=True):
    """Signed in with a card."""

    session: SessionAnswer
    person: PersonAnswer
    document_products: ProductsAnswer
    claims: ClaimsAnswer = ClaimsAnswer()


class CodeSessionAnswer(Answer, frozen=True, kw_only=True):
    """A code was good."""

    session: SessionAnswer
    claims: ClaimsAnswer


class DeferredAnswer(Answer, frozen=True, kw_only=True):
    """What happens next to an order that comes later."""

    expected_on: date | None = None
    notice: str = "none"
    collect_at: str = "counter"


class DocumentAnswer(Answer, frozen=True, kw_only=True):
    """A document that is ready."""

    copies: Copies = 1


class OrderAnswer(Answer, frozen=True, kw_only=True):
    """How an order stands; `href` says which it is about."""

    status: str
    href: str
    poll_after: Annotated[float, Meta(ge=0.1, le=10)] = 1.0
    deferred: DeferredAnswer = DeferredAnswer()
    document: DocumentAnswer = DocumentAnswer()


class CollectionAnswer(Answer, frozen=True, kw_only=True):
    """Leave to open a door; `href` says under which ticket."""

    href: str
    status: str
    compartment: PlaceAnswer


class ThingAnswer(Answer, frozen=True, kw_only=True):
    """Something that may be put in."""

    reference: Reference
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    size: CompartmentSize
    four_eyes: bool


class ExpectedAnswer(Answer, frozen=True, kw_only=True):
    """Everything that may be put in."""

    items: Annotated[tuple[ThingAnswer, ...], Meta(max_length=1000)]


class DepositAnswer(Answer, frozen=True, kw_only=True):
    """Something that lies behind a door."""

    id: UUID
    reference: Reference
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    four_eyes: bool
    state: str


class PlaceStateAnswer(PlaceAnswer, frozen=True, kw_only=True):
    """A compartment, and what lies in it."""

    size: CompartmentSize
    low: bool
    deposit: DepositAnswer | None = None


class PlacesAnswer(Answer, frozen=True, kw_only=True):
    """Every compartment of this kiosk."""

    items: Annotated[tuple[PlaceStateAnswer, ...], Meta(max_length=999)]


class DisagreementAnswer(Answer, frozen=True, kw_only=True):
    """Where something else was found than the town knew."""

    compartment: Annotated[int, Meta(ge=1, le=999)]
    reference: Annotated[str, Meta(max_length=16)] = ""


class StockTakingAnswer(Answer, frozen=True, kw_only=True):
    """A stock-taking was taken down."""

    disagreements: Annotated[tuple[DisagreementAnswer, ...], Meta(max_length=999)]


class RemedyAnswer(Answer, frozen=True, kw_only=True):
    """What is offered after a print result."""

    remedy: str
    code: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{4,16}$")] | None = None
    valid_until: date | None = None


Model = TypeVar("Model", bound=Answer)


def parsed(model: type[Model], answer: dict[str, Any]) -> Model:
    """Take an answer for what it has to be. Raises BACKEND_ANSWER."""
    try:
        return msgspec.convert(answer, model)
    except msgspec.ValidationError as error:
        # What msgspec says names the field and the kind of error, never the value.
        raise DeviceFault(FaultCode.BACKEND_ANSWER, f"{model.__name__}: {error}") from None


def product_of(item: ProductAnswer) -> Product:
    """Take over a product, and why it cannot be had."""
    return Product(
        code=item.code,
        title=item.title,
        description=item.description,
        languages=item.languages or ("nl",),
        refusal=_refusal_of(item),
        deferred=item.delivery == "deferred",
        lead_time=item.lead_time,
        purposes=tuple(Purpose(one.code, one.label, one.needs_recipient) for one in item.purposes),
        asks_channel=item.paper_on_explicit_request,
        opens_at=item.source.opens_at.isoformat() if item.source.opens_at is not None else "",
        max_copies=item.max_copies,
    )


def _refusal_of(item: ProductAnswer) -> FaultCode | None:
    """Say why a product cannot be had: one that costs money is for the counter, for this kiosk cannot be paid."""
    if item.price_in_cents > 0:
        return FaultCode.COSTS_MONEY
    if not item.source.open:
        return FaultCode.SOURCE_CLOSED
    if item.available:
        return None
    return {
        "counterOnly": FaultCode.COUNTER_ONLY,
        "sourceClosed": FaultCode.SOURCE_CLOSED,
        "notRegistered": FaultCode.NOT_REGISTERED,
        "notResident": FaultCode.NOT_REGISTERED,
    }.get(item.reason, FaultCode.PRODUCT_UNAVAILABLE)


def claims(answer: ClaimsAnswer) -> tuple[Product, ...]:
    """Take over what waits ready-made; a kind that this kiosk does not know is left out."""
    return tuple(_claimed(claim) for claim in answer.items if claim.kind in CLAIM_KINDS)


def _claimed(claim: ClaimAnswer) -> Product:
    """Take over one claim; a thing behind a door of this kiosk gets a ticket under which it may be had."""
    product = Product(
        claim.kind, claim.title, claim.description, (claim.language,), claim=claim.id, copies=claim.copies
    )
    if claim.kind != "compartment":
        return product
    if claim.collect_at == "otherKiosk":
        return msgspec.structs.replace(product, refusal=FaultCode.WAITS_ELSEWHERE)
    if claim.collect_at != "kiosk" or claim.compartment is None:
        return msgspec.structs.replace(product, refusal=FaultCode.WAITS_AT_COUNTER)
    return msgspec.structs.replace(product, compartment=claim.compartment.number, ticket=uuid4())


def wanted(product: Product, details: Details) -> dict[str, Any]:
    """Give the body of an order: a claim as it is, or a product with what was answered about it."""
    if product.claim is not None:
        return {"claimId": str(product.claim)}
    body: dict[str, Any] = {"productCode": product.code, "language": language_of(product, details)}
    if details.purpose is not None:
        body["purpose"] = details.purpose.code
    if details.recipient:
        body["recipient"] = details.recipient
    if details.channel is not None:
        body["channel"] = details.channel.value
    if details.copies is not None:
        body["copies"] = details.copies
    return body


def later(order: OrderAnswer) -> Later:
    """Take over what comes of an order without paper now."""
    expected = order.deferred.expected_on
    return Later(
        delivered=order.status == "delivered",
        expected_on=expected.isoformat() if expected is not None else "",
        notice=order.deferred.notice,
        collect_at=order.deferred.collect_at,
    )
