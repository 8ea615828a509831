"""The pages of the Balie: each asks who is there, does one thing, and shows what is so now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from townhall.balie import words
from townhall.balie.accounts import Accounts, Clerk, Role
from townhall.balie.compartments import Compartments
from townhall.balie.defects import DefectPages
from townhall.balie.finding import Finding
from townhall.balie.forms import DepositForm, fields_of, is_ours
from townhall.balie.front import Front, Refused
from townhall.balie.look import LETTERS, STATIC, Kept
from townhall.claims import code_is_over
from townhall.guesses import CLERKS
from townhall.lockers.counter import Counter
from townhall.passwords import fits
from townhall.pdf_judge import PdfJudge, Rejected
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.shelf import Shelf, ShelfState
from townhall.tables import Access, Claim, ClaimKind
from townhall.web import TELLS_NOBODY

# What has waited a week will hardly be collected any more without a word from the counter.
FORGOTTEN = dt.timedelta(days=7)
SHOWN = dt.timedelta(days=30)  # so long the list says what expired; then nobody asks any more


class Balie:
    """The clerk's pages."""

    def __init__(self, service: Service, shelf: Shelf, judge: PdfJudge, accounts: Accounts) -> None:
        self._service, self._shelf, self._judge, self._accounts = service, shelf, judge, accounts
        self._front, self._finding = Front(service, accounts), Finding(service)
        self._guesses = service.guesses_at(CLERKS)
        self._compartments = Compartments(service, self._front)
        self._defects = DefectPages(service, self._front)

    def app(self) -> FastAPI:
        """The app, to be mounted at /balie."""
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=TELLS_NOBODY)
        pages: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("GET", "/", self.begin),
            ("GET", "/aanmelden", self.door),
            ("POST", "/aanmelden", self.enter),
            ("POST", "/afmelden", self.leave),
            ("POST", "/zoeken", self.find),
            ("GET", "/ticket/{ticket}", self.ticket),
            ("GET", "/stuk/{claim}", self.piece),
            ("POST", "/stuk/{claim}/code", self.new_code),
            ("POST", "/stuk/{claim}/gegeven", self.give),
            ("POST", "/stuk/{claim}/terug", self.withdraw),
            ("GET", "/klaarleggen", self.form),
            ("POST", "/klaarleggen", self.deposit),
            ("POST", "/nakijken", self.check),
            ("GET", "/niet-opgehaald", self.forgotten),
            *self._compartments.pages(),
            *self._defects.pages(),
        )
        for method, path, page in pages:
            app.add_api_route(path, page, methods=[method], response_model=None)
        app.mount("/static/letters", Kept(directory=LETTERS))
        app.mount("/static", Kept(directory=STATIC))
        app.add_exception_handler(Refused, _refused)
        app.add_exception_handler(Problem, self._problem)
        app.add_exception_handler(HTTPException, self._missing)
        return app

    def refusal(self, path: str, problem: Problem) -> Response:
        """What is said of a request that none of these pages saw: too large, or broken off by a fault of ours."""
        sentence = words.said(problem)[1]
        if path == "/balie/nakijken":  # our script reads this one
            return JSONResponse({"good": False, "sentence": sentence}, problem.kind.status)
        back = "klaarleggen" if path == "/balie/klaarleggen" else ""
        return self._front.look.page("fout", problem.kind.status, sentence=sentence, back=back)

    # --- in and out --------------------------------------------------------------------------------------------------

    def door(self, request: Request) -> Response:
        """Ask who is there."""
        return RedirectResponse("/balie/", 303) if self._front.desks.of(request) else self._front.look.page("aanmelden")

    async def enter(self, request: Request) -> Response:
        """Let in who knows the password."""
        fields = await fields_of(request)
        if not is_ours(request):
            raise Problem(ProblemType.CONFLICT)
        return await run_in_threadpool(self._entered, fields.get("naam", "").strip(), fields.get("wachtwoord", ""))

    async def leave(self, request: Request) -> Response:
        """Close the desk."""
        _, desk, _ = await self._front.sent(request)
        response = RedirectResponse("/balie/aanmelden", 303)
        self._front.desks.end(desk, response)
        return response

    # --- looking -----------------------------------------------------------------------------------------------------

    def begin(self, request: Request) -> Response:
        """Where a clerk begins: looking something up."""
        return self._front.shown(request, "begin", **self._waiting())

    async def find(self, request: Request) -> Response:
        """Go to what a ticket or a code is about. It comes in a form, for a code belongs in no address."""
        clerk, desk, fields = await self._front.sent(request)
        typed = fields.get("zoek", "")
        where = await run_in_threadpool(self._finding.where, typed)
        if where is None:
            facts = {"typed": typed, "nothing": True, **await run_in_threadpool(self._waiting)}
            return self._front.again(clerk, desk, "begin", 404, **facts)
        return RedirectResponse(f"/balie/{where}", 303)

    def ticket(self, ticket: UUID, request: Request) -> Response:
        """What became of a ticket."""
        self._front.let_in(request)
        found = self._finding.ticket(ticket)
        if found is None:
            raise HTTPException(404)
        word, sentence = words.outcome(found.order, found.result)
        later = [(claim, words.STATES[self._shelf.state(claim)]) for claim in found.claims]
        return self._front.shown(request, "ticket", found=found, word=word, sentence=sentence, later=later)

    def piece(self, claim: UUID, request: Request) -> Response:
        """How something on the shelf stands."""
        self._front.let_in(request)
        return self._piece(request, self._claim(claim))

    def forgotten(self, request: Request) -> Response:
        """What nobody came for."""
        rows = [(claim, self._said(claim)) for claim in self._forgotten()]
        return self._front.shown(request, "niet_opgehaald", rows=rows)

    # --- doing -------------------------------------------------------------------------------------------------------

    async def new_code(self, claim: UUID, request: Request) -> Response:
        """Give a new code; the old one is worth nothing from now on."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        new = await run_in_threadpool(lambda: self._keeper(claim).new_code(self._claim(claim), clerk.name))
        return RedirectResponse(f"/balie/stuk/{new.id}", 303)

    async def give(self, claim: UUID, request: Request) -> Response:
        """Somebody got it here: at a kiosk it is over."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        await run_in_threadpool(lambda: self._keeper(claim).give(self._claim(claim), clerk.name))
        return RedirectResponse(f"/balie/stuk/{claim}", 303)

    async def withdraw(self, claim: UUID, request: Request) -> Response:
        """Take it off the shelf."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        await run_in_threadpool(lambda: self._shelf.withdraw(self._claim(claim), clerk.name))
        return RedirectResponse(f"/balie/stuk/{claim}", 303)

    def form(self, request: Request, ticket: UUID | None = None) -> Response:
        """An empty form; for a ticket, one that knows what is waited for."""
        self._front.let_in(request, Role.BALIE)
        found = None if ticket is None else self._finding.ticket(ticket)
        form = DepositForm(id=str(uuid4()), valid_until=self._service.today() + dt.timedelta(days=30))
        if found is not None:
            form = form.for_order(found.order)
        return self._front.shown(request, "klaarleggen", **self._about(form))

    async def deposit(self, request: Request) -> Response:
        """Put a document on the shelf."""
        clerk, desk, fields = await self._front.sent(request, Role.BALIE)
        form = DepositForm.read(fields)
        try:
            claim = await run_in_threadpool(self._deposited, form, clerk)
        except Problem as problem:
            field, sentence = words.said(problem)
            return self._front.again(clerk, desk, "klaarleggen", 400, **self._about(form, field, sentence))
        return RedirectResponse(f"/balie/stuk/{claim.id}", 303)

    async def check(self, request: Request) -> Response:
        """Say of a PDF, before anything is sent off, whether it may lie on the shelf."""
        _, desk = await run_in_threadpool(self._front.let_in, request, Role.BALIE)
        if not is_ours(request) or request.headers.get("x-word") != desk.word:
            raise Problem(ProblemType.CONFLICT)
        pdf = await request.body()
        try:
            pages = await run_in_threadpool(self._judge.pages, pdf)
        except Rejected as rejected:
            return JSONResponse({"good": False, "sentence": words.REJECTIONS.get(rejected.why, words.SOMETHING)})
        sheets = "1 pagina" if pages == 1 else f"{pages} pagina’s"
        return JSONResponse({"good": True, "sentence": f"In orde: geldig zegel, A4, {sheets}."})

    # --- how ---------------------------------------------------------------------------------------------------------

    def _entered(self, name: str, password: str) -> Response:
        try:
            begun = self._guesses.begin(name)
        except Problem as problem:
            return self._front.look.page("aanmelden", 429, name=name, minutes=-(-problem.retry_seconds // 60))
        clerk = self._accounts.clerks.get(name)
        if not fits(None if clerk is None else clerk.password, password):
            return self._front.look.page("aanmelden", 403, name=name, wrong=True)
        self._guesses.forgive(begun)
        response = RedirectResponse("/balie/", 303)
        self._front.desks.open(name, response)
        return response

    def _deposited(self, form: DepositForm, clerk: Clerk) -> Claim:
        announcement = form.means(self._service.town.nis)
        if not form.pdf:
            raise Problem.of_field("document")
        claim, _ = self._shelf.announce(UUID(form.id), announcement, clerk.name)
        return self._shelf.fill(claim.id, form.pdf)[0]

    def _about(self, form: DepositForm, field: str = "", sentence: str = "") -> dict[str, object]:
        """What the form shows: what was filled in, and what is wrong with it."""
        return {"form": form, "field": field, "sentence": sentence, "card_only": self._card_only(form.product)}

    def _card_only(self, product: str) -> bool:
        found = self._service.town.product(product)
        return found is not None and found.needs_card

    def _forgotten(self) -> tuple[Claim, ...]:
        now = self._service.now()
        return self._service.claims.never_collected(now - FORGOTTEN, self._service.today() - SHOWN)

    def _waiting(self) -> dict[str, object]:
        """What the first page counts."""
        return {"forgotten": len(self._forgotten()), "defects": self._defects.count()}

    def _said(self, claim: Claim) -> str:
        if claim.kind is ClaimKind.COMPARTMENT:
            return self._compartments.said(claim)
        return words.STATES[self._shelf.state(claim)]

    def _keeper(self, id_: UUID) -> Shelf | Counter:
        """Who decides about it: the shelf about documents, the counter about things for compartments."""
        return self._compartments.counter if self._claim(id_).kind is ClaimKind.COMPARTMENT else self._shelf

    def _claim(self, id_: UUID) -> Claim:
        claim = self._service.claims.of(id_)
        if claim is None:
            raise HTTPException(404)
        return claim

    def _piece(self, request: Request, claim: Claim) -> Response:
        if claim.kind is ClaimKind.COMPARTMENT:
            return self._compartments.piece(request, claim)
        state = self._shelf.state(claim)
        newest = self._service.claims.newest(claim.root)
        return self._front.shown(
            request,
            "stuk",
            claim=claim,
            state=state,
            said=words.STATES[state],
            waits=state is ShelfState.WAITING,
            card_only=self._card_only(claim.product_code),
            newer=newest if newest is not None and newest.id != claim.id else None,
            code=self._shelf.code(claim) if state is ShelfState.WAITING else None,
            code_over=claim.access is Access.CODE and code_is_over(claim, self._service.today()),
            acts=[(act, words.ACTS[act.kind]) for act in self._service.claims.acts(claim.root)],
        )

    async def _problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - registered for it
        return self._front.sorry(request, error.kind.status, words.said(error)[1])

    async def _missing(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        return self._front.sorry(request, error.status_code, "Deze pagina is er niet, of niet meer.")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for it
    return error.response
