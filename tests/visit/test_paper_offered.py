"""Paper is offered only where a print can be finished, and the portal knows soon when it cannot."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from hardware.devices import Health, Printer, Status
from hardware.faults import FaultCode
from kiosk_app import store as memory
from kiosk_app.journal import Journal
from kiosk_app.print_worker import PrintWorker
from kiosk_app.store import Store
from printing.job import PrintRun

Statuses = queue.SimpleQueue[Status]
GONE = Status(Health.DOWN, (FaultCode.PRINTER_LOST,))


class Device:
    """A printer that says how it does, in this order, and then the last over and over."""

    def __init__(self, *statuses: Status) -> None:
        self._statuses = list(statuses)

    def status(self) -> Status:
        """Say the next."""
        return self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def noted(tmp_path: Path) -> Iterator[Callable[..., Statuses]]:
    """Give what a worker tells of a printer that says these things, one after the other."""
    with ExitStack() as stack:

        def noted(*statuses: Status) -> Statuses:
            store, told, device = Store(tmp_path), Statuses(), cast("Printer", Device(*statuses))
            journal = Journal(store)
            run = PrintRun(device, journal, paper_wait=1.0, print_silence=1.0)
            worker = PrintWorker(device, run, journal, lambda _event: None, told.put, lambda: None)
            stack.callback(store.close)
            stack.callback(worker.stop)
            worker.start()
            return told

        yield noted


def test_no_paper_is_offered_when_what_is_done_cannot_be_written_down(
    noted: Callable[..., Statuses], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer that is well is of no use when the disk is full, and nobody shall type a PIN for it."""
    monkeypatch.setattr(memory, "ENOUGH_ROOM", 1 << 62)
    assert noted(Status(Health.OK)).get(timeout=10) == Status(Health.DOWN, (FaultCode.JOURNAL_LOST,))


def test_a_printer_that_misses_an_answer_is_asked_again_soon(noted: Callable[..., Statuses]) -> None:
    """Three misses make it gone; at two looks of the usual kind the portal would offer paper for half a minute more."""
    began = time.monotonic()
    told = noted(Status(Health.UNKNOWN), Status(Health.UNKNOWN), GONE)
    assert [told.get(timeout=15).health for _ in range(3)] == [Health.UNKNOWN, Health.UNKNOWN, Health.DOWN]
    assert time.monotonic() - began < 15
