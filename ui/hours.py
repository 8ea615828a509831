"""What is open now, and when it opens again: the counter and the services in the hall, by the town's own hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from config.counter import hours_of, open_now
from config.settings import OpenHours, Service, ServiceState, Settings
from hardware.faults import FaultCode
from kiosk_app.touches import ServiceAsked
from ui import phrases
from ui.screen import Choice, Counter, Mark, Role, ServiceRow
from ui.texts import Texts

# A counter that does not open within a month is not worth promising.
_LOOK_AHEAD = timedelta(days=31)


def next_opening(settings: Settings, now: datetime) -> tuple[date, tuple[OpenHours, ...]] | None:
    """Give the next day on which the counter still opens, with the stretches to come on that day."""
    for ahead in range(_LOOK_AHEAD.days):
        when = now.date() + timedelta(days=ahead)
        hours = tuple(h for h in hours_of(settings, when) if ahead or h.opens > now.time())
        if hours:
            return when, hours
    return None


def counter(texts: Texts, settings: Settings, now: datetime) -> Counter | None:
    """Give the counter as the portal shows it; None where the town gave no hours."""
    title = texts.say("Balie")
    stretch = open_now(settings, now)
    if stretch is not None:
        return Counter(title, Mark.OPEN, _open_until(texts, stretch.closes), "", ())
    opening = next_opening(settings, now)
    shut = texts.say("Nu gesloten")
    if opening is None:
        return Counter(title, Mark.CLOSED, shut, "", ()) if settings.counter else None
    when, hours = opening
    return Counter(title, Mark.CLOSED, shut, _open_on(texts, when, now.date()), _spans(texts, hours))


def counter_sentence(texts: Texts, settings: Settings, now: datetime) -> str:
    """Say in one sentence when the counter is open; empty where that is not known."""
    stretch = open_now(settings, now)
    if stretch is not None:
        return texts.say("De balie is nu open, tot {hour}.", hour=phrases.at(texts, stretch.closes))
    opening = next_opening(settings, now)
    if opening is None:
        return ""
    when, hours = opening
    spans = " ".join(_spans(texts, hours))
    match (when - now.date()).days:
        case 0:
            return texts.say("De balie is vandaag open {hours}.", hours=spans)
        case 1:
            return texts.say("De balie is morgen open {hours}.", hours=spans)
        case _:
            return texts.say("De balie is {day} open {hours}.", day=phrases.day(texts, when), hours=spans)


def online_or_counter(texts: Texts, settings: Settings, now: datetime) -> str:
    """Say where a document can be had that this kiosk cannot give now: online, and from when at the counter."""
    if open_now(settings, now) is not None:
        return texts.say("Vraag je document online, of nu aan de balie.")
    opening = next_opening(settings, now)
    if opening is None:
        return texts.say("Vraag je document online.")
    when, hours = opening
    opens = phrases.at(texts, hours[0].opens)
    match (when - now.date()).days:
        case 0:
            return texts.say("Vraag je document online, of vandaag vanaf {hour} aan de balie.", hour=opens)
        case 1:
            return texts.say("Vraag je document online, of morgen vanaf {hour} aan de balie.", hour=opens)
        case _:
            day = phrases.day(texts, when)
            return texts.say("Vraag je document online, of {day} vanaf {hour} aan de balie.", day=day, hour=opens)


def service_row(
    texts: Texts, service: Service, number: int, now: datetime, doors: FaultCode | None = None
) -> ServiceRow:
    """Give a service of the hall with its state now; `number` is its place in the settings.

    `doors` is why this kiosk's own compartments cannot be opened now, where that is so.
    """
    mark, state, place = service_state(texts, service, now, doors)
    name = texts.local(service.name)
    touch = Choice(f"service{number}", name, ServiceAsked(number), Role.ROW, description=f"{state}. {place}")
    return ServiceRow(f"icon-{service.kind}", name, place, mark, state, touch, dashed=mark is Mark.COMING)


def service_state(
    texts: Texts, service: Service, now: datetime, doors: FaultCode | None = None
) -> tuple[Mark, str, str]:
    """Say whether a service works now: the shape, its word, and what stands under its name."""
    where = texts.local(service.place)
    match service.state:
        case ServiceState.COMING:
            known = service.coming_from is not None and service.coming_from > now.date()
            place = _from(texts, service.coming_from) if service.coming_from and known else where
            return Mark.COMING, texts.say("Binnenkort"), place
        case ServiceState.OUT_OF_ORDER:
            return Mark.OUT, texts.say("Buiten dienst"), _out_until(texts, service.out_until, now.date())
        case ServiceState.OPEN if service.is_ours and doors is not None:
            return Mark.OUT, texts.say("Buiten dienst"), where
        case ServiceState.OPEN:
            return _open_state(texts, service, where, now.time())


def is_own(service: Service) -> bool:
    """Whether the service is this kiosk's own, to come or open: it stands with the hero, not with the neighbours."""
    return service.is_ours and service.state is not ServiceState.OUT_OF_ORDER


def _open_state(texts: Texts, service: Service, where: str, now: time) -> tuple[Mark, str, str]:
    opens, closes = service.open_from, service.open_until
    if opens is None or closes is None:
        return Mark.OPEN, texts.say("Open"), texts.say("{place}, dag en nacht", place=where)
    past_midnight = closes <= opens
    is_open = (now >= opens or now < closes) if past_midnight else opens <= now < closes
    if is_open:
        return Mark.UNTIL, _open_until(texts, closes), where
    place = texts.say("{place}, open vanaf {hour}", place=where, hour=phrases.at(texts, opens))
    return Mark.CLOSED, texts.say("Nu gesloten"), place


def _open_until(texts: Texts, closes: time) -> str:
    return texts.say("Open tot {hour}", hour=phrases.at(texts, closes))


def _open_on(texts: Texts, when: date, today: date) -> str:
    match (when - today).days:
        case 0:
            return texts.say("Vandaag open")
        case 1:
            return texts.say("Morgen open")
        case _:
            return phrases.capital(texts.say("{day} open", day=phrases.day(texts, when)))


def _out_until(texts: Texts, last: date | None, today: date) -> str:
    if last is None or last < today:
        return texts.say("Volgens de gemeente")
    return texts.say("Tot en met {day}", day=phrases.day(texts, last))


def _from(texts: Texts, when: date) -> str:
    return texts.say("Vanaf {date}", date=phrases.full_date(texts, when))


def _spans(texts: Texts, hours: tuple[OpenHours, ...]) -> tuple[str, ...]:
    """Give the stretches of a day: 'van 9 tot 12 uur', 'en van 13 tot 16 uur'."""
    first, *others = [
        texts.say("van {opens} tot {closes}", opens=phrases.hour(texts, h.opens), closes=phrases.at(texts, h.closes))
        for h in hours
    ]
    return first, *(texts.say("en {hours}", hours=span) for span in others)
