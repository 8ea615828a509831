"""Makes calls as a kiosk: mutual TLS, a deadline for each whole call, no redirect followed, bodies with an end."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from conformance.contract import shown

BASE = "/kioskService/v1"
# What frameworks and gateways send by themselves.
USUAL_TYPES = frozenset({"text/html", "text/plain", "application/json", "application/problem+json", "application/xml"})
# What a kiosk waits for a whole call, and what it reads of one.
CALL_SECONDS, MAX_BODY = 8.0, 24 << 20


class Unreachable(Exception):
    """No answer came; the message says how it ended."""


@dataclass(frozen=True, repr=False)
class Answer:
    """One answer, with what was asked. Header names are in lower case."""

    operation: str
    trace: str
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON; None when it is no JSON or not said to be."""
        if not self.headers.get("content-type", "").split(";")[0].strip().endswith("json"):
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def table(self) -> dict[str, Any]:
        """The body where it is an object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def is_document(self) -> bool:
        """Whether it is a PDF."""
        return self.headers.get("content-type", "").split(";")[0].strip() == "application/pdf"

    @property
    def problem(self) -> str:
        """The last word of its problem type; empty where it is no problem."""
        is_problem = self.headers.get("content-type", "").startswith("application/problem+json")
        return shown(str(self.table.get("type", "")).rsplit(":", 1)[-1]) if is_problem else ""

    @property
    def said(self) -> str:
        """Status and problem, or the type of what came instead: `404 codeUnknown`, `500 text/html`."""
        if self.problem or self.status < HTTPStatus.BAD_REQUEST:
            return f"{self.status} {self.problem}".strip()
        kind = self.headers.get("content-type", "").split(";")[0]
        return f"{self.status} {kind if kind in USUAL_TYPES else 'without a problem'}"


@dataclass(frozen=True, repr=False)
class Call:
    """One call: the operation as the contract names it, what stands in its path, and what is sent."""

    operation: str
    names: tuple[str, ...] = ()
    body: Any = None
    content: bytes | None = None
    bearer: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path with its names filled in."""
        names = iter(self.names)
        template = self.operation.partition(" ")[2]
        return BASE + re.sub(r"\{\w+\}", lambda _: quote(next(names), safe=""), template)


class Caller:
    """A kiosk's line. Lives on an event loop of its own; raises Unreachable."""

    def __init__(self, url: str, tls: ssl.SSLContext, seconds: float = CALL_SECONDS) -> None:
        self._runner = asyncio.Runner()
        self._seconds = seconds
        self._http = httpx.AsyncClient(
            base_url=url,
            verify=tls,
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - each call has a total deadline, which httpx cannot keep
        )

    def call(self, call: Call) -> Answer:
        """Make one call."""
        return self._runner.run(self._made(call))

    def at_once(self, *calls: Call) -> list[Answer]:
        """Make several calls at the same instant."""
        return self._runner.run(self._all(calls))

    def rest(self, seconds: float) -> None:
        """Wait, as the other side asked for."""
        self._runner.run(asyncio.sleep(seconds))

    def close(self) -> None:
        """Hang up."""
        self._runner.run(self._http.aclose())
        self._runner.close()

    async def _all(self, calls: tuple[Call, ...]) -> list[Answer]:
        return list(await asyncio.gather(*(self._made(call) for call in calls)))

    async def _made(self, call: Call) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(call)
        except TimeoutError:
            raise Unreachable(f"no whole answer within {self._seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise Unreachable(f"no answer: {type(error).__name__}") from None

    async def _answer(self, call: Call) -> Answer:
        trace, began = str(uuid4()), time.perf_counter()
        headers = {"BelGov-Trace-Id": trace, **call.headers}
        if call.bearer:
            headers["Authorization"] = f"Bearer {call.bearer}"
        if call.content is not None:
            headers.setdefault("Content-Type", "application/json")
        method = call.operation.partition(" ")[0]
        async with self._http.stream(
            method, call.path, json=call.body, content=call.content, headers=headers
        ) as response:
            body = await _read(response)
            told = {name.lower(): value for name, value in response.headers.items()}
            return Answer(call.operation, trace, response.status_code, told, body, time.perf_counter() - began)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BODY:
            raise Unreachable(f"more than {MAX_BODY >> 20} MiB")
    return bytes(body)
