"""How long the screen's own thread lets anything wait, while each device is busy or mute: visits on real parts."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rows import Row
from demo.journey import Journey, play
from demo.watch import LATE

LIMIT_MS = 50
# A visit, its card and its fault: everything busy; then each device in turn without an answer, or with nonsense.
VISITS = {
    "everything busy": ("several", "1.7:an", None),
    "a compartment busy": ("collect-eid", "1.8:an", None),
    "the card mute": ("certificate", "1.8:an:mute", None),
    "the reader lost": ("certificate", "1.8:an", "reader-lost"),
    "the town's service lost": ("certificate", "1.8:an", "back-end-lost"),
    "the printer mute": ("certificate", "1.8:an", "mute"),
    "the printer mute while printing": ("certificate", "1.8:an", "mute-printing"),
    "the printer talking nonsense": ("certificate", "1.8:an", "garbage"),
    "the slip printer mute": ("certificate", "1.8:an", "receipt-mute"),
    "the boards of the compartments mute": ("collect-code", "1.8:an", "dead-board"),
}


def late_rows() -> list[Row]:
    """Play each visit once; the longest wait of each."""
    waits = {name: _longest(*visit) for name, visit in VISITS.items()}
    slowest = max(waits, key=waits.__getitem__)
    return [
        Row(f"screen's thread held up, longest ({slowest})", waits[slowest], "ms", len(waits), target=LIMIT_MS),
        *(Row(f"held up: {name}", wait, "ms", 1) for name, wait in waits.items()),
    ]


def _longest(name: str, card: str, fault: str | None) -> float:
    print(f"a visit: {name}, {card}, {fault or 'no fault'}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder, _watched(Path(folder) / "late") as late:
        world = Path(folder) / "world"
        world.mkdir()
        if not play(Journey(name, card, fault, Path(folder) / "out", pictured=False), world):
            raise RuntimeError(f"this visit did not end as it must: {name}, {card}, {fault}")
        return float(late.read_text())


@contextmanager
def _watched(file: Path) -> Iterator[Path]:
    os.environ[LATE] = str(file)
    try:
        yield file
    finally:
        del os.environ[LATE]
