"""How a test waits for a fact that another process or thread brings about."""

from __future__ import annotations

import time
from collections.abc import Callable

# What nothing takes on a machine with other work; who waits this long waits for what will not come.
SECONDS = 60.0
_LOOK = 0.02


def wait_until(fact: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for a fact, with a deadline."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(_LOOK)
