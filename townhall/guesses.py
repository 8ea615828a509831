"""How often a code may be tried that is none: a few times at each kiosk, and not often at all of them together.

Counted in the database, so that two processes of one town count together and a restart forgives nobody. Who tried is
known by a keyed hash alone: some people type a password where their name belongs.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from townhall.problems import Problem, ProblemType
from townhall.sessions import Clock
from townhall.tables import DOORS, GUESSES

WINDOW = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Door:
    """Where something can be guessed, and how often in ten minutes: at one place (kiosk, name), and at all of them."""

    name: str
    at_one: int
    at_all: int


# Who reads a code off a slip gets it right within three; a queue of such people still has some left. Fifty kiosks with
# clumsy residents make a handful of mistakes in ten minutes. The odds are in `codes`.
CODES = Door("codes", 10, 100)
# Who mistypes gets it right by the fifth time; the whole counter together rarely fails thirty times in ten minutes.
CLERKS = Door("clerks", 5, 30)
# A program does not mistype. Ten wrong secrets in ten minutes are somebody trying.
CLIENTS = Door("clients", 10, 50)


class Guesses:
    """The tries of the last ten minutes at one door. Safe from threads and processes. Raises SQLAlchemyError."""

    def __init__(self, engine: sa.Engine, hide: Callable[[str], str], now: Clock, door: Door) -> None:
        """`hide`: a name's keyed hash (`vault`)."""
        self._engine, self._hide, self._now, self._door = engine, hide, now, door

    def begin(self, who: str) -> UUID:
        """Count a try before it is looked at, so that many at once are counted too; gives its name. Raises Problem."""
        now, here, name = self._now(), self._hide(who), uuid4()
        with self._engine.connect() as connection:  # who is refused anyway keeps nobody waiting
            self._demand_room(connection, here, now)
        with self._engine.begin() as connection:
            self._take_turn(connection)
            self._demand_room(connection, here, now)
            over = GUESSES.c.door == self._door.name, GUESSES.c.at <= now - WINDOW
            connection.execute(sa.delete(GUESSES).where(*over))
            connection.execute(GUESSES.insert().values(id=name, door=self._door.name, who=here, at=now))
        return name

    def forgive(self, begun: UUID) -> None:
        """It was a code of ours: that is no guess."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(GUESSES).where(GUESSES.c.id == begun))

    def _demand_room(self, connection: sa.Connection, here: str, now: dt.datetime) -> None:
        """Refuse a try too many. Raises Problem."""
        number, first = sa.func.count(), sa.func.min(GUESSES.c.at)
        mine = GUESSES.c.who == here
        counted = sa.select(number.filter(mine), first.filter(mine), number, first).where(
            GUESSES.c.door == self._door.name, GUESSES.c.at > now - WINDOW
        )
        at_one, first_at_one, at_all, first_at_all = connection.execute(counted).one()
        for tries, limit, since in (
            (at_one, self._door.at_one, first_at_one),
            (at_all, self._door.at_all, first_at_all),
        ):
            if tries >= limit:
                wait = math.ceil((_since(since) + WINDOW - now).total_seconds())
                raise Problem(ProblemType.TOO_MANY_FAILED_REQUESTS, retry_seconds=wait)

    def _take_turn(self, connection: sa.Connection) -> None:
        """Wait for whoever tries at this door at the same instant, here or in another process."""
        mine = sa.update(DOORS).where(DOORS.c.door == self._door.name).values(door=self._door.name)
        connection.execute(mine)


def _since(first: dt.datetime) -> dt.datetime:
    return first if first.tzinfo else first.replace(tzinfo=dt.UTC)  # SQLite keeps no zone
