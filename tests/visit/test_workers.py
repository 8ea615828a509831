"""The hands of a visit: what was asked of a device or the back end ends as promised, though the resident has left."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, cast
from uuid import UUID

import pytest

from hardware.devices import (
    PLAIN,
    Certificate,
    DeviceJob,
    DeviceJobState,
    Health,
    JobTrace,
    PaperWish,
    Printer,
    ReceiptPrinter,
    Signature,
    Slip,
    Status,
)
from hardware.faults import DeviceFault, FaultCode
from kiosk_app import effects, events
from kiosk_app.back_end_worker import BackEndWorker
from kiosk_app.journal import Journal
from kiosk_app.print_worker import PrintWorker, SlipWorker
from kiosk_app.store import Store
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import Challenge, Details, Document, Person, Product, Remedy, RemedyOffer
from printing.document_check import DocumentChecker
from printing.job import PrintRun
from printing.progress import JobPhase, Progress

TICKETS = (UUID(int=1), UUID(int=2))
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
STOPPED = Progress(JobPhase.FAILED, 0, FaultCode.PRINT_STOPPED)


class Told:
    """What was posted and noted, from whichever thread, and a way to wait for a fact."""

    def __init__(self) -> None:
        self.posted: list[events.Event] = []
        self.noted: list[Status] = []
        self._changed = threading.Condition()

    def post(self, event: events.Event) -> None:
        """Take an event."""
        with self._changed:
            self.posted.append(event)
            self._changed.notify_all()

    def note(self, status: Status) -> None:
        """Take a status."""
        with self._changed:
            self.noted.append(status)
            self._changed.notify_all()

    def changed(self) -> None:
        """Have whoever waits look again."""
        with self._changed:
            self._changed.notify_all()

    def until(self, fact: Callable[[], bool]) -> None:
        """Wait for a fact, with a deadline."""
        with self._changed:
            assert self._changed.wait_for(fact, timeout=30), (self.posted, self.noted)


class Town:
    """A town hall that keeps sessions, takes its time where asked, and refuses the results of some tickets."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.open: set[int] = set()
        self.known: set[int] = set()
        self.asked = threading.Event()
        self.answers = threading.Event()
        self.refused: set[UUID] = set()
        self.reported: list[UUID] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def health(self) -> Status:
        """Be well, and keep the worker's loop busy with what is to happen meanwhile."""
        self.meanwhile()
        return Status(Health.OK)

    async def sign_in(self, visit: int, *_: object) -> tuple[Person, tuple[Product, ...]]:
        """Open a session, when told to answer."""
        await self._take_time()
        self.open.add(visit)
        self.known.add(visit)
        return Person("An", "Peeters"), (HOUSEHOLD,)

    async def order(self, *_: object) -> tuple[bytes, str | None]:
        """Answer nothing before being told to."""
        await self._take_time()
        raise DeviceFault(FaultCode.BACKEND_DOWN)

    async def print_result(self, ticket: UUID, _progress: Progress) -> RemedyOffer:
        """Take a result, or fail on it."""
        if ticket in self.refused:
            raise DeviceFault(FaultCode.BACKEND_DOWN, "HTTP 500")
        self.reported.append(ticket)
        self._told.changed()
        return RemedyOffer(Remedy.NONE)

    async def end_session(self, visit: int) -> None:
        """End a session of which the token is still known."""
        if visit in self.known:
            self.open.discard(visit)
        self.known.discard(visit)
        self._told.changed()

    def forget(self) -> None:
        """Drop the tokens."""
        self.known.clear()

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _take_time(self) -> None:
        self.asked.set()
        await asyncio.to_thread(self.answers.wait, 10)


@contextmanager
def back_end(folder: Path, *tickets: UUID) -> Iterator[tuple[BackEndWorker, Town, Told, Journal]]:
    """Run a worker whose journal holds stopped `tickets`, of which the town refuses the first."""
    told, store = Told(), Store(folder)
    town, journal = Town(told), Journal(store)
    for ticket in tickets:
        journal.ordered(ticket, "residence")
        journal.ended(ticket, STOPPED.phase, STOPPED.sheets, STOPPED.fault)
    checker = DocumentChecker(folder / "seal-ca.pem")
    worker = BackEndWorker(cast("TownHallClient", town), checker, journal, told.post, told.note)
    town.refused = set(tickets[:1])
    worker.start()
    try:
        yield worker, town, told, journal
    finally:
        town.answers.set()
        worker.stop()
        store.close()


def sign_in(worker: BackEndWorker) -> None:
    """Ask to be signed in, as visit 1."""
    certificate = Certificate(b"der", "ES384", expired=False)
    worker.do(effects.SignIn(1, certificate, Challenge("1", "n" * 44), Signature(b"s")))


