"""A kiosk that is watched minute by minute, and a town that wants to hear of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from holidays import country_holidays

from tests.fleet.service.alarms.outside import PostOffice

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.service.conftest import Clock, Said

Made = tuple["Service", "Clock"]
BRUSSELS = ZoneInfo("Europe/Brussels")
READY = {"part": "printer", "health": "ok"}
EMPTY = {"part": "printer", "health": "down", "fault": "paperEmpty"}
LOW = {"part": "printer", "health": "degraded", "fault": "paperLow"}


def clock_to(clock: Clock, weekday: int, hour: int) -> None:
    """Put the clock on a coming day of the week (Monday is 0), in the town's own time."""
    today = clock().astimezone(BRUSSELS).date()
    day = today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    clock.ahead = dt.datetime.combine(day, dt.time(hour), BRUSSELS) - dt.datetime.now(dt.UTC)


def told_to(post: PostOffice, **more: object) -> dict[str, Any]:
    """The town's file: four mailboxes, of which one at night."""
    return {
        "console": "https://vloot.example/",
        "mail": {"server": "localhost", "port": post.port, "security": "none", "sender": "loket@lindeveld.example"},
        "towns": [
            {
                "town": "lindeveld",
                "weekly": ["hoofd@lindeveld.example"],
                "papier": {"office": ["onthaal@lindeveld.example"]},
                "storing": {"office": ["it@lindeveld.example"], "on_call": ["wacht@lindeveld.example"]},
                "veiligheid": {"office": ["ciso@lindeveld.example"], "on_call": ["wacht@lindeveld.example"]},
            }
        ],
        **more,
    }


class Watch:
    """A kiosk, the service that hears it, and time, minute by minute."""

    def __init__(self, made: Made, who: str, said: Said, loop: asyncio.AbstractEventLoop) -> None:
        self.service, self.clock = made
        self.said, self._who, self._loop, self.heard = said, who, loop, True

    def minutes(self, count: int, *devices: dict[str, str]) -> None:
        """So many minutes go by; the kiosk says how these parts do, unless it is not heard."""
        for _ in range(count):
            self.clock.ahead += dt.timedelta(minutes=1)
            if self.heard:
                self.says(*devices)
            self.round()

    def says(self, *devices: dict[str, str], **more: object) -> None:
        if devices:
            assert self.said.kiosk is not None
            self.said.kiosk["devices"] = list(devices)
        self.service.checkins.take(self._who, self.said.next(**{"sent": self.clock().isoformat(), **more}))

    def round(self) -> None:
        asyncio.run_coroutine_threadsafe(self.service.couriers.round(), self._loop).result(60)

    def rows(self, table: sa.Table) -> list[Any]:
        with self.service.engine.connect() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.id)))


Watching = Callable[[Made, str], Watch]


def on_wednesday(made: Made, watching: Watching) -> Watch:
    """A Wednesday in a fortnight without a public holiday: on those nobody sits at a desk."""
    clock = made[1]
    clock_to(clock, 2, 10)
    while any(clock().date() + dt.timedelta(days=ahead) in country_holidays("BE") for ahead in range(14)):
        clock_to(clock, 2, 10)
    watch = watching(made, "LV-01")
    watch.minutes(1, READY)
    return watch
