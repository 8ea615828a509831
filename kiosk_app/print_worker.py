"""Does what the visit wishes of the printers: documents on paper, and slips."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from hardware.devices import PLAIN, Health, PaperWish, Printer, PrinterFacts, ReceiptPrinter, Slip, Status
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.effects import CancelPrint, Effect, Forget, PreparePrint, Print, PrintSlip
from kiosk_app.events import Event, JobChanged, PaperFound, SlipEnded
from kiosk_app.journal import Journal
from kiosk_app.visit import Document
from kiosk_app.worker import Worker
from printing.job import PrintRun, job_name, recover
from printing.progress import JobPhase, Progress

# A tray that was emptied or refilled shows on the portal within this time; the printer does not notice being asked.
LOOK_EVERY = 15.0
# One miss says nothing yet, three in a row do: the portal must not offer paper for long that nobody can print.
LOOK_AGAIN = 2.0
# A disk that fills shows there sooner: it is no device that has to answer, and what is wrong with it is known at once.
LOOK_AT_ROOM_EVERY = 3.0
# A ticket is printed once; a document that is wanted again has a ticket of its own.
_ATTEMPT = 1


class PrintWorker:
    """The page printer's own thread."""

    def __init__(
        self,
        printer: Printer,
        run: PrintRun,
        journal: Journal,
        post: Callable[[Event], None],
        note: Callable[[Status], None],
        ended: Callable[[], None],
        wish_for: Callable[[str], PaperWish] = lambda _product: PLAIN,
    ) -> None:
        self._printer = printer
        self._wish_for = wish_for
        self._run = run
        self._journal = journal
        self._post = post
        self._note = note
        self._ended = ended
        self._cancelled: dict[UUID, threading.Event] = {}
        self._prepared: dict[UUID, str | None] = {}  # job uuids; on the worker's thread only
        self._worker = Worker("printer", self._look, LOOK_EVERY)
        self._had_room = True
        self._room = Worker("room", self._look_for_room, LOOK_AT_ROOM_EVERY)

    def start(self) -> None:
        """Begin with what a crash may have left: the device is asked, nothing is sent."""
        self._worker.submit(self._recover)
        self._worker.start()
        self._room.start()

    def do(self, effect: Effect) -> None:
        """Queue a document, or call one back."""
        match effect:
            case PreparePrint(_, ticket, product, copies):
                self._worker.submit(partial(self._prepare, ticket, product.code, copies))
            case Forget():
                self._worker.submit(self._drop_prepared)
            case Print(visit, document):
                self._cancelled[document.ticket] = threading.Event()
                self._worker.submit(partial(self._print, visit, document))
            case CancelPrint(_, ticket):
                if (cancelled := self._cancelled.get(ticket)) is not None:
                    cancelled.set()
            case _:
                return

    def look_soon(self) -> None:
        """Look at it now: somebody mends it."""
        self._worker.look_soon()

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than that."""
        return self._worker.stuck(seconds)

    def exchange(self, printer: Printer, run: PrintRun) -> None:
        """Use another printer from now on, once what came before is done; the old one is let go of. From any thread."""
        self._worker.submit(partial(self._exchange, printer, run))

    def facts(self) -> PrinterFacts:
        """Ask what the printer in use lists of itself. Raises PRINTER_LOST."""
        return self._printer.facts()

    def stop(self) -> None:
        """Let go of the printer; what is under way is asked for at the next start.

        It is not called back: its resident stands here and the paper may be coming out, and whoever gives up on a
        device that can no longer be asked can only write *unknown*, where the next start hears the truth. A job that
        meanwhile waits for a hand is cancelled by CUPS (`job-cancel-after`).
        """
        self._room.stop()
        self._worker.stop()
        self._printer.close()

    def _exchange(self, printer: Printer, run: PrintRun) -> None:
        self._drop_prepared()
        self._printer.close()
        self._printer, self._run = printer, run
        self._worker.look()

    def _look(self) -> float | None:
        status = self._printer.status()
        if status.health is not Health.UNKNOWN and FaultCode.PRINTER_LOST not in status.faults:
            self._run.remind()
        if not self._journal.has_room:  # what cannot be written down is not printed: so it is not offered either
            status = Status(Health.DOWN, (FaultCode.JOURNAL_LOST,))
        self._note(status)
        return LOOK_AGAIN if status.health is Health.UNKNOWN else None

    def _look_for_room(self) -> None:
        room = self._journal.has_room
        if room is not self._had_room:
            self._had_room = room
            self._worker.look_soon()

    def _recover(self) -> None:
        for ticket in self._journal.never_begun():
            self._journal.ended(ticket, JobPhase.FAILED, 0, FaultCode.INTERNAL)
        endings = recover(self._printer, self._journal)
        for ticket, ending in endings:
            if ending.phase is JobPhase.UNKNOWN:
                self._run.remind_of(ticket, _ATTEMPT)
        if any(ending.may_lie for _ticket, ending in endings):
            self._post(PaperFound())
        self._ended()

    def _prepare(self, ticket: UUID, product: str, copies: int) -> None:
        self._journal.ordered(ticket, product)
        wish = replace(self._wish_for(product), copies=copies)
        self._prepared[ticket] = self._run.prepare(ticket, _ATTEMPT, wish)

    def _drop_prepared(self) -> None:
        """Take away what was prepared in a visit that is over: its document never came, or was given up."""
        while self._prepared:
            ticket, _job_uuid = self._prepared.popitem()
            self._run.drop(ticket, _ATTEMPT)

    def _print(self, visit: int, document: Document) -> None:
        ticket = document.ticket

        def tell(progress: Progress) -> None:
            self._post(JobChanged(visit, ticket, progress))

        try:
            prepared = self._prepared.pop(ticket, None)
            cancelled = self._cancelled[ticket]
            wish = replace(self._wish_for(document.product.code), copies=document.copies)
            self._run.run(ticket, _ATTEMPT, document.pdf, document.pages, tell, cancelled, prepared, wish)
        except Exception:
            lost = Progress(JobPhase.UNKNOWN, None, FaultCode.INTERNAL)
            tell(lost)
            self._write_off(ticket, lost)
            raise
        finally:
            del self._cancelled[ticket]
            self._ended()
        self._worker.look()

    def _write_off(self, ticket: UUID, lost: Progress) -> None:
        """End a job that nobody follows any more, so that the back end hears what the resident saw; call it back."""
        for job in self._journal.unfinished():
            if job.ticket == ticket:
                self._journal.ended(ticket, lost.phase, lost.sheets, lost.fault)
                with contextlib.suppress(DeviceFault):
                    self._printer.cancel(job_name(ticket, job.attempt))


class SlipWorker:
    """The receipt printer's own thread."""

    # A roll that ran out is seen at the next slip in any case: asking once a minute is for the portal.
    LOOK_EVERY = 60.0

    def __init__(
        self,
        printer: ReceiptPrinter,
        layout: Callable[[PrintSlip], Slip],
        post: Callable[[Event], None],
        note: Callable[[Status], None],
    ) -> None:
        self._printer = printer
        self._layout = layout
        self._post = post
        self._note = note
        self._worker = Worker("receipt printer", self._look, self.LOOK_EVERY)

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Queue a slip."""
        if isinstance(effect, PrintSlip):
            self._worker.submit(partial(self._print, effect))

    def look_soon(self) -> None:
        """Look at it now: somebody mends it."""
        self._worker.look_soon()

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """Let go of the printer."""
        self._printer.close()
        self._worker.stop()

    def _look(self) -> None:
        self._note(self._printer.status())

    def _print(self, effect: PrintSlip) -> None:
        try:
            self._printer.print_slip(self._layout(effect))
        except DeviceFault:
            self._post(SlipEnded(effect.visit, printed=False))
        except Exception:
            self._post(SlipEnded(effect.visit, printed=False))
            raise
        else:
            self._post(SlipEnded(effect.visit, printed=True))
        self._look()
