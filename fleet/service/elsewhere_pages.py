"""The way to a town's own account and back: a link on the page where people come in, and the page they come back to."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fleet.service.elsewhere import Elsewhere, Errand, StrangerError
from fleet.service.pages import COOKIE, GUARDS, Pages
from fleet.service.people import People

log = logging.getLogger(__name__)

_ERRAND = "__Host-vloot-weg"
# As long as somebody needs for a password and a second factor.
_MINUTES = 10


class ElsewherePages:
    """These two, beside the others."""

    def __init__(self, pages: Pages, people: People, elsewhere: Elsewhere) -> None:
        self._pages, self._people, self._elsewhere = pages, people, elsewhere
        pages.elsewhere = True

    def on(self, app: FastAPI) -> None:
        """Put them on an app."""
        app.add_route("/aanmelden/elders", self.go, methods=["GET"])
        app.add_route("/aanmelden/terug", self.back, methods=["GET"])

    async def go(self, _: Request) -> Response:
        """Send somebody to the provider."""
        errand = Errand.new()
        try:
            address = await run_in_threadpool(self._elsewhere.address, errand)
        except StrangerError as error:
            return self._sorry(error)
        response = RedirectResponse(address, 303, headers=GUARDS)
        # Lax: the browser comes back from another site, and must bring it along.
        response.set_cookie(
            _ERRAND, errand.cookie, max_age=60 * _MINUTES, path="/", secure=True, httponly=True, samesite="lax"
        )
        return response

    async def back(self, request: Request) -> Response:
        """Let in whom the provider knows and we do too."""
        errand = Errand.of(request.cookies.get(_ERRAND, ""))
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        try:
            if errand is None:
                raise StrangerError("no errand")  # noqa: TRY301 (one way out for all of them)
            person = await run_in_threadpool(self._elsewhere.who, errand, state, code)
        except StrangerError as error:
            return self._sorry(error)
        cookie = await run_in_threadpool(self._people.seat_for, person)
        # A page of our own, and no redirect: a strict cookie does not go along with a way that began elsewhere.
        response = self._pages.page("binnen", None)
        response.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="strict")
        response.delete_cookie(_ERRAND, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _sorry(self, error: StrangerError) -> Response:
        log.info("somebody from elsewhere is not let in: %s", error)
        return self._pages.page("aanmelden", None, 403, wrong=False, name="", stranger=True)
