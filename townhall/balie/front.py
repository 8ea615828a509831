"""What every page of the Balie does first and last: ask who is there, read what they sent, and show a page."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from townhall.balie.accounts import Accounts, Clerk, Role
from townhall.balie.forms import fields_of, is_ours
from townhall.balie.look import Look
from townhall.balie.sessions import Desk, Desks
from townhall.service import Service


class Refused(Exception):
    """Nobody is in, or not for this: where to send them, or what to say."""

    def __init__(self, response: Response) -> None:
        super().__init__("refused")
        self.response = response


class Front:
    """The door, and the paper on which pages are shown. Safe from threads."""

    def __init__(self, service: Service, accounts: Accounts) -> None:
        self.look, self.desks = Look(service.town), Desks(service.now)
        self._accounts = accounts

    def shown(self, request: Request, page: str, **facts: object) -> Response:
        """A page for the clerk who asks for it. Raises Refused."""
        clerk, desk = self.let_in(request)
        return self.again(clerk, desk, page, 200, **facts)

    def again(self, clerk: Clerk, desk: Desk, page: str, status: int, **facts: object) -> Response:
        """A page for a clerk who was let in."""
        response = self.look.page(page, status, clerk=clerk, desk=desk, **facts)
        self.desks.stay(desk, response)
        return response

    def let_in(self, request: Request, role: Role | None = None) -> tuple[Clerk, Desk]:
        """The clerk at this desk. Raises Refused."""
        desk = self.desks.of(request)
        clerk = None if desk is None else self._accounts.clerks.get(desk.clerk)
        if desk is None or clerk is None:
            raise Refused(RedirectResponse("/balie/aanmelden", 303))
        if role is not None and clerk.role is not role:
            raise Refused(self.look.page("fout", 403, clerk=clerk, desk=desk, sentence="Je mag hier alleen opzoeken."))
        return clerk, desk

    async def sent(self, request: Request, role: Role | None = None) -> tuple[Clerk, Desk, dict[str, Any]]:
        """Who sent a form of ours, and its fields. Who it is, is asked before anything is read. Raises Refused."""
        clerk, desk = await run_in_threadpool(self.let_in, request, role)
        fields = await fields_of(request)
        if not is_ours(request) or fields.get("woord") != desk.word:
            sentence = "Deze pagina was verouderd. Er is niets gebeurd. Ga terug en probeer het opnieuw."
            raise Refused(self.look.page("fout", 403, clerk=clerk, desk=desk, sentence=sentence))
        return clerk, desk, fields

    def sorry(self, request: Request, status: int, sentence: str) -> Response:
        """That it did not work, to whoever is there."""
        desk = self.desks.of(request)
        clerk = None if desk is None else self._accounts.clerks.get(desk.clerk)
        return self.look.page("fout", status, clerk=clerk, desk=desk, sentence=sentence)
