"""/metrics for a Prometheus of the operator's own: kiosks by state, how long ago they were heard, alarms, durations.

It answers whoever shows the word in `keys/metrics-token`, and is nowhere for everybody else.
"""

from __future__ import annotations

import datetime as dt
import hmac
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet.service.alarm_tables import alarms, messages
from fleet.service.enrolment import RefusedError
from fleet.service.findings import SILENT
from fleet.service.tables import kiosks

# What nobody guesses: 16 bytes in hexadecimal, or as much in another script.
SHORTEST_TOKEN = 32
# A round of an agent, three of them, and what is an outage.
_HEARD_WITHIN = (60, 120, 240, 900, 3600, 86400)
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics(Collector):
    """What Prometheus reads. Safe from threads."""

    def __init__(self, engine: sa.Engine, token: Path, now: Callable[[], dt.datetime]) -> None:
        self._engine, self._now, self._token = engine, now, _read(token)
        self._registry = CollectorRegistry()
        self.seconds = Histogram(
            "loket247_fleet_request_seconds",
            "How long a call took, by what was called and the class of its answer.",
            ("call", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(self)

    def on(self, app: FastAPI) -> None:
        """Put it on an app, around everything that is on it."""
        app.add_route("/metrics", self.show, methods=["GET"])
        known = {getattr(route, "path", "").split("/")[1] for route in app.routes if getattr(route, "path", "")}
        app.add_middleware(_Timed, seconds=self.seconds, known=frozenset(known))

    async def show(self, request: Request) -> Response:
        """Give the figures to whoever may have them."""
        said = request.headers.get("authorization", "")
        if not self._token or not hmac.compare_digest(said.encode(), f"Bearer {self._token}".encode()):
            raise HTTPException(404)
        text = await run_in_threadpool(generate_latest, self._registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Say nothing before it is asked: the tables are read at each look."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the tables. Towns, states and roles: nothing of anybody."""
        with self._engine.connect() as connection:
            yield from self._of_kiosks(connection)
            is_open = sa.and_(alarms.c.closed.is_(None), alarms.c.gone.is_(None))
            urgent = sa.case((alarms.c.urgent, "yes"), else_="no")
            by = (kiosks.c.town, alarms.c.role, urgent)
            there = sa.select(*by, sa.func.count()).join(kiosks, kiosks.c.id == alarms.c.kiosk).where(is_open)
            rows = connection.execute(there.group_by(*by)).all()
            yield _gauge("alarms", "Problems that are there now.", ("town", "role", "urgent"), rows)
            state = sa.case(
                (messages.c.over.is_not(None), "refused"),
                (messages.c.handed.is_not(None), "unsure"),
                (messages.c.due > self._now(), "planned"),
                else_="waiting",
            )
            unsent = sa.select(messages.c.channel, state, sa.func.count()).where(messages.c.sent.is_(None))
            rows = connection.execute(unsent.group_by(messages.c.channel, state)).all()
            yield _gauge("messages", "Messages that were not sent.", ("channel", "state"), rows)

    def _of_kiosks(self, connection: sa.Connection) -> Iterator[GaugeMetricFamily]:
        now = self._now()
        state = sa.case(
            (kiosks.c.revoked, "revoked"),
            (kiosks.c.seen.is_(None), "never"),
            (kiosks.c.seen < now - SILENT, "silent"),
            else_="heard",
        )
        by_state = sa.select(kiosks.c.town, state, sa.func.count()).group_by(kiosks.c.town, state)
        rows = connection.execute(by_state).all()
        yield _gauge("kiosks", "Kiosks by what is known of them.", ("town", "state"), rows)
        within = [
            sa.func.sum(sa.case((kiosks.c.seen >= now - dt.timedelta(seconds=seconds), 1), else_=0))
            for seconds in _HEARD_WITHIN
        ]
        live = sa.and_(kiosks.c.revoked.is_(False), kiosks.c.seen.is_not(None))
        ages = sa.select(kiosks.c.town, sa.func.min(kiosks.c.seen), *within).where(live).group_by(kiosks.c.town)
        heard, oldest = [], []
        for town, seen, *counts in connection.execute(ages):
            oldest.append((town, (now - seen).total_seconds()))
            heard += [(town, f"{seconds}", count) for seconds, count in zip(_HEARD_WITHIN, counts, strict=True)]
        yield _gauge("kiosks_heard", "Kiosks that were heard within so many seconds.", ("town", "within"), heard)
        yield _gauge("checkin_age_seconds_max", "How long ago the quietest kiosk was heard.", ("town",), oldest)


def _gauge(name: str, text: str, labels: tuple[str, ...], rows: Any) -> GaugeMetricFamily:  # noqa: ANN401 (rows)
    family = GaugeMetricFamily(f"loket247_fleet_{name}", text, labels=labels)
    for *values, figure in rows:
        family.add_metric([str(value) for value in values], float(figure))
    return family


def _read(file: Path) -> str:
    try:
        token = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    if len(token) < SHORTEST_TOKEN:
        raise RefusedError(f"{file}: neem {SHORTEST_TOKEN} tekens of meer, bv. van openssl rand -hex 32")
    return token


class _Timed:
    """Times each call, under the first word of its path where that is one of ours."""

    def __init__(self, app: ASGIApp, seconds: Histogram, known: frozenset[str]) -> None:
        self._app, self._seconds, self._known = app, seconds, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            word = scope["path"].split("/")[1]
            call = word if word in self._known else "other"
            self._seconds.labels(call or "overview", f"{status // 100}xx").observe(time.perf_counter() - begun)
