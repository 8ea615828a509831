"""The page of alarms: what is amiss now, who was told of it and whether that came, and what was solved of late."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fleet.service.alarm_tables import alarms, messages
from fleet.service.pages import Pages
from fleet.service.people import Person
from fleet.service.tables import kiosks

# As many as somebody reads.
_MOST_OPEN, _MOST_SOLVED = 200, 30


class AlarmPages:
    """The page, for whoever came in: of their own towns, or of all of them."""

    def __init__(self, engine: sa.Engine, pages: Pages) -> None:
        self._engine, self._pages = engine, pages

    def on(self, app: FastAPI) -> None:
        """Put it on an app."""
        app.add_route("/meldingen", self.show, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """Show it."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        count, there, solved = await run_in_threadpool(self._read, seat.person)
        return self._pages.page("meldingen", seat, count=count, there=there, solved=solved)

    def _read(self, person: Person) -> tuple[int, list[tuple[Any, list[Any]]], Sequence[Any]]:
        mine = sa.true() if person.operator else kiosks.c.town.in_(person.sees)
        of_kiosk = sa.select(alarms, kiosks.c.town, kiosks.c.number).join(kiosks, kiosks.c.id == alarms.c.kiosk)
        is_open = sa.and_(alarms.c.closed.is_(None), alarms.c.gone.is_(None), mine)
        with self._engine.connect() as connection:
            how_many = sa.select(sa.func.count()).select_from(alarms.join(kiosks, kiosks.c.id == alarms.c.kiosk))
            count = connection.execute(how_many.where(is_open)).scalar() or 0
            worst_first = of_kiosk.where(is_open).order_by(alarms.c.urgent.desc(), alarms.c.opened)
            there = connection.execute(worst_first.limit(_MOST_OPEN)).all()
            last = of_kiosk.where(alarms.c.closed.is_not(None), alarms.c.told.is_not(None), mine)
            solved = connection.execute(last.order_by(alarms.c.closed.desc()).limit(_MOST_SOLVED)).all()
            said = sa.select(messages).where(messages.c.alarm.in_([one.id for one in there]))
            rows = connection.execute(said.order_by(messages.c.alarm, messages.c.id)).all()
        of_alarm = {alarm: list(some) for alarm, some in groupby(rows, lambda one: one.alarm)}
        return count, [(one, of_alarm.get(one.id, [])) for one in there], solved
