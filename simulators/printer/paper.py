"""The insides of the IPP simulator: the jobs it took, and the engine that makes sheets of them, or does not.

Between two sheets it looks into CONTROL (written by the bench) for what is wrong with it now. What it counts of itself
is in files beside that one: `struck` once something planned has happened, `working` while a job is under way.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

TICK = 0.01
# The printer calls a tray with fewer sheets low.
LOW = 25

# What does not stand in printer-state-reasons when it happens: it is done, and not said.
UNSAID = frozenset(
    {"abort", "completed-empty", "mute", "power-cut", "restart", "stale", "stopped", "twin", "uncounted", "vanish"}
)
# What stops no sheet: its paper goes its way while its voice is gone.
HARMLESS = frozenset(
    {"marker-waste-almost-full", "media-low", "mute", "opc-near-eol", "toner-low", "twin", "uncounted"}
)


class State(IntEnum):
    """Of a job [RFC 8011 §5.3.7]."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self >= State.CANCELED


@dataclass
class Job:
    """What somebody handed in. Moments are in seconds of the printer's own up-time."""

    number: int
    name: str
    user: str
    created: int
    copies: int = 1
    two_sided: bool = False
    state: State = State.HELD
    cancelled: bool = False
    counted: bool = True
    impressions: int = 0
    begun: int | None = None
    ended: int | None = None
    document: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Control:
    """What the bench wants: milliseconds a sheet, what is wrong now, what shall happen after so many sheets."""

    ms: int
    now: frozenset[str]
    after: dict[str, int]
    level: int

    @classmethod
    def read(cls, file: Path) -> Control:
        """Read what the bench wrote last."""
        fields = json.loads(file.read_text())
        return cls(int(fields["ms"]), frozenset(fields["now"]), dict(fields["after"]), int(fields["level"]))


