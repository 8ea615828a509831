"""Does what maintenance wishes for: lets in, tells how everything does, tries things out, writes down."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import uuid4

from hardware.credentials import StaffCardReader
from hardware.devices import Printer
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.audit import AuditTrail
from kiosk_app.beginning_anew import reboot, restart
from kiosk_app.check_words import Ask, Say
from kiosk_app.closing import Closings
from kiosk_app.effects import CheckStaffCode, DoWork, Effect, Forget
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance import happenings, wishes
from kiosk_app.maintenance.gate import Gate
from kiosk_app.maintenance.work import Refusal, Subject, Told
from kiosk_app.pin import wipe
from kiosk_app.printer_contract import Trial
from kiosk_app.trials import Trials
from kiosk_app.worker import Worker
from printing.progress import JobPhase

log = logging.getLogger(__name__)

# What is shown of the past: a busy week, in pages that somebody still leafs through.
HISTORY_ROWS = 500


class Workshop(Protocol):
    """What the worker needs of the rest of the kiosk."""

    def test(self, subject: Subject, say: Say, ask: Ask) -> tuple[Callable[[], bool], Callable[[], None]] | None:
        """Give a test of a device and a way to let go of it early; None where the kiosk has no such device."""

    def report(self, staff: str) -> tuple[str, ...]:
        """Give the lines of the report."""

    def report_code(self, staff: str) -> str:
        """Give the report in few words, for a code that a phone reads."""

    def report_printer(self) -> Printer | None:
        """Give a printer for the report."""

    def supplies(self) -> tuple[str, ...]:
        """Say what is left and what was used. Asks the printer."""

    def service_changed(self) -> None:
        """Look anew whether the kiosk is out of service."""


# The card is let go of by the visit at about the time that its code is typed: a reset spoils one proof, not three.
PROOFS, PROOF_SECONDS = 3, 0.3
_NO_CARD = (FaultCode.CARD_REMOVED, FaultCode.READER_LOST)


class StaffWorker:
    """Two threads: one for what is quick, one for a test under way."""

    def __init__(
        self,
        gate: Gate,
        card: StaffCardReader,
        memory: tuple[AuditTrail, Trials, Closings],
        told: Callable[[], Told],
        workshop: Workshop,
        post: Callable[[Event], None],
    ) -> None:
        self._gate = gate
        self._card = card
        self._trail, self._trials, self._closings = memory
        self._told = told
        self._workshop = workshop
        self._post = post
        self._worker = Worker("staff")
        self._bench = Worker("staff tests")
        self._telling: int | None = None  # the visit that is told how everything does
        self._staff = ""
        self._let_go: Callable[[], None] | None = None
        self._wanted = 0  # the number of the one test that somebody waits for
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reporting = threading.Event()  # from the touch until its paper: whoever touches twice gets one
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin."""
        self._worker.start()
        self._bench.start()

    def do(self, effect: Effect) -> None:
        """Queue what is wished."""
        match effect:
            case DoWork(visit, wishes.RunTest(subject)):
                self._bench.submit(partial(self._test, visit, subject, self._wanted))
            case DoWork(visit, wishes.PrintReport()):
                if not self._reporting.is_set():
                    self._reporting.set()
                    self._bench.submit(partial(self._print_report, visit))
            case DoWork(_, wishes.AnswerTest(yes)):
                self._answers.put("j" if yes else "n")
            case DoWork(_, wishes.EndTest()):
                self._end_test()
            case DoWork(visit, wish):
                self._worker.submit(partial(self._do, visit, wish))
            case Forget():
                self._telling = None
                self._end_test()
            case _:
                return

    def check_code(self, effect: CheckStaffCode, code: bytearray) -> None:
        """Queue a code; it is wiped whatever happens."""
        self._worker.submit(partial(self._check, effect, code))

    def tell(self) -> None:
        """Tell how everything does, where somebody looks at it. From any thread."""
        if self._telling is not None:
            self._worker.submit(partial(self._tell, self._telling))

    def stuck(self, seconds: float) -> bool:
        """Say whether a quick thing takes longer than that; a test waits for a person."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """End; a test under way is let go of."""
        self._end_test()
        self._worker.stop()
        self._bench.stop()

    # --- the gate ----------------------------------------------------------------------------------------------------

    def _check(self, effect: CheckStaffCode, code: bytearray) -> None:
        try:
            answer = self._gate.check(effect.staff, code) if self._proves(effect.staff) else _OTHER
        finally:
            wipe(code)
        self._answer(effect.visit, answer)

    def _proves(self, staff: str) -> bool:
        """Whether the card in the slot proves now that it is this one."""
        return self._in_the_slot() == staff

    def _second(self, first: str) -> happenings.SecondProved | happenings.SecondRefused:
        """Have the card in the slot prove that it is another one of staff, whose right stands."""
        name = self._in_the_slot()
        stands = name not in ("", first) and isinstance(self._gate.knock(name), happenings.Known)
        return happenings.SecondProved(name) if stands else happenings.SecondRefused()

    def _in_the_slot(self) -> str:
        """Give the name of the card in the slot, "" where it proves none; who resets it meanwhile is waited for."""
        for _ in range(PROOFS):
            try:
                return self._card.identify().name
            except DeviceFault as fault:
                if fault.code in _NO_CARD:
                    return ""
            time.sleep(PROOF_SECONDS)
        return ""

    # --- what is quick -----------------------------------------------------------------------------------------------

    def _do(self, visit: int, wish: wishes.Wish) -> None:
        match wish:
            case wishes.Knock(staff):
                self._staff = staff
                self._answer(visit, self._gate.knock(staff))
            case wishes.ProveCard(staff):
                self._answer(visit, happenings.LetIn() if self._proves(staff) else _OTHER)
            case wishes.ProveSecond(staff):
                self._answer(visit, self._second(staff))
            case wishes.TellAll():
                self._telling = visit
                self._tell(visit)
            case wishes.TellResults():
                self._answer(visit, happenings.ResultsTold(self._trials.results()))
            case wishes.MakeReportCode():
                self._answer(visit, happenings.ReportCodeMade(self._workshop.report_code(self._staff)))
            case wishes.TellSupplies():
                self._answer(visit, happenings.SuppliesTold(self._workshop.supplies()))
            case wishes.ReadHistory():
                rows, broken_at = self._trail.latest(HISTORY_ROWS), self._trail.broken_at()
                self._answer(visit, happenings.HistoryRead(rows, broken_at))
            case wishes.Restart():
                self._begin_anew(visit, restart)
            case wishes.Reboot():
                self._begin_anew(visit, reboot)
            case _:
                self._serve(visit, wish)

    def _serve(self, visit: int, wish: wishes.Wish) -> None:
        """In and out of service."""
        match wish:
            case wishes.TellService():
                closing, until = self._closings.now(datetime.now(UTC)) or (None, None)
                self._answer(visit, happenings.ServiceTold(closing, until))
            case wishes.Close(closing, hours):
                self._closings.close(closing, datetime.now(UTC) + timedelta(hours=hours))
                self._workshop.service_changed()
            case wishes.Open():
                self._closings.open()
                self._workshop.service_changed()
            case _:
                return

    def _tell(self, visit: int) -> None:
        self._answer(visit, happenings.AllTold(self._told()))

    def _answer(self, visit: int, what: happenings.WorkAnswer) -> None:
        self._post(WorkAnswered(visit, what))

    # --- what takes time ---------------------------------------------------------------------------------------------

    def _test(self, visit: int, subject: Subject, number: int) -> None:
        """Run a test; one that was ended before it began, or was let go of, prints and says nothing any more."""

        def say(line: str) -> None:
            if number == self._wanted:
                self._answer(visit, happenings.TestSaid(line))

        def ask(question: str) -> str:
            with self._lock:
                if number != self._wanted:
                    return ""
                answers = self._answers = queue.SimpleQueue()  # what was answered before was to something else
            self._answer(visit, happenings.TestAsks(question.replace("(j/n)", "").strip()))
            return answers.get()

        if number != self._wanted:
            return
        well: bool | None = False
        try:
            well = self._run_test(subject, (say, ask), number)
        finally:  # whoever waits hears of an end, also of one that nobody foresaw
            if number == self._wanted:  # what was let go of proves nothing, either way
                if well is not None:
                    self._trials.keep(subject, well=well)
                self._answer(visit, happenings.TestEnded(bool(well)))

    def _run_test(self, subject: Subject, person: tuple[Say, Ask], number: int) -> bool | None:
        """Give whether it went well; None where there was nothing to try, or nobody waits for it any more."""
        found = self._workshop.test(subject, *person)
        if found is None:
            person[0]("Dit loket heeft er geen.")
            return None
        run, let_go = found
        with self._lock:
            wanted = number == self._wanted
            self._let_go = let_go if wanted else None
        if not wanted:
            let_go()
            return None
        try:
            return run()
        finally:
            with self._lock:
                self._let_go = None

    def _end_test(self) -> None:
        with self._lock:
            self._wanted += 1
            self._answers.put("")  # who waits for an answer gets none
            let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()

    def _print_report(self, visit: int) -> None:
        printed = False
        try:
            printed = self._is_printed(self._workshop.report(self._staff))
        except DeviceFault as fault:
            log.warning("no report: %s", fault)
        finally:
            self._reporting.clear()
            self._answer(visit, happenings.ReportEnded(printed))

    def _is_printed(self, lines: tuple[str, ...]) -> bool:
        printer = self._workshop.report_printer()
        if printer is None:
            return False
        try:
            ending = Trial(printer, lambda _line: None).sheet(uuid4(), threading.Event(), lambda _: None, lines)
        finally:
            printer.close()
        return ending.phase is JobPhase.PRINTED

    # --- beginning anew ----------------------------------------------------------------------------------------------

    def _begin_anew(self, visit: int, begin: Callable[[], bool]) -> None:
        """Begin anew; where nobody would let it, that is said instead."""
        if not begin():
            self._answer(visit, happenings.RestartFailed())


_OTHER = happenings.NotLetIn(Refusal.OTHER_CARD)
