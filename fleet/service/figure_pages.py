"""The page of figures: a month of a town or of one of its buildings, and the same as a table and as a sheet of A4."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from fastapi import FastAPI
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fleet.service.figures import MonthError, month_of, months_of, summed
from fleet.service.pages import GUARDS, Pages
from fleet.service.people import Person
from fleet.service.report import MONTHS, Report, report_of
from fleet.service.report_files import csv_of, pdf_of, sheet_of
from fleet.service.tables import kiosks

_FILES = {"csv": (csv_of, "text/csv; charset=utf-8"), "pdf": (pdf_of, "application/pdf")}


class Asked(Struct, frozen=True):
    """What somebody wants to see, and what there is to choose from: building by town, and months, newest first."""

    towns: Mapping[str, tuple[str, ...]]
    months: tuple[int, ...]
    town: str
    building: str
    month: int


class FigurePages:
    """The page and its files, for whoever sees the kiosks of that town."""

    def __init__(self, engine: sa.Engine, pages: Pages) -> None:
        self._engine, self._pages = engine, pages

    def on(self, app: FastAPI) -> None:
        """Put them on an app."""
        app.add_route("/cijfers", self.show, methods=["GET"])
        app.add_route("/cijfers/bestand.{kind}", self.file, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """Show the month that was asked for; without one, the last that is over."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        asked, report = await run_in_threadpool(self._report, seat.person, request.query_params)
        return self._pages.page(
            "cijfers",
            seat,
            asked=asked,
            months=[(_written(one), f"{MONTHS[one % 100 - 1]} {one // 100}") for one in asked.months],
            month=_written(asked.month),
            sheet=sheet_of(report) if report is not None else None,
        )

    async def file(self, request: Request) -> Response:
        """Give it as a file."""
        seat = await self._pages.seat(request)
        if seat is None:
            return RedirectResponse("/aanmelden", 303)
        kind = request.path_params["kind"]
        asked, report = await run_in_threadpool(self._report, seat.person, request.query_params)
        if kind not in _FILES or report is None:
            raise HTTPException(404)
        make, media = _FILES[kind]
        content = await run_in_threadpool(make, report)
        name = "-".join(part for part in ("loket", asked.town, asked.building, _written(asked.month)) if part)
        kept = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
        return Response(content, media_type=media, headers=GUARDS | kept)

    def _report(self, person: Person, params: Mapping[str, str]) -> tuple[Asked, Report | None]:
        """Read what is asked for, and make it where there is anything. Raises HTTPException where it is not theirs."""
        now = self._pages.now()
        with self._engine.connect() as connection:
            asked = self._asked(connection, person, params)
            if not asked.months:
                return asked, None
            try:
                sums = summed(connection, asked.town, asked.month, now)
                return asked, report_of(sums, asked.town, asked.building, asked.month, now)
            except MonthError:
                return asked, None

    @staticmethod
    def _asked(connection: sa.Connection, person: Person, params: Mapping[str, str]) -> Asked:
        mine = sa.true() if person.operator else kiosks.c.town.in_(person.sees)
        there = sa.select(kiosks.c.town, kiosks.c.building).where(mine).distinct().order_by(kiosks.c.town)
        towns: dict[str, tuple[str, ...]] = {}
        for town, building in connection.execute(there.order_by(kiosks.c.building)):
            towns[town] = (*towns.get(town, ()), *((building,) if building else ()))
        town, building = params.get("gemeente", next(iter(towns), "")), params.get("gebouw", "")
        if (town and town not in towns) or (building and building not in towns.get(town, ())):
            raise HTTPException(404)
        months = tuple(months_of(connection, kiosks.c.town == town))
        try:
            month = month_of(params["maand"]) if params.get("maand") else (months[:2] or (0,))[-1]
        except MonthError as error:
            raise HTTPException(404) from error
        return Asked(towns, months, town, building, month)


def _written(month: int) -> str:
    return f"{month // 100}-{month % 100:02}"
