"""The worker of maintenance: what nobody waits for any more prints nothing, and what fails is heard of."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from hardware.credentials import StaffCardReader
from hardware.devices import Printer
from kiosk_app.audit import AuditTrail
from kiosk_app.check_words import Ask, Say
from kiosk_app.closing import Closings
from kiosk_app.effects import DoWork, Forget
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance import happenings, wishes
from kiosk_app.maintenance.gate import Gate
from kiosk_app.maintenance.work import Subject, Told
from kiosk_app.printer_desk import PrinterDesk
from kiosk_app.staff_worker import StaffWorker
from kiosk_app.store import Store
from kiosk_app.trials import Trials

SECONDS = 20.0


class Bench:
    """Devices that are tried out for as long as somebody likes; counts what was begun."""

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[Subject] = queue.SimpleQueue()
        self.reports: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.goes_on = threading.Event()
        self.looks: queue.SimpleQueue[None] = queue.SimpleQueue()

    def test(self, subject: Subject, say: Say, ask: Ask) -> tuple[Callable[[], bool], Callable[[], None]]:
        """A printer's ends when it is let go on, a slip printer's in a way that nobody foresaw."""

        def run() -> bool:
            self.begun.put(subject)
            if subject is Subject.SPEECH:
                return ask("Hoorde je de zin? (j/n) ") == "j"
            if subject is Subject.RECEIPT:
                raise ValueError("not foreseen")
            assert self.goes_on.wait(SECONDS)
            say("Alles in orde.")
            return True

        return run, lambda: None

    def report(self, staff: str) -> tuple[str, ...]:
        """Take its time, as paper does."""
        self.reports.put(staff)
        assert self.goes_on.wait(SECONDS)
        return ("Verslag",)

    def report_code(self, staff: str) -> str:
        """In few words."""
        return f"LV-01 {staff}"

    def report_printer(self) -> Printer | None:
        """None is there."""
        return None

    def supplies(self) -> tuple[str, ...]:
        """Nothing is left."""
        return ()

    @property
    def printers(self) -> PrinterDesk | None:
        """None is named."""
        return None

    def look_soon(self) -> None:
        """A device is looked at."""
        self.looks.put(None)

    def service_changed(self) -> None:
        """Nobody looks."""


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def told() -> queue.SimpleQueue[Event]:
    return queue.SimpleQueue()


@pytest.fixture
def worker(tmp_path: Path, bench: Bench, told: queue.SimpleQueue[Event]) -> Iterator[StaffWorker]:
    store = Store(tmp_path / "kiosk")
    memory = AuditTrail(store), Trials(store), Closings(store)
    gate = Gate(store, [], lambda: datetime.now(UTC))
    worker = StaffWorker(gate, cast("StaffCardReader", None), memory, Told, bench, told.put)
    worker.start()
    yield worker
    bench.goes_on.set()
    worker.stop()
    store.close()


def wish(worker: StaffWorker, *wished: wishes.Wish) -> None:
    for one in wished:
        worker.do(DoWork(1, one))


def answer(told: queue.SimpleQueue[Event]) -> object:
    event = told.get(timeout=SECONDS)
    assert isinstance(event, WorkAnswered)
    return event.what


def test_a_test_that_was_ended_before_it_began_never_begins_and_the_one_before_says_nothing(
    worker: StaffWorker, bench: Bench, told: queue.SimpleQueue[Event]
) -> None:
    """Back and again, four times while the first sheet is on its way: one more sheet comes, for who waits."""
    for _ in range(4):
        wish(worker, wishes.RunTest(Subject.PRINTER), wishes.EndTest())
    wish(worker, wishes.RunTest(Subject.PRINTER))
    bench.begun.get(timeout=SECONDS)
    bench.goes_on.set()
    heard = [answer(told), answer(told)]
    assert heard == [happenings.TestSaid("Alles in orde."), happenings.TestEnded(well=True)]
    wish(worker, wishes.TellResults())
    assert isinstance(answer(told), happenings.ResultsTold)
    assert bench.begun.qsize() <= 1  # the first may have begun before it was ended


@pytest.mark.expects_log("staff tests: a job failed with ValueError")
def test_a_test_that_fails_in_a_way_nobody_foresaw_is_heard_of(
    worker: StaffWorker, told: queue.SimpleQueue[Event]
) -> None:
    wish(worker, wishes.RunTest(Subject.RECEIPT))
    assert answer(told) == happenings.TestEnded(well=False)


def test_a_report_that_is_asked_for_twice_is_made_once(
    worker: StaffWorker, bench: Bench, told: queue.SimpleQueue[Event]
) -> None:
    wish(worker, wishes.PrintReport())
    bench.reports.get(timeout=SECONDS)
    wish(worker, wishes.PrintReport())
    bench.goes_on.set()
    assert answer(told) == happenings.ReportEnded(printed=False)
    wish(worker, wishes.RunTest(Subject.PRINTER))  # in the same queue: what was asked before it would be heard first
    assert answer(told) == happenings.TestSaid("Alles in orde.")
    assert bench.reports.empty()


def test_a_question_waits_for_its_answer_and_one_that_nobody_answers_any_more_is_no_yes(
    worker: StaffWorker, told: queue.SimpleQueue[Event]
) -> None:
    asked = happenings.TestAsks("Hoorde je de zin?")
    wish(worker, wishes.RunTest(Subject.SPEECH))
    assert answer(told) == asked
    wish(worker, wishes.AnswerTest(yes=True))
    assert answer(told) == happenings.TestEnded(well=True)
    wish(worker, wishes.RunTest(Subject.SPEECH))
    assert answer(told) == asked
    wish(worker, wishes.EndTest(), wishes.AnswerTest(yes=True), wishes.RunTest(Subject.SPEECH))
    assert answer(told) == asked  # of the next test: the first one's end is told to nobody
    wish(worker, wishes.AnswerTest(yes=False))
    assert answer(told) == happenings.TestEnded(well=False)


def test_devices_are_looked_at_again_and_again_while_somebody_is_at_work_and_not_after(
    worker: StaffWorker, bench: Bench, told: queue.SimpleQueue[Event]
) -> None:
    wish(worker, wishes.TellAll())
    assert isinstance(answer(told), happenings.AllTold)
    for _ in range(2):
        bench.looks.get(timeout=SECONDS)
    worker.do(Forget(1))
    assert worker._look() is None
