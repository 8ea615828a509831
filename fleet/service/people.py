"""Who may come in: people.toml in the fleet's folder, read at the start; and who is in, until they leave or go quiet.

[[people]]
name = "els"
password = "$argon2id$…"     # fleet person els --town lindeveld; or
login = "els@lindeveld.be"   # who she is where she has an account already (login.toml, fleet.service.elsewhere)
towns = ["lindeveld"]        # of which she may change what is on the portal today
proposes = ["lindeveld"]     # of which she may propose to change the settings; fleet: those of every town
approves = ["lindeveld"]     # of which she may approve what another proposed, and have it stand still
operator = false             # true: sees every kiosk, and puts an alarm aside
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct, ValidationError, convert

from fleet.service.tables import misses, sessions

# As long as a meeting; and a working day at most.
QUIET = timedelta(minutes=30)
DAY = timedelta(hours=10)
# Five slips in a quarter of an hour are a bad morning; a machine that guesses gets 480 a day out of billions.
MOST_MISSES = 5
MISSES_COUNT = timedelta(minutes=15)
SHORTEST_PASSWORD = 12

# The library's defaults: 64 MiB, three passes, some 50 ms.
_HASHER = PasswordHasher()
# Checked where there is no such person, so that this takes as long as for one who is. Nothing has this hash.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5aGFzdGhpczE2$bm9ib2R5aGFzdGhpc3Bhc3N3b3JkYXRhbGxhdGFsbCE"


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who may come in. `password` is a hash; `login` is who that is where they have an account already."""

    name: str
    password: str = ""
    login: str = ""
    towns: tuple[str, ...] = ()
    proposes: tuple[str, ...] = ()
    approves: tuple[str, ...] = ()
    operator: bool = False

    @property
    def sees(self) -> frozenset[str]:
        """The towns (or `fleet`) whose kiosks and changes concern this person; an operator sees all."""
        return frozenset((*self.towns, *self.proposes, *self.approves))

    @property
    def changes(self) -> bool:
        """Whether changes of settings concern this person."""
        return self.operator or bool(self.proposes or self.approves)


class Seat(Struct, frozen=True):
    """Somebody who is in. `word` stands in each form of theirs."""

    person: Person
    word: str


class PeopleError(Exception):
    """people.toml cannot be used."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[Person, ...] = ()


def load(file: Path) -> Mapping[str, Person]:
    """Read everybody; without a file nobody comes in. Raises PeopleError."""
    try:
        told = convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        raise PeopleError(f"{file}: {error}") from error
    return {one.name: one for one in told.people}


def hashed(password: str) -> str:
    """Give the hash to keep."""
    return _HASHER.hash(password)


class People:
    """Lets in who knows a password. Safe from threads."""

    def __init__(self, engine: sa.Engine, everybody: Mapping[str, Person], now: Callable[[], datetime]) -> None:
        self._engine, self._everybody, self._now = engine, everybody, now

    def enter(self, name: str, password: str) -> str | None:
        """Give the cookie of who comes in; None where name and password do not go together, or too many did not."""
        person, now = self._everybody.get(name), self._now()
        # Counted before it is looked at, so that many at once gain nothing.
        with self._engine.begin() as connection:
            connection.execute(sa.delete(misses).where(misses.c.at <= now - MISSES_COUNT))
            of_name = sa.select(sa.func.count()).select_from(misses).where(misses.c.person == name[:64])
            missed = connection.execute(of_name).scalar() or 0
            if missed >= MOST_MISSES:
                return None
            connection.execute(sa.insert(misses).values(person=name[:64], at=now))
        if not _fits(person.password if person is not None else _NOBODY, password) or person is None:
            return None
        with self._engine.begin() as connection:
            connection.execute(sa.delete(misses).where(misses.c.person == name[:64]))
        return self.seat_for(person)

    def seat_for(self, person: Person) -> str:
        """Give the cookie of somebody of whom it is sure who they are."""
        cookie, word, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._now()
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(_over(now)))
            row = {"hash": _digest(cookie), "person": person.name, "word": word, "since": now, "seen": now}
            connection.execute(sa.insert(sessions).values(**row))
        return cookie

    def seat(self, cookie: str) -> Seat | None:
        """Say who shows this cookie; None for nobody, or nobody any more."""
        now, which = self._now(), sessions.c.hash == _digest(cookie)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(sessions).where(which, sa.not_(_over(now)))).first()
            person = self._everybody.get(row.person) if row is not None else None
            if row is None or person is None:
                return None
            connection.execute(sa.update(sessions).where(which).values(seen=now))
        return Seat(person, row.word)

    def leave(self, cookie: str) -> None:
        """Let who shows this cookie go: a copy of it opens nothing."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == _digest(cookie)))


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(sessions.c.seen <= now - QUIET, sessions.c.since <= now - DAY)


def _fits(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()
