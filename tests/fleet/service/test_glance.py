"""The fleet at a glance: what residents cannot do at a kiosk now, and since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fleet.service.glance import cannot, since_when
from fleet.service.tables import kiosks

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.service.conftest import Clock, Said


def test_since_when_a_part_is_down_or_a_kiosk_silent_and_what_nobody_can_do_there(
    database: str,
    make_service: Callable[[str], tuple[Service, Clock]],
    let_in: Callable[[Service, str], str],
    said: Said,
) -> None:
    service, clock = make_service(database)
    shown = let_in(service, "LV-01")

    def rows() -> list[Any]:
        with service.engine.connect() as connection:
            return list(connection.execute(sa.select(kiosks)))

    def since() -> list[timedelta]:
        with service.engine.connect() as connection:
            return [clock() - at for at in since_when(connection, rows(), clock()).values()]

    assert said.kiosk is not None
    said.kiosk["devices"] = [{"part": "lockers", "health": "ok"}, {"part": "printer", "health": "ok"}]
    service.checkins.take(shown, said.next())
    assert (since(), cannot(rows()[0], clock())) == ([], [])
    clock.ahead = timedelta(hours=1)
    said.kiosk["devices"] = [{"part": "lockers", "health": "down"}, {"part": "printer", "health": "ok"}]
    service.checkins.take(shown, said.next())
    clock.ahead = timedelta(hours=3)
    said.kiosk["devices"] = [{"part": "lockers", "health": "down"}, {"part": "printer", "health": "down"}]
    service.checkins.take(shown, said.next())
    (first,) = since()
    assert timedelta(hours=2) <= first < timedelta(hours=2, minutes=1), "since the first of them"
    assert cannot(rows()[0], clock()) == ["inwoners kunnen nu niets uit een vakje halen"]
    clock.ahead = timedelta(hours=3, minutes=30)
    (silent,) = since()
    assert timedelta(minutes=30) <= silent < timedelta(minutes=31), "since it spoke last"
    assert cannot(rows()[0], clock()) == [], "of a silent kiosk nobody knows"
