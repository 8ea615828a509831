"""Runs a program as it is, but for a kiosk that waits for nobody: what takes a minute in a hall takes some seconds.

`python -m tests.journeys.impatient MODULE …`.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from msgspec import structs

from config import settings

WAITS = {"idle": 3.0, "still_there": 2.0, "take_card": 2.0, "take_paper": 2.0, "notice": 2.0, "goodbye": 1.0}
WAITS |= {"paper_wait": 5.0, "print_silence": 5.0, "door_open": 2.0, "recognise": 5.0, "sign_in": 10.0, "order": 12.0}

_load = settings.load


def load(path: Path) -> settings.Settings:
    told = _load(path)
    return structs.replace(told, timeouts=structs.replace(told.timeouts, **WAITS))


if __name__ == "__main__":
    settings.load = load
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
