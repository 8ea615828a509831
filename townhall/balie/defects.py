"""The page of what residents reported that does not work, until somebody has seen to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from townhall.balie import words
from townhall.balie.accounts import Role
from townhall.balie.front import Front
from townhall.defects import About, Defects
from townhall.service import Service

Page = tuple[str, str, Callable[..., Any]]


class DefectPages:
    """A page beside the `Balie`'s own."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service, self._front, self._defects = service, front, Defects(service.ledger.engine)

    def pages(self) -> tuple[Page, ...]:
        """Its routes."""
        return ("GET", "/meldingen", self.reported), ("POST", "/meldingen/{kiosk}/{about}", self.mend)

    def count(self) -> int:
        """How many things do not work, by what residents say."""
        return len(self._defects.open())

    def reported(self, request: Request) -> Response:
        """What was reported, the latest first."""
        self._front.let_in(request)
        rows = [(one, words.DEFECTS[one.about]) for one in self._defects.open()]
        return self._front.shown(request, "meldingen", rows=rows)

    async def mend(self, kiosk: str, about: str, request: Request) -> Response:
        """It was seen to."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        if about not in {one.value for one in About}:
            raise HTTPException(404)
        now = self._service.now()
        await run_in_threadpool(lambda: self._defects.mend(kiosk, About(about), clerk.name, now))
        return RedirectResponse("/balie/meldingen", 303)
