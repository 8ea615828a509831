"""The app on the office's listener: the town's software hands documents in."""

from __future__ import annotations

from fastapi import FastAPI

from townhall.balie.accounts import Accounts
from townhall.depositors import Depositors
from townhall.deposits import Deposits, limit
from townhall.pdf_judge import PdfJudge
from townhall.service import Service
from townhall.shelf import Shelf
from townhall.web import new_app


def office_app(service: Service, judge: PdfJudge, accounts: Accounts) -> FastAPI:
    """Put the app together."""
    shelf = Shelf(service, judge)
    depositors = Depositors(service.ledger, accounts.clients, service.now)
    app = new_app(limit)
    for routes in (depositors.router(), Deposits(shelf, depositors).router()):
        app.include_router(routes)
    return app