def leave(worker: BackEndWorker) -> None:
    """Let visit 1 go, in the chart's own order."""
    worker.do(effects.EndSession(1))
    worker.do(effects.Forget(1))


def test_a_session_is_ended_before_its_token_is_forgotten(tmp_path: Path) -> None:
    """Who leaves is signed out at the town hall, too."""
    with back_end(tmp_path) as (worker, town, told, _journal):
        town.answers.set()
        sign_in(worker)
        told.until(lambda: any(isinstance(event, events.SignedIn) for event in told.posted))
        leave(worker)
        told.until(lambda: not town.known)
        assert not town.open


def test_signing_in_after_the_resident_left_leaves_no_session(tmp_path: Path) -> None:
    """Stop was touched while the town hall thought: what it opens afterwards is closed at once."""
    with back_end(tmp_path) as (worker, town, told, _journal):
        sign_in(worker)
        assert town.asked.wait(10)
        leave(worker)
        town.answers.set()
        told.until(lambda: any(isinstance(event, events.SignedIn) for event in told.posted))
        assert not town.open
        assert not town.known


def test_an_abandoned_ticket_is_let_go_of_and_ends_as_stopped(tmp_path: Path) -> None:
    """However quickly after confirming: nothing is done for it any more, and the back end hears that it was stopped."""
    with back_end(tmp_path) as (worker, town, told, journal):
        worker.do(effects.OrderDocument(1, TICKETS[0], HOUSEHOLD, Details(HOUSEHOLD.key)))
        worker.do(effects.Abandon(1, TICKETS[0], FaultCode.PRINT_STOPPED))
        told.until(lambda: town.reported == [TICKETS[0]])
        town.answers.set()
        told.until(lambda: any(isinstance(event, events.RemedyGiven) for event in told.posted))
        assert journal.never_begun() == []
        assert not any(isinstance(event, events.OrderFailed) for event in told.posted)


def test_a_result_that_is_not_taken_keeps_no_other_waiting(tmp_path: Path) -> None:
    """The oldest result fails each time; the next is reported, and the first stays in the journal."""
    with back_end(tmp_path, *TICKETS) as (_worker, town, told, journal):
        told.until(lambda: town.reported == [TICKETS[1]])
        told.until(lambda: journal.unreported() == [(TICKETS[0], STOPPED)])


@contextmanager
def nothing_half_made() -> Iterator[None]:
    """Whatever call is made meanwhile is begun, or not made at all."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(warning.message) for warning in warned] == []


def hear_of_the_stop(
    monkeypatch: pytest.MonkeyPatch, then: Callable[[Future[None], asyncio.AbstractEventLoop], object]
) -> None:
    """Have something done once the loop was asked to let go of everything, and before the stop goes on."""
    really = asyncio.run_coroutine_threadsafe

    def asks(letting_go: Coroutine[None, None, None], loop: asyncio.AbstractEventLoop) -> Future[None]:
        asking = really(letting_go, loop)
        then(asking, loop)
        return asking

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", asks)


def test_a_call_that_the_stop_overtakes_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paper that comes out as the kiosk stops is told at the next start."""
    held, asked = threading.Event(), threading.Event()
    hear_of_the_stop(monkeypatch, lambda *_: asked.set())
    with nothing_half_made(), back_end(tmp_path) as (worker, town, told, _journal):

        def be_overtaken() -> None:
            held.set()
            assert asked.wait(10)
            worker.report()

        told.until(lambda: bool(told.noted))
        town.meanwhile = be_overtaken
        worker.look_soon()
        assert held.wait(10)


