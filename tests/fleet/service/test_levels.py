"""What is left at a kiosk, day after day: kept for a month and no longer, drawn, and said with the day it runs out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.checkin import Good
from fleet.service.levels import Day, curve, empty_on, history

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.service.conftest import Clock, Said


def days(service: Service) -> list[list[Day]]:
    with service.engine.connect() as connection:
        return history(connection, 1)


def test_a_year_of_days_keeps_a_month_and_a_refill_is_seen(
    database: str,
    make_service: Callable[[str], tuple[Service, Clock]],
    let_in: Callable[[Service, str], str],
    said: Said,
) -> None:
    service, clock = make_service(database)
    shown = let_in(service, "LV-01")
    assert said.kiosk is not None
    for day in range(60):
        clock.ahead = timedelta(days=day)
        left = 250 - 20 * (day % 12)
        said.kiosk["levels"] = [{"good": "paper", "left": left, "aWeek": 140}, {"good": "toner", "left": 3000}]
        service.checkins.take(shown, said.next())
        service.checkins.take(shown, said.next())
    paper, toner = days(service)
    assert [len(paper), len(toner)] == [31, 31]
    assert [one.left for one in paper[-3:]] == [70, 50, 30]
    assert (paper[-1].day - paper[0].day).days == 30
    drawn = curve(paper, clock())
    assert drawn.sentence == f"nog 30 vellen, leeg rond {paper[-1].day + timedelta(days=1):%d-%m-%Y}"
    assert curve(toner, clock()).sentence == "nog 3000 vellen"


def test_a_kiosk_that_says_the_same_good_twice_is_kept_and_fails_nobody_beside_it(
    database: str,
    make_service: Callable[[str], tuple[Service, Clock]],
    let_in: Callable[[Service, str], str],
    said: Said,
) -> None:
    service, _clock = make_service(database)
    shown = let_in(service, "LV-01")
    assert said.kiosk is not None
    said.kiosk["levels"] = [{"good": "paper", "left": 250}, {"good": "paper", "left": 90}]
    service.checkins.take(shown, said.next())
    assert [[one.left for one in good] for good in days(service)] == [[90]]


def test_a_curve_ends_where_nothing_is_left_and_says_so() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    seen = [Day(Good.PAPER, now.date() - timedelta(days=back), 100 + 10 * back, 70) for back in (30, 15, 0)]
    drawn = curve(seen, now)
    assert drawn.most == 400
    assert drawn.was == "0,0 150,60 300,120"  # 400, 250 and 100 of 400 sheets, in a box of 600 by 160
    assert drawn.will_be == "300,120 400,160"  # ten days on nothing is left
    assert empty_on(seen[-1]) == now.date() + timedelta(days=10)
    far = Day(Good.PAPER, now.date(), 400, 7)
    assert empty_on(far) is None
    assert curve([far], now).sentence == "nog 400 vellen, genoeg voor meer dan een maand"
