"""Writes down what residents report that does not work, on a thread of its own, and has the back end hear of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hardware.faults import DeviceFault, FaultCode
from kiosk_app.defect_book import DefectBook
from kiosk_app.defects import DefectKept, KeepDefect
from kiosk_app.effects import Effect
from kiosk_app.events import Event
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.worker import Worker
from printing.job import JournalLost

log = logging.getLogger(__name__)


class DefectWorker:
    """A thread that writes. `report` has the back end hear what it has not, where there is one."""

    def __init__(self, book: DefectBook, post: Callable[[Event], None], report: Callable[[], None]) -> None:
        self._book = book
        self._post = post
        self._report = report
        self._worker = Worker("defects")

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Begin to write a report down."""
        if isinstance(effect, KeepDefect):
            self._worker.submit(lambda: self._keep(effect))

    def stuck(self, seconds: float) -> bool:
        """Say whether one report takes longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """End."""
        self._worker.stop()

    def _keep(self, effect: KeepDefect) -> None:
        try:
            self._book.keep(effect.about, effect.screen)
        except JournalLost:
            self._post(DefectKept(effect.visit, lost=True))
            return
        self._post(DefectKept(effect.visit))
        self._report()


class DefectCalls:
    """The back end's part: it hears of each report until it has confirmed it; on the back end's loop."""

    def __init__(self, client: TownHallClient, book: DefectBook) -> None:
        self._client = client
        self._book = book

    async def report(self) -> None:
        """Report what is waiting, oldest first; what fails is tried again later."""
        for one in self._book.unreported():
            try:
                await self._client.defect(one)
            except DeviceFault as fault:
                log.info("back end: a report of a resident waits in the book (%s)", fault)
                if fault.code is FaultCode.BACKEND_SLOW:  # each of the others would take as long
                    return
            else:
                self._book.reported(one.id)
