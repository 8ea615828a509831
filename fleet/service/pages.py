"""What people see: the fleet at a glance, and a town's page of today, on which one person changes what stands there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from config.settings import Announcement, ServiceState, SettingsError
from fleet.service.desk import Desk, Did, last_day
from fleet.service.findings import findings, hurting, last_said, notable
from fleet.service.glance import cannot, since_when
from fleet.service.people import People, Person, Seat
from fleet.service.tables import kiosks
from fleet.service.wrong import in_dutch

HERE = Path(__file__).parent
COOKIE = "__Host-vloot"
# A page of today is some kilobytes of text; nothing longer is sent here.
_MOST = 16 << 10
# As many rows as somebody reads; those with something amiss come first.
_ROWS = 200
_ZONE = ZoneInfo("Europe/Brussels")
_DID = {
    Did.ANNOUNCED: "een mededeling gezet",
    Did.CLOSED: "een sluitingsdag gezet",
    Did.STATE: "de staat van een dienst gezet",
    Did.TAKEN_AWAY: "iets weggehaald",
    Did.UNDONE: "de laatste wijziging ongedaan gemaakt",
}
_STATES = {ServiceState.OUT_OF_ORDER: "Buiten dienst", ServiceState.OPEN: "Open", ServiceState.COMING: "Binnenkort"}
GUARDS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


class Pages:
    """The pages, for whoever came in."""

    def __init__(self, engine: sa.Engine, people: People, desk: Desk, now: Callable[[], dt.datetime]) -> None:
        self._engine, self._people, self._desk, self.now = engine, people, desk, now
        self.elsewhere = False  # whether people may come in with an account that they have elsewhere
        self.waiting: Callable[[Person], list[tuple[str, str]]] = lambda _: []  # what waits for somebody, and where
        self._paper = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._paper.filters["moment"] = self._moment
        self._paper.filters["at"] = lambda at: _on(self._moment(at))
        self._paper.filters["stamp"] = lambda at: _on(self._moment(dt.datetime.fromisoformat(at)))
        self._paper.filters["begun"] = lambda text: text[:1].upper() + text[1:]
        self._paper.filters["day"] = lambda day: f"{day:%d-%m-%Y}"
        self._paper.filters["nl"] = lambda text: text if isinstance(text, str) else text.nl

    def on(self, app: FastAPI) -> None:
        """Put them on an app."""
        for method, path, page in (
            ("GET", "/", self.begin),
            ("GET", "/loketten", self.overview),
            ("GET", "/aanmelden", self.door),
            ("POST", "/aanmelden", self.enter),
            ("POST", "/afmelden", self.leave),
            ("GET", "/vandaag/{town}", self.today),
            ("POST", "/vandaag/{town}/{what}", self.change),
            ("POST", "/loket/{kiosk}/gezien", self.put_aside),
        ):
            app.add_route(path, page, methods=[method])
        app.mount("/static", StaticFiles(directory=HERE / "static"))

    # --- in and out --------------------------------------------------------------------------------------------------

    async def door(self, _: Request) -> Response:
        """Ask who is there."""
        return self.page("aanmelden", None, wrong=False, name="")

    async def enter(self, request: Request) -> Response:
        """Let in who knows the password, and typed it on our own page."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise HTTPException(403)
        fields = await _fields(request)
        name = fields.get("naam", "").strip()
        cookie = await run_in_threadpool(self._people.enter, name, fields.get("wachtwoord", ""))
        if cookie is None:
            return self.page("aanmelden", None, 403, wrong=True, name=name)
        response = RedirectResponse("/", 303, headers=GUARDS)
        response.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def leave(self, request: Request) -> Response:
        """Let somebody out."""
        await self.sent(request)
        await run_in_threadpool(self._people.leave, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/aanmelden", 303, headers=GUARDS)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    # --- looking -----------------------------------------------------------------------------------------------------

    async def begin(self, request: Request) -> Response:
        """Begin where somebody's work is: who only has one town at its page of today, all others at their kiosks."""
        seat = await self.seat(request)
        if seat is not None and not seat.person.changes and len(seat.person.towns) == 1:
            return RedirectResponse(f"/vandaag/{seat.person.towns[0]}", 303)
        return await self.overview(request)

    async def overview(self, request: Request) -> Response:
        """Show how every kiosk does."""
        seat = await self.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        count, amiss, rows = await run_in_threadpool(self._rows, seat.person)
        shown = [(row, cannot(row, self.now()), found) for row, found in rows]
        since = await run_in_threadpool(self._since, [row for row, _ in rows])
        waiting = await run_in_threadpool(self.waiting, seat.person)
        return self.page("vloot", seat, rows=shown, count=count, amiss=amiss, since=since, waiting=waiting)

    async def today(self, request: Request) -> Response:
        """Show what stands on the portals of a town today, and forms to change it."""
        town, seat = request.path_params["town"], await self.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        self._allowed(seat, town)
        return await run_in_threadpool(self._today, seat, town, request.query_params.get("klaar") == "ja")

    # --- doing -------------------------------------------------------------------------------------------------------

    async def change(self, request: Request) -> Response:
        """Change one thing, and show the page again: with what is out now, or with what was wrong."""
        town, what = request.path_params["town"], request.path_params["what"]
        seat, fields = await self.sent(request)
        self._allowed(seat, town)
        deeds: dict[str, Callable[[], None]] = {
            "mededeling": lambda: self._desk.announce(town, seat.person.name, _announcement(fields)),
            "sluitingsdag": lambda: self._desk.close(town, seat.person.name, _day(fields, "dag")),
            "dienst": lambda: self._state(town, seat.person, fields),
            "weg": lambda: self._take_away(town, seat.person, fields),
            "ongedaan": lambda: self._desk.undo(town, seat.person.name),
        }
        if what not in deeds:
            raise HTTPException(404)
        try:
            await run_in_threadpool(deeds[what])
        except SettingsError as error:
            wrong = {"form": what, "sentence": in_dutch(str(error)), "fields": fields}
            return await run_in_threadpool(self._today, seat, town, False, wrong)  # noqa: FBT003
        return RedirectResponse(f"/vandaag/{town}?klaar=ja", 303, headers=GUARDS)

    async def put_aside(self, request: Request) -> Response:
        """Take note of an audit chain that went back: from here on it is looked at anew."""
        seat, _ = await self.sent(request)
        if not seat.person.operator or not request.path_params["kiosk"].isdigit():
            raise HTTPException(403)
        anew = {"audit_back": None, "audit_number": None, "audit_hash": None}
        which = kiosks.c.id == int(request.path_params["kiosk"])

        def note() -> None:
            with self._engine.begin() as connection:
                connection.execute(sa.update(kiosks).where(which).values(**anew))

        await run_in_threadpool(note)
        return RedirectResponse("/", 303, headers=GUARDS)

    def _state(self, town: str, person: Person, fields: dict[str, str]) -> None:
        try:
            state = ServiceState(fields.get("staat", ""))
        except ValueError as error:
            raise SettingsError("services: kies een staat") from error
        self._desk.state(town, person.name, fields.get("dienst", ""), state, _day(fields, "tot"))

    def _take_away(self, town: str, person: Person, fields: dict[str, str]) -> None:
        kind, number = fields.get("soort", ""), fields.get("nummer", "")
        if kind not in {"announcements", "closed", "services"} or not number.isdigit():
            raise SettingsError("dat staat er niet meer")
        self._desk.take_away(town, person.name, kind, int(number))

    # --- what they all need ------------------------------------------------------------------------------------------

    def _today(self, seat: Seat, town: str, done: bool, wrong: dict[str, Any] | None = None) -> Response:  # noqa: FBT001
        content, today = self._desk.content(town), self._desk.today
        have, all_of_them = self._reached(town)
        return self.page(
            "vandaag",
            seat,
            422 if wrong else 200,
            town=town,
            content=content,
            services=self._desk.services(town),
            states=_STATES,
            today=today,
            latest=last_day(today),
            history=[(change, _DID[change.did]) for change in self._desk.history(town)],
            done=done,
            have=have,
            kiosks=all_of_them,
            wrong=wrong or {"form": "", "sentence": "", "fields": {}},
        )

    def _reached(self, town: str) -> tuple[int, int]:
        """Say how many kiosks of a town show what is out now, and how many there are."""
        wanted = self._desk.digest(town)
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(kiosks).where(kiosks.c.town == town, kiosks.c.revoked.is_(False))).all()
        said = [told.kiosk for row in rows if (told := last_said(row)) is not None and told.kiosk is not None]
        return sum(one.in_force.daily == wanted for one in said), len(rows)

    def _since(self, rows: list[Any]) -> dict[int, dt.datetime]:
        with self._engine.connect() as connection:
            return since_when(connection, rows, self.now())

    def _rows(self, person: Person) -> tuple[int, int, list[tuple[Any, list[Any]]]]:
        """Give how many kiosks there are, of how many residents notice something, and the worst of them."""
        now = self.now()
        mine = sa.true() if person.operator else kiosks.c.town.in_(person.sees)
        worst = [sa.case((which, 0), else_=1) for which in (hurting(now), notable(now))]
        sums = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(1 - worst[0]), 0)).where(mine)
        query = sa.select(kiosks).where(mine).order_by(*worst, kiosks.c.town, kiosks.c.number).limit(_ROWS)
        with self._engine.connect() as connection:
            count, amiss = connection.execute(sums).one()
            return count, amiss, [(row, findings(row, now)) for row in connection.execute(query)]

    async def seat(self, request: Request) -> Seat | None:
        """Say who asks."""
        return await run_in_threadpool(self._people.seat, request.cookies.get(COOKIE, ""))

    async def sent(self, request: Request, most: int = _MOST, boxes: int = 20) -> tuple[Seat, dict[str, str]]:
        """Say who sent a form of ours, and what is in it: no more bytes, in no more boxes, than it has."""
        seat = await self.seat(request)
        fields = await _fields(request, most, boxes)
        if seat is None or fields.get("woord") != seat.word:
            raise HTTPException(403)
        return seat, fields

    def _moment(self, at: dt.datetime) -> str:
        """Say a moment as people do: vandaag om 9.05 uur, gisteren om 17.30 uur, 24-11-2026 om 8.00 uur."""
        local, today = at.astimezone(_ZONE), self.now().astimezone(_ZONE).date()
        days = {
            today + dt.timedelta(days=ahead): word for ahead, word in ((-1, "gisteren"), (0, "vandaag"), (1, "morgen"))
        }
        return f"{days.get(local.date(), f'{local:%d-%m-%Y}')} om {local.hour}.{local:%M} uur"

    def _allowed(self, seat: Seat, town: str) -> None:
        if town not in seat.person.towns or town not in self._desk.towns:
            raise HTTPException(404)

    def page(self, page: str, seat: Seat | None, status: int = 200, **facts: object) -> Response:
        """Give a page by its template, for who is in."""
        also = {"elsewhere": self.elsewhere, "stranger": False, **facts}
        text = self._paper.get_template(f"{page}.html").render(seat=seat, **also)
        return HTMLResponse(text, status, headers=GUARDS)

    async def sorry(self, _: Request, error: Exception) -> Response:
        """Say that a page is not there, or not for this person."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self.page("fout", None, status)


def _on(moment: str) -> str:
    return f"op {moment}" if moment[0].isdigit() else moment


def _announcement(fields: dict[str, str]) -> Announcement:
    title, text = fields.get("titel", "").strip(), fields.get("tekst", "").strip()
    if not title:
        raise SettingsError("title: leeg")
    first, last = _day(fields, "van"), _day(fields, "tot")
    try:
        return Announcement(title=title, text=text, first_day=first, last_day=last)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _day(fields: dict[str, str], name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(fields.get(name, ""))
    except ValueError as error:
        raise SettingsError(f"{name}: geen dag") from error


async def _fields(request: Request, most: int = _MOST, boxes: int = 20) -> dict[str, str]:
    """Read a form; one that is too long, or no form, holds nothing."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > most:
        return {}
    async with request.form(max_files=0, max_fields=boxes) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
