"""A loop without a screen: the visit on a plain thread, for a kiosk's command line and for tests."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable


class PlainLoop:
    """Runs work in the order it came, on the thread that calls `run`."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._alarm: tuple[float, Callable[[], None]] | None = None

    def call_soon(self, work: Callable[[], None]) -> None:
        """Run `work` on the loop's thread; callable from any thread."""
        self._work.put(work)

    def alarm(self, seconds: float | None, work: Callable[[], None]) -> None:
        """Run `work` once after `seconds`; replaces the alarm set before. Call it on the loop's thread."""
        self._alarm = None if seconds is None else (time.monotonic() + seconds, work)

    def stop(self) -> None:
        """End `run` after the work that came before; callable from any thread."""
        self._work.put(None)

    def run(self) -> None:
        """Work until `stop`."""
        while True:
            work = self._next()
            if work is None:
                return
            work()

    def _next(self) -> Callable[[], None] | None:
        if self._alarm is None:
            return self._work.get()
        due, ring = self._alarm
        try:
            return self._work.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            self._alarm = None
            return ring
