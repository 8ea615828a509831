"""A wall of compartments outside the kiosk: Kerong boards on a pseudo-terminal, doors that open, and a bench for hands.

    with Wall(folder, boards=(0, 1)) as wall:
        ...  # a client opens wall.device at wall.speed

What is on the wire is what real boards say [a board's manual as others wrote it down: a request of six bytes, an answer
of eighteen]. Written without a look at the driver: it stands for a thing that does not know our code.
"""

from __future__ import annotations

import contextlib
import os
import pty
import random
import select
import termios
import threading
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

LOCKS = 48
STATUS, UNLOCK, ALL = 0x60, 0x61, 0x30
REQUEST_SIZE = 6
# A tongue needs this long to draw back.
TONGUE_SECONDS = 0.1
# A board thinks this long before it answers; a second one with the same address a little longer.
THINKS_SECONDS, TWIN_LATER_SECONDS = 0.002, 0.004


@dataclass
class Compartment:
    """One compartment: its door, what lies in it, and what is broken about it."""

    opens_at: float | None = None
    thing: bool = False
    stuck: bool = False
    sensor_broken: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its door is open now."""
        return self.opens_at is not None and time.monotonic() >= self.opens_at

    @property
    def sensed(self) -> bool:
        """What its sensor says; a broken one says the opposite."""
        return self.thing is not self.sensor_broken


@dataclass
class Board:
    """A board with its locks. `dies_at_pulse`: it loses power the moment it has given a pulse."""

    compartments: list[Compartment] = field(default_factory=lambda: [Compartment() for _ in range(LOCKS)])
    dead: bool = False
    dies_at_pulse: bool = False
    twin: Board | None = None


@dataclass
class Line:
    """What is wrong with the line: counts are of the next answers."""

    echo: bool = False
    noise: bool = False
    wrong_sums: int = 0
    halves: int = 0


class Wall:
    """Boards on one bus. `pulses` is every unlock that was heard on the wire: address and lock, as sent.

    `asked` counts how often a board was asked how its doors are.
    """

    def __init__(self, folder: Path, boards: tuple[int, ...] = (0,), speed: int = 19200) -> None:
        self.device = folder / "lockers"
        self.speed = speed
        self.boards = {address: Board() for address in boards}
        self.line = Line()
        self.pulses: list[tuple[int, int]] = []
        self.asked = 0
        self._noise = random.Random(48)  # noqa: S311 - noise that is the same in every run
        self._end = self._kept = -1
        self._thread: threading.Thread | None = None
        self.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self.unplug()

    # --- the bench ----------------------------------------------------------------------------------------------------

    def at(self, board: int, lock: int) -> Compartment:
        """Give a compartment."""
        return self.boards[board].compartments[lock]

    def shut(self, board: int, lock: int) -> None:
        """Push a door shut."""
        self.at(board, lock).opens_at = None

    def unlock_by_key(self, board: int, lock: int) -> None:
        """Open a door with its key."""
        self.at(board, lock).opens_at = time.monotonic()

    def open_doors(self) -> set[tuple[int, int]]:
        """Give every door that is open now, by address and lock."""
        return {
            (address, lock)
            for address, board in self.boards.items()
            for lock, compartment in enumerate(board.compartments)
            if compartment.is_open
        }

    def plug(self) -> None:
        """Put the cable in; the device is a new one under the same name."""
        if self._end >= 0:
            return
        self._end, self._kept = pty.openpty()
        tty.setraw(self._kept)
        self.device.unlink(missing_ok=True)
        self.device.symlink_to(os.ttyname(self._kept))
        self._thread = threading.Thread(target=self._serve, name="lock-boards", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable out. Twice is once."""
        if self._end < 0:
            return
        end, self._end = self._end, -1
        self.device.unlink(missing_ok=True)
        if self._thread is not None:
            self._thread.join(5)
        os.close(end)
        os.close(self._kept)

    # --- the boards ---------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        end, heard = self._end, b""
        with contextlib.suppress(OSError):
            while self._end == end:
                if not select.select([end], [], [], 0.02)[0]:
                    heard = b""  # boards forget half a request after a pause
                    continue
                heard += os.read(end, 256)
                while len(heard) >= REQUEST_SIZE:
                    request, rest = heard[:REQUEST_SIZE], heard[REQUEST_SIZE:]
                    heard = rest if self._take(end, request) else heard[1:]

    def _take(self, end: int, request: bytes) -> bool:
        """Do what a request asks; False where it is none."""
        if termios.tcgetattr(end)[5] != getattr(termios, f"B{self.speed}"):
            return False  # at another speed a board hears other bytes
        start, address, lock, command, stop, total = request
        if (start, stop) != (0x02, 0x03) or total != sum(request[:5]) & 0xFF:
            return False
        if self.line.echo:
            os.write(end, request)
        if command == UNLOCK:
            self.pulses.append((address, lock))
        elif command == STATUS:
            self.asked += 1
        board = self.boards.get(address)
        if board is not None and not board.dead:
            if command == UNLOCK:
                _pulse(board, lock)
            elif command == STATUS:
                self._answer(end, address, board)
        return True

    def _answer(self, end: int, address: int, board: Board) -> None:
        time.sleep(THINKS_SECONDS)
        self._say(end, _status(address, board))
        if board.twin is not None:
            time.sleep(TWIN_LATER_SECONDS)
            self._say(end, _status(address, board.twin))

    def _say(self, end: int, frame: bytes) -> None:
        """Write a frame as slowly as the line is, and as badly."""
        line = self.line
        if line.noise:
            frame = self._noise.randbytes(5) + frame + self._noise.randbytes(3)
        if line.wrong_sums:
            line.wrong_sums -= 1
            frame = frame[:-1] + bytes((frame[-1] ^ 0x55,))
        if line.halves:
            line.halves -= 1
            frame = frame[: len(frame) // 2]
        middle = len(frame) // 3
        for part in (frame[:middle], frame[middle:]):
            time.sleep(10 * len(part) / self.speed)
            os.write(end, part)


def _pulse(board: Board, lock: int) -> None:
    """Draw tongues back: one, or all with the number that means all."""
    for each in (board, board.twin) if board.twin else (board,):
        for number in range(LOCKS) if lock == ALL else (lock,):
            compartment = each.compartments[number]
            if not compartment.stuck and compartment.opens_at is None:
                compartment.opens_at = time.monotonic() + TONGUE_SECONDS
    board.dead = board.dead or board.dies_at_pulse


def _status(address: int, board: Board) -> bytes:
    """Eighteen bytes: a bit for each door that is closed, a bit for each thing that is sensed, lock 0 first."""
    closed = sum(1 << at for at, compartment in enumerate(board.compartments) if not compartment.is_open)
    sensed = sum(1 << at for at, compartment in enumerate(board.compartments) if compartment.sensed)
    frame = bytes((0x02, address, 0x00, 0x75)) + closed.to_bytes(6, "little") + sensed.to_bytes(6, "little") + b"\x03"
    return frame + bytes((sum(frame) & 0xFF,))
