"""Who hears of what is amiss: alarms.toml in the fleet's folder. Without it nobody does; the console still shows it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import tomllib
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert, structs

from fleet.service.findings import Role

ZONE = ZoneInfo("Europe/Brussels")
# ASCII alone, and nothing in it that could end a header.
Address = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$", max_length=200),
]
Day = Annotated[int, Meta(ge=1, le=7)]
# No desk stays empty for so long; a letter that waits for one that does goes out at the end of it.
_LONGEST = 40


class AlarmSettingsError(Exception):
    """alarms.toml cannot be used."""


class Security(StrEnum):
    """How the line to the mail server is kept closed. None is for one on this machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Mail(_Table, frozen=True, kw_only=True):
    """The server that takes our mail. `ca` is the file of who vouches for it, where no browser would."""

    server: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Security = Security.STARTTLS
    sender: Address
    user: str = ""
    password_file: str = ""
    ca: str = ""


class Hours(_Table, frozen=True):
    """When somebody sits at a desk, in the town's own time; Monday is 1. Nobody does on a public holiday of Belgium."""

    days: tuple[Day, ...] = (1, 2, 3, 4, 5)
    begin: dt.time = dt.time(8, 30)
    end: dt.time = dt.time(16, 30)
    closed: tuple[dt.date, ...] = ()

    def open(self, at: dt.datetime) -> bool:
        """Say whether somebody is there."""
        local = at.astimezone(ZONE)
        return self._works(local.date()) and self.begin <= local.time() < self.end

    def next(self, at: dt.datetime) -> dt.datetime:
        """Give the first moment from `at` on at which somebody is there."""
        if self.open(at):
            return at
        local = at.astimezone(ZONE)
        mornings = [
            dt.datetime.combine(local.date() + dt.timedelta(days=ahead), self.begin, ZONE) for ahead in range(_LONGEST)
        ]
        coming = (one for one in mornings if one > local and self._works(one.date()))
        return next(coming, mornings[-1]).astimezone(dt.UTC)

    def _works(self, day: dt.date) -> bool:
        return day.isoweekday() in self.days and day not in self.closed and day not in _public_holidays(day.year)


@cache
def _public_holidays(year: int) -> frozenset[dt.date]:
    """Give the days on which Belgium does not work."""
    from holidays import country_holidays  # it takes half a second to come, and a command line has no use for it

    return frozenset(country_holidays("BE", years=year))


class Reach(_Table, frozen=True):
    """Who hears of it in office hours; and outside them, of what cannot wait."""

    office: tuple[Address, ...] = ()
    on_call: tuple[Address, ...] = ()


class Town(_Table, frozen=True):
    """Whom a town sends what. A role that names nobody is done by who does the faults."""

    town: str
    hours: Hours = Hours()
    weekly: tuple[Address, ...] = ()
    papier: Reach = Reach()
    storing: Reach = Reach()
    veiligheid: Reach = Reach()

    def due(self, role: Role, now: dt.datetime, *, urgent: bool) -> dict[str, dt.datetime]:
        """Say who hears of it, and when."""
        mine: Reach = getattr(self, role.value)
        reach = mine if mine.office or mine.on_call else self.storing
        if urgent and reach.on_call and not self.hours.open(now):
            return dict.fromkeys(reach.on_call, now)
        return dict.fromkeys(reach.office or reach.on_call, self.hours.next(now))


class Webhook(_Table, frozen=True):
    """A program that hears of each alarm of a town. `networks` are those of its own that it may stand in."""

    town: str
    url: Annotated[str, Meta(pattern=r"^https://[^\s@]+$", max_length=200)]
    secret_file: str
    networks: tuple[str, ...] = ()
    ca: str = ""


class AlarmSettings(_Table, frozen=True):
    """The whole file. `console` is where people find the page of alarms."""

    console: str = ""
    silent_minutes: Annotated[int, Meta(ge=5, le=24 * 60)] = 10
    mail: Mail | None = None
    towns: tuple[Town, ...] = ()
    webhooks: tuple[Webhook, ...] = ()

    def town(self, name: str) -> Town | None:
        """Give what a town wants; None where it wants nothing."""
        return next((one for one in self.towns if one.town == name), None)

    def knowing(self, closed: Callable[[str], Iterable[dt.date]]) -> AlarmSettings:
        """Give the same, with the days on which each town said elsewhere that it stays closed."""
        towns = tuple(
            structs.replace(one, hours=structs.replace(one.hours, closed=(*one.hours.closed, *closed(one.town))))
            for one in self.towns
        )
        return structs.replace(self, towns=towns)

    def webhook(self, url: str) -> Webhook | None:
        """Give the webhook at an address; None where it is gone from the file."""
        return next((one for one in self.webhooks if one.url == url), None)


def load(file: Path, towns: Sequence[str]) -> AlarmSettings:
    """Read it. Raises AlarmSettingsError."""
    try:
        settings = convert(tomllib.loads(file.read_text(encoding="utf-8")), AlarmSettings)
        for hook in settings.webhooks:
            for network in hook.networks:
                ipaddress.ip_network(network)
    except FileNotFoundError:
        return AlarmSettings()
    except (OSError, ValueError, ValidationError) as error:
        raise AlarmSettingsError(f"{file}: {error}") from error
    named = [one.town for one in settings.towns] + [one.town for one in settings.webhooks]
    if strangers := set(named) - set(towns):
        raise AlarmSettingsError(f"{file}: {min(strangers)} is geen gemeente van deze vloot")
    if settings.towns and settings.mail is None:
        raise AlarmSettingsError(f"{file}: [mail] ontbreekt")
    if settings.mail is not None and settings.mail.user and settings.mail.security is Security.NONE:
        raise AlarmSettingsError(f"{file}: een wachtwoord gaat niet over een open lijn")
    return settings
