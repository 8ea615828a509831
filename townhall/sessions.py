"""What is forgotten within minutes: challenges, and who is at which kiosk. In memory, never on disk.

A restart forgets them all, and the resident signs in again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from townhall.people import Person
from townhall.problems import Problem, ProblemType

# A PIN is typed within two minutes, also by who has to look for it; five is the most the Web eID format allows.
CHALLENGE_LIFE = dt.timedelta(minutes=5)
# A visit takes three minutes; the kiosk ends the session itself when the resident leaves.
SESSION_LIFE = dt.timedelta(minutes=10)
NONCE_BYTES = 33  # 44 characters of base64; the format asks for at least 32 bytes
# A kiosk has one open at a time, and some more after visits that were broken off.
MAX_CHALLENGES = 200

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Now, in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, repr=False)
class Challenge:
    """A question for one card, asked by one kiosk."""

    id: UUID
    kiosk: str
    nonce: str
    expires_at: dt.datetime


@dataclass(frozen=True, repr=False)
class Session:
    """A resident who signed in at a kiosk; or, with no person, a code that was typed there and the claim behind it.

    `owner` is whose the orders of this session are: a keyed hash, or the claim.
    """

    id: UUID
    kiosk: str
    owner: str
    person: Person | None
    claim: UUID | None
    expires_at: dt.datetime
    token_hash: bytes


class Sessions:
    """Everything that is open now. Safe from threads. Raises Problem."""

    def __init__(self, now: Clock = utc_now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._challenges: dict[UUID, Challenge] = {}
        self._by_token: dict[bytes, Session] = {}

    def challenge(self, kiosk: str) -> Challenge:
        """Make a challenge that this kiosk may use once."""
        nonce = base64.b64encode(secrets.token_bytes(NONCE_BYTES)).decode()
        made = Challenge(uuid4(), kiosk, nonce, self._now() + CHALLENGE_LIFE)
        self.sweep()
        with self._lock:
            if sum(known.kiosk == kiosk for known in self._challenges.values()) >= MAX_CHALLENGES:
                raise Problem(ProblemType.TOO_MANY_REQUESTS)
            self._challenges[made.id] = made
        return made

    def take(self, id_: UUID, kiosk: str) -> Challenge:
        """Take a challenge of this kiosk: from now on it is used, whatever the answer turns out to be worth."""
        with self._lock:
            found = self._challenges.get(id_)
            if found is None or found.kiosk != kiosk:
                raise Problem(ProblemType.CHALLENGE_UNKNOWN)
            del self._challenges[id_]
        if found.expires_at <= self._now():
            raise Problem(ProblemType.CHALLENGE_EXPIRED)
        return found

    def open(self, kiosk: str, person: Person, reference: str) -> tuple[Session, str]:
        """Open a session for a person; the second value is its token, of which only the hash is kept."""
        with self._lock:
            return self._opened(kiosk, reference, person, None)

    def open_code(self, kiosk: str, claim: UUID) -> tuple[Session, str]:
        """Open a session for what a code stands for, which ends an earlier one of that code at this kiosk.

        Raises Problem when another kiosk has one.
        """
        with self._lock:
            for session in [known for known in self._by_token.values() if known.claim == claim]:
                if session.kiosk != kiosk and session.expires_at > self._now():
                    raise Problem(ProblemType.CODE_IN_USE)
                del self._by_token[session.token_hash]
            return self._opened(kiosk, f"code:{claim}", None, claim)

    def of(self, token: str, kiosk: str) -> Session:
        """The session that this token opens, at the kiosk where it was given."""
        with self._lock:
            session = self._by_token.get(_hash(token))
        if session is None or session.kiosk != kiosk:
            raise Problem(ProblemType.INVALID_ACCESS_TOKEN)
        if session.expires_at <= self._now():
            raise Problem(ProblemType.EXPIRED_ACCESS_TOKEN)
        return session

    def end(self, id_: UUID, kiosk: str) -> None:
        """Forget a session of this kiosk; nothing happens when there is none."""
        with self._lock:
            for session in [known for known in self._by_token.values() if known.id == id_ and known.kiosk == kiosk]:
                del self._by_token[session.token_hash]

    def sweep(self) -> None:
        """Forget what has expired. A challenge is known as expired for as long again as it lived."""
        now = self._now()
        with self._lock:
            for challenge in list(self._challenges.values()):
                if challenge.expires_at + CHALLENGE_LIFE <= now:
                    del self._challenges[challenge.id]
            for session in list(self._by_token.values()):
                if session.expires_at <= now:
                    del self._by_token[session.token_hash]

    def _opened(self, kiosk: str, owner: str, person: Person | None, claim: UUID | None) -> tuple[Session, str]:
        token = secrets.token_urlsafe(32)
        session = Session(uuid4(), kiosk, owner, person, claim, self._now() + SESSION_LIFE, _hash(token))
        self._by_token[session.token_hash] = session
        return session, token


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
