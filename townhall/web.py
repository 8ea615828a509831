"""What all answers have in common: trace id, time spent, problems, and a limit on what is read."""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from townhall.mtls import kiosk_of
from townhall.problems import Problem, ProblemType
from townhall.service import Service
from townhall.sessions import Session

LOG = logging.getLogger(__name__)
TRACE_HEADER = b"belgov-trace-id"
TRACE_EXTENSION = "townhall.trace"
TRACE = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BASE = "/kioskService/v1"
MAX_BODY = 64 * 1024  # a Web eID token is 3 kB
# What is set in the environment has no call told of elsewhere.
TELLS_NOBODY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
_BY_STATUS = {404: ProblemType.RESOURCE_NOT_FOUND, 405: ProblemType.METHOD_NOT_ALLOWED}

# Where a body is one of two things, pydantic puts which one it took into the path; a caller sent no such field.
ALTERNATIVES = (PRODUCT, CLAIM) = ("=product", "=claim")

# [RFC 3339 §5.6] with the offset that Belgif demands.
MOMENT = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$"
UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
ShortText = Annotated[str, Field(max_length=200)]


# What is said of a request (and its trace id) that no route answers: too large, or broken off by a fault of ours.
Refusal = Callable[[Scope, Problem, str], ASGIApp]


class Wish(BaseModel):
    """A request's body: every field is known, and none is left over."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


def small(_scope: Scope) -> int:
    """The limit on a body where nothing large is sent."""
    return MAX_BODY


def as_problem(_scope: Scope, problem: Problem, trace: str) -> ASGIApp:
    """A refusal for a program, which reads JSON."""
    return problem.response(trace)


def new_app(limit: Callable[[Scope], int] = small, refused: Refusal = as_problem) -> FastAPI:
    """An app without routes, whose every refusal is a problem.

    `limit` says how many bytes a request may bring, `refused` how it is told that a request never reaches a route.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=TELLS_NOBODY)
    app.add_middleware(Envelope, limit=limit, refused=refused)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _violation)
    app.add_exception_handler(HTTPException, _refusal)
    return app


def session_of(service: Service, request: Request) -> Session:
    """The session of the bearer token, which belongs to the calling kiosk. Raises Problem."""
    return service.sessions.of(token_of(request), kiosk_of(request, service.ledger))


def token_of(request: Request) -> str:
    """The bearer token. Raises Problem."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(ProblemType.NO_ACCESS_TOKEN)
    return token


def instant(moment: dt.datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    said = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return f"{said.isoformat(timespec='seconds')}Z"  # strftime writes the year 592 in three digits


def moment_of(name: str, said: str) -> dt.datetime:
    """The moment in a field, in UTC. Raises Problem."""
    try:
        return dt.datetime.fromisoformat(said.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Problem.of_field(name) from None


class Envelope:
    """Puts the common headers on each answer, and turns what nobody foresaw into a problem that quotes nothing."""

    def __init__(self, app: ASGIApp, limit: Callable[[Scope], int], refused: Refusal) -> None:
        self._app, self._limit, self._refused = app, limit, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, begun, headers = time.perf_counter(), False, dict(scope["headers"])
        trace = headers.get(TRACE_HEADER, b"")
        trace = trace if TRACE.fullmatch(trace) else str(uuid4()).encode()
        scope["extensions"] = {**(scope.get("extensions") or {}), TRACE_EXTENSION: trace.decode()}

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                spent = f"app;dur={(time.perf_counter() - started) * 1000:.2f}".encode()
                common = [(TRACE_HEADER, trace), (b"server-timing", spent)]
                if not any(name == b"cache-control" for name, _ in message["headers"]):
                    common.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*message["headers"], *common]}
            await send(message)

        try:
            refusal = _too_large(headers, self._limit(scope))
            app = self._app if refusal is None else self._refused(scope, refusal, trace.decode())
            await app(scope, receive, dressed)
        except Exception as error:  # noqa: BLE001 - the rim: whatever it is, the kiosk gets an answer and the log no name
            LOG.error("unforeseen %s, trace %s", type(error).__name__, trace.decode())
            if begun:
                raise ConnectionAbortedError from None
            sorry = self._refused(scope, Problem(ProblemType.INTERNAL_SERVER_ERROR), trace.decode())
            await sorry(scope, receive, dressed)


def _too_large(headers: dict[bytes, bytes], limit: int) -> Problem | None:
    """Refuse a body before it is read. Whoever sends one says how long it is."""
    if b"transfer-encoding" in headers:
        return Problem(ProblemType.LENGTH_REQUIRED)
    length = headers.get(b"content-length", b"0")
    return Problem(ProblemType.PAYLOAD_TOO_LARGE) if not length.isdigit() or int(length) > limit else None


def _trace_of(request: Request) -> str:
    return str(request.scope["extensions"][TRACE_EXTENSION])


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for it
    return error.response(_trace_of(request))


async def _violation(request: Request, error: Exception) -> JSONResponse:
    """Say which field is wrong, never what was in it."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    issues = [
        {
            "type": "urn:problem-type:belgif:input-validation:schemaViolation",
            "in": str(issue["loc"][0]),
            "name": ".".join(str(part) for part in issue["loc"][1:] if part not in ALTERNATIVES)[:100],
            "detail": str(issue["type"]),
        }
        for issue in error.errors()
    ]
    return Problem(ProblemType.SCHEMA_VIOLATION, issues).response(_trace_of(request))


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    """Turn the framework's own refusals into problems."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    response = Problem(_BY_STATUS.get(error.status_code, ProblemType.SCHEMA_VIOLATION)).response(_trace_of(request))
    response.headers.update(error.headers or {})
    return response
