"""The letters about alarms, in plain Dutch: what, where, since when, and no more. Also what a program gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fleet.service.alarm_settings import ZONE, AlarmSettings
from fleet.service.alarm_tables import alarms
from fleet.service.findings import Role
from fleet.service.outbox import Kind
from fleet.service.tables import kiosks

# As many as somebody reads in a letter; the page shows all of them.
_MOST_LINES = 40
_WEEK = dt.timedelta(days=7)
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli"),
    *("augustus", "september", "oktober", "november", "december"),
)


def letter(batch: Sequence[Any], settings: AlarmSettings, sender: str, now: dt.datetime) -> EmailMessage:
    """Write one letter about what waits for one mailbox."""
    town = batch[0].town.capitalize()
    lines = [line for one in batch[:_MOST_LINES] for line in _about(one)]
    if len(batch) > _MOST_LINES:
        lines += [f"En nog {len(batch) - _MOST_LINES} andere: zie de pagina.", ""]
    lines.append("Van elk probleem krijg je één bericht, en nog een als het opgelost is.")
    subject = _headline(batch[0]) if len(batch) == 1 else f"{len(batch)} berichten over de loketten"
    return _posted(batch, f"{subject} ({town})", lines, settings, sender, now)


def weekly(
    batch: Sequence[Any], engine: sa.Engine, settings: AlarmSettings, sender: str, now: dt.datetime
) -> EmailMessage:
    """Write the letter about the week before the one in which it is made: what happened, how often and how long."""
    made = batch[0].made.astimezone(ZONE)
    monday = dt.datetime.combine(made.date() - dt.timedelta(days=made.weekday()), dt.time(), ZONE)
    begin, town = monday - _WEEK, batch[0].town
    had = sa.select(alarms, kiosks.c.number).join(kiosks, kiosks.c.id == alarms.c.kiosk)
    when = sa.and_(alarms.c.opened < monday, sa.or_(alarms.c.closed.is_(None), alarms.c.closed >= begin))
    told = alarms.c.told.is_not(None)
    with engine.connect() as connection:
        order = (kiosks.c.number, alarms.c.key, alarms.c.id)
        rows = connection.execute(had.where(kiosks.c.town == town, when, told).order_by(*order)).all()
    lines = [f"Van {day(begin)} tot en met {day(monday - dt.timedelta(days=1))}:", ""]
    lines += _sums(rows, begin, monday) or ["Er was niets te melden."]
    still = [row for row in rows if row.closed is None]
    if still:
        lines += ["", "Dit is nog niet opgelost:", ""]
        lines += [f"- {_at(row)}, sinds {moment(row.opened)}" for row in still[:_MOST_LINES]]
    return _posted(batch, f"Loketten: de voorbije week ({town.capitalize()})", [*lines, ""], settings, sender, now)


def for_program(one: Any) -> bytes:  # noqa: ANN401 (a row)
    """Write what a program gets."""
    return msgspec.json.encode(
        {
            "type": f"alarm.{one.kind}",
            "timestamp": one.made,
            "data": {
                "alarm": one.alarm,
                "town": one.town,
                "kiosk": one.number,
                "key": one.key,
                "role": one.role,
                "urgent": one.urgent,
                "sentence": one.sentence,
                "opened": one.opened,
                "closed": one.closed,
            },
        }
    )


def moment(at: dt.datetime) -> str:
    """Say a moment: vrijdag 27 november om 17.03 uur."""
    local = at.astimezone(ZONE)
    return f"{day(local)} om {local:%H.%M} uur"


def day(at: dt.datetime) -> str:
    """Say a day: vrijdag 27 november."""
    local = at.astimezone(ZONE)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def _posted(
    batch: Sequence[Any], subject: str, lines: Sequence[str], settings: AlarmSettings, sender: str, now: dt.datetime
) -> EmailMessage:
    post = EmailMessage(policy=SMTP)
    post["Subject"], post["From"], post["To"] = _one_line(subject), sender, batch[0].target
    post["Date"] = format_datetime(now)
    post["Message-ID"] = f"<{batch[0].claim}@{sender.partition('@')[2]}>"
    post["Auto-Submitted"] = "auto-generated"  # [RFC 3834] nobody's absence answers it
    foot = [f"Alles wat open staat: {settings.console.rstrip('/')}/meldingen"] if settings.console else []
    post.set_content("\n".join([*lines, *foot]) + "\n", cte="quoted-printable")
    return post


def _headline(one: Any) -> str:  # noqa: ANN401 (a row)
    return f"Opgelost: {_at(one)}" if one.kind == Kind.SOLVED else _at(one)


def _about(one: Any) -> list[str]:  # noqa: ANN401 (a row)
    if one.kind == Kind.SOLVED:
        until = one.gone if one.gone is not None else one.closed
        return [f"Opgelost: {_at(one)}.", f"Het duurde van {moment(one.opened)} tot {moment(until)}.", ""]
    hurts = ["Inwoners hebben er last van."] if one.urgent and one.role != Role.SAFETY else []
    return [f"{_at(one)}.", f"Sinds {moment(one.opened)}.", *hurts, ""]


def _at(one: Any) -> str:  # noqa: ANN401 (a row)
    """Say what is amiss at which kiosk: a sentence of its own, or one about the kiosk."""
    text = _one_line(one.sentence)
    return f"{one.number}: {text}" if text[:1].isupper() or text.startswith(("de ", "het ")) else f"{one.number} {text}"


def _one_line(text: str) -> str:
    """Take away what could end a header, and whatever else is no sign."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _sums(rows: Sequence[Any], begin: dt.datetime, end: dt.datetime) -> list[str]:
    """Say of each problem how often it was there in that time, and how long in all."""
    sums: dict[str, list[dt.timedelta]] = {}
    for row in rows:
        over = row.gone if row.closed is not None and row.gone is not None else row.closed
        sums.setdefault(_at(row), []).append(min(over or end, end) - max(row.opened, begin))
    return [f"- {what}: {len(times)} keer, samen {_span(sum(times, dt.timedelta()))}" for what, times in sums.items()]


def _span(time: dt.timedelta) -> str:
    minutes = max(round(time.total_seconds() / 60), 1)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} {'minuut' if rest == 1 else 'minuten'}"
    return f"{hours} uur" + (f" en {rest} {'minuut' if rest == 1 else 'minuten'}" if rest else "")
