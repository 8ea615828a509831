"""How Dutch says times, days and numbers. A number and its unit never part: there is a no-break space between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

NBSP = "\N{NO-BREAK SPACE}"
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
# When the greeting changes: (from this hour, greeting).
_GREETINGS = ((18, "Goedenavond"), (12, "Goedemiddag"), (6, "Goedemorgen"), (0, "Goedenacht"))
LANGUAGES = {"nl": "Nederlands", "fr": "Frans", "de": "Duits", "en": "Engels"}


def greeting(now: datetime) -> str:
    """Give the greeting of this hour."""
    return next(word for hour, word in _GREETINGS if now.hour >= hour)


def clock(now: datetime) -> str:
    """Give the time of day: '20.41 uur'."""
    return f"{now.hour}.{now.minute:02}{NBSP}uur"


def hour(moment: time) -> str:
    """Give an hour without its unit: '9', '9.30'."""
    return f"{moment.hour}.{moment.minute:02}" if moment.minute else f"{moment.hour}"


def at(moment: time) -> str:
    """Give an hour with its unit: '9 uur', '9.30 uur'."""
    return f"{hour(moment)}{NBSP}uur"


def day(when: date) -> str:
    """Give the day: 'maandag 23 november'."""
    return f"{_DAYS[when.weekday()]} {when.day}{NBSP}{_MONTHS[when.month - 1]}"


def full_date(when: date) -> str:
    """Give the date with its year: '1 februari 2027'."""
    return f"{when.day}{NBSP}{_MONTHS[when.month - 1]}{NBSP}{when.year}"


def relative_day(when: date, today: date) -> str:
    """Give 'vandaag', 'morgen', or the day."""
    if when == today:
        return "vandaag"
    return "morgen" if when == today + timedelta(days=1) else day(when)


def capital(text: str) -> str:
    """Give the text with a capital at its start."""
    return text[:1].upper() + text[1:]


def count(number: int, one: str, many: str) -> str:
    """Give a number with its noun: '1 blad', '2 bladen'."""
    return f"{number}{NBSP}{one if number == 1 else many}"


def joined(parts: Sequence[str]) -> str:
    """Give an enumeration: 'a', 'a en b', 'a, b en c'."""
    return " en ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
