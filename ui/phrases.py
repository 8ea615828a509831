"""How a language says times, days and enumerations. A number and its unit never part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from ui.texts import Texts, mark

_DAYS = (
    *(mark("maandag"), mark("dinsdag"), mark("woensdag"), mark("donderdag")),
    *(mark("vrijdag"), mark("zaterdag"), mark("zondag")),
)
_MONTHS = (
    *(mark("januari"), mark("februari"), mark("maart"), mark("april"), mark("mei"), mark("juni")),
    *(mark("juli"), mark("augustus"), mark("september"), mark("oktober"), mark("november"), mark("december")),
)
# When the greeting changes: (from this hour, greeting).
_GREETINGS = (
    (18, mark("Goedenavond.")),
    (12, mark("Goedemiddag.")),
    (6, mark("Goedemorgen.")),
    (0, mark("Goedenacht.")),
)
# How this language calls languages: a document's, for one.
_LANGUAGES = {"nl": mark("Nederlands"), "fr": mark("Frans"), "de": mark("Duits"), "en": mark("Engels")}


def greeting(texts: Texts, now: datetime) -> str:
    """Give the greeting of this hour."""
    word = next(word for hour, word in _GREETINGS if now.hour >= hour)
    return texts.say(word)


def clock(texts: Texts, now: datetime | time) -> str:
    """Give the time of day: '20.41 uur'."""
    return texts.say("{hour}.{minute}~uur", hour=now.hour, minute=f"{now.minute:02}")


def hour(texts: Texts, moment: time) -> str:
    """Give the first of two hours, without its unit: '9', '9.30'."""
    if moment.minute:
        return texts.say("{hour}.{minute}", hour=moment.hour, minute=f"{moment.minute:02}")
    return texts.say("{hour}", hour=moment.hour)


def at(texts: Texts, moment: time) -> str:
    """Give an hour with its unit: '9 uur', '9.30 uur'."""
    return clock(texts, moment) if moment.minute else texts.say("{hour}~uur", hour=moment.hour)


def day(texts: Texts, when: date) -> str:
    """Give the day: 'maandag 23 november'."""
    weekday, month = texts.say(_DAYS[when.weekday()]), texts.say(_MONTHS[when.month - 1])
    return texts.say("{weekday} {day}~{month}", weekday=weekday, day=when.day, month=month)


def copies(texts: Texts, number: int) -> str:
    """Give how many of one document: '3 exemplaren'."""
    return texts.plural("{n}~exemplaar", "{n}~exemplaren", number)


def full_date(texts: Texts, when: date) -> str:
    """Give the date with its year: '1 februari 2027'."""
    return texts.say("{day}~{month}~{year}", day=when.day, month=texts.say(_MONTHS[when.month - 1]), year=when.year)


def capital(text: str) -> str:
    """Give the text with a capital at its start."""
    return text[:1].upper() + text[1:]


def joined(texts: Texts, parts: Sequence[str]) -> str:
    """Give an enumeration: 'a', 'a en b', 'a, b en c'."""
    *most, last = parts or ("",)
    return texts.say("{most} en {last}", most=", ".join(most), last=last) if most else last


def language(texts: Texts, code: str) -> str:
    """Give the name of a language; its code where there is none."""
    return texts.say(_LANGUAGES[code]) if code in _LANGUAGES else code
