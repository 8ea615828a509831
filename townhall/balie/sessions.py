"""Who of the clerks is in: a signed cookie, and a word in each form that only our own page knows.

The cookie says a session's number, a clerk's name and two moments; it is signed with a key that is made at each start,
so a restart signs everybody out. Nothing is kept here but the sessions that were ended before their time.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import json
import secrets
import threading
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from townhall.sessions import Clock

# [RFC 6265bis §4.1.3.2] a browser takes this name only over TLS, for this host alone.
COOKIE = "__Host-balie"
# A counter stands open to the public: who walks away for half an hour signs in again, and everybody does so once a day.
IDLE = dt.timedelta(minutes=30)
DAY = dt.timedelta(hours=10)


@dataclass(frozen=True)
class Desk:
    """A clerk who is in. `word` stands in each form of theirs."""

    id: str
    clerk: str
    since: dt.datetime
    seen: dt.datetime
    word: str


class Desks:
    """Opens, knows and closes desks. Safe from threads."""

    def __init__(self, now: Clock) -> None:
        self._now, self._key = now, secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._ended: dict[str, dt.datetime] = {}

    def open(self, clerk: str, response: Response) -> None:
        """Let a clerk in."""
        now, id_ = self._now(), secrets.token_hex(16)
        self._set(response, Desk(id_, clerk, now, now, self._word(id_)))

    def of(self, request: Request) -> Desk | None:
        """The desk that this request comes from; None when nobody is in."""
        desk = self._read(request.cookies.get(COOKIE, ""))
        now = self._now()
        with self._lock:
            ended = desk is not None and desk.id in self._ended
        if desk is None or ended or desk.seen + IDLE <= now or desk.since + DAY <= now:
            return None
        return desk

    def stay(self, desk: Desk, response: Response) -> None:
        """Somebody is still there."""
        self._set(response, replace(desk, seen=self._now()))

    def end(self, desk: Desk, response: Response) -> None:
        """Close it for good: a copy of the cookie opens nothing."""
        now = self._now()
        with self._lock:
            self._ended = {id_: since for id_, since in self._ended.items() if since + DAY > now}
            self._ended[desk.id] = desk.since
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")

    def _set(self, response: Response, desk: Desk) -> None:
        said = [desk.id, desk.clerk, int(desk.since.timestamp()), int(desk.seen.timestamp())]
        body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
        response.set_cookie(
            COOKIE, f"{body}.{self._sign(body)}", path="/", secure=True, httponly=True, samesite="strict"
        )

    def _read(self, cookie: str) -> Desk | None:
        body, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        try:
            id_, clerk, since, seen = json.loads(base64.urlsafe_b64decode(body))
        except (binascii.Error, ValueError):
            return None
        first, last = (dt.datetime.fromtimestamp(moment, dt.UTC) for moment in (since, seen))
        return Desk(id_, clerk, first, last, self._word(id_))

    def _word(self, id_: str) -> str:
        return hmac.new(self._key, f"word {id_}".encode(), "sha256").hexdigest()

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, f"desk {body}".encode(), "sha256").hexdigest()