class Insides:
    """Jobs and engine of one printer. `lock` is held by whoever reads or changes a job."""

    def __init__(self, control: Path, received: Path, printed: Path) -> None:
        self.lock = threading.Lock()
        self.jobs: dict[int, Job] = {}
        self._control = control
        self._received = received
        self._printed = printed
        self._boot = time.monotonic()
        self._waiting = threading.Condition(self.lock)
        self._due: frozenset[str] = frozenset()  # made anew at each change: others read it meanwhile
        self._last = 0
        threading.Thread(target=self._work, name="engine", daemon=True).start()

    @property
    def up_time(self) -> int:
        """Seconds since it was switched on, beginning with 1."""
        return int(time.monotonic() - self._boot) + 1

    def wait_for_voice(self) -> None:
        """Return once it may answer."""
        while "mute" in self.wrong:
            time.sleep(TICK)

    @property
    def wrong(self) -> frozenset[str]:
        """What is wrong with it now, in the words of the bench."""
        control = Control.read(self._control)
        planned = {name for name in self._due if name in control.after}
        low = {"media-low"} if 0 < control.level < LOW else set()
        return control.now | planned | low

    def take(self, name: str, user: str, copies: int, *, two_sided: bool) -> Job:
        """Take a job in, still without its document. Call it with the lock."""
        self._last += 1
        job = Job(self._last, name, user, self.up_time, copies, two_sided)
        self.jobs[job.number] = job
        return job

    def hand_in(self, job: Job, document: bytes) -> None:
        """Give a job its document, and the engine the job. Call it with the lock."""
        self._happen("twin", 0)
        if "twin" in self._due:
            self._add_twin(job)
        job.counted = not self._happen("uncounted", 0)
        job.document, job.state = document, State.PENDING
        self._control.with_name("working").touch()
        self._waiting.notify()

    def cancel(self, job: Job) -> None:
        """Call a job back: one under way comes to a stop by itself. Call it with the lock."""
        job.cancelled = True
        if job.state in (State.PENDING, State.HELD):
            self._end(job, State.CANCELED)

    def _add_twin(self, job: Job) -> None:
        """Remember another job of that name, older and without paper: some clients' names are no names."""
        older = self.take(job.name, job.user, job.copies, two_sided=job.two_sided)
        older.number, job.number = job.number, older.number
        self.jobs[older.number], self.jobs[job.number] = older, job
        self._end(older, State.ABORTED)

    # --- the engine ----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self.lock:
                while (job := self._next()) is None:
                    self._control.with_name("working").unlink(missing_ok=True)
                    self._waiting.wait()
                job.state, job.begun = State.PROCESSING, self.up_time
            with contextlib.suppress(_Over):
                self._print(job)

    def _next(self) -> Job | None:
        return next((job for job in self.jobs.values() if job.state is State.PENDING), None)

    def _print(self, job: Job) -> None:
        file = _keep(job.document, self._received)
        counting = ["qpdf", "--show-npages", str(file)]
        pages = int(subprocess.run(counting, capture_output=True, check=True).stdout)
        step, sides = (2, 2) if job.two_sided else (1, 1)
        total = job.copies * (-(-pages // sides)) * sides
        for done in range(0, total, step):
            self._wait_until_mended(job, done // step)
            self._move_sheet()
            self._count_sheet()
            with self.lock:
                job.impressions = min(total, done + step)
        for number in range(1, job.copies + 1):
            name = file.name if number == 1 else f"{file.stem}-{number}.pdf"
            shutil.copy2(file, self._printed / f".{name}")
            (self._printed / f".{name}").rename(self._printed / name)
        self._strike(job, total // step)
        with self.lock:
            self._end(job, State.COMPLETED)

    def _wait_until_mended(self, job: Job, sheets: int) -> None:
        """Stand still while something is wrong; a job that is called back meanwhile ends there and then."""
        while self._strike(job, sheets) - HARMLESS:
            time.sleep(TICK)
            if job.cancelled and "stale" not in self.wrong:
                break
        if job.cancelled:
            with self.lock:
                self._end(job, State.CANCELED)
            raise _Over

    def _strike(self, job: Job, sheets: int) -> frozenset[str]:
        """Let happen what is planned after so many sheets, and say what is wrong now. Raises _Over."""
        due = set(self._happen_all(sheets))
        if "power-cut" in due:
            os.kill(os.getpid(), signal.SIGKILL)
        with self.lock:
            if "vanish" in due:
                del self.jobs[job.number]
            if "restart" in due:  # it switches itself off and on, remembers its jobs, and takes them for done
                self._boot = time.monotonic()
            for name, state in (
                ("abort", State.ABORTED),
                ("restart", State.COMPLETED),
                ("completed-empty", State.COMPLETED),
            ):
                if name in due:
                    self._end(job, state)
        if due & {"abort", "completed-empty", "restart", "vanish"}:
            raise _Over
        return self.wrong

    def _happen_all(self, sheets: int) -> Iterator[str]:
        for name in tuple(Control.read(self._control).after):
            if self._happen(name, sheets):
                yield name

    def _happen(self, name: str, sheets: int) -> bool:
        """Say whether something is planned for now, or for before; then it has happened."""
        after = Control.read(self._control).after
        if name not in after or sheets < after[name]:
            self._due -= {name}
            return False
        self._due |= {name}
        self._control.with_name("struck").touch()
        return True

    def _move_sheet(self) -> None:
        end = time.monotonic() + Control.read(self._control).ms / 1000
        while time.monotonic() < end:
            time.sleep(TICK)

    def _count_sheet(self) -> None:
        counter = self._control.with_name("sheets")
        fresh = counter.with_suffix(".new")
        fresh.write_text(str(1 + (int(counter.read_text()) if counter.exists() else 0)))
        fresh.rename(counter)

    def _end(self, job: Job, state: State) -> None:
        job.state, job.ended, job.document = state, self.up_time, b""


class _Over(Exception):
    """Nothing more is done for this job."""


def _keep(document: bytes, folder: Path) -> Path:
    """Keep what arrived under the next number; the file is there at once and whole."""
    number = 1 + max((int(file.stem) for file in folder.glob("[0-9]*.pdf")), default=0)
    part = folder / f".{number:02}.pdf"
    part.write_bytes(document)
    return part.rename(folder / f"{number:02}.pdf")
