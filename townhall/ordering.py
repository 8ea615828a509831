"""A resident orders a document, the kiosk fetches it, and says what became of it on paper.

Each ticket is one document: asked for again, it is the same one. Nothing is made twice, and a result once given stands.
"""

from __future__ import annotations

import base64
import calendar
import datetime as dt
import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from townhall.codes import document_code, reprint_code
from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.sign_in import BASE
from townhall.sources import DocumentUnavailable
from townhall.tables import Order, PrintResult
from townhall.typeset import TypesetError
from townhall.web import Wish, session_of

# Who asks for an attest wants one of less than three months old: so long it is called valid.
VALID_MONTHS = 3
REPRINT_LIFE = dt.timedelta(days=14)
# Of millions of reprint codes one may be taken; five times in a row never.
CODE_TRIES = 5
Reason = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]


class OrderWish(Wish):
    """Which document."""

    product_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    language: Literal["nl", "fr", "de"]


class ResultReport(Wish):
    """What became of it, in the kiosk's words; `reasons` are fault codes."""

    outcome: Literal["printed", "failed", "unknown", "stopped"]
    sheets_printed: Annotated[int | None, Field(ge=0, le=10_000)] = None
    reasons: Annotated[list[Reason], Field(max_length=20, default_factory=list)]


class Ordering:
    """The calls about one document. They take their time in threads: typesetting and sealing is 30 ms."""

    def __init__(self, service: Service) -> None:
        self._service = service

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
        session = session_of(self._service, request)
        known = self._service.tables.order(ticket)
        if known is None and self._made(session, ticket, wish):
            return JSONResponse(self._body(self._order_of(session, ticket)), 201, {"Location": _href(ticket)})
        known = known or self._service.tables.order(ticket)
        if known is None or not self._is_for(known, session) or _wish_of(known) != _wanted(wish):
            raise Problem(ProblemType.CONFLICT)
        return JSONResponse(self._body(known))

    def look(self, ticket: UUID, request: Request) -> JSONResponse:
        """Say how an order stands."""
        session = session_of(self._service, request)
        return JSONResponse(self._body(self._order_of(session, ticket)))

    def document(self, ticket: UUID, request: Request) -> Response:
        """Give the sealed PDF, as often as it is asked for, until its result is known."""
        session = session_of(self._service, request)
        order = self._order_of(session, ticket)
        if self._service.tables.result(ticket) is not None:
            raise Problem(ProblemType.ORDER_CLOSED)
        pdf = session.documents.get(ticket) or self._sealed(session, order)
        digest = base64.b64encode(hashlib.sha256(pdf).digest()).decode()
        return Response(pdf, media_type="application/pdf", headers={"Content-Digest": f"sha-256=:{digest}:"})

    def report(self, ticket: UUID, report: ResultReport, request: Request) -> JSONResponse:
        """Take down what became of a ticket: the kiosk's certificate is enough, the resident may have gone."""
        kiosk, order = kiosk_of(request, self._service.tables), self._service.tables.order(ticket)
        if order is None or order.kiosk != kiosk:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        result = self._settled(ticket, report)
        self._service.sessions.drop_document(ticket)
        body = {"remedy": result.remedy}
        if result.code is not None and result.valid_until is not None:
            body |= {"code": result.code, "validUntil": result.valid_until.isoformat()}
        return JSONResponse(body)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _made(self, session: Session, ticket: UUID, wish: OrderWish) -> bool:
        """Make the document, then write the order down; False when another call for this ticket came first."""
        products = self._service.source.products(session.resident)
        product = next((product for product in products if product.code == wish.product_code), None)
        if product is None or not product.available or wish.language not in product.languages:
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE)
        today = self._today()
        order = Order(
            ticket=ticket,
            kiosk=session.kiosk,
            resident=self._service.reference.of(session.resident),
            product_code=product.code,
            language=wish.language,
            title=product.title,
            code=document_code(),
            issued=today,
            valid_until=months_after(today, VALID_MONTHS),
        )
        pdf = self._pdf(session, order)
        if not self._service.tables.add_order(order):
            return False
        self._keep(session, order, pdf)
        return True

    def _sealed(self, session: Session, order: Order) -> bytes:
        """Make the document of a known order once more: same code, same dates. The first was lost in a restart."""
        pdf = self._pdf(session, order)
        self._keep(session, order, pdf)
        return pdf

    def _pdf(self, session: Session, order: Order) -> bytes:
        service, url = self._service, f"{self._service.verify_base}/verify/{order.code}"
        try:
            page = service.source.document(
                session.resident, order.product_code, order.language, order.code, url, order.issued, order.valid_until
            )
        except DocumentUnavailable:
            raise Problem(ProblemType.PRODUCT_UNAVAILABLE) from None
        except TypesetError:
            raise Problem(ProblemType.REGISTER_UNAVAILABLE) from None
        return service.sealer.seal(page, order.title)

    def _keep(self, session: Session, order: Order, pdf: bytes) -> None:
        session.documents[order.ticket] = pdf
        if self._service.sealed is not None:
            (self._service.sealed / f"{order.ticket}.pdf").write_bytes(pdf)

    def _settled(self, ticket: UUID, report: ResultReport) -> PrintResult:
        """Write the result down with its remedy. A second report of the same ticket finds the first one's."""
        reprint = report.outcome in {"failed", "unknown"}
        for _ in range(CODE_TRIES):
            result = PrintResult(
                ticket,
                report.outcome,
                report.sheets_printed,
                tuple(report.reasons),
                "reprintCode" if reprint else "none",
                reprint_code() if reprint else None,
                self._today() + REPRINT_LIFE if reprint else None,
            )
            stands = result if self._service.tables.add_result(result) else self._service.tables.result(ticket)
            if stands is not None:
                return stands
        raise Problem(ProblemType.REGISTER_UNAVAILABLE)

    def _order_of(self, session: Session, ticket: UUID) -> Order:
        order = self._service.tables.order(ticket)
        if order is None or not self._is_for(order, session):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return order

    def _is_for(self, order: Order, session: Session) -> bool:
        return order.kiosk == session.kiosk and order.resident == self._service.reference.of(session.resident)

    def _body(self, order: Order) -> dict[str, Any]:
        href = _href(order.ticket)
        if self._service.tables.result(order.ticket) is not None:
            return {"href": href, "status": "closed"}
        document = {"href": f"{href}/document", "validUntil": order.valid_until.isoformat()}
        return {"href": href, "status": "ready", "document": document}

    def _today(self) -> dt.date:
        """The town's own date: that of the machine's time zone."""
        return self._service.now().astimezone().date()


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _href(ticket: UUID) -> str:
    return f"{BASE}/documentOrders/{ticket}"


def _wish_of(order: Order) -> tuple[str, str]:
    return order.product_code, order.language


def _wanted(wish: OrderWish) -> tuple[str, str]:
    return wish.product_code, wish.language
