"""A resident orders a document, the kiosk fetches it, and says what became of it on paper.

Each ticket is one document: asked for again, it is the same one. Nothing is made twice, and a result once given stands.
`making` makes orders, `settling` ends them.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Discriminator, Field, Tag
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from townhall.catalogue import Channel, Wanted
from townhall.making import Making, ProductWish
from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.settling import Report, settled
from townhall.tables import Order, OrderKind, PrintResult
from townhall.vault import VaultError
from townhall.web import BASE, CLAIM, PRODUCT, UUID_PATTERN, Wish, session_of

MOST_COPIES = 10
# What our fonts have, and a kiosk's keys: the letters of western and middle Europe, and no sign that cannot be seen.
_SIGNS = "!-~¡-¬®-ıĴ-ķĹ-ľŁ-ňŌ-ťŨ-ž\u2018\u2019\u201c\u201d\u2013€"
RECIPIENT = f"^[{_SIGNS}][ {_SIGNS}]*$"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]


class ProductOrder(Wish):
    """Which document, and what it is for."""

    product_code: Name
    language: Literal["nl", "fr", "de"]
    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)] = 1
    purpose: Name | None = None
    recipient: Annotated[str | None, Field(pattern=RECIPIENT, max_length=100)] = None
    channel: Literal["paper", "eBox"] | None = None

    def means(self) -> ProductWish:
        """The wish, as the catalogue has it."""
        channel = None if self.channel is None else Channel(self.channel)
        wanted = Wanted(self.language, self.copies, self.purpose, self.recipient, channel)
        return ProductWish(self.product_code, wanted)


class ClaimOrder(Wish):
    """Which of the things that wait."""

    claim_id: Annotated[str, Field(pattern=UUID_PATTERN)]

    def means(self) -> UUID:
        """The claim."""
        return UUID(self.claim_id)


def _which(body: object) -> str:
    return CLAIM if isinstance(body, ClaimOrder) or (isinstance(body, dict) and "claimId" in body) else PRODUCT


OrderWish = Annotated[
    Annotated[ProductOrder, Tag(PRODUCT)] | Annotated[ClaimOrder, Tag(CLAIM)],
    Discriminator(_which),
]


class ResultReport(Wish):
    """What became of it, in the kiosk's words; `reasons` are fault codes."""

    outcome: Literal["printed", "failed", "unknown", "stopped"]
    sheets_printed: Annotated[int | None, Field(ge=0, le=10_000)] = None
    reasons: Annotated[list[Name], Field(max_length=20, default_factory=list)]


class Ordering:
    """The calls about one document. They take their time in threads: typesetting and sealing is 30 ms."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._making = Making(service)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=f"{BASE}/documentOrders/{{ticket}}")
        router.add_api_route("", self.place, methods=["PUT"])
        router.add_api_route("", self.look, methods=["GET"])
        router.add_api_route("/document", self.document, methods=["GET"])
        router.add_api_route("/printResult", self.report, methods=["PUT"])
        return router

    def place(self, ticket: UUID, wish: OrderWish, request: Request) -> JSONResponse:
        """Order a document: 201 when it is new, 200 when it is known, 409 when the ticket is another order's."""
        session, wanted = session_of(self._service, request), wish.means()
        known = self._service.ledger.order(ticket)
        if known is None and self._making.made(session, ticket, wanted):
            return JSONResponse(self._body(self._order_of(session, ticket)), 201, {"Location": _href(ticket)})
        known = known or self._service.ledger.order(ticket)
        if known is None or not _is_for(known, session) or known.wish != self._making.name_of(wanted):
            raise Problem(ProblemType.CONFLICT)
        return JSONResponse(self._body(known))

    def look(self, ticket: UUID, request: Request) -> JSONResponse:
        """Say how an order stands."""
        session = session_of(self._service, request)
        return JSONResponse(self._body(self._order_of(session, ticket)))

    def document(self, ticket: UUID, request: Request) -> Response:
        """Give the sealed PDF, as often as it is asked for, until its result is known."""
        order = self._order_of(session_of(self._service, request), ticket)
        if order.document is None:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        if self._service.ledger.result(ticket) is not None:
            raise Problem(ProblemType.ORDER_CLOSED)
        pdf = self._opened(order.document)
        digest = base64.b64encode(hashlib.sha256(pdf).digest()).decode()
        return Response(pdf, media_type="application/pdf", headers={"Content-Digest": f"sha-256=:{digest}:"})

    def report(self, ticket: UUID, report: ResultReport, request: Request) -> JSONResponse:
        """Take down what became of a ticket: the kiosk's certificate is enough, the resident may have gone."""
        kiosk, order = kiosk_of(request, self._service.ledger), self._service.ledger.order(ticket)
        if order is None or order.kiosk != kiosk:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        result = settled(self._service, order, Report(report.outcome, report.sheets_printed, tuple(report.reasons)))
        return JSONResponse(self._remedy(result))

    def _opened(self, document: UUID) -> bytes:
        closed = self._service.ledger.document(document)
        if closed is None:
            raise Problem(ProblemType.ORDER_CLOSED)
        try:
            return self._service.vault.open(document, closed)
        except VaultError:
            raise Problem(ProblemType.REGISTER_UNAVAILABLE) from None

    def _order_of(self, session: Session, ticket: UUID) -> Order:
        order = self._service.ledger.order(ticket)
        if order is None or not _is_for(order, session):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return order

    def _body(self, order: Order) -> dict[str, Any]:
        href = _href(order.ticket)
        match order.kind:
            case OrderKind.EBOX:
                return {"href": href, "status": "delivered"}
            case OrderKind.DEFERRED:
                return {"href": href, "status": "deferred", "deferred": _deferred(order)}
            case OrderKind.PAPER if self._service.ledger.result(order.ticket) is not None:
                return {"href": href, "status": "closed"}
            case OrderKind.PAPER:
                document = {
                    "href": f"{href}/document",
                    "validUntil": order.valid_until.isoformat(),
                    "copies": order.copies,
                }
                return {"href": href, "status": "ready", "document": document}

    def _remedy(self, result: PrintResult) -> dict[str, Any]:
        body: dict[str, Any] = {"remedy": result.remedy}
        if result.claim is None or result.valid_until is None:
            return body
        code = self._service.vault.code_of(result.claim)
        return body | {"code": code, "validUntil": result.valid_until.isoformat(), "needsCard": result.needs_card}


def _deferred(order: Order) -> dict[str, Any]:
    expected = {} if order.expected_on is None else {"expectedOn": order.expected_on.isoformat()}
    return {"notice": order.notice, "collectAt": order.collect_at, **expected}


def _is_for(order: Order, session: Session) -> bool:
    return order.kiosk == session.kiosk and order.owner == session.owner


def _href(ticket: UUID) -> str:
    return f"{BASE}/documentOrders/{ticket}"
