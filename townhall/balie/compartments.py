"""The pages about compartments: what lies where and since when, what is to be put in, and the story of one thing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from townhall.balie import words
from townhall.balie.accounts import Role
from townhall.balie.front import Front
from townhall.compartments.tables import Ended, Placed
from townhall.lockers.counter import Counter, Registration
from townhall.lockers.rules import DepositState, Lockers
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.tables import Claim, ClaimState

Page = tuple[str, str, Callable[..., Any]]


class Compartments:
    """Pages beside the `Balie`'s own."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service, self._front, self._book = service, front, service.book
        self._lockers, self.counter = Lockers(service), Counter(service)

    def pages(self) -> tuple[Page, ...]:
        """Its routes."""
        return (
            ("GET", "/vakjes", self.wall),
            ("GET", "/vakjes/registreren", self.form),
            ("POST", "/vakjes/registreren", self.register),
            ("POST", "/stuk/{claim}/kaart", self.end_code),
            ("POST", "/stuk/{claim}/verwittigd", self.told),
        )

    # --- looking -----------------------------------------------------------------------------------------------------

    def wall(self, request: Request) -> Response:
        """What lies where, what is to be put in, what is at the counter, and what nobody knows."""
        self._front.let_in(request)
        lying = [(one, words.placed(self._lockers.state(one), one), self._is_told(one)) for one in self._book.lying()]
        outside = self._book.outside()
        kiosks = sorted({one.kiosk for one in self._service.town.wall.compartments})
        taken = [found for found in map(self._book.newest_stock_taking, kiosks) if found is not None]
        return self._front.shown(
            request,
            "vakjes",
            lying=lying,
            to_put=[one for one in outside if one.claim.state is ClaimState.ANNOUNCED],
            at_counter=[one for one in outside if one.claim.state is ClaimState.WAITING],
            lost=[one for one in outside if one.claim.state is ClaimState.IN_DOUBT],
            stock=[(one, words.disagreements(one)) for one in taken if one.disagreements],
        )

    def piece(self, request: Request, claim: Claim) -> Response:
        """How one thing stands, and its story."""
        newest = self._service.claims.newest(claim.root) or claim
        placed = self._book.where(claim.root)
        state = None if placed is None else self._lockers.state(placed)
        said, meaning = words.thing(newest, state)
        in_place = newest.state is ClaimState.WAITING and state is DepositState.WAITING
        return self._front.shown(
            request,
            "vakje",
            claim=newest,
            earlier=newest.id != claim.id,
            reference=self._book.reference(claim.root),
            placed=placed,
            said=said,
            meaning=meaning,
            code=self.counter.code(newest),
            for_whom=self._for_whom(newest),
            story=self._story(newest),
            can_code=in_place and not self.counter.needs_card(newest),
            can_end_code=in_place and self.counter.code(newest) is not None and not self.counter.is_nobodys(newest),
            can_tell=in_place and placed is not None and not self.counter.is_told(placed),
            can_give=newest.state is ClaimState.IN_DOUBT or (newest.state is ClaimState.WAITING and placed is None),
            can_withdraw=newest.state in (ClaimState.ANNOUNCED, ClaimState.WAITING, ClaimState.IN_DOUBT),
        )

    def said(self, claim: Claim) -> str:
        """How one thing stands, in a few words."""
        placed = self._book.where(claim.root)
        return words.thing(claim, None if placed is None else self._lockers.state(placed))[0]

    def form(self, request: Request) -> Response:
        """An empty form."""
        self._front.let_in(request, Role.BALIE)
        return self._front.shown(request, "registreren", **_filled(str(uuid4())))

    # --- doing -------------------------------------------------------------------------------------------------------

    async def register(self, request: Request) -> Response:
        """Write down a thing that will go into a compartment."""
        clerk, desk, fields = await self._front.sent(request, Role.BALIE)
        try:
            claim = await run_in_threadpool(self.counter.register, _registration(fields), clerk.name)
        except Problem as problem:
            field, sentence = words.said(problem)
            facts = _filled(fields.get("id", ""), fields.get("product", ""), fields.get("rijksregisternummer", ""))
            facts |= {"field": field, "sentence": words.REGISTERING.get(field, sentence)}
            return self._front.again(clerk, desk, "registreren", 400, **facts)
        return RedirectResponse(f"/balie/stuk/{claim.id}", 303)

    async def end_code(self, claim: UUID, request: Request) -> Response:
        """From now on it is for the eID of its resident alone."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        new = await run_in_threadpool(lambda: self.counter.end_code(self._thing(claim), clerk.name))
        return RedirectResponse(f"/balie/stuk/{new.id}", 303)

    async def told(self, claim: UUID, request: Request) -> Response:
        """The resident knows that it lies there."""
        clerk, _, _ = await self._front.sent(request, Role.BALIE)
        await run_in_threadpool(lambda: self.counter.told(self._thing(claim), clerk.name))
        return RedirectResponse(f"/balie/stuk/{claim}", 303)

    # --- how ---------------------------------------------------------------------------------------------------------

    def _thing(self, id_: UUID) -> Claim:
        claim = self._service.claims.of(id_)
        if claim is None or self._book.reference(claim.root) is None:
            raise HTTPException(404)
        return claim

    def _is_told(self, placed: Placed) -> str:
        if self._lockers.state(placed) is not DepositState.WAITING:
            return ""
        return "ja" if self.counter.is_told(placed) else "nog niet"

    def _for_whom(self, claim: Claim) -> str:
        if self.counter.needs_card(claim):
            return "Een inwoner, alleen met de identiteitskaart"
        if self.counter.is_nobodys(claim):
            return "Wie de code heeft"
        return "Een inwoner, met een code of de identiteitskaart"

    def _story(self, claim: Claim) -> list[tuple[dt.datetime, str]]:
        """Everything that happened to it, oldest first: no name of a resident in it."""
        deposits = [placed.deposit for placed in self._book.deposits(claim.root)]
        story = [(act.at, f"{words.ACTS[act.kind]}, door {act.actor}") for act in self._service.claims.acts(claim.root)]
        story += [(one.since, words.put_in(one)) for one in deposits]
        story += [
            (one.ended_at, words.ending(one.ended, one.ended_staff))
            for one in deposits
            if one.ended_at is not None and one.ended is not None and one.ended is not Ended.COLLECTED
        ]
        for one in self._book.collections([deposit.id for deposit in deposits]):
            result = one.result
            at = one.at if result is None else result.closed_at or result.opened_at or one.at
            story.append((at, words.door(result)))
        return sorted(story)


def _filled(id_: str, product: str = "", ssin: str = "") -> dict[str, object]:
    """What the form shows."""
    return {"id": id_, "product": product, "ssin": ssin[:20], "field": "", "sentence": ""}


def _registration(fields: dict[str, Any]) -> Registration:
    try:
        id_ = UUID(fields["id"])
    except (KeyError, ValueError):
        raise Problem(ProblemType.SCHEMA_VIOLATION) from None
    ssin = re.sub(r"[\s.-]", "", fields.get("rijksregisternummer", ""))
    return Registration(id_, fields.get("product", "")[:64], ssin or None)
