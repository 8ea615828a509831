"""What residents report at a kiosk that does not work: the book of it, and the call that writes in it. No person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.tables import DEFECTS, with_zone
from townhall.web import BASE, MOMENT, Wish, instant, moment_of

# So long it is known that something was mended: a kiosk that never heard our answer says it again.
KEPT = dt.timedelta(days=30)


class About(Enum):
    """What a resident can point at."""

    CARD = "card"
    PAPER = "paper"
    SCREEN = "screen"
    MACHINE = "machine"
    COMPARTMENT = "compartment"
    OTHER = "other"


@dataclass(frozen=True)
class DefectReport:
    """One touch of one resident; `screen` is where in a visit."""

    id: UUID
    kiosk: str
    about: About
    screen: str
    seen_at: dt.datetime


@dataclass(frozen=True)
class Defect:
    """What was reported of one thing at one kiosk and is not mended yet."""

    kiosk: str
    about: About
    times: int
    since: dt.datetime
    latest: dt.datetime


class Defects:
    """The book. Safe from threads. Raises SQLAlchemyError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, report: DefectReport) -> tuple[DefectReport, bool]:
        """Write a report down, once; give what stands under its id, and whether that is new."""
        row = {**vars(report), "about": report.about.value}
        try:
            with self._engine.begin() as connection:
                connection.execute(DEFECTS.insert().values(**row))
        except sa.exc.IntegrityError:
            with self._engine.connect() as connection:
                known = connection.execute(sa.select(DEFECTS).where(DEFECTS.c.id == report.id)).mappings().one()
            seen = with_zone(known["seen_at"])
            return DefectReport(report.id, known["kiosk"], About(known["about"]), known["screen"], seen), False
        return report, True

    def open(self) -> tuple[Defect, ...]:
        """Give what is not mended, what was reported last first."""
        kind = DEFECTS.c.kiosk, DEFECTS.c.about
        first, last = sa.func.min(DEFECTS.c.seen_at), sa.func.max(DEFECTS.c.seen_at)
        asked = sa.select(*kind, sa.func.count(), first, last).where(DEFECTS.c.mended_at.is_(None)).group_by(*kind)
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(last.desc())).all()
        return tuple(
            Defect(kiosk, About(about), times, with_zone(since), with_zone(latest))
            for kiosk, about, times, since, latest in rows
        )

    def mend(self, kiosk: str, about: About, clerk: str, now: dt.datetime) -> None:
        """Somebody saw to it: every report of it that there is by now is done with."""
        mine = DEFECTS.c.kiosk == kiosk, DEFECTS.c.about == about.value, DEFECTS.c.mended_at.is_(None)
        with self._engine.begin() as connection:
            connection.execute(sa.update(DEFECTS).where(*mine).values(mended_at=now, mended_by=clerk))
            connection.execute(sa.delete(DEFECTS).where(DEFECTS.c.mended_at < now - KEPT))


class DefectWish(Wish):
    """A report, as a kiosk sends it."""

    about: Literal["card", "paper", "screen", "machine", "compartment", "other"]
    screen: Annotated[str, Field(pattern=r"^[a-z][A-Za-z]{0,31}$")]
    seen_at: Annotated[str, Field(pattern=MOMENT)]


class DefectReports:
    """The call."""

    def __init__(self, service: Service) -> None:
        self._ledger, self._defects = service.ledger, Defects(service.ledger.engine)

    def router(self) -> APIRouter:
        """Its route."""
        router = APIRouter(prefix=BASE)
        router.add_api_route("/defectReports/{report}", self.put, methods=["PUT"])
        return router

    def put(self, report: UUID, wish: DefectWish, request: Request) -> JSONResponse:
        """Take a report down: 201 when it is new, 200 when it is known, 409 when the id is another's."""
        kiosk, seen = kiosk_of(request, self._ledger), moment_of("seenAt", wish.seen_at)
        said = DefectReport(report, kiosk, About(wish.about), wish.screen, seen)
        known, new = self._defects.keep(said)
        if known != said:
            raise Problem(ProblemType.CONFLICT)
        href = f"{BASE}/defectReports/{report}"
        body = {"href": href, "about": known.about.value, "screen": known.screen, "seenAt": instant(known.seen_at)}
        return JSONResponse(body, 201 if new else 200, {"Location": href} if new else {})
