"""A resident collects a thing: the kiosk asks leave to open one door, opens it, and says what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from townhall.compartments.tables import Collection, Outcome, Result
from townhall.compartments.wall import place
from townhall.lockers.rules import Lockers
from townhall.mtls import kiosk_of
from townhall.ordering import ClaimOrder, Name
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.web import BASE, Wish, session_of

# [RFC 3339 §5.6] with the offset that Belgif demands.
MOMENT = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$"
Moment = Annotated[str | None, Field(pattern=MOMENT)]
# Which moments an outcome comes with: whether the door opened, and whether it closed. Of UNKNOWN nothing is asked.
MOMENTS = {
    Outcome.COLLECTED: (True, True),
    Outcome.NOTHING_TAKEN: (True, True),
    Outcome.FOUND_EMPTY: (True, True),
    Outcome.LEFT_OPEN: (True, False),
    Outcome.NOT_OPENED: (False, False),
}
REMEDIES = {
    Outcome.COLLECTED: "none",
    Outcome.NOT_OPENED: "again",
    Outcome.NOTHING_TAKEN: "again",
    Outcome.LEFT_OPEN: "counter",
    Outcome.FOUND_EMPTY: "counter",
    Outcome.UNKNOWN: "counter",
}


class DoorReport(Wish):
    """What came of a door, in the kiosk's words; `reasons` are fault codes."""

    outcome: Literal["collected", "notOpened", "leftOpen", "nothingTaken", "foundEmpty", "unknown"]
    opened_at: Moment = None
    closed_at: Moment = None
    reasons: Annotated[list[Name], Field(max_length=20, default_factory=list)]

    def means(self) -> Result:
        """The same, as the book has it. Nothing was collected without a door that opened. Raises Problem."""
        outcome = Outcome(self.outcome)
        given = {"openedAt": self.opened_at, "closedAt": self.closed_at}
        for (name, said), wanted in zip(given.items(), MOMENTS.get(outcome, ()), strict=False):
            if (said is not None) is not wanted:
                raise Problem.of_field(name)
        opened, closed = (_moment(name, said) for name, said in given.items())
        return Result(outcome, opened, closed, tuple(self.reasons))


class Collecting:
    """The calls about one door."""

    def __init__(self, service: Service) -> None:
        self._service, self._lockers = service, Lockers(service)

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix=f"{BASE}/collections/{{ticket}}")
        router.add_api_route("", self.open, methods=["PUT"])
        router.add_api_route("", self.look, methods=["GET"])
        router.add_api_route("/result", self.report, methods=["PUT"])
        return router

    def open(self, ticket: UUID, wish: ClaimOrder, request: Request) -> JSONResponse:
        """Give leave: 201 when it is new, 200 when it is known, 409 when the ticket is another's."""
        session = session_of(self._service, request)
        collection, new = self._lockers.open(session, ticket, wish.means())
        return JSONResponse(self._body(collection), 201 if new else 200, {"Location": _href(ticket)} if new else {})

    def look(self, ticket: UUID, request: Request) -> JSONResponse:
        """Say how a ticket stands: to its kiosk, which may have been without power."""
        return JSONResponse(self._body(self._lockers.collection(ticket, self._kiosk(request))))

    def report(self, ticket: UUID, report: DoorReport, request: Request) -> JSONResponse:
        """Take down what came of it: the kiosk's certificate is enough, the resident may have gone."""
        stands = self._lockers.report(ticket, self._kiosk(request), report.means())
        return JSONResponse({"remedy": REMEDIES[stands.outcome]})

    def _kiosk(self, request: Request) -> str:
        return kiosk_of(request, self._service.ledger)

    def _body(self, collection: Collection) -> dict[str, Any]:
        compartment = self._lockers.compartment(collection.kiosk, collection.compartment)
        if compartment is None:  # the town took it out of its list
            raise Problem(ProblemType.RESOURCE_NOT_FOUND)
        status = "open" if collection.result is None else "closed"
        return {"href": _href(collection.ticket), "status": status, "compartment": place(compartment)}


def _moment(name: str, said: str | None) -> dt.datetime | None:
    if said is None:
        return None
    try:
        return dt.datetime.fromisoformat(said.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Problem.of_field(name) from None


def _href(ticket: UUID) -> str:
    return f"{BASE}/collections/{ticket}"
