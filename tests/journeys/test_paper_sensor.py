"""A whole visit on real parts with a sensor at the slot: whoever takes the paper need not say so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.world import World

SECONDS = 40.0


def test_the_visit_ends_when_the_paper_is_taken(tmp_path: Path) -> None:
    with World(tmp_path / "world", out=tmp_path / "out", ms_per_sheet=100) as world:
        settings = tmp_path / "kiosk.toml"
        settings_file.write(settings, world, tmp_path / "kiosk")
        kiosk = KioskProcess(settings, {**world.environment, "QT_QPA_PLATFORM": "offscreen"}, tmp_path / "kiosk.log")

        def takes_the_paper(state: str) -> None:
            if state == "Printed":
                world.paper_sensor.lay()
                world.paper_sensor.take()

        slot = Slot(world.cards, "1.8:an")
        pin = world.residents["an"].pin
        resident = Resident(kiosk, slot, pin, leaves_paper=True, on_state=takes_the_paper)
        try:
            kiosk.wait_until_known()
            kiosk.look()
            while (told := kiosk.next(SECONDS)) is not None:
                assert "error" not in told
                if "state" in told and resident.see(told):
                    break
        finally:
            kiosk.close()
        database = f"file:{quote(str(tmp_path / 'kiosk' / 'kiosk.db'))}?mode=ro"
        with closing(dbapi2.connect(database, uri=True, timeout=SECONDS)) as memory:
            assert [row[0] for row in memory.execute("SELECT taken_at FROM ticket")] != [None]  # unasked it stays open
        assert resident.states[-3:] == ["Printed", "Goodbye", "Portal"]
        assert len(world.printer.printed) == 1
