"""Who may hand documents in: software with a certificate of the town's authority for depositors, or with a token.

Tokens are OAuth2 client credentials (RFC 6749 §4.4). The clients stand in `office.toml`:

    [[clients]]
    id = "burgerzaken"
    secret = "$argon2id$…"      # python -m townhall.passwords
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote_plus

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from townhall.guesses import Guesses
from townhall.ledger import Ledger
from townhall.mtls import caller_of
from townhall.passwords import fits
from townhall.problems import Problem, ProblemType
from townhall.sessions import Clock
from townhall.web import token_of

SCOPE = "preparedDocuments:write"
TOKEN_LIFE = dt.timedelta(minutes=10)
MAX_FIELDS = 20


class Depositors:
    """Knows depositors by certificate or token. Safe from threads."""

    def __init__(self, ledger: Ledger, clients: Mapping[str, str], guesses: Guesses, now: Clock) -> None:
        """`clients`: id → hash of its secret."""
        self._ledger, self._clients, self._guesses, self._now = ledger, clients, guesses, now
        self._lock = threading.Lock()
        self._tokens: dict[bytes, tuple[str, dt.datetime]] = {}

    def router(self) -> APIRouter:
        """Its one route."""
        router = APIRouter()
        router.add_api_route("/oauth2/token", self.token, methods=["POST"])
        return router

    def depositor(self, request: Request) -> str:
        """Who hands something in. Looks into the database. Raises Problem."""
        caller = caller_of(request, self._ledger)
        if caller is not None:
            return caller.name
        token = _hash(token_of(request))
        with self._lock:
            client, ends = self._tokens.get(token, (None, self._now()))
        if client is None:
            raise Problem(ProblemType.INVALID_ACCESS_TOKEN)
        if ends <= self._now():
            raise Problem(ProblemType.EXPIRED_ACCESS_TOKEN)
        return client

    async def token(self, request: Request) -> JSONResponse:
        """Give a token to who knows a client's secret."""
        body = await request.body()
        return await run_in_threadpool(self._token, request, body)

    def _token(self, request: Request, body: bytes) -> JSONResponse:
        try:
            asked = parse_qs(body.decode("latin-1"), max_num_fields=MAX_FIELDS)
        except ValueError:
            return _refused("invalid_request")
        if any(len(values) > 1 for values in asked.values()) or "grant_type" not in asked:
            return _refused("invalid_request")
        client = self._client(request)
        if client is None:
            return _refused("invalid_client")
        if asked["grant_type"] != ["client_credentials"]:
            return _refused("unsupported_grant_type")
        if asked.get("scope", [SCOPE]) != [SCOPE]:
            return _refused("invalid_scope")
        given = self._given(client)
        life = int(TOKEN_LIFE.total_seconds())
        return JSONResponse({"access_token": given, "token_type": "Bearer", "expires_in": life, "scope": SCOPE})

    def _client(self, request: Request) -> str | None:
        """[RFC 6749 §2.3.1] the client that HTTP Basic names, when the secret fits."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            said = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, colon, secret = said.partition(":")
        if scheme.lower() != "basic" or not colon:
            return None
        name = unquote_plus(name)
        begun = self._guesses.begin(name)
        if not fits(self._clients.get(name), unquote_plus(secret)):
            return None
        self._guesses.forgive(begun)
        return name

    def _given(self, client: str) -> str:
        token, now = secrets.token_urlsafe(32), self._now()
        with self._lock:
            self._tokens = {
                known: (who, ends) for known, (who, ends) in self._tokens.items() if ends + TOKEN_LIFE > now
            }
            self._tokens[_hash(token)] = client, now + TOKEN_LIFE
        return token


def _refused(error: str) -> JSONResponse:
    """[RFC 6749 §5.2]."""
    if error == "invalid_client":
        return JSONResponse({"error": error}, 401, {"WWW-Authenticate": "Basic"})
    return JSONResponse({"error": error}, 400)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
