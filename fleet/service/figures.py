"""Keeps what kiosks counted, and adds it up: for a town, and for each of its buildings."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct, field

from config.checkin import CheckIn
from config.figures import SPANS, Ending, Month, Place, Subject
from fleet.service.alarm_settings import ZONE
from fleet.service.figure_tables import figures
from fleet.service.tables import kiosks

# A report looks back on the year before; what is older is nobody's.
KEPT_MONTHS = 25
# A kiosk has one book for years. One that begins another each day has a disk that keeps nothing.
MOST_BOOKS = 31
_YEAR = 12


class MonthError(Exception):
    """There are no figures of such a month."""


class Sums(Struct):
    """What was counted in a month, at one kiosk or at many."""

    visits: int = 0
    outside: int = 0
    spans: list[int] = field(default_factory=lambda: [0] * (len(SPANS) + 1))
    wanted: Counter[tuple[Subject, Ending]] = field(default_factory=Counter)
    wanted_outside: Counter[Subject] = field(default_factory=Counter)
    stopped: Counter[Place] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    kiosks: int = 0
    open_minutes: int = 0
    whole_minutes: int = 0

    def add(self, month: Month) -> None:
        """Add a month of a book."""
        self.visits += month.visits
        self.outside += month.outside
        self.spans = [one + more for one, more in zip(self.spans, month.spans, strict=True)]
        for row in month.wanted:
            self.wanted[row.subject, row.ending] += row.times
            self.wanted_outside[row.subject] += row.outside
        for place in month.stopped:
            self.stopped[place.place] += place.times
        for fault in month.faults:
            self.faults[fault.fault.value] += fault.times
        self.open_minutes += month.open_minutes

    def take(self, other: Sums) -> None:
        """Add what was counted elsewhere."""
        self.visits += other.visits
        self.outside += other.outside
        self.spans = [one + more for one, more in zip(self.spans, other.spans, strict=True)]
        self.wanted += other.wanted
        self.wanted_outside += other.wanted_outside
        self.stopped += other.stopped
        self.faults += other.faults
        self.kiosks += other.kiosks
        self.open_minutes += other.open_minutes
        self.whole_minutes += other.whole_minutes


def is_news(before: CheckIn | None, told: CheckIn) -> bool:
    """Whether a kiosk counted something else than it said before."""
    said = told.kiosk.figures if told.kiosk is not None else ()
    return said != (before.kiosk.figures if before is not None and before.kiosk is not None else ())


def note_figures(connection: sa.Connection, kiosk: int, told: CheckIn, now: dt.datetime) -> None:
    """Keep what a kiosk counted, where it is more than is known of that book and month."""
    latest = _shifted(_month_of(now), 1)  # a kiosk's clock may be a little ahead of ours
    for month in told.kiosk.figures if told.kiosk is not None else ():
        if _shifted(latest, -KEPT_MONTHS) < month.month <= latest:
            _note(connection, kiosk, month)
    oldest = _shifted(latest, -KEPT_MONTHS)
    connection.execute(sa.delete(figures).where(figures.c.kiosk == kiosk, figures.c.month <= oldest))


def _note(connection: sa.Connection, kiosk: int, month: Month) -> None:
    mine = sa.and_(figures.c.kiosk == kiosk, figures.c.month == month.month)
    this = sa.and_(mine, figures.c.book == str(month.book))
    row = {"weight": _weight(month), "content": msgspec.json.encode(month)}
    known = connection.execute(sa.select(figures.c.book).where(mine)).scalars().all()
    if str(month.book) in known:
        connection.execute(sa.update(figures).where(this, figures.c.weight < row["weight"]).values(**row))
    elif len(known) < MOST_BOOKS:
        which = {"kiosk": kiosk, "month": month.month, "book": str(month.book)}
        with contextlib.suppress(sa.exc.IntegrityError), connection.begin_nested():  # another worker was at it too
            connection.execute(sa.insert(figures).values(**which, **row))


def summed(connection: sa.Connection, town: str, month: int, now: dt.datetime) -> dict[str, Sums]:
    """Add up what was counted in a town, by building. Raises MonthError for a month that is none, or to come."""
    begin, end = span(month)
    if begin > now:
        raise MonthError(f"{month // 100}-{month % 100:02}: die maand moet nog komen")
    of_town = sa.select(kiosks.c.id, kiosks.c.building, kiosks.c.revoked, kiosks.c.seen).where(kiosks.c.town == town)
    rows = {row.id: row for row in connection.execute(of_town)}
    books = sa.select(figures.c.kiosk, figures.c.content).where(figures.c.kiosk.in_(rows), figures.c.month <= month)
    counted: dict[int, list[Month]] = defaultdict(list)
    for kiosk, content in connection.execute(books):
        counted[kiosk].append(msgspec.json.decode(content, type=Month))
    sums: dict[str, Sums] = {}
    for kiosk, months in counted.items():
        row = rows[kiosk]
        mine = [one for one in months if one.month == month]
        until = min(end, now if not row.revoked else row.seen or begin)
        minutes = int((until - max(begin, *(one.began for one in months))).total_seconds() // 60)
        if not mine and minutes <= 0:
            continue
        of_building = sums.setdefault(row.building, Sums())
        of_building.kiosks += 1
        of_building.whole_minutes += max(minutes, 0)
        for one in mine:
            of_building.add(one)
    return sums


def months_of(connection: sa.Connection, towns: Any) -> list[int]:  # noqa: ANN401 (a clause)
    """Give the months of which there are figures, newest first."""
    query = sa.select(figures.c.month).distinct().join(kiosks, kiosks.c.id == figures.c.kiosk).where(towns)
    return sorted(connection.execute(query).scalars(), reverse=True)


def span(month: int) -> tuple[dt.datetime, dt.datetime]:
    """Give the first moment of a month, and of the one after. Raises MonthError."""
    try:
        begin = dt.datetime(month // 100, month % 100, 1, tzinfo=ZONE)
    except ValueError as error:
        raise MonthError(f"{month}: dat is geen maand; schrijf ze zo: 2026-11") from error
    after = _shifted(month, 1)
    return begin, dt.datetime(after // 100, after % 100, 1, tzinfo=ZONE)


def month_of(text: str) -> int:
    """Read a month, e.g. 2026-11. Raises MonthError."""
    try:
        return _month_of(dt.datetime.strptime(text, "%Y-%m"))  # noqa: DTZ007 (a month is in no zone)
    except ValueError as error:
        raise MonthError(f"{text}: dat is geen maand; schrijf ze zo: 2026-11") from error


def _month_of(at: dt.datetime) -> int:
    local = at.astimezone(ZONE) if at.tzinfo is not None else at
    return local.year * 100 + local.month


def _shifted(month: int, by: int) -> int:
    years, rest = divmod(month // 100 * _YEAR + month % 100 - 1 + by, _YEAR)
    return years * 100 + rest + 1


def _weight(month: Month) -> int:
    counts = month.open_minutes + month.visits + month.outside + sum(month.spans)
    counts += sum(one.times + one.outside for one in month.wanted)
    return counts + sum(one.times for one in month.stopped) + sum(one.times for one in month.faults)
