"""What is open now, and when it opens again: the counter and the services in the hall, by the town's own hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from config.settings import OpenHours, Service, ServiceKind, ServiceState, Settings
from ui import dutch
from ui.screen import Counter, Mark, ServiceRow

# A counter that does not open within a month is not worth promising.
_LOOK_AHEAD = timedelta(days=31)


def open_now(settings: Settings, now: datetime) -> OpenHours | None:
    """Give the stretch of counter hours that runs now."""
    hours = _of_day(settings, now.date())
    return next((stretch for stretch in hours if stretch.opens <= now.time() < stretch.closes), None)


def next_opening(settings: Settings, now: datetime) -> tuple[date, tuple[OpenHours, ...]] | None:
    """Give the next day on which the counter still opens, with the stretches to come on that day."""
    for ahead in range(_LOOK_AHEAD.days):
        when = now.date() + timedelta(days=ahead)
        hours = tuple(h for h in _of_day(settings, when) if ahead or h.opens > now.time())
        if hours:
            return when, hours
    return None


def counter(settings: Settings, now: datetime) -> Counter | None:
    """Give the counter as the portal shows it; None where the town gave no hours."""
    stretch = open_now(settings, now)
    if stretch is not None:
        return Counter("Balie", Mark.OPEN, f"Open tot {dutch.at(stretch.closes)}", "", ())
    opening = next_opening(settings, now)
    if opening is None:
        return Counter("Balie", Mark.CLOSED, "Nu gesloten", "", ()) if settings.counter else None
    when, hours = opening
    day = dutch.capital(dutch.relative_day(when, now.date()))
    return Counter("Balie", Mark.CLOSED, "Nu gesloten", f"{day} open", _spans(hours))


def counter_sentence(settings: Settings, now: datetime) -> str:
    """Say in one sentence when the counter is open; empty where that is not known."""
    stretch = open_now(settings, now)
    if stretch is not None:
        return f"De balie is nu open, tot {dutch.at(stretch.closes)}."
    opening = next_opening(settings, now)
    if opening is None:
        return ""
    when, hours = opening
    spans = " ".join(_spans(hours))
    return f"De balie is {dutch.relative_day(when, now.date())} open {spans}."


def counter_from(settings: Settings, now: datetime) -> str:
    """Say briefly from when the counter helps: 'morgen vanaf 9 uur aan de balie'; empty where that is not known."""
    if open_now(settings, now) is not None:
        return "nu aan de balie"
    opening = next_opening(settings, now)
    if opening is None:
        return ""
    when, hours = opening
    return f"{dutch.relative_day(when, now.date())} vanaf {dutch.at(hours[0].opens)} aan de balie"


def service_row(service: Service, now: datetime) -> ServiceRow:
    """Give a service of the hall with its state now."""
    icon = f"icon-{service.kind}"
    match service.state:
        case ServiceState.COMING:
            known = service.coming_from is not None and service.coming_from > now.date()
            place = f"Vanaf {dutch.full_date(service.coming_from)}" if service.coming_from and known else service.place
            return ServiceRow(icon, service.name, place, Mark.COMING, "Binnenkort", dashed=True)
        case ServiceState.OUT_OF_ORDER:
            place = f"{service.place}. Volgens de gemeente."
            return ServiceRow(icon, service.name, place, Mark.OUT, "Buiten dienst")
        case ServiceState.OPEN:
            return _open_row(service, icon, now.time())


def is_own(service: Service) -> bool:
    """Whether the service is this kiosk's own, to come: it stands with the hero, not with the neighbours."""
    return service.kind is ServiceKind.LOCKERS and service.state is ServiceState.COMING


def _open_row(service: Service, icon: str, now: time) -> ServiceRow:
    opens, closes = service.open_from, service.open_until
    if opens is None or closes is None:
        return ServiceRow(icon, service.name, f"{service.place}, dag en nacht", Mark.OPEN, "Open")
    past_midnight = closes <= opens
    is_open = (now >= opens or now < closes) if past_midnight else opens <= now < closes
    if is_open:
        return ServiceRow(icon, service.name, service.place, Mark.UNTIL, f"Open tot {dutch.at(closes)}")
    place = f"{service.place}, open vanaf {dutch.at(opens)}"
    return ServiceRow(icon, service.name, place, Mark.CLOSED, "Nu gesloten")


def _of_day(settings: Settings, when: date) -> tuple[OpenHours, ...]:
    if when in settings.closed:
        return ()
    return tuple(sorted((h for h in settings.counter if h.weekday == when.weekday()), key=lambda h: h.opens))


def _spans(hours: tuple[OpenHours, ...]) -> tuple[str, ...]:
    spans = [f"van {dutch.hour(h.opens)} tot {dutch.at(h.closes)}" for h in hours]
    return tuple(f"en {span}" if n else span for n, span in enumerate(spans))
