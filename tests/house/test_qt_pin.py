"""The pinned Qt binding gives back every reference to None that it takes: one that does not kills a kiosk in a day.

PySide6 6.12.0 fails this on Python 3.11: each call that returns None lowers its count, until the process aborts.
"""

from __future__ import annotations

import subprocess
import sys

COUNT = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
before = [sys.getrefcount(it) for it in (None, True, False)]
for _ in range(1000):
    app.processEvents()
    app.parent()
    app.isSavingSession()
print(*(b - sys.getrefcount(it) for b, it in zip(before, (None, True, False))))
"""


def test_calls_into_qt_lose_no_reference_to_none_or_a_truth_value() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert max(map(int, done.stdout.split())) < 100
