"""A resident signs in, with a card (a challenge, its answer) or with a code, and leaves."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from townhall.claims import code_refusal
from townhall.codes import read_claim_code
from townhall.guesses import CODES
from townhall.mtls import kiosk_of
from townhall.offers import claims_of, products_of
from townhall.people import Person
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.sources.prepared import card_holder
from townhall.tables import Access
from townhall.trust import Refused
from townhall.web import BASE, ShortText, Wish, instant
from townhall.webeid import Holder, Nonce, Token, validate


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


class CodeWish(Wish):
    """A code, as it was typed or scanned."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


class SignIn:
    """The calls of signing in and out."""

    def __init__(self, service: Service) -> None:
        self._service, self._guesses = service, service.guesses_at(CODES)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=BASE)
        add = router.add_api_route
        add("/authenticationChallenges", self.challenge, methods=["POST"])
        add("/authenticationChallenges/{challenge}/response", self.respond, methods=["PUT"])
        add("/sessions/{session}", self.end, methods=["DELETE"])
        add("/codeSessions", self.open_with_code, methods=["POST"])
        return router

    def challenge(self, request: Request, _wish: ChallengeWish | None = None) -> JSONResponse:
        """Give this kiosk a nonce."""
        made = self._service.sessions.challenge(kiosk_of(request, self._service.ledger))
        body = {"id": str(made.id), "nonce": made.nonce, "expiresAt": instant(made.expires_at)}
        return JSONResponse(body, 201, {"Location": f"{BASE}/authenticationChallenges/{made.id}"})

    async def respond(self, challenge: UUID, wish: ChallengeResponse, request: Request) -> JSONResponse:
        """Judge the card's answer and open a session. What is slow here is the responder's answer on revocation."""
        service = self._service
        kiosk = await asyncio.to_thread(kiosk_of, request, service.ledger)
        taken = service.sessions.take(challenge, kiosk)
        holder = await self._validate(wish.auth_token, Nonce(taken.nonce, taken.expires_at))
        return JSONResponse(*await asyncio.to_thread(self._opened, kiosk, holder))

    def open_with_code(self, wish: CodeWish, request: Request) -> JSONResponse:
        """Open a session for what a code stands for."""
        service = self._service
        kiosk = kiosk_of(request, service.ledger)
        begun = self._guesses.begin(kiosk)
        code = read_claim_code(wish.code)
        claim = None if code is None else service.claims.of_code(service.vault.name_of(code))
        if claim is None:
            raise Problem(ProblemType.CODE_UNKNOWN)
        self._guesses.forgive(begun)
        if (why_not := code_refusal(claim, service.today())) is not None:
            raise Problem(why_not)
        if claim.access is Access.EID:
            raise Problem(ProblemType.CODE_NEEDS_CARD)
        session, token = service.sessions.open_code(kiosk, claim.id)
        said = _session(session, token)
        return JSONResponse(
            {"session": said, "claims": claims_of(service, session)}, 201, {"Location": str(said["href"])}
        )

    async def _validate(self, sent: AuthToken, nonce: Nonce) -> Holder:
        service = self._service
        token = Token(sent.unverified_certificate, sent.algorithm, sent.signature)
        try:
            return await validate(token, service.origin, nonce, service.trust, service.now(), service.revocation)
        except Refused as refused:
            raise Problem(ProblemType[refused.refusal.name]) from None

    def end(self, session: UUID, request: Request) -> Response:
        """End a session of this kiosk; one that has ended stays ended."""
        self._service.sessions.end(session, kiosk_of(request, self._service.ledger))
        return Response(status_code=204)

    def _opened(self, kiosk: str, holder: Holder) -> tuple[dict[str, Any], int, dict[str, str]]:
        """A session for who holds this card: somebody whom the source knows, or for whom something waits."""
        service = self._service
        reference = service.reference.of(holder.ssin)
        person = service.source.person(holder)
        if person is None and service.claims.of_resident(reference, service.today()):
            person = card_holder(holder)
        if person is None:
            raise Problem(ProblemType.NOT_RESIDENT)
        session, token = service.sessions.open(kiosk, person, reference)
        said = _session(session, token)
        body = {
            "session": said,
            "person": _person(person),
            "documentProducts": products_of(service, session),
            "claims": claims_of(service, session),
        }
        return body, 201, {"Location": str(said["href"])}


def _session(session: Session, token: str) -> dict[str, str]:
    href = f"{BASE}/sessions/{session.id}"
    return {"href": href, "accessToken": token, "expiresAt": instant(session.expires_at)}


def _person(person: Person) -> dict[str, str]:
    """What a screen needs to greet somebody, and no more."""
    return {"givenName": person.given_name, "familyName": person.surname, "preferredLanguage": person.language}
