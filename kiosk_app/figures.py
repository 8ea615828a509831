"""Counts what a town may know of its kiosk: visits, what became of what was wanted, where people left, how it served.

What is counted is in the book on disk before the agent hears of it, so a restart counts nothing twice; and the agent
hears of it once an hour, so no check-in tells when one visit was.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from config import durable
from config.counter import open_now
from config.figures import FIRST_MONTH, LAST_MONTH, SPANS, Ending, Faulty, Month, Place, Stopped, Subject, Wanted
from hardware.faults import FaultCode
from kiosk_app.doors import AtDoor, Collect, DoorEnding, DoorFailed, OpenDoor, SettleDoor
from kiosk_app.effects import Abandon, Effect, OrderDocument
from kiosk_app.events import Event, JobChanged, OrderFailed, OrderTaken
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    Checking,
    Choosing,
    EnterCode,
    EnterPin,
    Goodbye,
    JobPhase,
    LastTry,
    Notice,
    NotTaken,
    Offerings,
    OpeningCode,
    Ordering,
    PaperLeft,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Progress,
    Recognising,
    SigningIn,
    StaffAtWork,
    State,
    TakeCard,
    Viewing,
    Visit,
)

if TYPE_CHECKING:
    from config.settings import Settings

log = logging.getLogger(__name__)

# So often the agent is told, and so often time that passed is written down: a crash costs that much of it.
TOLD_EVERY, KEPT_EVERY = 3600.0, 600.0
# A fault that is back within so long was never away.
_AWAY = 600.0
# A look that comes later than this was not waited for: the machine slept.
_LONGEST_LOOK = 60.0
# This month, and the one before until everybody has heard of it.
_MONTHS = 2
# A file of two months is a few kilobytes.
_MOST_BYTES = 64 << 10
# Jobs that nobody heard the end of any more.
_MOST_AWAITED = 50

_PLACES: dict[Place, tuple[type[State], ...]] = {
    Place.PAPER_LEFT: (PaperLeft,),
    Place.CARD: (AskCard, Recognising),
    Place.PIN: (LastTry, EnterPin, PinOnReader, SigningIn),
    Place.CODE: (EnterCode, OpeningCode),
    Place.LIST: (Offerings,),
    Place.CHOOSING: (Choosing,),
    Place.ASKING: (Asking,),
    Place.CHECKING: (Checking,),
    Place.WAITING: (TakeCard, Viewing, Ordering, Printing, Printed, NotTaken),
    Place.DOOR: AtDoor.__args__,
}
_PLACE_OF = {state: place for place, states in _PLACES.items() for state in states}
_AT_DOORS = {
    DoorEnding.COLLECTED: Ending.GIVEN,
    DoorEnding.NOTHING_TAKEN: Ending.DROPPED,
    DoorEnding.UNKNOWN: Ending.UNKNOWN,
}
_PRINTED = {JobPhase.PRINTED: Ending.GIVEN, JobPhase.UNKNOWN: Ending.UNKNOWN}


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The book on disk. `there` are the faults that were there when it was written."""

    name: UUID
    began: datetime
    months: tuple[Month, ...] = ()
    there: tuple[FaultCode, ...] = ()


@dataclass
class _Now:
    """The visit that is going on: where it came, and how many of the things it asked for were given up by who asked."""

    began: float
    place: Place = Place.REFUSED
    left: float | None = None
    is_staff: bool = False
    asked: int = 0
    dropped: int = 0
    tickets: set[UUID] = field(default_factory=set)


