"""The town's software registers a thing for a compartment, hears when it lies there, and tells its resident so."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from townhall.compartments.tables import Placed
from townhall.depositors import Depositors
from townhall.lockers.counter import Counter, Registration
from townhall.lockers.rules import DepositState, Lockers
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.shelf import Shelf
from townhall.tables import Claim, ClaimKind, ClaimState
from townhall.web import BASE, Wish, instant

COLLECTION = f"{BASE}/preparedThings"
STATES = {
    ClaimState.ANNOUNCED: "announced",
    ClaimState.IN_DOUBT: "inDoubt",
    ClaimState.USED: "collected",
    ClaimState.WITHDRAWN: "withdrawn",
}
PLACED = {DepositState.WAITING: "waiting", DepositState.TO_TAKE_BACK: "toTakeBack", DepositState.IN_DOUBT: "inDoubt"}


class ThingWish(Wish):
    """What a thing is, and for whom. The national number is in this body and nowhere else."""

    ssin: Annotated[str | None, Field(pattern=r"^[0-9]{11}$")] = None
    product_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]


class ToldWish(Wish):
    """Nothing is said with it."""


class Preparing:
    """The calls, on the office's listener. Software sees what it registered itself: an answer may hold a code."""

    def __init__(self, service: Service, shelf: Shelf, depositors: Depositors) -> None:
        self._service, self._shelf, self._depositors = service, shelf, depositors
        self._counter, self._lockers = Counter(service), Lockers(service)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=f"{COLLECTION}/{{id_}}")
        router.add_api_route("", self.register, methods=["PUT"])
        router.add_api_route("", self.look, methods=["GET"])
        router.add_api_route("", self.withdraw, methods=["DELETE"])
        router.add_api_route("/notification", self.told, methods=["PUT"])
        return router

    def register(self, id_: UUID, wish: ThingWish, request: Request) -> JSONResponse:
        """Write down what will be put in."""
        depositor = self._depositors.depositor(request)
        new = self._service.claims.of(id_) is None
        registered = self._counter.register(Registration(id_, wish.product_code, wish.ssin), depositor)
        known = self._service.claims.of(id_) or registered
        if _said(known) != _said(registered):
            raise Problem(ProblemType.CONFLICT)
        return JSONResponse(self._body(known), 201 if new else 200, {"Location": f"{COLLECTION}/{id_}"} if new else {})

    def look(self, id_: UUID, request: Request) -> JSONResponse:
        """Say how it stands."""
        claim, _ = self._own(id_, request)
        return JSONResponse(self._body(claim))

    def withdraw(self, id_: UUID, request: Request) -> Response:
        """Nobody gets it any more; where it lies behind a door, staff takes it out."""
        self._shelf.withdraw(*self._own(id_, request))
        return Response(status_code=204)

    def told(self, id_: UUID, _wish: ToldWish, request: Request) -> Response:
        """Its resident was told that it can be collected."""
        claim, depositor = self._own(id_, request)
        placed = self._service.book.where(claim.root)
        if placed is None:
            raise Problem(ProblemType.NOT_IN_COMPARTMENT)
        if not self._counter.is_told(placed):
            self._counter.told(claim, depositor)
        return Response(status_code=204)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _own(self, id_: UUID, request: Request) -> tuple[Claim, str]:
        """What the caller registered under this name, and who that is."""
        depositor, claim = self._depositors.depositor(request), self._service.claims.of(id_)
        if claim is None or (claim.kind, claim.root, claim.depositor) != (ClaimKind.COMPARTMENT, id_, depositor):
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return claim, depositor

    def _body(self, claim: Claim) -> dict[str, Any]:
        newest = self._service.claims.newest(claim.root) or claim
        placed = self._service.book.where(claim.root)
        body: dict[str, Any] = {
            "href": f"{COLLECTION}/{claim.root}",
            "id": str(claim.root),
            "reference": self._service.book.reference(claim.root),
            "productCode": newest.product_code,
            "title": newest.title,
            "state": self._state(newest, placed),
            "validUntil": newest.valid_until.isoformat(),
        }
        if placed is not None:
            deposit = placed.deposit
            body |= {"kiosk": deposit.kiosk, "compartment": deposit.compartment, "since": instant(deposit.since)}
        code = self._counter.code(newest)
        if code is not None and newest.code_until is not None:
            body |= {"code": code, "codeValidUntil": newest.code_until.isoformat()}
        return body

    def _state(self, newest: Claim, placed: Placed | None) -> str:
        if newest.state in STATES:
            return STATES[newest.state]
        return "atCounter" if placed is None else PLACED[self._lockers.state(placed)]


def _said(claim: Claim) -> tuple[object, ...]:
    """What makes it the same registration."""
    return claim.kind, claim.product_code, claim.resident, claim.depositor
