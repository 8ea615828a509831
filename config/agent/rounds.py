"""One round after another: ask, verify, offer; with jitter, so that ten thousand do not ask at once, and backing off.

Whatever goes wrong, what was offered stays offered: the kiosk goes on with the last that was good, and the alarm says
why.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import structs
from tuf.api.exceptions import DownloadError, ExpiredMetadataError, RepositoryError

from config.agent.fetch import SlowDownError
from config.agent.told import AgentState, Alarm, Told
from config.agent.verify import Found
from config.layers import TooNewError
from config.settings import SettingsError

log = logging.getLogger(__name__)

# Daily content is to be on the screen within two minutes.
EVERY = 60.0
JITTER = 0.2
# A kiosk looks every five seconds: so soon after something new, its fleet can hear what came of it.
SOON = 10.0
LONGEST_WAIT = 900.0
# A clock that chrony sets back by less is a clock that works.
CLOCK_SLACK = timedelta(minutes=10)


class Rounds:
    """`ask` fetches and verifies; `tell`, where it is set, says how it went, and gives whether something was wanted."""

    def __init__(
        self,
        ask: Callable[[], Found],
        told: Told,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._ask, self._told, self._now, self._chance = ask, told, now, chance
        self.tell: Callable[[AgentState], bool] | None = None
        self._state = told.state()
        self._failed = 0
        self._new = False

    def once(self) -> float:
        """Make one round. Gives how many seconds to wait until the next."""
        now = self._now()
        asked_to_wait, self._new = 0.0, False
        if self._state.well is not None and now < self._state.well - CLOCK_SLACK:
            alarm: Alarm | None = Alarm.CLOCK
            detail = "before the last round that was well"
        else:
            alarm, detail, asked_to_wait = self._round()
        # Never back: a clock that is set back a little at each round would otherwise never be.
        well = max(now, self._state.well or now) if alarm is None else self._state.well
        self._note(AgentState(now, well, alarm, detail))
        if self.tell is not None and self.tell(self._state):
            self._new = True  # what came of it is to be heard soon
        self._failed = self._failed + 1 if alarm in {Alarm.UNREACHABLE, Alarm.DISK} else 0
        wait: float = max(min(EVERY * 2.0**self._failed, LONGEST_WAIT), min(asked_to_wait, LONGEST_WAIT))
        return (SOON if self._new else wait) * (1 - JITTER + 2 * JITTER * self._chance())

    def look(self) -> bool:
        """Look for what is new now; whether all was well."""
        return self._round()[0] is None

    def _round(self) -> tuple[Alarm | None, str, float]:
        try:
            found = self._ask()
            settings, news = self._told.offer(found.bundle), self._told.offer_daily(found.daily)
            if settings:
                log.info("new settings offered to the kiosk")
            if news:
                log.info("new daily content offered to the kiosk")
            self._new = settings or news
        except SlowDownError as error:
            return Alarm.UNREACHABLE, str(error), error.seconds
        except ExpiredMetadataError as error:
            return Alarm.EXPIRED, str(error), 0.0
        except DownloadError as error:
            return Alarm.UNREACHABLE, str(error), 0.0
        except RepositoryError as error:
            return Alarm.REFUSED, f"{type(error).__name__}: {error}", 0.0
        except TooNewError as error:
            return Alarm.TOO_NEW, str(error), 0.0
        except SettingsError as error:
            return Alarm.SETTINGS, str(error), 0.0
        except OSError as error:
            return Alarm.DISK, error.strerror or type(error).__name__, 0.0
        return (Alarm.SETTINGS, found.amiss, 0.0) if found.amiss else (None, "", 0.0)

    def _note(self, state: AgentState) -> None:
        if state.alarm is not None and state.alarm is not self._state.alarm:
            log.warning("settings: %s (%s)", state.alarm, state.detail)
        self._state = state
        try:
            self._told.note(state)
        except OSError as error:
            self._state = structs.replace(state, alarm=Alarm.DISK)
            log.warning("settings: what the agent knows cannot be written (%s)", error.strerror)
