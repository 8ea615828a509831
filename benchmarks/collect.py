"""Collecting from ninety-six compartments on two simulated boards: how soon a door is asked to open, and seen shut.

The town's answers come at once here: what is measured is the kiosk's own part.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.processes import at_rest
from benchmarks.rows import Row
from config.timeouts import Timeouts
from hardware.doors import Door
from hardware.lockboard import KerongBank, Wiring
from hardware.scanner import Form
from hardware.scanner import KeyboardScanner as Driver
from kiosk_app.core import Core
from kiosk_app.door_book import DoorBook
from kiosk_app.door_worker import DoorWorker
from kiosk_app.doors import Collect, DoorGranted, DoorOpened, DoorShut, Took
from kiosk_app.effects import CheckStaffCode, Effect, OpenCode, SignChallenge
from kiosk_app.events import CodeOpened, Event, OfferChanged, StopPressed
from kiosk_app.loop import PlainLoop
from kiosk_app.products import Product
from kiosk_app.scanner_worker import ScannerWorker
from kiosk_app.store import Store
from kiosk_app.visit import Offer, Visit
from simulators.lockboard import Wall
from simulators.scanner import KeyboardScanner

BOARDS, LOCKS = (0, 1), 48
TIMES = 30
REST_SECONDS = 90.0
LONGEST = 20.0
CODE = "4F7K-9XQR"


class Bench:
    """A kiosk's visit, its doors and its scanner, with a town that says yes at once."""

    def __init__(self, folder: Path, wall: Wall) -> None:
        self.wall = wall
        self.number = 0
        self._told = threading.Condition()
        self._events: list[Event] = []
        loop = PlainLoop()
        self._loop = loop
        self.core = Core(loop, self, Timeouts())
        self.core.listen(self._hear)
        self._store = Store(folder / "kiosk")
        doors, note = doors_of(), lambda _status: None
        bank = KerongBank(wall.device, wall.speed, doors.values(), Wiring())
        self._doors = DoorWorker(bank, doors, DoorBook(self._store), self.core.post, note, lambda: None)
        self.scanner = KeyboardScanner(folder / "scanner")
        self._scans = ScannerWorker(Driver(self.scanner.path, Form("", "\r", "")), self.core.post, note)
        threading.Thread(target=loop.run, daemon=True).start()
        self._doors.start()
        self._scans.start()
        self.core.post(OfferChanged(Offer(doors=None)))

    def do(self, effect: Effect) -> None:
        """Be the town, and pass the rest on."""
        match effect:
            case OpenCode(visit):
                product = Product(
                    "compartment", "Cadeaubon", "", claim=uuid4(), compartment=self.number, ticket=uuid4()
                )
                self.core.post(CodeOpened(visit, (product,)))
            case Collect(visit, thing):
                self._doors.do(effect)
                self.core.post(DoorGranted(visit, thing.ticket))
            case _:
                self._doors.do(effect)

    def sign(self, effect: SignChallenge, pin: bytearray) -> None:
        """No card comes here."""

    def check_code(self, effect: CheckStaffCode, code: bytearray) -> None:
        """Nobody of staff either."""

    def _hear(self, _before: Visit, event: Event, _after: Visit, _effects: tuple[Effect, ...]) -> None:
        with self._told:
            self._events.append(event)
            self._told.notify_all()

    def wait_for(self, kind: type[Event]) -> None:
        """Wait until that was told, and forget what was. Raises TimeoutError."""
        with self._told:
            if not self._told.wait_for(lambda: any(isinstance(one, kind) for one in self._events), LONGEST):
                raise TimeoutError(kind.__name__)
            self._events.clear()

    def close(self) -> None:
        """End it."""
        self._scans.stop()
        self._doors.stop()
        self._loop.stop()
        self.scanner.close()
        self._store.close()


def doors_of() -> dict[int, Door]:
    """Give every door of the wall by its number."""
    return {number + 1: Door(number // LOCKS, number % LOCKS) for number in range(LOCKS * len(BOARDS))}


def rows() -> list[Row]:
    """Measure. Every time another door, chosen by chance that is the same in each run."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name, Wall(Path(name), BOARDS) as wall:
        bench = Bench(Path(name), wall)
        opened, shut = [], []
        for number in random.Random(7).sample(range(1, 97), TIMES):  # noqa: S311 - no secret
            bench.number = number
            asked, told = _collected(bench)
            opened.append(asked)
            shut.append(told)
        bench.close()
        rest = _at_rest(wall)
    return [
        Row("collect: code scanned to unlock on the wire", median(opened), "ms", TIMES, 150),
        Row("collect: the slowest of these", max(opened), "ms", TIMES, 150),
        Row("collect: longest that a door was shut and not told", max(shut), "ms", TIMES, 300),
        Row("collect: CPU while no door is in use", rest, "%", 1, 0.2),
    ]


def _collected(bench: Bench) -> tuple[float, float]:
    """Scan, take, shut; give the milliseconds to the pulse, and from the shut door to the word of it."""
    wall, door = bench.wall, doors_of()[bench.number]
    wall.at(door.board, door.lock).thing = True
    time.sleep(0.2)
    before, start = len(wall.pulses), time.perf_counter()
    bench.scanner.scan(CODE)
    while len(wall.pulses) == before:
        if time.perf_counter() - start > LONGEST:
            raise TimeoutError("no pulse")
        time.sleep(0.0005)
    asked = time.perf_counter() - start
    bench.wait_for(DoorOpened)
    wall.at(door.board, door.lock).thing = False
    shut = time.perf_counter()
    wall.shut(door.board, door.lock)
    bench.wait_for(DoorShut)
    told = time.perf_counter() - shut
    _go_home(bench)
    return asked * 1000, told * 1000


def _go_home(bench: Bench) -> None:
    """Let the next one come: no sensor saw the thing before, so the resident is asked, and says yes; then goodbye."""
    bench.core.post(Took())
    bench.core.post(StopPressed())


def _at_rest(wall: Wall) -> float:
    """Weigh a process that does nothing but watch a wall of which no door is in use."""
    command = [sys.executable, "-m", "benchmarks.collect", str(wall.device), str(wall.speed)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if child.stdout is not None:
            child.stdout.readline()
        return at_rest(child.pid, REST_SECONDS).cpu
    finally:
        child.terminate()
        child.wait()


def watch(device: Path, speed: int) -> None:
    """Watch a wall until it is ended; say so when it was looked at once."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        bank = KerongBank(device, speed, doors_of().values(), Wiring())
        looked = threading.Event()
        worker = DoorWorker(
            bank,
            doors_of(),
            DoorBook(Store(Path(name))),
            lambda _event: None,
            lambda _status: looked.set(),
            lambda: None,
        )
        worker.start()
        looked.wait()
        print("watching", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    watch(Path(sys.argv[1]), int(sys.argv[2]))
