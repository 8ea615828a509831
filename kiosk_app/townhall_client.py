"""Talks to the town's service (`docs/openapi/kiosk-service.yaml`): mutual TLS, total deadlines, typed refusals.

Every call ends in time, whatever the other side does: one `asyncio.timeout` around the whole call, because a time-out
per read lets a slow body hold the line for ever. No redirect is followed. What the back end says in words is never
shown; its problem types become fault codes here. Unknown fields are ignored, unknown values are an answer we refuse.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from hardware.devices import Certificate, Health, Signature, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.answers import (
    ChallengeAnswer,
    CodeSessionAnswer,
    CollectionAnswer,
    OrderAnswer,
    ProductsAnswer,
    RemedyAnswer,
    SessionAnswer,
    SignedInAnswer,
    claims,
    later,
    parsed,
    product_of,
    wanted,
)
from kiosk_app.defect_book import DefectReport
from kiosk_app.door_book import Settled
from kiosk_app.doors import Thing
from kiosk_app.products import Details, Later, Product, copies_of
from kiosk_app.visit import Challenge, Person, Progress, Remedy, RemedyOffer

if TYPE_CHECKING:
    import httpx

    from config.settings import BackEnd

# httpx would bring its command line along, and with it click, rich and pygments: 6 MiB that nobody here types to.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # how Python says: not to be imported

log = logging.getLogger(__name__)

# A register answers within seconds or not at all; a resident waits that long once, not for each read.
CALL_SECONDS = 8.0
# A health answer that takes longer says enough.
HEALTH_SECONDS = 3.0
# JSON answers are a few kB; a sealed attest is 40 kB, a scanned deed of some pages a few MB.
MAX_JSON, MAX_PDF = 256 * 1024, 20 * 1024 * 1024
# The server keeps the line open for two minutes: longer than a PIN is typed, so a visit needs one handshake.
KEEP_ALIVE_SECONDS = 120.0
APP_VERSION = "https://loket247/1.0"
TRACE_ID = "BelGov-Trace-Id"

# What will be no different tomorrow: the back end never knew this ticket, or cannot read what we say of it.
FOR_GOOD = frozenset({"resourceNotFound", "conflict", "schemaViolation"})
_PROBLEMS = {
    "certificateExpired": FaultCode.CERTIFICATE_EXPIRED,
    "certificateRevoked": FaultCode.CERTIFICATE_REVOKED,
    "certificateUntrusted": FaultCode.CERTIFICATE_UNTRUSTED,
    "revocationUnknown": FaultCode.BACKEND_DOWN,
    "notResident": FaultCode.NOT_REGISTERED,
    "challengeExpired": FaultCode.SIGN_IN_REFUSED,
    "challengeUnknown": FaultCode.SIGN_IN_REFUSED,
    "signatureInvalid": FaultCode.SIGN_IN_REFUSED,
    "productUnavailable": FaultCode.PRODUCT_UNAVAILABLE,
    "sourceClosed": FaultCode.SOURCE_CLOSED,
    "codeUnknown": FaultCode.CODE_UNKNOWN,
    "codeUsed": FaultCode.CODE_USED,
    "codeExpired": FaultCode.CODE_EXPIRED,
    "codeWithdrawn": FaultCode.CODE_WITHDRAWN,
    "codeInUse": FaultCode.CODE_IN_USE,
    "codeNeedsCard": FaultCode.CODE_NEEDS_CARD,
    "tooManyFailedRequests": FaultCode.CODES_PAUSED,
    "registerUnavailable": FaultCode.BACKEND_DOWN,
    "notInCompartment": FaultCode.WAITS_AT_COUNTER,
}


class Refusal(DeviceFault):
    """The back end said no; `problem` is the last word of its RFC 9457 problem type, empty when it gave none."""

    def __init__(self, code: FaultCode, status: int, problem: str) -> None:
        super().__init__(code, f"HTTP {status}")
        self.problem = problem


class TownHallClient:
    """One kiosk's line to its town hall. Lives on one asyncio loop; raises DeviceFault only."""

    def __init__(self, settings: BackEnd, call_seconds: float = CALL_SECONDS) -> None:
        self._settings = settings
        self._call_seconds = call_seconds
        self._http: httpx.AsyncClient | None = None
        self._sessions: dict[int, SessionAnswer] = {}

    async def health(self) -> Status:
        """Say how the back end does; never raises."""
        try:
            answer = await self._json(
                "GET", "/health", seconds=min(HEALTH_SECONDS, self._call_seconds), expected=(200, 503)
            )
        except DeviceFault as fault:
            return Status(Health.DOWN, (fault.code,))
        words = {"UP": Status(Health.OK), "DEGRADED": Status(Health.DEGRADED)}
        return words.get(str(answer.get("status")), Status(Health.DOWN, (FaultCode.BACKEND_DOWN,)))

    async def challenge(self) -> Challenge:
        """Get a fresh nonce; the connection is warm from here on."""
        answer = parsed(ChallengeAnswer, await self._json("POST", "/authenticationChallenges", body={}))
        return Challenge(str(answer.id), answer.nonce)

    async def sign_in(
        self, visit: int, challenge: Challenge, certificate: Certificate, signature: Signature
    ) -> tuple[Person, tuple[Product, ...]]:
        """Give the Web eID token; get who it is and what this person may have."""
        from base64 import b64encode

        token = {
            "unverifiedCertificate": b64encode(certificate.der).decode(),
            "algorithm": certificate.algorithm,
            "signature": b64encode(signature.value).decode(),
            "format": "web-eid:1.0",
            "appVersion": APP_VERSION,
        }
        path = f"/authenticationChallenges/{challenge.id}/response"
        answer = parsed(SignedInAnswer, await self._json("PUT", path, body={"authToken": token}))
        self._sessions[visit] = answer.session
        person = Person(answer.person.given_name, answer.person.family_name)
        return person, (*claims(answer.claims), *(product_of(item) for item in answer.document_products.items))

    async def open_code(self, visit: int, code: str) -> tuple[Product, ...]:
        """Open a session with a code; get what it stands for."""
        answer = parsed(CodeSessionAnswer, await self._json("POST", "/codeSessions", body={"code": code}))
        self._sessions[visit] = answer.session
        return claims(answer.claims)

    async def offerings(self) -> tuple[Product, ...]:
        """Get what can be had here, for whoever has not signed in."""
        answer = parsed(ProductsAnswer, await self._json("GET", "/documentProducts"))
        return tuple(product_of(item) for item in answer.items)

    async def order(
        self, visit: int, ticket: UUID, product: Product, details: Details
    ) -> tuple[bytes, str | None] | Later:
        """Order a document and fetch it: its bytes and its Content-Digest, or what comes of it later.

        The caller bounds how long in all.
        """
        bearer = self._bearer(visit)
        path = f"/documentOrders/{ticket}"
        order = _order(ticket, await self._json("PUT", path, body=wanted(product, details), headers=bearer))
        while order.status == "processing":
            await asyncio.sleep(order.poll_after)
            order = _order(ticket, await self._json("GET", path, headers=bearer))
        if order.status in ("deferred", "delivered"):
            return later(order)
        if order.status != "ready":
            raise DeviceFault(FaultCode.BACKEND_ANSWER, "order status")
        if order.document.copies != copies_of(product, details):  # the resident was told another number
            raise DeviceFault(FaultCode.BACKEND_ANSWER, "copies")
        return await self._document(f"{path}/document", bearer)

    async def print_result(self, ticket: UUID, progress: Progress) -> RemedyOffer:
        """Report what became of a ticket (by kiosk certificate and ticket alone) and get the remedy.

        A ticket that is refused for good is done with: the counter is all that is left.
        """
        outcome = "stopped" if progress.fault is FaultCode.PRINT_STOPPED else progress.phase.value
        reasons = [progress.fault.value] if progress.fault else []
        body: dict[str, Any] = {"outcome": outcome, "reasons": reasons}
        if progress.sheets is not None:
            body["sheetsPrinted"] = progress.sheets
        try:
            answer = parsed(RemedyAnswer, await self._json("PUT", f"/documentOrders/{ticket}/printResult", body=body))
        except Refusal as refusal:
            if refusal.problem not in FOR_GOOD:
                raise
            log.info("a print result was refused for good: %s", refusal.problem)
            return RemedyOffer(Remedy.COUNTER)
        known = {remedy.value: remedy for remedy in Remedy}
        until = answer.valid_until.isoformat() if answer.valid_until else None
        return RemedyOffer(known.get(answer.remedy, Remedy.COUNTER), answer.code, until)

    async def collect(self, visit: int, thing: Thing) -> None:
        """Get leave to open the door of a thing, now and once; any answer but that one is none."""
        bearer, body = self._bearer(visit), {"claimId": str(thing.claim)}
        answer = await self._json("PUT", f"/collections/{thing.ticket}", body=body, headers=bearer)
        leave = parsed(CollectionAnswer, answer)
        _about(thing.ticket, leave.href)
        if (leave.status, leave.compartment.number) != ("open", thing.compartment):
            raise DeviceFault(FaultCode.BACKEND_ANSWER, "no leave for this door")

    async def door_result(self, settled: Settled) -> None:
        """Report what came of a door, by kiosk certificate and ticket alone. What is refused for good is done with."""
        body: dict[str, Any] = {
            "outcome": settled.ending.value,
            "reasons": [settled.fault.value] if settled.fault else [],
        }
        times = {"openedAt": settled.opened_at, "closedAt": settled.closed_at}
        body |= {name: moment for name, moment in times.items() if moment is not None}
        try:
            await self._json("PUT", f"/collections/{settled.ticket}/result", body=body)
        except Refusal as refusal:
            if refusal.problem not in FOR_GOOD:
                raise
            log.info("what came of a door was refused for good: %s", refusal.problem)

    async def defect(self, report: DefectReport) -> None:
        """Report what a resident said does not work. What is refused for good is done with."""
        body = {"about": report.about.value, "screen": report.screen, "seenAt": report.seen_at}
        try:
            await self._json("PUT", f"/defectReports/{report.id}", body=body, expected=(200, 201))
        except Refusal as refusal:
            if refusal.problem not in FOR_GOOD:
                raise
            log.info("a report of a resident was refused for good: %s", refusal.problem)

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make a call that the kiosk's certificate alone authorises: for staff. Raises DeviceFault, Refusal."""
        return await self._json(method, path, body=body)

    async def end_session(self, visit: int) -> None:
        """End the resident's session; the token is forgotten here first."""
        session = self._sessions.pop(visit, None)
        if session is not None:
            name = session.href.rstrip("/").rsplit("/", 1)[-1]
            bearer = {"Authorization": f"Bearer {session.access_token}"}
            async with self._call("DELETE", f"/sessions/{name}", bearer) as response:
                await response.aread()  # to its end: a line with an unread answer is dropped, and costs a new handshake

    def forget(self) -> None:
        """Drop every token."""
        self._sessions.clear()

    async def close(self) -> None:
        """Let go of the line."""
        if self._http is not None:
            await self._http.aclose()

    def _bearer(self, visit: int) -> dict[str, str]:
        """Give what authorises a call for the resident of a visit. Raises SIGN_IN_REFUSED without a session."""
        session = self._sessions.get(visit)
        if session is None:
            raise DeviceFault(FaultCode.SIGN_IN_REFUSED, "no session")
        return {"Authorization": f"Bearer {session.access_token}"}

    # --- one call ----------------------------------------------------------------------------------------------

    async def _document(self, path: str, bearer: dict[str, str]) -> tuple[bytes, str | None]:
        async with self._call("GET", path, {**bearer, "Accept": "application/pdf"}) as response:
            if response.status_code != HTTPStatus.OK or response.headers.get("content-type") != "application/pdf":
                raise await _refusal(response)
            return await _body(response, MAX_PDF), response.headers.get("content-digest")

    async def _json(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
        expected: tuple[int, ...] = (200, 201),
    ) -> dict[str, Any]:
        async with self._call(method, path, headers or {}, body, seconds) as response:
            if response.status_code not in expected:
                raise await _refusal(response)
            return await _json_body(response)

    @asynccontextmanager
    async def _call(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any] | None = None,
        seconds: float | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Make one call within `seconds` in all, its body included.

        An answer that bears the trace id of another call is not taken, and its line is dropped: a back end that
        answered a call twice would otherwise give somebody's code as the answer to the next.
        """
        import httpx

        seconds = self._call_seconds if seconds is None else seconds
        began = time.perf_counter()
        client = self._client()
        trace = str(uuid4())
        traced = {TRACE_ID: trace, **headers}
        try:
            async with asyncio.timeout(seconds), client.stream(method, path, json=body, headers=traced) as response:
                if response.headers.get(TRACE_ID, trace) != trace:
                    raise DeviceFault(FaultCode.BACKEND_ANSWER, "the answer to another call")
                yield response
                _note_time(method, path, time.perf_counter() - began, response)
        except TimeoutError as error:
            raise DeviceFault(FaultCode.BACKEND_SLOW, f"{method} took over {seconds} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise DeviceFault(FaultCode.BACKEND_DOWN, type(error).__name__) from error

    def _client(self) -> httpx.AsyncClient:
        import httpx

        if self._http is None:
            try:
                context = ssl.create_default_context(cafile=str(self._settings.ca))
                context.minimum_version = ssl.TLSVersion.TLSv1_2
                context.load_cert_chain(self._settings.certificate, self._settings.key)
            except OSError as error:  # ssl.SSLError is one too
                raise DeviceFault(FaultCode.SETTINGS_INVALID, f"certificates: {type(error).__name__}") from None
            self._http = httpx.AsyncClient(
                base_url=f"{self._settings.url}/kioskService/v1",
                verify=context,
                trust_env=False,
                follow_redirects=False,
                timeout=None,  # noqa: S113  every call has a total deadline, which httpx cannot keep
                limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE_SECONDS),
            )
        return self._http


def _note_time(method: str, path: str, seconds: float, response: httpx.Response) -> None:
    """Say how long a call took, and how much of it the back end calls its own; ids are left out of the path."""
    shape = re.sub(r"[0-9a-f-]{36}", "*", path)
    own = re.search(r"dur=([\d.]+)", response.headers.get("server-timing", ""))
    log.debug("%s %s took %.1f ms, of which %s its own", method, shape, seconds * 1000, own.group(1) if own else "0")


async def _json_body(response: httpx.Response) -> dict[str, Any]:
    import json

    try:
        answer = json.loads(await _body(response, MAX_JSON))
    except (ValueError, RecursionError):
        raise DeviceFault(FaultCode.BACKEND_ANSWER, "not JSON") from None
    if not isinstance(answer, dict):
        raise DeviceFault(FaultCode.BACKEND_ANSWER, "not a JSON object")
    return answer


async def _body(response: httpx.Response, limit: int) -> bytes:
    """Read the body up to a limit, so that an endless one ends here."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise DeviceFault(FaultCode.BACKEND_ANSWER, "body too large")
    return bytes(body)


async def _refusal(response: httpx.Response) -> DeviceFault:
    """Turn a refusal into a fault code by its RFC 9457 problem type, else by its status."""
    problem = ""
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        problem = str((await _json_body(response)).get("type", "")).rsplit(":", 1)[-1]
    unwell = response.is_server_error or response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    usual = FaultCode.BACKEND_DOWN if unwell else FaultCode.BACKEND_ANSWER
    return Refusal(_PROBLEMS.get(problem, usual), response.status_code, problem)


def _order(ticket: UUID, answer: dict[str, Any]) -> OrderAnswer:
    order = parsed(OrderAnswer, answer)
    _about(ticket, order.href)
    return order


def _about(ticket: UUID, href: str) -> None:
    """Refuse an answer about another ticket: that is somebody else's document or door, and it is not had here."""
    if href.rstrip("/").rsplit("/", 1)[-1] != str(ticket):
        raise DeviceFault(FaultCode.BACKEND_ANSWER, "another ticket")
