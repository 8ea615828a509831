"""When the town's counter is open: by its hours and the days on which it stays closed."""

from __future__ import annotations

from datetime import date, datetime

from config.settings import OpenHours, Settings


def hours_of(settings: Settings, day: date) -> tuple[OpenHours, ...]:
    """Give the stretches of a day, in order; none on a day on which it stays closed."""
    stretches = [one for one in settings.counter if one.weekday == day.weekday() and day not in settings.closed]
    return tuple(sorted(stretches, key=lambda one: one.opens))


def open_now(settings: Settings, now: datetime) -> OpenHours | None:
    """Give the stretch of counter hours that runs now."""
    hours = hours_of(settings, now.date())
    return next((stretch for stretch in hours if stretch.opens <= now.time() < stretch.closes), None)
