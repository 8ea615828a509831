"""What a whole kiosk does when its operator commands it, on real drivers: a sheet, every device's answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from hardware.doors import DoorWord
from tests.maintenance.at_kiosk import SECONDS, Site


@pytest.fixture(scope="module")
def told(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    site.kiosk.obey_in(folder)
    return folder


def ends(site: Site, told: Path, verb: str) -> str:
    """Have the kiosk do it, as between two visits, and wait for how it ended."""
    now, id_ = datetime.now(UTC), uuid4()
    command = {"id": id_, "town": "lindeveld", "kiosk": "LV-01", "verb": verb}
    command |= {"issued": now, "expires": now + timedelta(minutes=15)}
    draft = told / ".draft"
    draft.write_bytes(msgspec.json.encode({"command": command, "key": "5e" * 32}))
    draft.replace(told / "command.json")
    site.kiosk._loop.call_soon(site.kiosk.obey)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        found = [one.outcome.value for one in site.kiosk._commands.results if one.id == id_]
        if found and found[0] != "begun":
            return found[0]
        time.sleep(0.02)
    raise AssertionError("the kiosk never said how it ended")


def test_a_sheet_comes_out_by_the_printer_s_own_word(site: Site, told: Path) -> None:
    before = len(site.world.printer.printed)
    assert ends(site, told, "testPrint") == "done"
    assert len(site.world.printer.printed) == before + 1


def test_every_device_that_asks_no_hand_is_tried_and_nothing_comes_out_and_no_door_opens(
    site: Site, told: Path
) -> None:
    before = len(site.world.printer.printed)
    assert ends(site, told, "selfTest") == "done"
    assert len(site.world.printer.printed) == before
    assert site.kiosk._bank is not None
    looks = site.kiosk._bank.look().values()
    assert {look.door for look in looks} == {DoorWord.CLOSED}, "the kiosk has its compartments still"
