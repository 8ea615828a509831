"""Staff at a kiosk: what lies where, what may be put in, putting in and taking back, and taking stock.

Who they are was proven to the kiosk by their cards; what comes here is the number of a card.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from townhall.codes import read_reference
from townhall.compartments.book import Emptying
from townhall.compartments.tables import Disagreement, Found, Placed, Registered, StockTaking
from townhall.compartments.wall import HIGHEST, Compartment, LockerProduct, place
from townhall.lockers.rules import Lockers
from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.web import BASE, Wish, instant

Number = Annotated[int, Field(ge=1, le=HIGHEST)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")]
Keys = Annotated[list[Key], Field(min_length=1, max_length=2)]
Word = Literal["thing", "empty"]
MOST_EXPECTED = 1000


class ByStaff(Wish):
    """Something that cards of staff stand for."""

    staff_keys: Keys

    def staff(self) -> tuple[str, ...]:
        """The cards; each counts once. Raises Problem."""
        if len(set(self.staff_keys)) < len(self.staff_keys):
            raise Problem.of_field("staffKeys")
        return tuple(self.staff_keys)


class DepositWish(ByStaff):
    """A thing lies in a compartment."""

    reference: Annotated[str, Field(min_length=1, max_length=64)]
    compartment: Number


class TakeBackWish(ByStaff):
    """A door was opened to take something back."""

    found: Word


class FoundWish(Wish):
    """What lay in one compartment."""

    compartment: Number
    found: Word


class StockWish(ByStaff):
    """What lay in each that was looked into."""

    items: Annotated[list[FoundWish], Field(min_length=1, max_length=HIGHEST)]

    def means(self) -> dict[int, Found]:
        """The same by number. Raises Problem."""
        found = {one.compartment: Found(one.found) for one in self.items}
        if len(found) < len(self.items):
            raise Problem.of_field("items")
        return found


class Storing:
    """The calls of staff."""

    def __init__(self, service: Service) -> None:
        self._service, self._lockers = service, Lockers(service)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=BASE)
        add = router.add_api_route
        add("/compartments", self.compartments, methods=["GET"])
        add("/compartments/{number}", self.compartment, methods=["GET"])
        add("/expectedDeposits", self.expected, methods=["GET"])
        add("/expectedDeposits/{reference}", self.expected_one, methods=["GET"])
        add("/deposits/{deposit}", self.put, methods=["PUT"])
        add("/deposits/{deposit}", self.look, methods=["GET"])
        add("/deposits/{deposit}/takeBack", self.take_back, methods=["PUT"])
        add("/stockTakings/{stock_taking}", self.take_stock, methods=["PUT"])
        return router

    # --- looking -----------------------------------------------------------------------------------------------------

    def compartments(self, request: Request) -> JSONResponse:
        """Say what lies where."""
        found = self._lockers.compartments(self._kiosk(request))
        return JSONResponse({"items": [self._compartment(*one) for one in found]})

    def compartment(self, number: Number, request: Request) -> JSONResponse:
        """Say it of one."""
        for one, placed in self._lockers.compartments(self._kiosk(request)):
            if one.number == number:
                return JSONResponse(self._compartment(one, placed))
        raise Problem(ProblemType.RESOURCE_NOT_FOUND)

    def expected(self, request: Request) -> JSONResponse:
        """Say what may be put in."""
        found = self._lockers.expected(self._kiosk(request))[:MOST_EXPECTED]
        return JSONResponse({"items": [_expected(*one) for one in found]})

    def expected_one(self, reference: str, request: Request) -> JSONResponse:
        """Say it of the one that was scanned."""
        written = read_reference(reference)
        for one, product in self._lockers.expected(self._kiosk(request)):
            if one.reference == written:
                return JSONResponse(_expected(one, product))
        raise Problem(ProblemType.RESOURCE_NOT_FOUND)

    def look(self, deposit: UUID, request: Request) -> JSONResponse:
        """Say how something that was put in stands."""
        return JSONResponse(self._deposit(self._lockers.deposit(deposit, self._kiosk(request))))

    # --- doing -------------------------------------------------------------------------------------------------------

    def put(self, deposit: UUID, wish: DepositWish, request: Request) -> JSONResponse:
        """Take down that something lies in a compartment."""
        said = wish.reference, wish.compartment, wish.staff()
        placed, new = self._lockers.put(deposit, self._kiosk(request), said)
        headers = {"Location": f"{BASE}/deposits/{deposit}"} if new else {}
        return JSONResponse(self._deposit(placed), 201 if new else 200, headers)

    def take_back(self, deposit: UUID, wish: TakeBackWish, request: Request) -> JSONResponse:
        """Take down that it was taken out."""
        emptying = Emptying(Found(wish.found), wish.staff(), self._service.now())
        return JSONResponse(self._deposit(self._lockers.take_back(deposit, self._kiosk(request), emptying)))

    def take_stock(self, stock_taking: UUID, wish: StockWish, request: Request) -> JSONResponse:
        """Take down what was found, and say where that differs from what was known."""
        said = StockTaking(
            stock_taking, self._kiosk(request), self._service.now(), tuple(sorted(wish.staff())), wish.means()
        )
        known, new = self._lockers.take_stock(said)
        href = f"{BASE}/stockTakings/{stock_taking}"
        body = {"href": href, "disagreements": [_disagreement(one) for one in known.disagreements]}
        return JSONResponse(body, 201 if new else 200, {"Location": href} if new else {})

    # --- how ---------------------------------------------------------------------------------------------------------

    def _kiosk(self, request: Request) -> str:
        return kiosk_of(request, self._service.ledger)

    def _compartment(self, one: Compartment, placed: Placed | None) -> dict[str, Any]:
        body = {"href": f"{BASE}/compartments/{one.number}", **place(one)}
        if placed is None:
            return body | {"state": "free"}
        return body | {"state": "taken", "deposit": self._deposit(placed)}

    def _deposit(self, placed: Placed) -> dict[str, Any]:
        deposit, claim = placed.deposit, placed.claim
        product = self._service.town.wall.product(claim.product_code)
        return {
            "href": f"{BASE}/deposits/{deposit.id}",
            "id": str(deposit.id),
            "reference": placed.reference,
            "productCode": claim.product_code,
            "title": claim.title,
            "fourEyes": product is not None and product.four_eyes,
            "compartment": deposit.compartment,
            "state": self._lockers.state(placed).value,
            "since": instant(deposit.since),
            "validUntil": claim.valid_until.isoformat(),
        }


def _expected(one: Registered, product: LockerProduct) -> dict[str, Any]:
    return {
        "href": f"{BASE}/expectedDeposits/{one.reference}",
        "reference": one.reference,
        "productCode": product.code,
        "title": one.claim.title,
        "size": product.size.value,
        "fourEyes": product.four_eyes,
    }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    body: dict[str, Any] = {"compartment": one.compartment, "found": one.found.value}
    return body if one.reference is None else body | {"reference": one.reference}
