"""Whose hours a kiosk says is for the town to say; a zone that nobody knows is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import SettingsError, load

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime"])
def test_a_zone_that_nobody_knows_is_refused_by_its_key(tmp_path: Path, zone: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").replace("Europe/Brussels", zone), encoding="utf-8")
    with pytest.raises(SettingsError, match="time_zone"):
        load(file)


def test_a_town_that_names_no_zone_has_belgian_time(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "kiosk.toml"
    file.write_text("".join(line for line in lines if not line.startswith("time_zone")), encoding="utf-8")
    assert load(file).town.clock(datetime(2026, 7, 1, 4, 0, tzinfo=UTC)).hour == 6
