"""`kiosk check screen` as a technician runs it: a process with a window, under a robot's finger."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w

from kiosk_app.maintenance.work import Subject
from kiosk_app.store import Store
from kiosk_app.trials import Trials

PROJECT = Path(__file__).parents[2]
TOWN = {"name": "Gemeente Lindeveld", "municipality": "Lindeveld", "online_desk": "https://lindeveld.example/loket"}
# The real command, but for the hand: it touches what stands there until the command has ended.
ROBOT = """
import sys
from PySide6.QtCore import QPoint, QTimer
from demo.hand import Hand
from kiosk_app import check_screen, cli
from ui.app import App

WAYS = ("begin", "next", "no") if sys.argv[1] == "goes" else ("stop",)

class Robot(App):
    def run(self):
        self.settle()
        hand, timer = Hand(self.window), QTimer()
        def touch():
            ids = {choice.id: choice for choice in self.bridge.shown.choices}
            if "spot" in ids:
                aim = ids["spot"].event.aim
                hand.tap(QPoint(round((aim[0] + 5) * self.density), round(aim[1] * self.density)))
                return
            place = hand.place(next(name for name in WAYS if name in ids))
            if place is not None:  # else its page is still to come
                hand.tap(place)
        timer.timeout.connect(lambda: hand.once_painted(touch))
        timer.start(20)
        return super().run()

check_screen.App = Robot
raise SystemExit(cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("goes", [True, False])
def test_the_screen_is_tried_from_a_terminal_and_the_result_is_kept(tmp_path: Path, *, goes: bool) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(tomli_w.dumps({"kiosk": "LV-01", "data": str(tmp_path / "data"), "town": TOWN}))
    store = Store(tmp_path / "data")
    words = ["check", "screen", "--settings", str(file), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", ROBOT, "goes" if goes else "leaves", *words],
        cwd=PROJECT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    (kept,) = Trials(store).results()
    store.close()
    assert (told["device"], told["well"], done.returncode) == ("screen", goes, 0 if goes else 1)
    assert (kept.subject, kept.well) == (Subject.SCREEN, goes)
    if goes:  # the hand lands five millimetres beside each cross; a pixel of this small window is half of one
        most = re.search(r"hoogstens (\d+,\d) mm", kept.figure)
        assert most is not None
        assert float(most[1].replace(",", ".")) == pytest.approx(5, abs=0.7)
    assert goes or told["lines"] == ["FOUT: de test is niet afgemaakt."]
