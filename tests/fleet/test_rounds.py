"""How often an agent asks: once a minute, soon after something new, ever more rarely where nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadError

from config.agent.fetch import SlowDownError
from config.agent.rounds import EVERY, JITTER, LONGEST_WAIT, SOON, Rounds
from config.agent.told import AgentState, Told
from config.agent.verify import Found
from config.bundle import Bundle
from config.daily import Daily
from config.merge import Layer

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


class Fleet:
    """What the rounds find; a test says what, or what goes wrong."""

    def __init__(self) -> None:
        self.found: Found | Exception = Found(Bundle(), None, "")

    def __call__(self) -> Found:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def rounds(fleet: Fleet, tmp_path: Path) -> Callable[..., Rounds]:
    """Rounds by a clock and a chance of the test's own."""

    def make(now: Callable[[], datetime] = lambda: NOW, chance: float = 0.5) -> Rounds:
        return Rounds(fleet, Told(tmp_path), now, lambda: chance)

    return make


def test_it_asks_once_a_minute_and_not_all_kiosks_at_once(rounds: Callable[..., Rounds]) -> None:
    rounds().once()
    waits = [rounds(chance=chance).once() for chance in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([EVERY * (1 - JITTER), EVERY, EVERY * (1 + JITTER)])
    assert EVERY * (1 + JITTER) + 5 < 120, "daily content is on the screen within two minutes"


def test_soon_after_something_new_the_fleet_hears_what_came_of_it(fleet: Fleet, rounds: Callable[..., Rounds]) -> None:
    agent = rounds()
    agent.once()
    for found in (
        Found(Bundle({Layer.FLEET: {"languages": ["nl"]}}), None, ""),
        Found(Bundle({Layer.FLEET: {"languages": ["nl"]}}), Daily(given=NOW.date()), ""),
        Found(Bundle({Layer.FLEET: {"languages": ["nl"]}}), None, ""),
    ):
        fleet.found = found
        assert agent.once() == SOON
        assert agent.once() == EVERY


@pytest.mark.expects_log("settings: unreachable")
def test_where_nobody_answers_it_asks_ever_more_rarely_and_at_once_again_after_an_answer(
    fleet: Fleet, rounds: Callable[..., Rounds]
) -> None:
    agent = rounds()
    agent.once()
    fleet.found = DownloadError("nobody")
    waits = [agent.once() for _ in range(6)]
    assert waits == [120.0, 240.0, 480.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    fleet.found = Found(Bundle(), None, "")
    assert agent.once() == EVERY


@pytest.mark.expects_log("settings: unreachable")
@pytest.mark.parametrize(("asked", "waits"), [(300.0, 300.0), (86_400.0, LONGEST_WAIT), (1.0, 120.0)])
def test_a_server_that_asks_for_time_gets_it_within_bounds(
    fleet: Fleet, rounds: Callable[..., Rounds], asked: float, waits: float
) -> None:
    fleet.found = SlowDownError(asked)
    assert rounds().once() == waits


@pytest.mark.expects_log("settings: clock")
def test_a_clock_that_was_set_back_takes_nothing_new(
    fleet: Fleet, rounds: Callable[..., Rounds], tmp_path: Path
) -> None:
    rounds().once()
    fleet.found = Found(Bundle({Layer.FLEET: {"languages": ["nl", "en"]}}), None, "")
    before = (tmp_path / "offered.json").read_bytes()
    rounds(lambda: NOW - timedelta(hours=1)).once()
    assert (tmp_path / "offered.json").read_bytes() == before
    assert Told(tmp_path).state().alarm == "clock"
    rounds(lambda: NOW - timedelta(minutes=5)).once()
    assert (tmp_path / "offered.json").read_bytes() != before


@pytest.mark.expects_log("settings: clock")
def test_a_clock_that_is_set_back_little_by_little_is_set_back(rounds: Callable[..., Rounds], tmp_path: Path) -> None:
    """Who may tell the kiosk the time could otherwise hold it at an old word for as long as it likes."""
    for minutes in (0, 9, 18):
        rounds(lambda back=minutes: NOW - timedelta(minutes=back)).once()
    assert Told(tmp_path).state().alarm == "clock"
    assert Told(tmp_path).state().well == NOW


@pytest.mark.expects_log("settings: disk")
@pytest.mark.expects_log("cannot be written")
def test_a_full_disk_is_an_alarm_and_no_end(
    fleet: Fleet, rounds: Callable[..., Rounds], monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.found = Found(Bundle({Layer.FLEET: {"languages": ["nl", "en"]}}), None, "")
    heard: list[AgentState] = []
    agent = rounds()

    def tell(state: AgentState) -> bool:
        heard.append(state)
        return False

    agent.tell = tell
    with monkeypatch.context() as full:
        full.setattr("config.durable.write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        agent.once()
    assert [state.alarm for state in heard] == ["disk"]
    agent.once()
    assert heard[1].alarm is None
