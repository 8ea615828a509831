"""A town's days begin at midnight in Belgium, whatever the machine's clock is set to."""

from __future__ import annotations

import datetime as dt

import pytest

from townhall.calendar import date_of


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-25T22:59:59+00:00", "2026-11-25"),
        ("2026-11-25T23:00:00+00:00", "2026-11-26"),
        ("2026-07-01T21:59:59+00:00", "2026-07-01"),
        ("2026-07-01T22:00:00+00:00", "2026-07-02"),
    ],
)
def test_a_moment_falls_on_the_day_that_it_is_in_belgium(moment: str, day: str) -> None:
    assert date_of(dt.datetime.fromisoformat(moment)) == dt.date.fromisoformat(day)