def test_a_call_that_comes_after_all_was_let_go_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would wait for its turn in a loop that ends."""
    loops: list[asyncio.AbstractEventLoop] = []
    ended = threading.Event()
    with back_end(tmp_path) as (worker, _town, told, _journal):

        def come_last(letting_go: Future[None], loop: asyncio.AbstractEventLoop) -> None:
            letting_go.result(10)
            loops.append(loop)
            loop.call_soon_threadsafe(report_and_end, loop)
            assert ended.wait(10)

        def report_and_end(loop: asyncio.AbstractEventLoop) -> None:
            worker.report()
            loop.call_soon(loop.stop)
            loop.call_soon(ended.set)

        hear_of_the_stop(monkeypatch, come_last)
        told.until(lambda: bool(told.noted))
    assert [asyncio.all_tasks(loop) for loop in loops] == [set()]


class Tray:
    """A printer that has one word on every job, asked after the fact."""

    def __init__(self, word: DeviceJob) -> None:
        self._word = word

    def status(self) -> Status:
        """Be well."""
        return Status(Health.OK)

    def look(self, _job_name: str) -> DeviceJob:
        """Say the word."""
        return self._word

    def recall(self, _job_name: str, _job_uuid: str | None, _trace: JobTrace) -> bool:
        """Know every job."""
        return True

    def cancel(self, _job_name: str) -> None:
        """Have nothing to call back."""

    def close(self) -> None:
        """Nothing to let go of."""


@contextmanager
def page_printer(folder: Path, printer: Tray) -> Iterator[tuple[PrintWorker, Told, Journal, threading.Event]]:
    """A worker that is not started yet, on a journal that knows one ordered ticket; the event: something has ended."""
    told, store, ended = Told(), Store(folder), threading.Event()
    journal, device = Journal(store), cast("Printer", printer)
    journal.ordered(TICKETS[0], "residence")
    run = PrintRun(device, journal, paper_wait=1.0, print_silence=1.0)
    worker = PrintWorker(device, run, journal, told.post, told.note, ended.set)
    try:
        yield worker, told, journal, ended
    finally:
        worker.stop()
        store.close()


@pytest.mark.parametrize(
    ("word", "found"),
    [
        (DeviceJob(DeviceJobState.COMPLETED, 2), [events.PaperFound()]),
        (DeviceJob(DeviceJobState.GONE), [events.PaperFound()]),
        (DeviceJob(DeviceJobState.ABORTED, 1), [events.PaperFound()]),
        (DeviceJob(DeviceJobState.ABORTED, 0), []),
    ],
    ids=["printed", "unknown", "a sheet", "no sheet"],
)
def test_paper_that_came_out_while_the_kiosk_was_away_is_told(
    tmp_path: Path, word: DeviceJob, found: list[events.Event]
) -> None:
    """A crash ends the visit, not the printer: what it made meanwhile may lie there for the next to find."""
    with page_printer(tmp_path, Tray(word)) as (worker, told, journal, ended):
        journal.requested(TICKETS[0], 1)
        journal.handed(TICKETS[0], "urn:uuid:1", 2, 1, JobTrace())
        worker.start()
        assert ended.wait(10)
        assert told.posted == found


@pytest.mark.expects_log("printer: a job failed with RuntimeError")
def test_a_job_whose_following_breaks_down_is_unknown_to_the_back_end_too(tmp_path: Path) -> None:
    """A bug leaves nothing under way: it is called back, and the journal says what the resident was told."""

    class Broken(Tray):
        called_back: ClassVar[list[str]] = []

        def create(self, _job_name: str, _wish: PaperWish = PLAIN) -> str:
            return "urn:uuid:1"

        def trace(self, _job_name: str) -> JobTrace:
            return JobTrace()

        def send(self, _job_uuid: str, _pdf: bytes) -> bool:
            return True

        def look(self, _job_name: str) -> DeviceJob:
            raise RuntimeError

        def cancel(self, job_name: str) -> None:
            self.called_back.append(job_name)

    printer, lost = Broken(DeviceJob(DeviceJobState.SILENT)), Progress(JobPhase.UNKNOWN, None, FaultCode.INTERNAL)
    with page_printer(tmp_path, printer) as (worker, told, journal, ended):
        worker.start()
        assert ended.wait(10)
        ended.clear()
        journal.ordered(TICKETS[1], "residence")
        worker.do(effects.Print(1, Document(TICKETS[1], HOUSEHOLD, b"%PDF", 1)))
        assert ended.wait(10)
        assert (TICKETS[1], lost) in journal.unreported()
        assert journal.unfinished() == []
        assert told.posted[-1] == events.JobChanged(1, TICKETS[1], lost)
        assert printer.called_back == [f"{TICKETS[1]}-1"]


@pytest.mark.expects_log("receipt printer: a job failed with ValueError")
def test_a_slip_that_cannot_be_laid_out_is_not_waited_for() -> None:
    """Whatever goes wrong, the visit hears that there is no slip."""
    told = Told()

    def layout(_wish: effects.PrintSlip) -> Slip:
        raise ValueError

    class Roll:
        def status(self) -> Status:
            return Status(Health.OK)

        def print_slip(self, slip: Slip) -> None:
            raise AssertionError(slip)

        def close(self) -> None:
            pass

    worker = SlipWorker(cast("ReceiptPrinter", Roll()), layout, told.post, told.note)
    worker.start()
    try:
        worker.do(effects.PrintSlip(1, (), ()))
        told.until(lambda: told.posted == [events.SlipEnded(1, printed=False)])
    finally:
        worker.stop()
