"""A kiosk that knows no seal of this town's, and what its settings let it print all the same: on real parts."""

from __future__ import annotations

import tomllib
from contextlib import closing
from pathlib import Path

import pytest
import tomli_w
import trustme
from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.world import QUEUE, World

PRODUCT = "householdComposition"


def visited(folder: Path, rule: str) -> tuple[int, list[str], str]:
    """Let An come for a document under that rule: sheets, what was written in the audit trail, and the log."""
    stranger = folder / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    with World(folder / "world", ms_per_sheet=100) as world:
        file = folder / "kiosk.toml"
        settings_file.write(file, world, folder / "kiosk")
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
        settings["back_end"] |= {"seal_ca": str(stranger), "seals": {PRODUCT: rule}}
        file.write_text(tomli_w.dumps(settings), encoding="utf-8")
        environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
        with KioskProcess(file, environment, folder / "kiosk.log") as kiosk:
            resident = Resident(kiosk, Slot(world.cards, "1.8:an"), world.residents["an"].pin, products=(PRODUCT,))
            kiosk.wait_until_known()
            kiosk.look()
            while (told := kiosk.next()) is not None and not ("state" in told and resident.see(told)):
                pass
        sheets = len(world.printer.printed)
        assert not world.cupsd.documents
        assert not world.cupsd.waiting(QUEUE)
    with closing(dbapi2.connect(folder / "kiosk" / "kiosk.db")) as connection:
        said = [row[0] for row in connection.execute("SELECT what FROM audit ORDER BY number")]
    return sheets, said, (folder / "kiosk.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rule", "sheets", "written", "warned"), [("require", 0, 0, 0), ("warn", 1, 1, 1), ("off", 1, 0, 0)]
)
def test_a_stranger_s_seal_is_refused_told_or_not_looked_at(
    tmp_path: Path, rule: str, sheets: int, written: int, warned: int
) -> None:
    came_out, said, log = visited(tmp_path, rule)
    assert came_out == sheets
    assert said.count("documentUnsealed") == written
    assert log.count(f"may be printed by the settings: {PRODUCT} (not by a seal we trust)") == warned
