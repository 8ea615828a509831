"""The app on the office's listener: the town's software brings documents and things, and clerks have their pages."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from townhall.balie.accounts import Accounts
from townhall.balie.pages import Balie
from townhall.depositors import Depositors
from townhall.deposits import MAX_DOCUMENT, Deposits, limit
from townhall.guesses import CLIENTS
from townhall.lockers.preparing import Preparing
from townhall.pdf_judge import PdfJudge
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.shelf import Shelf
from townhall.web import MAX_BODY, as_problem, new_app

# A browser is heard out before it is refused; what a clerk sends by mistake is here within that time.
HEAR_OUT_SECONDS = 60.0


def office_app(service: Service, judge: PdfJudge, accounts: Accounts) -> FastAPI:
    """Put the app together."""
    shelf = Shelf(service, judge)
    depositors = Depositors(service.ledger, accounts.clients, service.guesses_at(CLIENTS), service.now)
    balie = Balie(service, shelf, judge, accounts)

    def refused(scope: Scope, problem: Problem, trace: str) -> ASGIApp:
        if not _is_balie(scope):
            return as_problem(scope, problem, trace)
        page = balie.refusal(str(scope["path"]), problem)
        return page if problem.kind is ProblemType.INTERNAL_SERVER_ERROR else HeardOut(page)

    app = new_app(_limit, refused)
    things = Preparing(service, shelf, depositors)
    for routes in (depositors.router(), Deposits(shelf, depositors).router(), things.router()):
        app.include_router(routes)
    app.mount("/balie", balie.app())
    return app


def _limit(scope: Scope) -> int:
    """A clerk sends a document with the rest of its form."""
    return MAX_DOCUMENT + MAX_BODY if _is_balie(scope) else limit(scope)


def _is_balie(scope: Scope) -> bool:
    return str(scope["path"]).startswith("/balie/")


class HeardOut:
    """Answers when the request is in, and keeps none of it: a browser that still sends reads no answer."""

    def __init__(self, answer: ASGIApp) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Throw the body away piece by piece, then answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEAR_OUT_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        await self._answer(scope, receive, send)
