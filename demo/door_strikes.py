"""How the faults at a door are made to strike: a hand at the wall, at the line to the town, or at somebody's code."""

from __future__ import annotations

import time
from collections.abc import Callable

from demo.errands import NUMBER
from demo.resident import Resident
from demo.strikes import AtState, Strike
from simulators.lockboard import Board
from simulators.wall import place
from simulators.world import World

BOARD, LOCK = place(NUMBER)
# A kiosk tries again at its next look at the town, half a minute later; a busy machine may need longer.
REPORTED_WITHIN = 90.0


class AtWall(AtState):
    """A fault of the wall that is there before the resident types a code, holds it before the scanner, or chooses."""

    def brief(self, resident: Resident) -> None:
        """See how this resident comes."""
        if resident.scan is not None:
            self._state = "Portal"
        elif not resident.code:
            self._state = "Choosing"


def at_wall(harm: Callable[[World], object]) -> Callable[[World], Strike]:
    """Give a fault of the wall."""
    return lambda world: AtWall(world, "EnterCode", lambda _resident: harm(world))


class GoneBeforeLeave(Strike):
    """The town is gone the moment that it is asked for leave to open a door: it never hears the question."""

    def before(self) -> None:
        """Stand in the middle of the line."""
        self.world.meddle(gone_at=b"/collections/")

    def after(self) -> None:
        """It struck if it was asked."""
        if self.world.meddler is not None and self.world.meddler.gone:
            self.struck_at = "Collecting"


class GoneAfterOpen(AtState):
    """The town is gone while the door is open; what came of it is told when it is there again."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "DoorOpen", lambda _resident: world.town_hall.stop())

    def after(self) -> None:
        """Start it again, and wait until it was told; else it did not strike as it should."""
        self.world.town_hall.start()
        deadline = time.monotonic() + REPORTED_WITHIN
        while not self.world.town_hall.told_of_doors():
            if time.monotonic() > deadline:
                self.struck_at = None
                return
            time.sleep(0.1)


class CodeOfAnother(Strike):
    """The code that is typed opens nothing here: somebody used it up, or another town gave it."""

    def __init__(self, world: World, spoil: Callable[[Resident], None]) -> None:
        super().__init__(world)
        self._spoil = spoil

    def brief(self, resident: Resident) -> None:
        """Spoil it before the resident comes; who needs none for what waits for them, tries with one all the same."""
        resident.code = resident.code or self.world.put_in("voucher", NUMBER + 1) or ""
        self._spoil(resident)

    def at_state(self, state: str, resident: Resident) -> None:  # noqa: ARG002  the moment is enough
        """It strikes where it is typed."""
        if state == "OpeningCode":
            self.struck_at = state


def _of_another_town(resident: Resident) -> None:
    """Type what could be a code of a neighbour."""
    resident.code = "CDFG-HJKM" if resident.code != "CDFG-HJKM" else "CDFG-HJKN"


def _set_twin(world: World) -> None:
    world.lockers.boards[BOARD].twin = Board()


def _set(world: World, **what: object) -> None:
    for name, value in what.items():
        setattr(world.lockers.at(BOARD, LOCK), name, value)


def _set_board(world: World, **what: object) -> None:
    for name, value in what.items():
        setattr(world.lockers.boards[BOARD], name, value)


def _set_line(world: World, **what: object) -> None:
    for name, value in what.items():
        setattr(world.lockers.line, name, value)


DOOR_STRIKES: dict[str, Callable[[World], Strike]] = {
    "bus-noise": at_wall(lambda world: _set_line(world, noise=True)),
    "half-frame": at_wall(lambda world: _set_line(world, halves=2)),
    "same-address": at_wall(_set_twin),
    "board-unplugged": at_wall(lambda world: _set_board(world, dies_at_pulse=True)),
    "stuck-lock": at_wall(lambda world: _set(world, stuck=True)),
    "broken-sensor": at_wall(lambda world: _set(world, sensor_broken=True)),
    "dead-board": at_wall(lambda world: _set_board(world, dead=True)),
    "backend-gone-before-open": GoneBeforeLeave,
    "backend-gone-after-open": GoneAfterOpen,
    "code-used-twice": lambda world: CodeOfAnother(world, lambda resident: world.use_up(resident.code)),
    "code-other-town": lambda world: CodeOfAnother(world, _of_another_town),
}
