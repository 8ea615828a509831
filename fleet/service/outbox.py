"""What is to be said to whom, written down together with why; and who takes it there, one worker at a time.

A message is claimed for a while, by one UPDATE that finds it unclaimed. A worker that dies before it hands a letter
over leaves it to the next. One that dies after leaves it *handed*: nobody knows whether it came, and it is not sent
again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from fleet.service.alarm_settings import ZONE, AlarmSettings
from fleet.service.alarm_tables import alarms, messages
from fleet.service.findings import Role
from fleet.service.tables import kiosks

# Longer than any delivery may take (couriers.DEADLINE), by far.
CLAIM_HOLDS = dt.timedelta(minutes=5)
# One minute, two, four, up to an hour between tries; a mail server that is mended on Monday still gets Saturday's.
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=1)
GIVEN_UP_AFTER = dt.timedelta(days=3)
# A week is told on its first day at work; a service that was off all that day leaves it out.
_WEEKLY_HOLDS = dt.timedelta(hours=12)
# [the column]
_LONGEST_ANSWER = 80


class Kind(StrEnum):
    """What a message is about."""

    OPENED = "opened"
    SOLVED = "solved"
    WEEKLY = "weekly"


class Channel(StrEnum):
    """How it goes there."""

    MAIL = "mail"
    WEBHOOK = "webhook"


_WAITS = sa.and_(messages.c.sent.is_(None), messages.c.over.is_(None), messages.c.handed.is_(None))


def _unclaimed(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_WAITS, sa.or_(messages.c.claimed_until.is_(None), messages.c.claimed_until <= now))


# --- putting in ------------------------------------------------------------------------------------------------------


def put_opened(
    connection: sa.Connection,
    settings: AlarmSettings,
    town: str,
    alarm: int,
    role: Role,
    now: dt.datetime,
    *,
    urgent: bool,
) -> None:
    """Put in what is to be said of a new alarm."""
    wants = settings.town(town)
    due = wants.due(role, now, urgent=urgent) if wants is not None else {}
    rows = [_row(Kind.OPENED, Channel.MAIL, address, town, now, at, alarm) for address, at in due.items()]
    hooks = (hook.url for hook in settings.webhooks if hook.town == town)
    rows += [_row(Kind.OPENED, Channel.WEBHOOK, url, town, now, now, alarm) for url in hooks]
    if rows:
        connection.execute(sa.insert(messages), rows)


def cancel(connection: sa.Connection, alarm: int, now: dt.datetime) -> Sequence[Any]:
    """Take back what nobody heard yet of an alarm that is over; gives what somebody did hear, or may have."""
    mine = sa.and_(messages.c.alarm == alarm, messages.c.kind == Kind.OPENED)
    back = sa.update(messages).where(mine, _unclaimed(now)).values(over=now, answer="was al opgelost")
    connection.execute(back)
    return connection.execute(sa.select(messages).where(mine, messages.c.over.is_(None))).all()


def put_solved(connection: sa.Connection, settings: AlarmSettings, told: Sequence[Any], now: dt.datetime) -> None:
    """Put in that it is solved, for whoever heard of it; who was called at night also hears that at night."""
    rows = []
    for one in told:
        wants, due = settings.town(one.town), now
        if one.channel == Channel.MAIL and wants is not None and wants.hours.open(one.due):
            due = wants.hours.next(now)
        rows.append(_row(Kind.SOLVED, Channel(one.channel), one.target, one.town, now, due, one.alarm))
    if rows:
        connection.execute(sa.insert(messages), rows)


def put_weekly(connection: sa.Connection, settings: AlarmSettings, now: dt.datetime) -> None:
    """Put in the letter about last week, on the first morning of this one."""
    monday = now.astimezone(ZONE).date() - dt.timedelta(days=now.astimezone(ZONE).weekday())
    week = f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
    for town in settings.towns:
        due = town.hours.next(dt.datetime.combine(monday, dt.time(), ZONE))
        if not due <= now < due + _WEEKLY_HOLDS:
            continue
        for address in town.weekly:
            row = _row(Kind.WEEKLY, Channel.MAIL, address, town.town, now, now, None, week)
            if connection.execute(sa.select(messages.c.id).where(messages.c.name == row["name"])).first() is None:
                connection.execute(sa.insert(messages).values(**row))


def _row(
    kind: Kind,
    channel: Channel,
    target: str,
    town: str,
    now: dt.datetime,
    due: dt.datetime,
    alarm: int | None,
    week: str = "",
) -> dict[str, Any]:
    about = f"{town}/{week}" if week else str(alarm)
    return {
        "name": f"{kind}/{about}/{target}",
        "town": town,
        "alarm": alarm,
        "kind": kind,
        "channel": channel,
        "target": target,
        "made": now,
        "due": due,
        "tries": 0,
    }


def forget(connection: sa.Connection, before: dt.datetime) -> None:
    """Forget the letters of weeks that are long past; what is about an alarm goes with it."""
    connection.execute(sa.delete(messages).where(messages.c.alarm.is_(None), messages.c.made < before))


# --- taking out ------------------------------------------------------------------------------------------------------


class Outbox:
    """Gives each message to one worker. Safe from threads."""

    def __init__(self, engine: sa.Engine, now: Callable[[], dt.datetime]) -> None:
        self._engine, self._now = engine, now

    def claim(self, channel: Channel) -> Sequence[Any]:
        """Claim what is due: all that waits for one mailbox, or one message to a program. Nothing: an empty list."""
        now = self._now()
        due = sa.and_(messages.c.channel == channel, messages.c.due <= now, _unclaimed(now))
        with self._engine.begin() as connection:
            first = connection.execute(sa.select(messages).where(due).order_by(messages.c.due, messages.c.id)).first()
            if first is None:
                return []
            together = sa.and_(messages.c.target == first.target, messages.c.town == first.town)
            if channel is Channel.WEBHOOK or first.kind == Kind.WEEKLY:
                which = sa.and_(due, messages.c.id == first.id)
            else:
                which = sa.and_(due, together, messages.c.kind != Kind.WEEKLY)
            claim = str(uuid4())
            mine = {"claim": claim, "claimed_until": now + CLAIM_HOLDS, "tries": messages.c.tries + 1}
            # Whoever comes at the same moment waits for the row, finds it claimed, and gets nothing.
            connection.execute(sa.update(messages).where(which).values(**mine))
            return connection.execute(_with_alarm.where(messages.c.claim == claim).order_by(messages.c.id)).all()

    def hand(self, claim: str) -> bool:
        """Say that these are about to be handed over, so never again. False where they are not ours any more."""
        now = self._now()
        mine = sa.and_(messages.c.claim == claim, messages.c.claimed_until > now, _WAITS)
        with self._engine.begin() as connection:
            return connection.execute(sa.update(messages).where(mine).values(handed=now)).rowcount > 0

    def sent(self, claim: str) -> None:
        """Say that they came."""
        self._set(claim, sent=self._now(), answer=None)

    def unsure(self, claim: str, answer: str) -> None:
        """Say that nobody knows whether they came."""
        self._set(claim, answer=answer[:_LONGEST_ANSWER])

    def refused(self, claim: str, answer: str) -> None:
        """Say that they never will."""
        self._set(claim, over=self._now(), handed=None, answer=answer[:_LONGEST_ANSWER])

    def again(self, batch: Sequence[Any], answer: str) -> None:
        """Say that they did not come, and when they are tried again; not after three days."""
        now, first = self._now(), batch[0]
        wait = min(FIRST_WAIT * 2 ** (first.tries - 1), LONGEST_WAIT)
        over = now if now - min(one.made for one in batch) > GIVEN_UP_AFTER else None
        more = {"handed": None, "claimed_until": None, "claim": None, "answer": answer[:_LONGEST_ANSWER]}
        self._set(first.claim, due=now + wait, over=over, **more)

    def _set(self, claim: str, /, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(messages).where(messages.c.claim == claim).values(**values))


_with_alarm = sa.select(
    messages,
    alarms.c.key,
    alarms.c.role,
    alarms.c.urgent,
    alarms.c.sentence,
    alarms.c.opened,
    alarms.c.gone,
    alarms.c.closed,
    kiosks.c.number,
).select_from(
    messages.outerjoin(alarms, alarms.c.id == messages.c.alarm).outerjoin(kiosks, kiosks.c.id == alarms.c.kiosk)
)
