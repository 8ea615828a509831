"""What a million rows of the audit trail cost a kiosk: its start, a visit and a check-in, beside a memory of day one.

Two kiosks in one world take turns at the same reader, printer and town: one remembers nothing yet, the other the year
and month that a kiosk keeps. Each round begins with the start of the process; the visits come right after it, while the
whole chain is looked through beside them.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median

import psutil

from benchmarks.grown import grow
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from config.checkin import InForce
from config.settings import load
from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from hardware.devices import Health, Status
from kiosk_app.audit import AuditTrail
from kiosk_app.parts import Part
from kiosk_app.store import Store
from kiosk_app.teller import Teller
from simulators.world import World

ROWS = int(os.environ.get("LOKET_ROWS", "1000000"))
ROUNDS = int(os.environ.get("LOKET_ROUNDS", "9"))
VISITS = 2
CHECK_INS = 50
SECONDS = 180.0
# How closely a start is watched: a hundredth of what it takes.
LOOK_EVERY = 0.01
TARGET = 1.2
Figures = dict[str, float]


class Contender:
    """A kiosk on a memory of its own, started and ended again and again."""

    def __init__(self, world: World, folder: Path, rows: int) -> None:
        folder.mkdir()
        self.data = folder / "kiosk"
        grow(self.data, rows)
        self._world, self._settings, self._log = world, folder / "kiosk.toml", folder / "kiosk.log"
        settings_file.write(self._settings, world, self.data)
        self._notify = str(folder / "notify")

    def round(self) -> Figures:
        """Start it, let residents come, ask for check-ins, and begin once more after a power cut."""
        figures = self._started(self._visits)
        with closing(Store(self.data)) as store:
            figures |= {"check-in": self._check_in(store)}
        self._started(_cut_off)
        cut_off = self._started(lambda _kiosk: {})
        return figures | {f"{name}, after a power cut": value for name, value in cut_off.items()}

    def _started(self, then: Callable[[KioskProcess], Figures]) -> Figures:
        """Milliseconds from the start of the process to the portal, and until documents are offered; and what then."""
        environment = {**self._world.environment, "QT_QPA_PLATFORM": "offscreen", "NOTIFY_SOCKET": self._notify}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            Path(self._notify).unlink(missing_ok=True)
            heard.bind(self._notify)
            heard.settimeout(SECONDS)
            began = time.monotonic()
            with KioskProcess(self._settings, environment, self._log) as kiosk:
                while heard.recv(256) != b"READY=1":
                    pass
                portal = time.monotonic() - began
                _wait_until_offered(kiosk, began + SECONDS)
                figures = {"start → portal": portal, "start → documents offered": time.monotonic() - began}
                return {name: value * 1000 for name, value in figures.items()} | then(kiosk)

    def _visits(self, kiosk: KioskProcess) -> Figures:
        seen = [self._visit(kiosk) for _ in range(VISITS)]
        return {name: median(figures[name] for figures in seen) for name in seen[0]}

    def _visit(self, kiosk: KioskProcess) -> Figures:
        resident = Resident(kiosk, Slot(self._world.cards, "1.8:an"), self._world.residents["an"].pin)
        pressed, home, at, ended = 0.0, 0.0, resident.at, False
        kiosk.look()
        while not ended and (told := kiosk.next(SECONDS)) is not None:
            if told.get("touched") == "pinDone":
                pressed = told["at"]
            if "state" in told:
                ended = resident.see(told)
                home = told["at"]
        if "Printed" not in at:
            raise RuntimeError(f"this visit came to no paper: {', '.join(resident.states)}")
        figures = {"visit: PIN OK → printing": at["Printing"] - pressed, "visit: PIN OK → home again": home - pressed}
        return {name: value * 1000 for name, value in figures.items()}

    def _check_in(self, store: Store) -> float:
        """Milliseconds until a check-in lies there for the agent, head of the audit trail included."""
        settings = load(self._settings)
        teller = Teller(self.data.with_name("said.json"), settings, lambda write: write(), AuditTrail(store))
        took = []
        for number in range(CHECK_INS):
            statuses = {Part.PRINTER: Status(Health.OK if number % 2 else Health.DOWN)}  # else it waits half a minute
            began = time.perf_counter()
            teller.tell(statuses, InForce(), settings, offers=True)
            took.append((time.perf_counter() - began) * 1000)
        return median(took)


def _cut_off(kiosk: KioskProcess) -> Figures:
    """Have the power go: the kiosk and its children end at once."""
    children = psutil.Process(kiosk.pid).children(recursive=True)
    kiosk.kill()
    for child in children:
        child.kill()
    psutil.wait_procs(children)
    return {}


def _wait_until_offered(kiosk: KioskProcess, deadline: float) -> None:
    while time.monotonic() < deadline:
        kiosk.look()
        told = kiosk.next(SECONDS)
        if told is not None and told.get("known") and "documents" in told["choices"]:
            return
        time.sleep(LOOK_EVERY)
    raise TimeoutError("this kiosk offers no documents")


def rows() -> list[Row]:
    """Measure both in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        world = stack.enter_context(World(folder / "world", ms_per_sheet=100))
        grown, new = Contender(world, folder / "grown", ROWS), Contender(world, folder / "new", 0)
        figures = interleave({"grown": grown.round, "new": new.round}, ROUNDS)
    return [_row(name, figures["grown"], figures["new"]) for name in figures["grown"][0]]


def _row(name: str, grown: list[Figures], new: list[Figures]) -> Row:
    peer = Peer("the same, an empty memory", "./dev bench growth", median(round_[name] for round_ in new))
    ours = median(round_[name] for round_ in grown)
    return Row(f"{name}, {ROWS:,} audit rows", ours, "ms", len(grown), target=TARGET, peer=peer)
