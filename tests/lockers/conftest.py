"""A wall of two simulated boards on a pseudo-terminal, and the driver on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.doors import Door
from hardware.lockboard import KerongBank, Wiring
from simulators.lockboard import Wall

# Two boards, and of each the first, one in the middle and the last lock.
DOORS = tuple(Door(board, lock) for board in (0, 1) for lock in (0, 17, 47))


@pytest.fixture
def wall(tmp_path: Path) -> Iterator[Wall]:
    with Wall(tmp_path, boards=(0, 1)) as wall:
        yield wall


@pytest.fixture
def bank(wall: Wall) -> Iterator[KerongBank]:
    driver = KerongBank(wall.device, wall.speed, DOORS, Wiring())
    yield driver
    driver.close()
