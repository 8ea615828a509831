"""The app on the office's listener: the town's software hands documents in, and clerks have their pages."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import Scope

from townhall.balie.accounts import Accounts
from townhall.balie.pages import Balie
from townhall.depositors import Depositors
from townhall.deposits import MAX_DOCUMENT, Deposits, limit
from townhall.pdf_judge import PdfJudge
from townhall.service import Service
from townhall.shelf import Shelf
from townhall.web import MAX_BODY, new_app


def office_app(service: Service, judge: PdfJudge, accounts: Accounts) -> FastAPI:
    """Put the app together."""
    shelf = Shelf(service, judge)
    depositors = Depositors(service.ledger, accounts.clients, service.now)
    app = new_app(_limit)
    for routes in (depositors.router(), Deposits(shelf, depositors).router()):
        app.include_router(routes)
    app.mount("/balie", Balie(service, shelf, judge, accounts).app())
    return app


def _limit(scope: Scope) -> int:
    """A clerk sends a document with the rest of its form."""
    return MAX_DOCUMENT + MAX_BODY if str(scope["path"]).startswith("/balie/") else limit(scope)
