"""What one person may say alone: it has an end, reaches nothing else, and is on the portal on its days only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.daily import Daily, daily_of, read_daily, strangers, with_daily
from config.settings import ServiceState, Settings, SettingsError, load, settings_of

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"
FRIDAY, MONDAY, TUESDAY = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)
NEWS = {"title": "Kermis", "text": "De hal blijft open.", "first_day": FRIDAY, "last_day": MONDAY}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(EXAMPLE)


def given(**what: object) -> Daily:
    return daily_of({"given": FRIDAY, **what})


def service(state: str, until: date = MONDAY, name: str = "Geldautomaat 1") -> dict[str, Any]:
    return {"name": name, "state": state, "until": until}


def state_of(settings: Settings, name: str = "Geldautomaat 1") -> ServiceState:
    (found,) = (one.state for one in settings.services if getattr(one.name, "nl", one.name) == name)
    return found


def test_a_cash_machine_is_out_of_order_until_monday_and_works_on_tuesday(settings: Settings) -> None:
    daily = given(services=[service("outOfOrder")])
    assert state_of(with_daily(settings, daily, FRIDAY)) is ServiceState.OUT_OF_ORDER
    assert state_of(with_daily(settings, daily, MONDAY)) is ServiceState.OUT_OF_ORDER
    (machine,) = (one for one in with_daily(settings, daily, MONDAY).services if one.out_until)
    assert machine.out_until == MONDAY
    assert state_of(with_daily(settings, daily, TUESDAY)) is ServiceState.OPEN


def test_news_stands_before_what_the_town_said_for_longer_and_leaves_it_there(settings: Settings) -> None:
    said = with_daily(settings, given(announcements=[NEWS], closed=[MONDAY]), FRIDAY)
    assert [getattr(one.title, "nl", one.title) for one in said.announcements] == [
        "Kermis",
        "Donderdag 26 november is de balie gesloten.",
    ]
    assert said.closed == (date(2026, 11, 26), MONDAY, date(2026, 12, 25))


def test_everything_else_stays_as_it_was(settings: Settings) -> None:
    daily = given(announcements=[NEWS], closed=[MONDAY], services=[service("outOfOrder")])
    said = with_daily(settings, daily, FRIDAY)
    reached = {"announcements", "closed", "services"}
    assert {name for name in Settings.__struct_fields__ if getattr(said, name) != getattr(settings, name)} == reached
    for before, after in zip(settings.services, said.services, strict=True):
        again = {"state": before.state, "coming_from": before.coming_from, "out_until": None}
        assert msgspec.structs.replace(after, **again) == before


def test_a_service_of_another_building_is_none_of_this_kiosks_business(settings: Settings) -> None:
    daily = given(services=[service("outOfOrder", name="Geldautomaat 9")], announcements=[NEWS])
    said = with_daily(settings, daily, FRIDAY)
    assert said.services == settings.services
    assert len(said.announcements) == 2
    assert strangers(settings, daily) == ["Geldautomaat 9"]


def test_what_was_to_come_may_be_said_to_be_there(settings: Settings) -> None:
    """The example's compartments are to come on a day, and this kiosk has no doors for them."""
    raw = {**msgspec.to_builtins(settings, enc_hook=str), "lockers": None}
    bare = settings_of(raw)
    daily = given(services=[service("open", name="Ophalen met een code")])
    assert state_of(with_daily(bare, daily, FRIDAY), "Ophalen met een code") is ServiceState.COMING
    broken = given(services=[service("outOfOrder", name="Ophalen met een code")])
    said = with_daily(bare, broken, FRIDAY)
    assert state_of(said, "Ophalen met een code") is ServiceState.OUT_OF_ORDER
    settings_of(msgspec.to_builtins(said, enc_hook=str))  # what it leads to are settings that hold together


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"printer": {"queue": "x", "device": "ipp://x/"}}, "printer"),
        ({"staff": []}, "staff"),
        ({"announcements": [{**NEWS, "colour": "red"}]}, "colour"),
        ({"services": [{**service("outOfOrder"), "note": "x"}]}, "note"),
        ({"services": [{"name": "Geldautomaat 1", "state": "outOfOrder"}]}, "until"),
        ({"services": [service("exploded")]}, "exploded"),
        ({"announcements": [{**NEWS, "title": "x" * 61}]}, "61 signs"),
        ({"announcements": [{**NEWS, "last_day": FRIDAY - timedelta(days=1)}]}, "before first_day"),
        ({"announcements": [NEWS] * 6}, "announcements"),
        ({"closed": [MONDAY] * 61}, "closed"),
    ],
)
def test_it_reaches_nothing_else(what: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        given(**what)


@pytest.mark.parametrize("days", [92, 93])
@pytest.mark.parametrize("what", ["announcements", "closed", "services"])
def test_it_ends_within_a_season(what: str, days: int) -> None:
    end = FRIDAY + timedelta(days=days)
    said = {
        "announcements": [{**NEWS, "last_day": end}],
        "closed": [end],
        "services": [service("outOfOrder", end)],
    }
    if days == 92:
        given(**{what: said[what]})
    else:
        with pytest.raises(SettingsError, match=f"{what}: ends more than 92 days"):
            given(**{what: said[what]})


def test_what_is_given_out_in_the_future_would_outlast_its_bound(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="given out on 2026-11-27"):
        with_daily(settings, given(), FRIDAY - timedelta(days=2))
    with_daily(settings, given(), FRIDAY - timedelta(days=1))  # a clock may be a day behind


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"given": "yesterday"}', b"[" * 100_000, b"\xff\xfe"])
def test_a_file_that_holds_none_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "daily.json"
    assert read_daily(file) is None
    file.write_bytes(content)
    with pytest.raises(SettingsError):
        read_daily(file)
