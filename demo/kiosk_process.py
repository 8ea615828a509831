"""The kiosk as the journey sees it: a process whose screen can be watched, touched and photographed."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

# The kiosk's own time-outs are minutes; a journey that hears nothing for this long will hear nothing any more.
SILENCE_SECONDS = 60.0
# A kiosk knows each of its devices within the time it gives a silent back end.
READY_SECONDS = 30.0
LOOK_SECONDS = 0.05


class KioskDied(Exception):
    """The kiosk ended while a journey was under way."""


class KioskProcess:
    """Starts `demo.finger` and talks to it; ends it by its own process id. `told`: an agent's; `through` runs it."""

    def __init__(
        self,
        settings: Path,
        environment: Mapping[str, str],
        log: Path,
        told: Path | None = None,
        through: Sequence[str] = (),
    ) -> None:
        self._log, self._program = log, (*through, "demo.finger")
        self._files = [str(file) for file in (settings, told) if file is not None]
        self._environment = {**os.environ, **environment}
        self._start()

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._program, *self._files],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                text=True,
                bufsize=1,
            )
        self._told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="kiosk", daemon=True)
        self._reader.start()

    def start_again(self) -> None:
        """Start it on the memory it had, as its service manager does when it has died."""
        self.close()
        self._start()

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The kiosk's process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        """Give the running kiosk."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()

    def next(self, seconds: float = SILENCE_SECONDS) -> dict[str, Any] | None:
        """Give the next thing the kiosk tells; None when it says nothing for `seconds`. Raises KioskDied."""
        try:
            told = self._told.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None
        if told is None:
            raise KioskDied(f"exit code {self._process.wait()}")
        return told

    def wait_until_known(self, *, offered: bool = True) -> None:
        """Wait until it knows its devices, and offers documents (`offered`) or not. Raises TimeoutError."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.look()
            told = self.next(READY_SECONDS)
            if told is not None and told.get("known") and ("documents" in told["choices"]) is offered:
                return
            time.sleep(LOOK_SECONDS)
        raise TimeoutError("the kiosk did not come to know its devices")

    def touch(self, choice: str) -> None:
        """Touch a choice by its id."""
        self._say({"touch": choice})

    def look(self) -> None:
        """Have it tell once more what stands on the screen."""
        self._say({"look": True})

    def grab(self, path: Path) -> None:
        """Have a picture of the screen saved: the kiosk only sends it, for its own disk may be full."""
        self._say({"grab": str(path)})

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it as an operator would."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _say(self, command: dict[str, Any]) -> None:
        stdin: IO[str] | None = self._process.stdin
        if stdin is None or self._process.poll() is not None:
            raise KioskDied(f"exit code {self._process.returncode}")
        stdin.write(json.dumps(command) + "\n")

    def _read(self) -> None:
        for line in self._process.stdout or ():
            if not line.endswith("\n"):
                break  # it was killed in the middle of a word
            told = json.loads(line)
            if "png" in told:
                Path(told["grabbed"]).write_bytes(base64.b64decode(told.pop("png")))
            self._told.put({**told, "heard": time.monotonic()})
        self._told.put(None)
