"""`/verify/CODE`: whoever holds a paper asks whether this town gave it. Type, date and validity; never a name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from townhall.codes import read_document_code
from townhall.service import Service
from townhall.tables import Order
from townhall.typeset import day
from townhall.web import new_app

# The page loads nothing and can be put in no frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


class Verification:
    """The one public call."""

    def __init__(self, service: Service) -> None:
        self._service = service
        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self._page = jinja2.Environment(loader=loader, autoescape=True).get_template("verify.html")

    def app(self) -> FastAPI:
        """The public app."""
        router = APIRouter()
        router.add_api_route("/verify/{code}", self.verify, methods=["GET"])
        app = new_app()
        app.include_router(router)
        return app

    def verify(self, code: str, request: Request) -> Response:
        """Say what is known of a code, typed in either case. An unknown one is a 404, and says so in words."""
        wanted = read_document_code(code)
        order = None if wanted is None else self._service.ledger.order_of_code(wanted)
        today = self._service.today()
        status = 200 if order else 404
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse(self._facts(order, today), status, HEADERS)
        return HTMLResponse(
            self._page.render(order=order, today=today, day=day, town=self._service.town.name), status, HEADERS
        )

    def _facts(self, order: Order | None, today: dt.date) -> dict[str, Any]:
        if order is None:
            return {"genuine": False}
        return {
            "genuine": True,
            "municipality": self._service.town.name,
            "documentType": order.title,
            "issuedOn": order.issued.isoformat(),
            "validUntil": order.valid_until.isoformat(),
            "valid": today <= order.valid_until,
        }
