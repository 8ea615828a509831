"""The fleet service behind its listener: kiosks, people, the repository, and what it does by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tuf.api.exceptions import RepositoryError

from config.checkin import MOST_BYTES
from config.commands import MOST_COLLECTED
from fleet.keys import KeyFileError
from fleet.service import alarm_settings, database
from fleet.service.alarm_pages import AlarmPages
from fleet.service.batches import Batches
from fleet.service.callers import certificate_of
from fleet.service.change_pages import ChangePages
from fleet.service.checkins import CheckIns, ReplayedError
from fleet.service.commands import CommandDesk
from fleet.service.couriers import Couriers
from fleet.service.desk import Desk
from fleet.service.elsewhere import Elsewhere, login_settings
from fleet.service.elsewhere_pages import ElsewherePages
from fleet.service.enrolment import Authority, Enrolment, RefusedError
from fleet.service.figure_pages import FigurePages
from fleet.service.folder import SignedFolder
from fleet.service.kiosk_pages import KioskPages
from fleet.service.metrics import Metrics
from fleet.service.pages import Pages
from fleet.service.people import People, load
from fleet.service.proposals import Proposals
from fleet.service.rollouts import Rollouts
from fleet.work import Work

log = logging.getLogger(__name__)

# What is signed holds for 72 hours: a night without this service does no harm.
SIGN_EVERY = 3600.0
# A change waits for hours in a ring; one that fails is stopped as soon as the kiosk has said so.
LOOK_EVERY = 30.0
# What is set in the environment has no call told of elsewhere; to look whether it is costs each call something too.
_TELLS_NOBODY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """What a kiosk sends for a certificate: a request (PEM), for its first a code, and in which building it stands."""

    request: str
    code: str = ""
    building: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{0,32}$")] = ""


class Service:
    """Everything behind the listener."""

    def __init__(self, work: Work, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.engine = database.opened(url)
        self.authority = Authority(work.keys / "kiosks-ca.pem", now)
        self.enrolment = Enrolment(self.engine, self.authority, now)
        self.commands = CommandDesk(self.engine, now)
        self.checkins, self.desk = CheckIns(self.engine, now), Desk(work, self.engine, now)
        self.proposals = Proposals(work, self.engine, now)
        self.rollouts = Rollouts(work, self.engine, self.proposals, now)
        everybody = load(work.home / "people.toml")
        people = People(self.engine, everybody, now)
        self.pages = Pages(self.engine, people, self.desk, now)
        self._more_pages: list[ChangePages | KioskPages | AlarmPages | FigurePages | ElsewherePages] = [
            ChangePages(self.pages, work, self.engine, self.proposals, self.rollouts),
            KioskPages(self.pages, work, self.engine),
            AlarmPages(self.engine, self.pages),
            FigurePages(self.engine, self.pages),
        ]
        if (login := login_settings(work.home / "login.toml")) is not None:
            self._more_pages.append(ElsewherePages(self.pages, people, Elsewhere(login, everybody)))
        self._batches = Batches(self.checkins.take_all)
        alarms = alarm_settings.load(work.home / "alarms.toml", work.towns)
        self.couriers = Couriers(self.engine, alarms, now, self.desk.closing_days)
        self.metrics = Metrics(self.engine, work.keys / "metrics-token", now)
        self._work = work

    def app(self) -> FastAPI:
        """Give the app."""
        app = FastAPI(
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=self._hourly,
            telemetry=_TELLS_NOBODY,
        )
        for path, call in (
            ("/checkins", self._check_in),
            ("/enrolments", self._enrol),
            ("/renewals", self._renew),
            ("/logs", self._keep_logs),
        ):
            app.add_route(path, call, methods=["POST"])
        app.add_route("/health", self._health, methods=["GET"])
        self.pages.on(app)
        for pages in self._more_pages:
            pages.on(app)
        for part in ("metadata", "targets"):
            folder = self._work.repository.folder / part
            folder.mkdir(exist_ok=True)
            app.mount(f"/{part}", SignedFolder(directory=folder))
        self.metrics.on(app)
        app.add_exception_handler(HTTPException, self.pages.sorry)
        app.add_exception_handler(Exception, self.pages.sorry)
        return app

    async def _check_in(self, request: Request) -> Response:
        content = await _body(request)
        try:
            wanted = await self._batches.take(certificate_of(request), content)
        except RefusedError as error:
            return PlainTextResponse(str(error), 403)
        except ReplayedError:
            return PlainTextResponse("had before", 409)
        except msgspec.MsgspecError:
            return PlainTextResponse("no check-in", 422)
        return Response(wanted, media_type="application/json") if wanted else Response(status_code=204)

    async def _keep_logs(self, request: Request) -> Response:
        content = await _body(request, MOST_COLLECTED)
        if not content:
            return PlainTextResponse("no logs, or too many", 413)
        try:
            await run_in_threadpool(self.commands.keep_logs, certificate_of(request), content)
        except RefusedError as error:
            return PlainTextResponse(str(error), 403)
        return Response(status_code=204)

    async def _enrol(self, request: Request) -> Response:
        return await self._certify(
            request, lambda ask: self.enrolment.enrol(ask.code, ask.request.encode(), ask.building)
        )

    async def _renew(self, request: Request) -> Response:
        shown = certificate_of(request)
        return await self._certify(request, lambda ask: self.enrolment.renew(shown, ask.request.encode(), ask.building))

    @staticmethod
    async def _certify(request: Request, give: Callable[[Ask], bytes]) -> Response:
        try:
            ask = msgspec.json.decode(await _body(request), type=Ask)
            return Response(await run_in_threadpool(give, ask), media_type="application/x-pem-file")
        except RefusedError as error:
            return PlainTextResponse(str(error), 403)
        except msgspec.MsgspecError:
            return PlainTextResponse("no request", 422)

    async def _health(self, _: Request) -> Response:
        def ask() -> None:
            with self.engine.connect() as connection:
                connection.execute(sa.select(1))

        try:
            await run_in_threadpool(ask)
        except sa.exc.SQLAlchemyError:
            return PlainTextResponse("the database does not answer", 503)
        return PlainTextResponse("ok")

    @contextlib.asynccontextmanager
    async def _hourly(self, _: FastAPI) -> AsyncIterator[None]:
        rounds = (self._sign(), self.couriers.rounds(), self._see_to_changes())
        tasks = [asyncio.create_task(one) for one in rounds]
        yield
        for task in tasks:
            task.cancel()
        self.engine.dispose()

    async def _sign(self) -> None:
        while True:
            try:
                await run_in_threadpool(self.desk.renew)
                await run_in_threadpool(self.rollouts.renew)
            except (RepositoryError, KeyFileError, OSError) as error:
                log.error("the repository cannot be signed anew: %s", error)
            await asyncio.sleep(SIGN_EVERY)

    async def _see_to_changes(self) -> None:
        while True:
            try:
                await run_in_threadpool(self.rollouts.look)
            except (RepositoryError, KeyFileError, OSError, sa.exc.SQLAlchemyError) as error:
                log.error("changes cannot be brought round: %s", error)
            await asyncio.sleep(LOOK_EVERY)


async def _body(request: Request, most: int = MOST_BYTES) -> bytes:
    """Read a body that says how long it is; of one that is too long or does not say, nothing."""
    length = request.headers.get("content-length", "")
    return await request.body() if length.isdigit() and int(length) <= most else b""
