"""Challenges and sessions end in time, and nobody fills the memory with them."""

from __future__ import annotations

import datetime as dt

import pytest

from townhall.problems import Problem
from townhall.residents import load
from townhall.sessions import MAX_CHALLENGES, Sessions


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_challenge_and_a_session_end_in_time() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    early, late = sessions.challenge("LV-01"), sessions.challenge("LV-01")
    time[0] += dt.timedelta(minutes=4, seconds=59)
    assert sessions.take(early.id, "LV-01").nonce == early.nonce
    time[0] += dt.timedelta(seconds=1)
    with pytest.raises(Problem, match="challengeExpired"):
        sessions.take(late.id, "LV-01")


def test_a_session_ends_in_time() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    _, token = sessions.open("LV-01", next(iter(load().people.values())), "somebody")
    time[0] += dt.timedelta(minutes=10)
    with pytest.raises(Problem, match="expiredAccessToken"):
        sessions.of(token, "LV-01")
    sessions.sweep()
    with pytest.raises(Problem, match="invalidAccessToken"):
        sessions.of(token, "LV-01")


def test_a_kiosk_gone_wild_cannot_fill_the_memory() -> None:
    time = [now()]
    sessions = Sessions(lambda: time[0])
    for _ in range(MAX_CHALLENGES):
        sessions.challenge("LV-01")
    with pytest.raises(Problem, match="tooManyRequests"):
        sessions.challenge("LV-01")
    assert sessions.challenge("LV-02").kiosk == "LV-02"
    time[0] += dt.timedelta(minutes=11)
    assert sessions.challenge("LV-01").kiosk == "LV-01"
