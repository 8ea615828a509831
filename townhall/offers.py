"""What can be had: the public list, what one person may order, and what waits, as the contract writes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from townhall.claims import is_told
from townhall.compartments.wall import place
from townhall.lockers.rules import CollectAt, Lockers
from townhall.mtls import kiosk_of
from townhall.opening import Opening
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session
from townhall.sources import Offer
from townhall.tables import Claim, ClaimKind
from townhall.web import BASE, instant, session_of


class Offers:
    """The calls that only look."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=BASE)
        add = router.add_api_route
        add("/documentProducts", self.public, methods=["GET"])
        add("/documentProducts/{code}", self.public_one, methods=["GET"])
        add("/sessions/{session}/documentProducts", self.products, methods=["GET"])
        add("/sessions/{session}/documentProducts/{code}", self.product, methods=["GET"])
        add("/sessions/{session}/claims", self.claims, methods=["GET"])
        add("/sessions/{session}/claims/{claim}", self.claim, methods=["GET"])
        return router

    def public(self, request: Request) -> JSONResponse:
        """Say what this town gives out, to whoever stands before the kiosk."""
        return JSONResponse(self._public(request))

    def public_one(self, code: str, request: Request) -> JSONResponse:
        """Say it of one product."""
        return JSONResponse(_named(self._public(request), "code", code))

    def products(self, session: UUID, request: Request) -> JSONResponse:
        """Say again what this person may have."""
        return JSONResponse(products_of(self._service, self._session(session, request)))

    def product(self, session: UUID, code: str, request: Request) -> JSONResponse:
        """Say it of one product."""
        return JSONResponse(_named(products_of(self._service, self._session(session, request)), "code", code))

    def claims(self, session: UUID, request: Request) -> JSONResponse:
        """Say again what waits."""
        return JSONResponse(claims_of(self._service, self._session(session, request)))

    def claim(self, session: UUID, claim: UUID, request: Request) -> JSONResponse:
        """Say it of one claim."""
        return JSONResponse(_named(claims_of(self._service, self._session(session, request)), "id", str(claim)))

    def _public(self, request: Request) -> dict[str, Any]:
        kiosk_of(request, self._service.ledger)
        offers = self._service.source.offers(None, self._service.now())
        return {"items": [_product(f"{BASE}/documentProducts", offer) for offer in offers]}

    def _session(self, id_: UUID, request: Request) -> Session:
        known = session_of(self._service, request)
        if known.id != id_:
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        return known


def products_of(service: Service, session: Session) -> dict[str, Any]:
    """Every product with whether this person may have it; for a code there is nothing to order."""
    if session.person is None:
        return {"items": []}
    offers = service.source.offers(session.person, service.now())
    return {"items": [_personal(f"{BASE}/sessions/{session.id}/documentProducts", offer) for offer in offers]}


def claims_of(service: Service, session: Session) -> dict[str, Any]:
    """What waits for this person, or behind this code."""
    collection, lockers = f"{BASE}/sessions/{session.id}/claims", Lockers(service)
    found = [_claim(collection, claim) | _thing(lockers, claim, session.kiosk) for claim in waiting(service, session)]
    return {"items": found}


def waiting(service: Service, session: Session) -> tuple[Claim, ...]:
    """The claims that this session may use now, and the things of which it is told that the counter has them."""
    if session.claim is None:
        return service.claims.of_resident(session.owner, service.today())
    found = service.claims.of(session.claim)
    return (found,) if found is not None and is_told(found, service.today()) else ()


def _named(found: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    item: dict[str, Any]
    for item in found["items"]:
        if item[key] == name:
            return item
    raise Problem(ProblemType.RESOURCE_NOT_FOUND)


def _personal(collection: str, offer: Offer) -> dict[str, Any]:
    reason = {} if offer.reason is None else {"reason": offer.reason}
    return _product(collection, offer) | {"available": offer.available} | reason


def _product(collection: str, offer: Offer) -> dict[str, Any]:
    product = offer.product
    item: dict[str, Any] = {
        "href": f"{collection}/{product.code}",
        "code": product.code,
        "category": product.category,
        "title": product.title,
        "description": product.description,
        "priceInCents": product.price_in_cents,
        "delivery": "deferred" if product.deferred else "immediate",
        "languages": list(product.languages),
        "maxCopies": product.max_copies,
        "paperOnExplicitRequest": product.paper_on_explicit_request,
        "onlyForYourself": True,
        "source": _source(offer.opening),
    }
    if product.lead_time is not None:
        item["leadTime"] = product.lead_time
    if product.purposes:
        item["purposes"] = [
            {"code": one.code, "label": one.label, "needsRecipient": one.needs_recipient} for one in product.purposes
        ]
    return item


def _source(opening: Opening) -> dict[str, Any]:
    until = {} if opening.opens_at is None else {"opensAt": instant(opening.opens_at)}
    return {"open": opening.open, **until}


def _claim(collection: str, claim: Claim) -> dict[str, Any]:
    item = {
        "href": f"{collection}/{claim.id}",
        "id": str(claim.id),
        "kind": claim.kind.value,
        "title": claim.title,
        "language": claim.language,
        "validUntil": claim.valid_until.isoformat(),
        "copies": claim.copies,
    }
    return item if claim.pages is None else item | {"pages": claim.pages}


def _thing(lockers: Lockers, claim: Claim, kiosk: str) -> dict[str, Any]:
    """What is said of a thing beside what every claim says: what it is, and where it can be collected."""
    if claim.kind is not ClaimKind.COMPARTMENT:
        return {}
    found = lockers.whereabouts(claim, kiosk)
    item: dict[str, Any] = {"productCode": claim.product_code, "collectAt": found.collect_at.value}
    if found.collect_at is CollectAt.OTHER_KIOSK:
        item["kiosk"] = found.kiosk
    return item if found.compartment is None else item | {"compartment": place(found.compartment)}
