"""Watches the thread of a kiosk's screen: how long what was asked of it has to wait until it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue

LATE = "LOKET_LATE"  # the file that takes the longest wait, in milliseconds; nobody watches without it
LOOK_SECONDS = 0.002


def watch(call_soon: Callable[[Callable[[], None]], None], file: Path) -> None:
    """Ask for something again and again, from a thread of its own, and write down the longest wait so far."""

    def look() -> None:
        longest = 0.0
        while True:
            asked, done = time.monotonic(), SimpleQueue[float]()
            call_soon(partial(_answer, done))
            waited = (done.get() - asked) * 1000
            if waited > longest:
                longest = waited
                file.write_text(f"{longest:.1f}")
            time.sleep(LOOK_SECONDS)

    threading.Thread(target=look, name="watch", daemon=True).start()


def _answer(done: SimpleQueue[float]) -> None:
    done.put(time.monotonic())
