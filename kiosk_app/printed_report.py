"""The report on paper: one sheet, and only the printer's own word that it is out."""

from __future__ import annotations

import threading
from uuid import UUID

from hardware.devices import Printer
from kiosk_app.printer_contract import Trial
from printing.progress import JobPhase


def print_report(printer: Printer, lines: tuple[str, ...], ticket: UUID) -> bool:
    """Print it, and say whether it came out; lets go of the printer. Raises DeviceFault."""
    try:
        ending = Trial(printer, lambda _line: None).sheet(ticket, threading.Event(), lambda _: None, lines)
    finally:
        printer.close()
    return ending.phase is JobPhase.PRINTED
