"""How often a code may be tried that is none: a few times at each kiosk, and not often at all of them together.

Counted in memory: one process serves a town, and a restart forgives.
"""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections import deque

from townhall.problems import Problem, ProblemType
from townhall.sessions import Clock

# Who reads a code off a slip gets it right within three; a queue of such people still has some left.
AT_ONE_KIOSK = 10
# Fifty kiosks with clumsy residents make a handful of mistakes in ten minutes. The odds are in `codes`.
AT_ALL_KIOSKS = 100
MANY = 1000  # more names than a town has kiosks, clerks or programs
WINDOW = dt.timedelta(minutes=10)


class Guesses:
    """The tries of the last ten minutes. Safe from threads."""

    def __init__(self, now: Clock, at_one: int = AT_ONE_KIOSK, at_all: int = AT_ALL_KIOSKS) -> None:
        self._now, self._at_one, self._at_all = now, at_one, at_all
        self._lock = threading.Lock()
        self._everywhere: deque[dt.datetime] = deque()
        self._at: dict[str, deque[dt.datetime]] = {}

    def begin(self, kiosk: str) -> dt.datetime:
        """Count a try before it is looked at, so that many at once are counted too. Raises Problem."""
        now = self._now()
        with self._lock:
            here = self._at.get(kiosk) or deque()
            for tries, limit in ((here, self._at_one), (self._everywhere, self._at_all)):
                while tries and tries[0] + WINDOW <= now:
                    tries.popleft()
                if len(tries) >= limit:
                    wait = math.ceil((tries[0] + WINDOW - now).total_seconds())
                    raise Problem(ProblemType.TOO_MANY_FAILED_REQUESTS, retry_seconds=wait)
            self._forget(now)
            here.append(now)
            self._at[kiosk] = here
            self._everywhere.append(now)
        return now

    def forgive(self, kiosk: str, begun: dt.datetime) -> None:
        """It was a code of ours: that is no guess."""
        with self._lock:
            for tries in (self._at.get(kiosk, deque()), self._everywhere):
                if begun in tries:
                    tries.remove(begun)

    def _forget(self, now: dt.datetime) -> None:
        """Whoever makes up a new name for each try fills no memory."""
        if len(self._at) >= MANY:
            self._at = {name: tries for name, tries in self._at.items() if tries and tries[-1] + WINDOW > now}
