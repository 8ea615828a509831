"""A fault on a bench: how it is brought about outside our code, what the kiosk says then, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue

import pytest

from hardware.devices import Status
from hardware.faults import DeviceFault, FaultCode

SECONDS = 20.0  # far more than anything here takes


@dataclass(frozen=True)
class Bench:
    """`says` gives every fault that is seen now; it is asked before, between and after."""

    strike: Callable[[], object]
    mend: Callable[[], object]
    says: Callable[[], set[FaultCode]]

    def is_seen_and_closes(self, code: FaultCode) -> None:
        """It is not there, it strikes, it is said, it is mended, and it is said no more."""
        assert code not in self.says()
        self.strike()
        try:
            assert code in self.says()
        finally:
            self.mend()
        assert code not in self.says()


def in_turn(*deeds: Callable[[], object]) -> Callable[[], None]:
    """Give several deeds as one."""

    def all_of_them() -> None:
        for deed in deeds:
            deed()

    return all_of_them


def of_status(ask: Callable[[], Status]) -> Callable[[], set[FaultCode]]:
    """Give what a device says of itself."""
    return lambda: set(ask().faults)


def of_call(call: Callable[[], object]) -> Callable[[], set[FaultCode]]:
    """Give the fault in which a call ends; none where it does what it should."""

    def says() -> set[FaultCode]:
        try:
            call()
        except DeviceFault as fault:
            return {fault.code}
        return set()

    return says


class Told:
    """What a driver tells by itself: the last word, once it has changed its mind."""

    def __init__(self) -> None:
        self._words: Queue[Status] = Queue()
        self.now: Status | None = None

    def take(self, status: Status) -> None:
        """Hear it, from any thread."""
        self._words.put(status)

    def changes(self) -> None:
        """Wait until it says something else."""
        before = self.now
        while self.now == before:
            try:
                self.now = self._words.get(timeout=SECONDS)
            except Empty:
                pytest.fail(f"it still says {before}")

    def faults(self) -> set[FaultCode]:
        """Give its last word."""
        with suppress(Empty):
            while True:
                self.now = self._words.get_nowait()
        if self.now is None:
            self.changes()
        return set(self.now.faults) if self.now is not None else set()
