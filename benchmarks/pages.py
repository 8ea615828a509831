"""Run by `touching`, alone in a process: shows every page of the gallery, and tells how long each took to paint.

From the step of a visit until the frame is out: the words, the maps for QML, the template, the pixels.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from statistics import median

from PySide6.QtCore import QEventLoop

from config.settings import load
from ui.app import App
from ui.sample import EXAMPLE, samples
from ui.screens import screen_for

ROUNDS = 5


def main() -> int:
    """Print, as JSON, the milliseconds of each page: the middle of all rounds but the first."""
    settings = load(EXAMPLE)
    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.settle()
    app.hold_clock()
    gc.freeze()  # as a kiosk does once it stands
    frames: list[float] = []
    app.window.frameSwapped.connect(lambda: frames.append(time.monotonic()))
    took: dict[str, list[float]] = {}
    for number in range(ROUNDS + 1):
        for sample in samples(settings):
            app.settle()
            frames.clear()
            began = time.monotonic()
            app.bridge.paint(screen_for(sample.visit, sample.settings, sample.now))
            until = began + 1
            while not frames and time.monotonic() < until:
                app.qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            if frames and number:
                took.setdefault(sample.name, []).append((frames[0] - began) * 1000)
    print(json.dumps({name: median(each) for name, each in took.items()}))
    app.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
