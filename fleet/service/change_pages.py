"""The pages about changes: a form from the settings' own types, what it would do and to whom, and two people's yes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator

import sqlalchemy as sa
import tomli_w
from fastapi import FastAPI
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config import targets
from config.merge import Layer, Tree, merged
from config.settings import SettingsError
from fleet import roles
from fleet.service import deeds
from fleet.service.deeds import Deed
from fleet.service.form import form_of, layer_of
from fleet.service.mistakes import Mistake, mistake_in
from fleet.service.pages import GUARDS, Pages
from fleet.service.people import Person, Seat
from fleet.service.preview import PictureError, Preview
from fleet.service.proposals import ChangeError, Proposal, Proposals, State
from fleet.service.reach import Stand
from fleet.service.rollouts import Rollouts, Taken
from fleet.service.tables import kiosks
from fleet.service.values import Difference, differences
from fleet.work import Work

# A form of the settings is some ten kilobytes in some hundreds of boxes; a wall of doors is the longest.
_MOST, _BOXES = 256 << 10, 2000
# As many kiosks as somebody reads; those where it failed come first.
_ROWS = 200
_STATES = {
    State.DRAFT: "ontwerp",
    State.PROPOSED: "wacht op een tweede persoon",
    State.APPROVED: "goedgekeurd, wacht op een handtekening",
    State.SIGNED: "getekend, wordt uitgegeven",
    State.LIVE: "gaat rond",
    State.DONE: "staat overal",
    State.TURNED_DOWN: "afgewezen",
    State.WITHDRAWN: "ingetrokken",
    State.UNDONE: "ongedaan gemaakt",
    State.REPLACED: "door iets anders vervangen",
}
_RINGS = {"canary": "de eerste loketten", "few": "enkele loketten", "all": "alle loketten"}
_PAUSED = {
    "failed": "Deze wijziging staat stil: een loket wilde ze niet houden.",
    "late": "Deze wijziging staat stil: een van de eerste loketten had ze niet op tijd.",
    "person": "Deze wijziging staat stil: iemand heeft dat gevraagd.",
}
_STANDS = {
    Stand.WAITS: "heeft ze nog niet",
    Stand.TRIES: "probeert ze uit",
    Stand.HAS: "heeft ze",
    Stand.FAILED: "wilde ze niet houden",
    Stand.SILENT: "laat niets van zich horen",
}
_DEEDS = {
    Deed.PROPOSED: "stelde ze voor",
    Deed.WITHDRAWN: "trok ze in",
    Deed.APPROVED: "keurde ze goed",
    Deed.TURNED_DOWN: "wees ze af",
    Deed.SIGNED: "tekende ze",
    Deed.TO_CANARY: "bracht ze naar de eerste loketten",
    Deed.TO_FEW: "bracht ze naar enkele loketten",
    Deed.TO_ALL: "bracht ze naar alle loketten",
    Deed.DONE: "zag ze op alle loketten",
    Deed.PAUSED: "zette ze stil",
    Deed.WENT_ON: "liet ze verdergaan",
    Deed.UNDONE: "zag ze ongedaan gemaakt",
    Deed.REPLACED: "zag ze vervangen",
}


class May(Struct, frozen=True):
    """What a person may do with a change now."""

    propose: bool
    withdraw: bool
    approve: bool
    turn_down: bool
    pause: bool
    go_on: bool
    undo: bool


class ChangePages:
    """These pages, beside the others."""

    def __init__(self, pages: Pages, work: Work, engine: sa.Engine, proposals: Proposals, rollouts: Rollouts) -> None:
        self._pages, self._work, self._engine = pages, work, engine
        self._proposals, self._rollouts = proposals, rollouts
        self._preview = Preview()
        pages.waiting = self._waiting

    def on(self, app: FastAPI) -> None:
        """Put them on an app."""
        for method, path, page in (
            ("GET", "/wijzigingen", self.all),
            ("GET", "/wijzigingen/nieuw", self.form),
            ("POST", "/wijzigingen/nieuw", self.draft),
            ("GET", "/wijzigingen/{number:int}", self.one),
            ("GET", "/wijzigingen/{number:int}/scherm.png", self.picture),
            ("POST", "/wijzigingen/{number:int}/{what}", self.do),
        ):
            app.add_route(path, page, methods=[method])

    # --- looking -----------------------------------------------------------------------------------------------------

    async def all(self, request: Request) -> Response:
        """Show the changes that concern a person."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        if not seat.person.changes:
            raise HTTPException(404)
        found = await run_in_threadpool(self._proposals.all, *self._sees(seat.person))
        places = await run_in_threadpool(lambda: list(self._places(seat.person)))
        rows = [(one, self._state(one), self._named(one.path)) for one in found]
        return self._pages.page("wijzigingen", seat, rows=rows, places=places)

    async def one(self, request: Request) -> Response:
        """Show one change: what it does, to whom, how far it is, and who did what."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        return await run_in_threadpool(self._one, seat, request.path_params["number"])

    async def picture(self, request: Request) -> Response:
        """Give the portal as it would look."""
        seat = await self._pages.seat(request)
        if seat is None:
            raise HTTPException(404)
        try:
            made = await run_in_threadpool(self._picture, seat, request.path_params["number"])
        except PictureError as error:
            raise HTTPException(404) from error
        return Response(made, media_type="image/png", headers=GUARDS)

    async def form(self, request: Request) -> Response:
        """Give the form for one layer, with what it says now."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        path = request.query_params.get("bestand", "")
        self._may_propose(seat.person, path)
        text = await run_in_threadpool(self._proposals.text, path)
        said = tomllib.loads(text or "")
        return await run_in_threadpool(self._form, seat, path, said)

    # --- doing -------------------------------------------------------------------------------------------------------

    async def draft(self, request: Request) -> Response:
        """Take a form in as a draft, or show it again with what was wrong."""
        seat, given = await self._pages.sent(request, _MOST, _BOXES)
        path, why = given.get("$bestand", ""), given.get("$waarom", "").strip()
        self._may_propose(seat.person, path)
        said = layer_of(given)
        try:
            after = tomli_w.dumps(said) if said else None
            number = await run_in_threadpool(self._proposals.draft, seat.person.name, path, after, why)
        except (ChangeError, SettingsError) as error:
            return await run_in_threadpool(self._form, seat, path, said, mistake_in(str(error)), why)
        return RedirectResponse(f"/wijzigingen/{number}", 303, headers=GUARDS)

    async def do(self, request: Request) -> Response:
        """Do one thing with a change, and show it again."""
        seat, _ = await self._pages.sent(request)
        number, what = request.path_params["number"], request.path_params["what"]
        try:
            shown = await run_in_threadpool(self._do, seat, number, what)
        except ChangeError as error:
            return await run_in_threadpool(self._one, seat, number, str(error))
        return RedirectResponse(f"/wijzigingen/{shown}" if shown else "/wijzigingen", 303, headers=GUARDS)

    def _do(self, seat: Seat, number: int, what: str) -> int:
        one, person = self._found(seat, number), seat.person.name
        may = self._may(seat.person, one)
        known: dict[str, tuple[bool, Callable[[], object]]] = {
            "stel-voor": (may.propose, lambda: self._proposals.propose(number, person)),
            "trek-in": (may.withdraw, lambda: self._proposals.withdraw(number, person)),
            "keur-goed": (may.approve, lambda: self._proposals.approve(number, person)),
            "wijs-af": (may.turn_down, lambda: self._proposals.turn_down(number, person)),
            "zet-stil": (may.pause, lambda: self._rollouts.pause(number, person)),
            "ga-verder": (may.go_on, lambda: self._rollouts.go_on(number, person)),
            "ongedaan": (may.undo, lambda: self._undo(one, person)),
        }
        if what not in known:
            raise HTTPException(404)
        allowed, deed = known[what]
        if not allowed:
            raise ChangeError("Dat kan niet, of niet door jou. Er is niets veranderd.")
        made = deed()
        if what == "trek-in" and one.state is State.DRAFT:
            return 0
        return made if isinstance(made, int) else number

    def _undo(self, one: Proposal, person: str) -> int:
        """Propose to go back; what still goes round stands still from now on."""
        if one.state is State.LIVE and one.paused is None:
            self._rollouts.pause(one.id, person)
        return self._proposals.undo(one.id, person)

    # --- what they show ----------------------------------------------------------------------------------------------

    def _one(self, seat: Seat, number: int, wrong: str = "") -> Response:
        one = self._found(seat, number)
        current = self._rollouts.is_current(one)
        taken = self._rollouts.taken(one) if current else []
        told = [(at.row, _STANDS[at.stand], at.stand, at.reached) for at in sorted(taken, key=_worst_first)]
        return self._pages.page(
            "wijziging",
            seat,
            409 if wrong else 200,
            one=one,
            name=self._named(one.path),
            state=self._state(one),
            paused=_PAUSED.get(one.paused or "", ""),
            changed=self._differences(one),
            current=current,
            taken=told[:_ROWS],
            count=len(told),
            have=sum(at.stand is Stand.HAS for at in taken),
            round=one.state in {State.LIVE, State.DONE},
            history=[(row, _DEEDS[row.what]) for row in deeds.read(self._engine, number)],
            may=self._may(seat.person, one),
            wrong=wrong,
        )

    def _form(self, seat: Seat, path: str, said: Tree, wrong: Mistake | None = None, why: str = "") -> Response:
        below = merged(self._below(path))[0]
        return self._pages.page(
            "nieuw",
            seat,
            422 if wrong else 200,
            path=path,
            name=self._named(path),
            tables=form_of(said, below),
            wrong=wrong,
            why=why,
            languages=("Nederlands", "Frans", "Duits", "Engels"),
        )

    def _below(self, path: str) -> dict[Layer, Tree]:
        """Give what the layers under one say."""
        town = targets.owner(path)
        under = [] if path == targets.FLEET else [(Layer.FLEET, targets.FLEET)]
        if path not in {targets.FLEET, targets.tenant(town)}:
            under.append((Layer.TENANT, targets.tenant(town)))
        return {layer: tomllib.loads(text) for layer, at in under if (text := self._proposals.text(at)) is not None}

    def _differences(self, one: Proposal) -> list[Difference]:
        was, becomes = (tomllib.loads(text or "") for text in (one.before, one.after))
        return differences(was, becomes, merged(self._below(one.path))[0])

    def _picture(self, seat: Seat, number: int) -> bytes:
        one = self._found(seat, number)
        files = {**self._work.in_force(roles.FLEET), **self._work.in_force(one.town)}
        files.pop(one.path, None)
        if one.after is not None:
            files[one.path] = one.after.encode()
        path = one.path if one.path != targets.FLEET or not self._work.towns else targets.tenant(self._work.towns[0])
        return self._preview.portal(files, path)

    def _waiting(self, person: Person) -> list[tuple[str, str]]:
        """Say what stands still where somebody sees it, and what waits for their yes."""
        seen, found = self._sees(person), self._proposals.in_state(State.PROPOSED, State.LIVE)
        return [
            (
                f"Wijziging {one.id} {'staat stil' if one.paused else 'wacht op jou'}: {one.why}",
                f"/wijzigingen/{one.id}",
            )
            for one in found
            if one.town in seen and (one.paused or self._may(person, one).approve)
        ]

    # --- who may -----------------------------------------------------------------------------------------------------

    def _found(self, seat: Seat, number: int) -> Proposal:
        try:
            one = self._proposals.get(number)
        except ChangeError as error:
            raise HTTPException(404) from error
        mine = one.person == seat.person.name
        if one.town not in self._sees(seat.person) or (one.state is State.DRAFT and not mine):
            raise HTTPException(404)
        return one

    def _sees(self, person: Person) -> tuple[str, ...]:
        return ("fleet", *self._work.towns) if person.operator else tuple({*person.proposes, *person.approves})

    def _may_propose(self, person: Person, path: str) -> None:
        try:
            role = self._work.role_of(path)
        except SettingsError as error:
            raise HTTPException(404) from error
        if role.endswith("-daily") or targets.owner(path) not in person.proposes:
            raise HTTPException(404)
        if role not in {roles.FLEET, *self._work.towns}:
            raise HTTPException(404)

    @staticmethod
    def _may(person: Person, one: Proposal) -> May:
        mine, proposes = one.person == person.name, one.town in person.proposes
        approves, runs = one.town in person.approves, one.state is State.LIVE
        return May(
            propose=mine and proposes and one.state is State.DRAFT,
            withdraw=mine and one.state in {State.DRAFT, State.PROPOSED, State.APPROVED},
            approve=approves and not mine and one.state is State.PROPOSED,
            turn_down=approves and not mine and one.state in {State.PROPOSED, State.APPROVED},
            pause=approves and runs and one.paused is None,
            go_on=approves and runs and (one.ring != "all" or one.paused is not None),
            undo=proposes and one.undoes is None and one.state in {State.LIVE, State.DONE},
        )

    def _places(self, person: Person) -> Iterator[tuple[str, str]]:
        """Give every layer that somebody may propose to change, with what it is called."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(kiosks).where(kiosks.c.revoked.is_(False)).order_by(kiosks.c.number))
            known = rows.all()
        if "fleet" in person.proposes:
            yield targets.FLEET, self._named(targets.FLEET)
        for town in (one for one in self._work.towns if one in person.proposes):
            mine = [row for row in known if row.town == town]
            yield targets.tenant(town), self._named(targets.tenant(town))
            buildings = sorted({row.building for row in mine if row.building})
            for path in (
                *(targets.site(town, name) for name in buildings),
                *(targets.kiosk(town, row.number) for row in mine),
            ):
                yield path, self._named(path)

    @staticmethod
    def _state(one: Proposal) -> str:
        if one.state is State.LIVE and one.ring is not None:
            return ("staat stil bij " if one.paused else "gaat rond: ") + _RINGS[one.ring]
        return _STATES[one.state]

    @staticmethod
    def _named(path: str) -> str:
        town, name = targets.owner(path).capitalize(), path.rpartition("/")[2].removesuffix(".toml")
        kind, _, which = name.partition("-")
        return {
            "fleet": "Elk loket van de vloot",
            "tenant": f"Elk loket van {town}",
            "site": f"De loketten in {which}, {town}",
            "kiosk": f"Loket {which} in {town}",
        }[kind]


def _worst_first(taken: Taken) -> tuple[bool, bool]:
    return taken.stand is not Stand.FAILED, not taken.reached
