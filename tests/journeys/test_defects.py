"""A resident reports what does not work, on real parts: the town hears of it once, be it after a power cut."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskProcess
from simulators.world import World

PATIENCE = 60.0


def reported(folder: Path) -> list[tuple[str, str, str]]:
    """What the town has: kiosk, subject, screen."""
    with closing(dbapi2.connect(folder / "world" / "townhall" / "townhall.db")) as connection:
        return list(connection.execute("SELECT kiosk, about, screen FROM defect_reports ORDER BY about"))


def touched(kiosk: KioskProcess, choice: str, page: str | None) -> None:
    """Touch something, and wait until that page lies over the portal."""
    kiosk.touch(choice)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        kiosk.look()
        told = kiosk.next()
        if told is not None and "overlay" in told and told["overlay"] == page:
            return
    raise AssertionError(f"no {page} after {choice}")


def until(folder: Path, expected: list[tuple[str, str, str]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while reported(folder) != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    assert reported(folder) == expected


def test_the_town_hears_what_was_said_though_it_was_away_and_the_power_went(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        file = tmp_path / "kiosk.toml"
        settings_file.write(file, world, tmp_path / "kiosk")
        environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
        with KioskProcess(file, environment, tmp_path / "kiosk.log") as kiosk:
            kiosk.wait_until_known()
            touched(kiosk, "help", "help")
            touched(kiosk, "defect", "defect")
            touched(kiosk, "defect-paper", "defectKept")
            until(tmp_path, [("LV-01", "paper", "portal")])
            touched(kiosk, "goOn", None)
            world.town_hall.stop()
            touched(kiosk, "help", "help")
            touched(kiosk, "defect", "defect")
            touched(kiosk, "defect-machine", "defectKept")
            kiosk.kill()
            world.town_hall.start()
            assert len(reported(tmp_path)) == 1
            kiosk.start_again()
            until(tmp_path, [("LV-01", "machine", "portal"), ("LV-01", "paper", "portal")])
    log = (tmp_path / "kiosk.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
