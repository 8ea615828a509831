"""What a process holds: memory, handles, threads, children; read from the kernel, without asking the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression

import psutil

MIB = 1 << 20


@dataclass(frozen=True)
class Held:
    """What a process held after so many visits; `memory` in MiB."""

    visits: int
    memory: float
    handles: int
    threads: int
    children: int

    @property
    def counted(self) -> tuple[int, int, int]:
        """What must be the same after any visit."""
        return self.handles, self.threads, self.children


def held_by(pid: int, visits: int) -> Held:
    """Look at a process."""
    process = psutil.Process(pid)
    with process.oneshot():
        memory = process.memory_info().rss / MIB
        return Held(visits, memory, process.num_fds(), process.num_threads(), len(process.children()))


def per_thousand(looks: Sequence[Held]) -> float:
    """Give how many MiB were added in a thousand visits, by least squares over all looks."""
    return linear_regression([look.visits for look in looks], [look.memory for look in looks]).slope * 1000
