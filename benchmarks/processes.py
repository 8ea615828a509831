"""Weighs a tree of processes: its memory, and what it does while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Rest:
    """What a tree of processes did per second: `cpu` in percent of one core, `wake_ups` of all its threads."""

    cpu: float
    wake_ups: float


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that descends from it."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def pss(pid: int) -> float:
    """Memory of a tree in MiB: what its processes share is counted once (proportional set size)."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / MIB


def at_rest(pid: int, seconds: float) -> Rest:
    """Watch a tree for `seconds`. A thread that ends meanwhile takes its figures with it."""
    before, start = dict(_threads(pid)), time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - start
    run = woken = 0
    for thread, (ran, switches) in _threads(pid):
        ran_before, switches_before = before.get(thread, (0, 0))
        run += ran - ran_before
        woken += switches - switches_before
    return Rest(cpu=run / 1e9 / elapsed * 100, wake_ups=woken / elapsed)


def _threads(pid: int) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Each thread of a tree: its folder in /proc → (nanoseconds on a core, voluntary context switches)."""
    for process in tree(pid):
        for thread in Path(f"/proc/{process.pid}/task").glob("*"):
            try:
                # [proc(5), schedstat] the first number is the time on a core in nanoseconds
                ran = int((thread / "schedstat").read_text().split()[0])
                yield thread, (ran, _switches((thread / "status").read_text()))
            except (FileNotFoundError, ProcessLookupError):
                continue


def _switches(status: str) -> int:
    """A thread that was woken goes to sleep again of its own will: each voluntary switch is one wake-up."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("voluntary_ctxt_switches"))
