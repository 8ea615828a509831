"""What one person may do alone: change the daily content of a town, and undo the last change; signed and out at once.

The key of the town's role for daily content lies here, online. It reaches nothing else (config.daily), and the kiosk
holds it to that.
"""

from __future__ import annotations

import fcntl
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
import tomli_w
from msgspec import Struct, structs
from tuf.api.exceptions import RepositoryError

from config.daily import LONGEST, Daily, ServiceNews, daily_of
from config.settings import Announcement, ServiceState, SettingsError
from config.targets import FLEET, daily, tenant
from fleet import keys, roles
from fleet.service.tables import changes
from fleet.work import Work

_ZONE = ZoneInfo("Europe/Brussels")
# As many changes as somebody looks back on.
LOOK_BACK = 10
# Who changed what is asked for once a year at most; a name stays no longer.
_KEPT = timedelta(days=400)


class Did(StrEnum):
    """What somebody did."""

    ANNOUNCED = "announced"
    CLOSED = "closed"
    STATE = "state"
    TAKEN_AWAY = "takenAway"
    UNDONE = "undone"


class Change(Struct, frozen=True):
    """Who did what, and when."""

    at: datetime
    person: str
    did: Did


class Desk:
    """The daily content of towns. Safe from threads."""

    def __init__(self, work: Work, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._work, self._engine, self._now = work, engine, now
        self._turn = threading.Lock()

    @property
    def towns(self) -> list[str]:
        """The towns whose key for daily content lies here."""
        return [town for town in self._work.towns if (self._work.keys / f"{town}-daily.pem").is_file()]

    @property
    def today(self) -> date:
        """The day it is in the town."""
        return self._now().astimezone(_ZONE).date()

    def content(self, town: str) -> Daily:
        """Give what is out now, without what has ended."""
        found = self._work.repository.content(roles.daily_role(town)).get(daily(town))
        if found is None:
            return Daily(given=self.today)
        return self._without_past(daily_of(_toml(found)))

    def digest(self, town: str) -> str | None:
        """Give the digest of what a kiosk has once it has what is out now; None where that is nothing."""
        found = self._work.repository.content(roles.daily_role(town)).get(daily(town))
        return sha256(msgspec.json.encode(daily_of(_toml(found)))).hexdigest() if found is not None else None

    def services(self, town: str) -> list[str]:
        """Name the services of a town's hall, as its signed settings have them."""
        told = {**self._work.repository.content(roles.FLEET), **self._work.repository.content(town)}
        names = (
            one["name"] if isinstance(one["name"], str) else one["name"]["nl"]
            for path, content in told.items()
            if path == FLEET or path.startswith(f"{town}/")
            for one in _toml(content).get("services", [])
        )
        return list(dict.fromkeys(names))

    def closing_days(self, town: str) -> frozenset[date]:
        """Give the days on which the town's counter stays closed, by what is signed; none where that cannot be read."""
        try:
            told = {**self._work.repository.content(roles.FLEET), **self._work.repository.content(town)}
            signed = (_toml(told[path]).get("closed", []) for path in (FLEET, tenant(town)) if path in told)
            return frozenset(self.content(town).closed).union(*signed)
        except (RepositoryError, SettingsError, OSError):
            return frozenset()

    def announce(self, town: str, person: str, news: Announcement) -> None:
        """Put a message on the portal, before those that are there. Raises SettingsError."""
        self._change(town, person, Did.ANNOUNCED, lambda now: {"announcements": (news, *now.announcements)})

    def close(self, town: str, person: str, day: date) -> None:
        """Say that the counter stays closed on a day. Raises SettingsError."""
        if day < self.today:
            raise SettingsError("closed: die dag is voorbij")
        self._change(town, person, Did.CLOSED, lambda now: {"closed": tuple(sorted({*now.closed, day}))})

    def state(self, town: str, person: str, service: str, state: ServiceState, until: date) -> None:
        """Say how a service does until a day. Raises SettingsError."""
        if service not in self.services(town):
            raise SettingsError(f"services: er is geen dienst {service}")
        if until < self.today:
            raise SettingsError("services: die dag is voorbij")
        news = ServiceNews(name=service, state=state, until=until)

        def with_news(now: Daily) -> dict[str, Any]:
            return {"services": (news, *(one for one in now.services if one.name != service))}

        self._change(town, person, Did.STATE, with_news)

    def take_away(self, town: str, person: str, kind: str, number: int) -> None:
        """Take one thing away. Raises SettingsError where it is not there any more."""

        def without(now: Daily) -> dict[str, Any]:
            there = getattr(now, kind)
            if not 0 <= number < len(there):
                raise SettingsError(f"{kind}: dat staat er niet meer")
            return {kind: (*there[:number], *there[number + 1 :])}

        self._change(town, person, Did.TAKEN_AWAY, without)

    def undo(self, town: str, person: str) -> None:
        """Give out what was out before the last change, as something new. Raises SettingsError where nothing was."""
        role = roles.daily_role(town)
        with self._alone():
            version = self._work.repository.versions()[role]
            if version < 2:  # noqa: PLR2004 (the first was empty)
                raise SettingsError("er is niets om ongedaan te maken")
            self._work.restore(role, self._work.wanted(role, version - 1))
            self._give_out(town, person, Did.UNDONE)

    def history(self, town: str) -> list[Change]:
        """Give the last changes, newest first."""
        query = sa.select(changes).where(changes.c.town == town).order_by(changes.c.id.desc()).limit(LOOK_BACK)
        with self._engine.connect() as connection:
            return [Change(row.at, row.person, Did(row.what)) for row in connection.execute(query)]

    def renew(self) -> None:
        """Say for every town that all still holds. Raises RepositoryError, OSError."""
        self._work.repository.publish(keys.load(self._work.keys / "online.pem"), {}, {})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one person at a time write, among the threads of this worker and among workers."""
        with self._turn, (self._work.home / ".desk").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- writing -----------------------------------------------------------------------------------------------------

    def _change(self, town: str, person: str, did: Did, change: Callable[[Daily], dict[str, Any]]) -> None:
        with self._alone():
            now = self.content(town)
            said = {**structs.asdict(now), "given": self.today, **change(now)}
            plain = msgspec.to_builtins(said, builtin_types=(date,))
            daily_of(plain)  # as the kiosk will: what it would refuse is not signed
            file = self._work.settings / daily(town)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(tomli_w.dumps(plain), encoding="utf-8")
            self._give_out(town, person, did)

    def _give_out(self, town: str, person: str, did: Did) -> None:
        role = roles.daily_role(town)
        signer = keys.load(self._work.keys / f"{town}-daily.pem")
        draft = self._work.drafts.sign(role, self._work.files_of(role), signer)
        if draft is None:
            return
        self._work.drafts.publish(keys.load(self._work.keys / "online.pem"), role)
        version = self._work.repository.versions()[role]
        row = {"at": self._now(), "town": town, "person": person, "what": did, "version": version}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(changes).where(changes.c.at < self._now() - _KEPT))
            connection.execute(sa.insert(changes).values(**row))

    def _without_past(self, content: Daily) -> Daily:
        today = self.today
        return structs.replace(
            content,
            announcements=tuple(one for one in content.announcements if one.last_day >= today),
            closed=tuple(day for day in content.closed if day >= today),
            services=tuple(one for one in content.services if one.until >= today),
        )


def last_day(today: date) -> date:
    """Give the last day on which daily content of today may still stand."""
    return today + LONGEST


def _toml(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode("utf-8"))
