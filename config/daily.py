"""What one person may change alone: announcements, closing days, a service's state; each with an end, held here.

Whoever holds the key for daily content reaches nothing else: these types have no room for it, and a state or a message
that would stand for longer than `LONGEST` is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, MsgspecError, ValidationError, convert, json, structs

from config.bundle import read_bundle
from config.settings import Announcement, Section, Service, ServiceState, Settings, SettingsError

# Long enough for works that take a season; what lasts longer is no news, and goes the way of two people.
LONGEST = timedelta(days=92)
# More would push what residents come for off the first page.
MOST_ANNOUNCEMENTS = 5
MOST_DAYS = 60
# A clock may be a day ahead or behind. What is given out later than that would outlast its bound.
SKEW = timedelta(days=1)


class ServiceNews(Section, frozen=True, kw_only=True):
    """How a service of the hall does, up to and including a day; then it is again what the settings say."""

    name: Annotated[str, Meta(min_length=1, description="Its Dutch name, as in the settings.")]
    state: ServiceState
    until: date


class Daily(Section, frozen=True, kw_only=True):
    """All of the daily content of one town or site, and the day on which it was given out."""

    given: date
    announcements: Annotated[tuple[Announcement, ...], Meta(max_length=MOST_ANNOUNCEMENTS)] = ()
    closed: Annotated[tuple[date, ...], Meta(max_length=MOST_DAYS)] = ()
    services: Annotated[tuple[ServiceNews, ...], Meta(max_length=MOST_DAYS)] = ()

    def __post_init__(self) -> None:
        """Refuse what has no end within reach. Raises ValueError, in a document ValidationError."""
        ends = [
            *(("announcements", one.last_day) for one in self.announcements),
            *(("closed", one) for one in self.closed),
            *(("services", one.until) for one in self.services),
        ]
        for name, end in ends:
            if end > self.given + LONGEST:
                raise ValueError(f"{name}: ends more than {LONGEST.days} days after it was given out")


def read_daily(file: Path) -> Daily | None:
    """Read what the agent handed over; None where there is none. Raises SettingsError."""
    content = read_bundle(file)
    try:
        return json.decode(content, type=Daily) if content is not None else None
    except (MsgspecError, RecursionError) as error:
        raise SettingsError(f"daily: {error}") from error


def daily_of(tree: Mapping[str, Any]) -> Daily:
    """Validate a document of daily content. Raises SettingsError."""
    try:
        return convert(tree, Daily)
    except ValidationError as error:
        raise SettingsError(f"daily: {error}") from error


def with_daily(settings: Settings, daily: Daily, today: date) -> Settings:
    """Give the settings as they are today. A service that this kiosk does not show stands in another building.

    Raises SettingsError for a document from the future.
    """
    if daily.given > today + SKEW:
        raise SettingsError(f"daily: given out on {daily.given}, and today it is {today}")
    said = {news.name: news for news in daily.services if today <= news.until}
    services = [_told(one, said.get(_dutch(one)), settings) for one in settings.services]
    return structs.replace(
        settings,
        services=tuple(services),
        closed=tuple(sorted({*settings.closed, *daily.closed})),
        announcements=(*daily.announcements, *settings.announcements),
    )


def _told(service: Service, news: ServiceNews | None, settings: Settings) -> Service:
    """Give a service as it is said to be; one whose doors this kiosk cannot open is not opened by saying so."""
    if news is None or (service.is_ours and news.state is ServiceState.OPEN and settings.lockers is None):
        return service
    coming = service.coming_from if news.state is ServiceState.COMING else None
    out_until = news.until if news.state is ServiceState.OUT_OF_ORDER else None
    return structs.replace(service, state=news.state, coming_from=coming, out_until=out_until)


def strangers(settings: Settings, daily: Daily) -> list[str]:
    """Name the services that daily content speaks of and these settings do not have."""
    return sorted({news.name for news in daily.services} - {_dutch(service) for service in settings.services})


def _dutch(service: Service) -> str:
    return service.name if isinstance(service.name, str) else service.name.nl
