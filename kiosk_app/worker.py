"""One thread that does one thing after another: every device has its own, so that no device makes another wait."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

# A check tells how soon it wants to look again, in seconds; None for as often as usual.
Check = Callable[[], float | None]

log = logging.getLogger(__name__)


class Worker:
    """Runs jobs in order on a daemon thread; when idle for `every` seconds it runs `check` (a look at the device)."""

    def __init__(self, name: str, check: Check | None = None, every: float | None = None) -> None:
        self._name = name
        self._check = check
        self._every = every if check else None
        self._next = self._every
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._busy_since: float | None = None
        self._asked = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first thing is a look at the device."""
        if self._check:
            self._jobs.put(self.look)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a job, from any thread. It answers by itself; what it raises is logged by kind alone."""
        self._jobs.put(job)

    def look_soon(self) -> None:
        """Have the device looked at after what was queued before, from any thread: once, however often it is asked."""
        if not self._asked:
            self._asked = True
            self._jobs.put(self.look)

    def look(self) -> None:
        """Look at the device, on the worker's own thread."""
        self._asked = False
        self._next = self._every
        if self._check is not None:
            self._next = self._check() or self._every

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than `seconds`."""
        since = self._busy_since
        return since is not None and time.monotonic() - since > seconds

    def stop(self, seconds: float = 2.0) -> None:
        """End after the jobs that came before; a job that hangs is left to die with the process."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._next)
            except queue.Empty:
                job = self.look
            if job is None:
                return
            self._busy_since = time.monotonic()
            try:
                job()
            except Exception as error:  # noqa: BLE001  the rim: a bug in one job must not take the device away for ever
                log.error("%s: a job failed with %s", self._name, type(error).__name__)
            self._busy_since = None
            del job  # it may hold a document: not until the next one comes
