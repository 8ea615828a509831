"""The calls of the town's software: announce a document for a resident, hand it in, ask after it, take it back."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from townhall.depositors import Depositors
from townhall.problems import Problem
from townhall.shelf import Announcement, Shelf, ShelfState, rejection
from townhall.tables import Access, Claim
from townhall.web import BASE, MAX_BODY, UUID_PATTERN, Wish

# A page scanned at 300 dpi is half a megabyte: 50 of them just fit.
MAX_DOCUMENT = 24 << 20
COLLECTION = f"{BASE}/preparedDocuments"


class AnnouncementWish(Wish):
    """What a document is, and for whom. The national number is in this body and nowhere else."""

    ssin: Annotated[str | None, Field(pattern=r"^[0-9]{11}$")] = None
    order_id: Annotated[str | None, Field(pattern=UUID_PATTERN)] = None
    municipality: Annotated[int, Field(ge=10_000, le=99_999)]
    product_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    title: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    language: Literal["nl", "fr", "de"]
    valid_until: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    access: Literal["eid", "code"]

    def means(self) -> Announcement:
        """The same, as the shelf has it. Raises Problem."""
        try:
            valid_until = dt.date.fromisoformat(self.valid_until)
        except ValueError:
            raise Problem.of_field("validUntil") from None
        return Announcement(
            ssin=self.ssin,
            order_id=None if self.order_id is None else UUID(self.order_id),
            municipality=self.municipality,
            product_code=self.product_code,
            title=self.title,
            language=self.language,
            valid_until=valid_until,
            access=Access(self.access),
        )


class Deposits:
    """The calls, on the office's listener."""

    def __init__(self, shelf: Shelf, depositors: Depositors) -> None:
        self._shelf, self._depositors = shelf, depositors

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=f"{COLLECTION}/{{id_}}")
        router.add_api_route("", self.announce, methods=["PUT"])
        router.add_api_route("", self.look, methods=["GET"])
        router.add_api_route("", self.withdraw, methods=["DELETE"])
        router.add_api_route("/document", self.fill, methods=["PUT"])
        return router

    def announce(self, id_: UUID, wish: AnnouncementWish, request: Request) -> JSONResponse:
        """Say what comes."""
        depositor = self._depositors.depositor(request)
        claim, new = self._shelf.announce(id_, wish.means(), depositor)
        headers = {"Location": f"{COLLECTION}/{id_}"} if new else {}
        return JSONResponse(self._body(claim) | self._code(claim), 201 if new else 200, headers)

    async def fill(self, id_: UUID, request: Request) -> JSONResponse:
        """Take the PDF: who sends it is asked before it is read."""
        await run_in_threadpool(self._depositors.depositor, request)
        pdf = await request.body()
        return await run_in_threadpool(self._filled, id_, pdf, request.headers.get("content-digest", ""))

    def look(self, id_: UUID, request: Request) -> JSONResponse:
        """Say what became of it."""
        self._depositors.depositor(request)
        return JSONResponse(self._body(self._shelf.first(id_)))

    def withdraw(self, id_: UUID, request: Request) -> Response:
        """Take it back."""
        depositor = self._depositors.depositor(request)
        self._shelf.withdraw(self._shelf.first(id_), depositor)
        return Response(status_code=204)

    def _filled(self, id_: UUID, pdf: bytes, digest: str) -> JSONResponse:
        if digest != f"sha-256=:{base64.b64encode(hashlib.sha256(pdf).digest()).decode()}:":
            raise rejection("digestMismatch")
        claim, new = self._shelf.fill(id_, pdf)
        return JSONResponse(self._body(claim) | self._code(claim), 201 if new else 200)

    def _body(self, claim: Claim) -> dict[str, Any]:
        state = self._shelf.state(claim)
        body = {
            "href": f"{COLLECTION}/{claim.id}",
            "id": str(claim.id),
            "state": state.value,
            "validUntil": claim.valid_until.isoformat(),
        }
        return body if claim.pages is None else body | {"pages": claim.pages}

    def _code(self, claim: Claim) -> dict[str, str]:
        code = self._shelf.code(claim) if self._shelf.state(claim) is ShelfState.WAITING else None
        if code is None or claim.code_until is None:
            return {}
        return {"code": code, "codeValidUntil": claim.code_until.isoformat()}


def limit(scope: Scope) -> int:
    """How large a body may be: a document is, nothing else."""
    path = str(scope["path"])
    is_document = path.startswith(f"{COLLECTION}/") and path.endswith("/document")
    return MAX_DOCUMENT if is_document else MAX_BODY
