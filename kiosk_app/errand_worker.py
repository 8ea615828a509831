"""Brings what somebody of staff asks to the agent, and its answer back: two small files, and a stick that comes up.

A stick is there for as long as its wish lies beside them: who may mount one (deploy/machine) sees the wish come and go.
That one also copies what is to go out, for the kiosk itself writes on no stick.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec

from config import durable
from config.errands import ANSWERED, ASKED, Asked, Ended, Errand, read_answered
from kiosk_app.effects import DoWork, Effect, Forget
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.export import NoKeyError
from kiosk_app.maintenance import wishes
from kiosk_app.maintenance.errands import ErrandEnded
from kiosk_app.worker import Worker

log = logging.getLogger(__name__)

STICK_WANTED = "stick"
GOING_OUT = "export"
# Where whoever mounts it writes which files it copied, or that it could not.
COPIED = Path("/run/loket247-stick/copied")
# An agent that has lost its line is at a round of its own for as long as half a minute.
_AGENT_SECONDS = 60.0
# As long as it takes to find a stick, and the hole for it.
_STICK_SECONDS = 60.0
_LOOK_SECONDS = 0.2


class ErrandWorker:
    """One errand at a time, on a thread of its own."""

    def __init__(
        self, kiosk: str, export: Callable[[datetime], bytes], post: Callable[[Event], None], copied: Path = COPIED
    ) -> None:
        self._kiosk, self._export, self._post, self._copied = kiosk, export, post, copied
        self._worker = Worker("errands")
        self._over = threading.Event()
        self._told: Path | None = None
        self._said = Path()

    def connect(self, told: Path, said: Path) -> None:
        """From now on the agent answers in the one folder, and is asked in the other."""
        self._told, self._said = told, said

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Begin an errand, or let go of it."""
        match effect:
            case DoWork(visit, wishes.RunErrand(errand, code)):
                self._over = threading.Event()
                self._worker.submit(partial(self._run, visit, errand, code, self._over))
            case DoWork(_, wishes.EndErrand()) | Forget():
                self._over.set()
            case _:
                return

    def stuck(self, seconds: float) -> bool:
        """Say whether one takes longer than it may."""
        return self._worker.stuck(max(seconds, 2 * (_AGENT_SECONDS + _STICK_SECONDS)))

    def stop(self) -> None:
        """End."""
        self._over.set()
        self._worker.stop()

    def _run(self, visit: int, errand: Errand, code: str, over: threading.Event) -> None:
        ended = Ended.NO_AGENT
        try:
            ended = self._ended(errand, code, over)
        except OSError as error:
            log.warning("the agent cannot be asked (%s)", error.strerror)
        finally:
            if not over.is_set():
                self._post(WorkAnswered(visit, ErrandEnded(errand, ended)))

    def _ended(self, errand: Errand, code: str, over: threading.Event) -> Ended:
        match errand:
            case Errand.PAIR:
                return self._ask(errand, code, over)
            case Errand.STICK:
                return self._with_stick(over)
            case Errand.EXPORT:
                return self._put_out(over)

    def _put_out(self, over: threading.Event) -> Ended:
        """Make it, and wait until it is on a stick; it stays nowhere else."""
        now = datetime.now(UTC)
        try:
            content = self._export(now)
        except NoKeyError:
            return Ended.NO_KEY
        wanted, folder = self._said / STICK_WANTED, self._said / GOING_OUT
        folder.mkdir(exist_ok=True)
        file, until = folder / f"{self._kiosk}-{now:%Y%m%d-%H%M%S}.cms", time.monotonic() + _STICK_SECONDS
        durable.write(file, content, 0o600)
        durable.write(wanted, b"write\n")
        try:
            while time.monotonic() < until and not over.wait(_LOOK_SECONDS):
                said = self._copied.read_text(encoding="utf-8").split() if self._copied.exists() else []
                if file.name in said:
                    return Ended.NOT_WRITTEN if "failed" in said else Ended.DONE
            return Ended.NO_STICK
        finally:
            wanted.unlink(missing_ok=True)
            file.unlink(missing_ok=True)

    def _with_stick(self, over: threading.Event) -> Ended:
        """Have a stick come up, wait for one, and let it go again."""
        wanted, until = self._said / STICK_WANTED, time.monotonic() + _STICK_SECONDS
        if self._told is None:
            return Ended.NO_AGENT
        durable.write(wanted, b"read\n")
        try:
            while (ended := self._ask(Errand.STICK, "", over)) is Ended.NO_STICK and time.monotonic() < until:
                if over.wait(_LOOK_SECONDS):
                    break
            return ended
        finally:
            wanted.unlink(missing_ok=True)

    def _ask(self, errand: Errand, code: str, over: threading.Event) -> Ended:
        if self._told is None:
            return Ended.NO_AGENT
        asked, file, until = Asked(uuid4(), errand, code), self._said / ASKED, time.monotonic() + _AGENT_SECONDS
        durable.write(file, msgspec.json.encode(asked))
        try:
            while time.monotonic() < until:
                answered = read_answered(self._told / ANSWERED)
                if answered is not None and answered.id == asked.id:
                    return answered.ended
                if over.wait(_LOOK_SECONDS):
                    break
        finally:
            file.unlink(missing_ok=True)  # the code on it is good for a day
        return Ended.NO_AGENT
