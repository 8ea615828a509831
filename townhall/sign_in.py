"""A resident signs in: a challenge, the card's answer, a session, and what this person may have here."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.residents import Resident
from townhall.service import Service
from townhall.sessions import Session
from townhall.sources import Product
from townhall.trust import Refused
from townhall.web import ShortText, Wish, session_of
from townhall.webeid import Holder, Nonce, Token, validate

BASE = "/kioskService/v1"


class ChallengeWish(Wish):
    """Asks for nothing in particular."""


class AuthToken(Wish):
    """A Web eID authentication token. The longest certificate of an eID is 2 kB."""

    unverified_certificate: Annotated[str, Field(max_length=8192)]
    algorithm: Literal["ES384", "RS256"]
    signature: Annotated[str, Field(max_length=1024)]
    format: Annotated[str, Field(pattern=r"^web-eid:1(\.[0-9]{1,3})?$")]
    app_version: ShortText


class ChallengeResponse(Wish):
    """What the card answered."""

    auth_token: AuthToken


class SignIn:
    """The calls of signing in and out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=BASE)
        add = router.add_api_route
        add("/authenticationChallenges", self.challenge, methods=["POST"])
        add("/authenticationChallenges/{challenge}/response", self.respond, methods=["PUT"])
        add("/sessions/{session}", self.end, methods=["DELETE"])
        add("/sessions/{session}/documentProducts", self.products, methods=["GET"])
        add("/sessions/{session}/documentProducts/{code}", self.product, methods=["GET"])
        return router

    def challenge(self, request: Request, _wish: ChallengeWish | None = None) -> JSONResponse:
        """Give this kiosk a nonce."""
        made = self._service.sessions.challenge(kiosk_of(request, self._service.tables))
        body = {"id": str(made.id), "nonce": made.nonce, "expiresAt": instant(made.expires_at)}
        return JSONResponse(body, 201, {"Location": f"{BASE}/authenticationChallenges/{made.id}"})

    async def respond(self, challenge: UUID, wish: ChallengeResponse, request: Request) -> JSONResponse:
        """Judge the card's answer and open a session. What is slow here is the responder's answer on revocation."""
        service = self._service
        kiosk = await asyncio.to_thread(kiosk_of, request, service.tables)
        taken = service.sessions.take(challenge, kiosk)
        holder = await self._validate(wish.auth_token, Nonce(taken.nonce, taken.expires_at))
        resident = service.residents.get(holder.ssin)
        if resident is None or not resident.registered:
            raise Problem(ProblemType.NOT_RESIDENT)
        products = await asyncio.to_thread(service.source.products, resident)
        session, access_token = service.sessions.open(kiosk, resident)
        href = f"{BASE}/sessions/{session.id}"
        body = {
            "session": {"href": href, "accessToken": access_token, "expiresAt": instant(session.expires_at)},
            "person": _person(resident),
            "documentProducts": _items(session, products),
        }
        return JSONResponse(body, 201, {"Location": href})

    async def _validate(self, sent: AuthToken, nonce: Nonce) -> Holder:
        service = self._service
        token = Token(sent.unverified_certificate, sent.algorithm, sent.signature)
        try:
            return await validate(token, service.origin, nonce, service.trust, service.now(), service.revocation)
        except Refused as refused:
            raise Problem(ProblemType[refused.refusal.name]) from None

    def end(self, session: UUID, request: Request) -> Response:
        """End a session of this kiosk; one that has ended stays ended."""
        self._service.sessions.end(session, kiosk_of(request, self._service.tables))
        return Response(status_code=204)

    def products(self, session: UUID, request: Request) -> JSONResponse:
        """Say again what this person may have."""
        return JSONResponse(self._items_of(session, request))

    def product(self, session: UUID, code: str, request: Request) -> JSONResponse:
        """Say it of one product."""
        for item in self._items_of(session, request)["items"]:
            if item["code"] == code:
                return JSONResponse(item)
        raise Problem(ProblemType.RESOURCE_NOT_FOUND)

    def _items_of(self, session: UUID, request: Request) -> dict[str, Any]:
        known = session_of(self._service, request)
        if known.id != session:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return _items(known, self._service.source.products(known.resident))


def instant(moment: dt.datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _person(resident: Resident) -> dict[str, str]:
    """What a screen needs to greet somebody, and no more."""
    return {
        "givenName": resident.given_names.split()[0],
        "familyName": resident.surname,
        "preferredLanguage": resident.language,
    }


def _items(session: Session, products: tuple[Product, ...]) -> dict[str, Any]:
    return {"items": [_item(f"{BASE}/sessions/{session.id}/documentProducts", product) for product in products]}


def _item(collection: str, product: Product) -> dict[str, Any]:
    item = {
        "href": f"{collection}/{product.code}",
        "code": product.code,
        "title": product.title,
        "description": product.description,
        "priceInCents": product.price_in_cents,
        "delivery": "immediate",
        "languages": list(product.languages),
        "available": product.available,
    }
    return item if product.reason is None else {**item, "reason": product.reason}
