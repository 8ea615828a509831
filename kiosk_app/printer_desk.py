"""Another printer in the place of this one, step by step: find it, try it beside the old one, use it, or go back.

Nothing is half done: the printer in use keeps its queue and its work until another one has printed a sheet by its own
word, and one that was tried and left takes its queue with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from config.settings import Printer as Setting
from hardware.devices import Printer
from hardware.faults import DeviceFault
from kiosk_app.check_printer import PrinterCheck
from kiosk_app.check_words import Say, explain
from kiosk_app.maintenance.printers import FoundPrinter
from kiosk_app.printer_choice import PrinterChoice, is_here

# Whoever may make queues is told by this file, beside the memory (loket247-printer.path).
WANTED = "printer-wanted"
# Root's service takes some seconds to begin, and CUPS some more for a driverless queue.
QUEUE_SECONDS, LOOK_SECONDS = 40.0, 0.5


class Makers(Protocol):
    """How the printers of this machine are found and spoken to."""

    def printers_here(self) -> list[tuple[str, str]]:
        """Give the address and the model of each that answers."""

    def driver(self, setting: Setting) -> Printer:
        """Give the driver of one printer."""

    def check(self, setting: Setting, say: Say) -> PrinterCheck:
        """Give the check of one printer."""

    def tidy(self, keep: list[str]) -> None:
        """Take away every queue that was made for a trial, but these."""


class PrinterDesk:
    """One kiosk's. `changed` is called when another printer is to be used from now on."""

    def __init__(self, choice: PrinterChoice, makers: Makers, data: Path, changed: Callable[[], None]) -> None:
        self.choice = choice
        self._makers = makers
        self._data = data
        self._changed = changed

    def found(self) -> tuple[FoundPrinter, ...]:
        """Give the printers that answer here, the one in use first. Takes some seconds."""
        used = _place(self.choice.now.device)
        found = [FoundPrinter(device, model, _place(device) == used) for device, model in self._makers.printers_here()]
        return tuple(sorted(found, key=lambda one: not one.used))

    def try_out(self, device: str, say: Say) -> bool:
        """Make its queue beside the old one and print a sheet; False when it did not come, and then it is left."""
        if not is_here(device):
            say("FOUT: alleen een printer aan deze machine zelf kan hier gekozen worden.")
            return False
        self.choice.try_out(device)
        well = False
        try:
            well = self._has_queue(device, say) and self._makers.check(self.choice.candidate(device), say).run(
                with_sheet=True
            )
        finally:
            if not well:
                self.leave()
        return well

    def use(self, device: str) -> None:
        """Use it from now on. Raises ValueError for one that did not print just before."""
        self.choice.use(device)
        self._changed()

    def back(self) -> None:
        """Use the printer that the settings name."""
        self.choice.back()
        self.tidy()
        self._changed()

    def leave(self) -> None:
        """Leave the one that was tried; the one in use stays as it is."""
        self.choice.leave()
        self.tidy()

    def tidy(self) -> None:
        """Take away the queues of trials that are over."""
        self._tell()
        tried = self.choice.tried
        self._makers.tidy([self.choice.now.queue, *([tried.queue] if tried is not None else [])])

    def _has_queue(self, device: str, say: Say) -> bool:
        """Wait until its queue is there: made by the kiosk where it may, by root's service where it may not."""
        self._tell()
        printer = self._makers.driver(self.choice.candidate(device))
        until = time.monotonic() + QUEUE_SECONDS
        try:
            while True:
                printer.status()  # it makes the queue, where the kiosk may
                if printer.facts().queue.way is not None:
                    break
                if time.monotonic() > until:
                    say("FOUT: deze printer kreeg geen wachtrij.")
                    say("  1. Kijk wat loket247-printer.service zegt: journalctl -u loket247-printer.")
                    return False
                time.sleep(LOOK_SECONDS)
        except DeviceFault as fault:
            explain(say, fault.code, fault.detail)
            return False
        finally:
            printer.close()
        say("De nieuwe wachtrij is er. De oude blijft staan.")
        return True

    def _tell(self) -> None:
        (self._data / WANTED).write_text(f"{time.time()}\n", encoding="ascii")


def _place(device: str) -> tuple[str, int | None, str]:
    """Give what tells two printers apart: this machine has several names."""
    place = urlsplit(device)
    return "" if is_here(device) else place.hostname or "", place.port, place.path
