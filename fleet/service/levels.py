"""What is left at a kiosk: a row a day of paper and of toner, and the curve of it, with how long the rest will last."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from msgspec import Struct

from config.checkin import CheckIn, Good
from fleet.service.change_tables import levels

# As far back, and as far ahead, as somebody plans.
KEPT, AHEAD = timedelta(days=30), timedelta(days=30)
_NAMES = {Good.PAPER: "Papier", Good.TONER: "Toner"}
_WIDE, _HIGH = 600, 160
_WEEK = 7


class Day(Struct, frozen=True):
    """What was left on a day."""

    good: Good
    day: date
    left: int
    a_week: int


class Curve(Struct, frozen=True):
    """A drawing in a box of so much by so much: what was, what will be, and today; and the same in a sentence."""

    name: str
    sentence: str
    was: str
    will_be: str
    today: int
    most: int
    width: int = _WIDE
    height: int = _HIGH


def is_news(before: CheckIn | None, told: CheckIn, seen: datetime | None, now: datetime) -> bool:
    """Whether what a kiosk says is left is other than it said before, or the day is another."""
    said = told.kiosk.levels if told.kiosk is not None else ()
    had = before.kiosk.levels if before is not None and before.kiosk is not None else ()
    return bool(said) and (said != had or seen is None or seen.date() != now.date())


def note_levels(connection: sa.Connection, kiosk: int, told: CheckIn, now: datetime) -> None:
    """Keep what a kiosk says is left, in the place of what it said earlier today."""
    said, today = {one.good: one for one in (told.kiosk.levels if told.kiosk is not None else ())}, now.date()
    mine = levels.c.kiosk == kiosk
    connection.execute(sa.delete(levels).where(mine, sa.or_(levels.c.day == today, levels.c.day < today - KEPT)))
    rows = [
        {"kiosk": kiosk, "good": good, "day": today, "left": one.left, "a_week": one.a_week}
        for good, one in said.items()
    ]
    connection.execute(sa.insert(levels), rows)


def history(connection: sa.Connection, kiosk: int) -> list[list[Day]]:
    """Give the days of each good, oldest first."""
    query = sa.select(levels).where(levels.c.kiosk == kiosk).order_by(levels.c.good, levels.c.day)
    days = [Day(Good(row.good), row.day, row.left, row.a_week) for row in connection.execute(query)]
    return [list(of_good) for _, of_good in groupby(days, key=lambda one: one.good)]


def empty_on(last: Day) -> date | None:
    """Say on which day nothing is left, at the rate of late; None where nobody knows or it is far off."""
    if not last.a_week:
        return None
    days = last.left * _WEEK // last.a_week
    return last.day + timedelta(days=days) if days <= AHEAD.days else None


def curve(days: list[Day], now: datetime) -> Curve:
    """Draw what was left, and what will be."""
    last, today = days[-1], now.date()
    most = max(1, *(one.left for one in days))
    begin, end = today - KEPT, today + AHEAD

    def at(day: date, left: float) -> str:
        share = (day - begin) / (end - begin)
        return f"{round(share * _WIDE)},{round((1 - left / most) * _HIGH)}"

    until = empty_on(last) or end
    rest = 0.0 if empty_on(last) is not None else max(0.0, last.left - last.a_week * (end - last.day).days / _WEEK)
    ahead = f"{at(last.day, last.left)} {at(until, rest)}" if last.a_week else ""
    was = " ".join(at(one.day, one.left) for one in days if one.day >= begin)
    return Curve(_NAMES[last.good], _sentence(last), was, ahead, round(KEPT / (end - begin) * _WIDE), most)


def _sentence(last: Day) -> str:
    count = f"nog {last.left} {'vel' if last.left == 1 else 'vellen'}"
    if not last.a_week:
        return count
    day = empty_on(last)
    return f"{count}, " + (f"leeg rond {day:%d-%m-%Y}" if day is not None else "genoeg voor meer dan een maand")