class Figures:
    """The book. Called on the loop's thread; `submit` hands over what is to be written."""

    def __init__(
        self,
        file: Path,
        settings: Settings,
        submit: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._file, self._submit, self._clock, self._now = file, submit, clock, now
        self._settings = settings
        self._book = _read(file) or _Book(name=uuid4(), began=now())
        self.told = self._book.months
        self._visit: _Now | None = None
        self._awaited: dict[UUID, Subject] = {}
        self._opened: set[UUID] = set()
        self._seen = dict.fromkeys(self._book.there, clock())
        self._looked: float | None = None
        self._served, self._kept, self._told_at = 0.0, clock(), clock()
        self._amiss = False

    def saw(self, before: Visit, event: Event, after: Visit, effects: tuple[Effect, ...]) -> None:
        """Take in one step of a visit."""
        if after.number != before.number:
            self._over()
            self._visit = _Now(self._clock())
        visit = self._visit
        if visit is not None:
            visit.place = _PLACE_OF.get(type(after.state), visit.place)
            visit.is_staff |= isinstance(after.state, StaffAtWork)
        for effect in effects:
            self._wished(effect)
        self._heard(event, after.state)
        if visit is not None and isinstance(after.state, Goodbye | CardBack | Portal | Notice):
            visit.left = visit.left if visit.left is not None else self._clock()
        if isinstance(after.state, Portal):
            self._over()

    def passed(self, settings: Settings, faults: Iterable[FaultCode], *, offers: bool) -> None:
        """Take in how the kiosk does at this moment; call it often."""
        self._settings, clock = settings, self._clock()
        if self._looked is not None and offers and clock - self._looked <= _LONGEST_LOOK:
            self._served += clock - self._looked
        self._looked = clock
        there = frozenset(faults)
        begun = [one for one in there if one not in self._seen or clock - self._seen[one] > _AWAY]
        self._seen |= dict.fromkeys(there, clock)
        for fault in begun:
            self._count(faults=_with_fault(self._month.faults, fault))
        tell = clock - self._told_at >= TOLD_EVERY
        if tell:
            self._told_at = clock
        if tell or begun or clock - self._kept >= KEPT_EVERY:
            self.keep(tell=tell)

    def keep(self, *, tell: bool = False) -> None:
        """Have the book written, with the time that passed; and then tell of it."""
        minutes, self._served = divmod(self._served, 60)
        if minutes:
            self._count(open_minutes=self._month.open_minutes + int(minutes))
        self._kept = clock = self._clock()
        there = tuple(one for one, at in self._seen.items() if clock - at <= _AWAY)
        self._book = book = structs.replace(self._book, there=there)
        self._submit(lambda: self._write(book, tell=tell))

    # --- one visit -------------------------------------------------------------------------------------------------

    def _wished(self, effect: Effect) -> None:
        match effect:
            case OrderDocument(_, ticket, product):
                self._await(ticket, _subject(product.code))
            case Collect(_, thing) if thing.ticket not in self._awaited:
                self._await(thing.ticket, Subject.THING)
            case OpenDoor(_, ticket):
                self._opened.add(ticket)
            case Abandon(_, ticket, fault):
                self._ended(ticket, Ending.DROPPED if fault is FaultCode.PRINT_STOPPED else Ending.FAILED)
            case SettleDoor(_, ticket, None):
                self._ended(ticket, Ending.UNKNOWN if ticket in self._opened else Ending.DROPPED)
            case SettleDoor(_, ticket, ending) if ending is not None:
                self._ended(ticket, _AT_DOORS.get(ending, Ending.FAILED))
            case _:
                return

    def _heard(self, event: Event, state: State) -> None:
        match event:
            case OrderTaken(_, ticket):
                self._ended(ticket, Ending.LATER)
            case OrderFailed(_, ticket):
                self._ended(ticket, Ending.FAILED)
            case JobChanged(_, ticket, progress) if progress.phase.ended:
                self._ended(ticket, _of_job(progress))
            case DoorFailed(_, ticket, fault):
                self._ended(ticket, Ending.UNKNOWN if fault is FaultCode.DOOR_UNKNOWN else Ending.FAILED)
            case _:
                pass
        if isinstance(state, Printed):  # what the resident is told of each is what became of it
            for job in state.jobs:
                self._ended(job.document.ticket, _of_job(job.progress))

    def _await(self, ticket: UUID, subject: Subject) -> None:
        if len(self._awaited) >= _MOST_AWAITED:
            self._ended(next(iter(self._awaited)), Ending.UNKNOWN)
        self._awaited[ticket] = subject
        if self._visit is not None:
            self._visit.asked += 1
            self._visit.tickets.add(ticket)

    def _ended(self, ticket: UUID, ending: Ending) -> None:
        """Count how it ended, once."""
        subject = self._awaited.pop(ticket, None)
        self._opened.discard(ticket)
        if subject is None:
            return
        if self._visit is not None and ticket in self._visit.tickets:
            self._visit.dropped += ending is Ending.DROPPED
        self._count(wanted=_with_wanted(self._month.wanted, Wanted(subject, ending, 1, self._outside)))
        self.keep()

    def _over(self) -> None:
        """Count the visit that is over."""
        visit, self._visit = self._visit, None
        if visit is None or visit.is_staff:
            return
        took = (visit.left if visit.left is not None else self._clock()) - visit.began
        at = bisect_right(SPANS, took)
        spans = tuple(count + (place == at) for place, count in enumerate(self._month.spans))
        self._count(visits=self._month.visits + 1, outside=self._month.outside + self._outside, spans=spans)
        if visit.asked == visit.dropped:
            self._count(stopped=_with_place(self._month.stopped, visit.place))
        self.keep()

    # --- the book --------------------------------------------------------------------------------------------------

    @property
    def _local(self) -> datetime:
        return self._now().astimezone(ZoneInfo(self._settings.town.time_zone))

    @property
    def _outside(self) -> int:
        """1 where the counter is closed now; a town that gives it no hours has none."""
        return int(open_now(self._settings, self._local.replace(tzinfo=None)) is None)

    @property
    def _month(self) -> Month:
        empty = Month(book=self._book.name, began=self._book.began, month=self._local.year * 100 + self._local.month)
        return next((one for one in self._book.months if one.month == empty.month), empty)

    def _count(self, **counts: object) -> None:
        """Put other counts in this month's place; the month that was counted in last stands last."""
        month = structs.replace(self._month, **counts)
        if not FIRST_MONTH <= month.month <= LAST_MONTH:  # a clock that lost its time
            return
        others = tuple(one for one in self._book.months if one.month != month.month)
        self._book = structs.replace(self._book, months=(*others, month)[-_MONTHS:])

    def _write(self, book: _Book, *, tell: bool) -> None:
        try:
            durable.write(self._file, msgspec.json.encode(book))
        except OSError as error:
            if not self._amiss:
                log.warning("the figures cannot be kept (%s)", error.strerror)
            self._amiss = True
        else:
            self._amiss = False
            if tell:
                self.told = book.months


def _read(file: Path) -> _Book | None:
    try:
        with file.open("rb") as opened:
            return msgspec.json.decode(opened.read(_MOST_BYTES), type=_Book)
    except (OSError, msgspec.MsgspecError):
        return None


def _subject(code: str) -> Subject:
    try:
        return Subject(code)
    except ValueError:
        return Subject.OTHER


def _of_job(progress: Progress) -> Ending:
    if progress.phase is JobPhase.FAILED and progress.fault is FaultCode.PRINT_STOPPED:
        return Ending.DROPPED
    return _PRINTED.get(progress.phase, Ending.FAILED)


def _with_wanted(rows: tuple[Wanted, ...], more: Wanted) -> tuple[Wanted, ...]:
    had = next((one for one in rows if (one.subject, one.ending) == (more.subject, more.ending)), None)
    if had is None:
        return *rows, more
    both = structs.replace(had, times=had.times + more.times, outside=had.outside + more.outside)
    return tuple(both if one is had else one for one in rows)


def _with_place(rows: tuple[Stopped, ...], place: Place) -> tuple[Stopped, ...]:
    had = {one.place: one.times for one in rows}
    return tuple(Stopped(*one) for one in (had | {place: had.get(place, 0) + 1}).items())


def _with_fault(rows: tuple[Faulty, ...], fault: FaultCode) -> tuple[Faulty, ...]:
    had = {one.fault: one.times for one in rows}
    return tuple(Faulty(*one) for one in (had | {fault: had.get(fault, 0) + 1}).items())
