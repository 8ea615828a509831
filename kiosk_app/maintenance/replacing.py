"""The rules by which another printer takes the place of this one: what did not print well is never used."""

from __future__ import annotations

from msgspec import structs

from kiosk_app.maintenance.happenings import (
    BackAsked,
    CardGone,
    Happening,
    OldPrinterAsked,
    PrinterAsked,
    PrintersFound,
    ReplaceAsked,
    TestEnded,
    TestSaid,
    TimeOver,
    Turned,
    UseAsked,
)
from kiosk_app.maintenance.printers import PrinterChanged, PrinterPage, PrinterSearch, PrinterTrial, PrinterTried
from kiosk_app.maintenance.wishes import (
    EndTest,
    FindPrinters,
    LeavePrinter,
    TellService,
    TryPrinter,
    UseOldPrinter,
    UsePrinter,
    Wish,
)
from kiosk_app.maintenance.work import Page, Service, Work

Step = tuple[Work | None, tuple[Wish, ...]]
# What a trial says that somebody still reads: its last lines.
LINES_KEPT = 60


def rules(work: Work, page: PrinterPage, happening: Happening) -> Step:
    """Give what comes next; what does not fit changes nothing."""
    match page, happening:
        case PrinterTrial(), CardGone() | TimeOver():
            return None, (EndTest(),)
        case PrinterTried(printer), CardGone() | TimeOver():
            return None, (LeavePrinter(printer.device),)
        case _, CardGone() | TimeOver():
            return None, ()
        case PrinterTrial(), BackAsked():
            return _to(work, PrinterSearch(), EndTest(), FindPrinters())
        case PrinterTried(printer), BackAsked():
            return _to(work, PrinterSearch(), LeavePrinter(printer.device), FindPrinters())
        case _, BackAsked():
            return _to(work, Service(), TellService())
        case PrinterSearch(), ReplaceAsked():
            return _to(work, PrinterSearch(), FindPrinters())
        case PrinterSearch() as search, PrintersFound(found, chosen):
            return _to(work, structs.replace(search, found=found, chosen=chosen))
        case (PrinterSearch() | PrinterTried()) as shown, Turned(number):
            return _to(work, structs.replace(shown, page=number))
        case PrinterSearch(found), PrinterAsked(device):
            asked = next((one for one in found or () if one.device == device and not one.used), None)
            return _to(work, PrinterTrial(asked), TryPrinter(device)) if asked is not None else (work, ())
        case PrinterSearch(chosen=True), OldPrinterAsked():
            return _to(work, PrinterChanged(""), UseOldPrinter())
        case PrinterTrial(printer, lines), TestSaid(line):
            return _to(work, PrinterTrial(printer, (*lines, line)[-LINES_KEPT:]))
        case PrinterTrial(printer, lines), TestEnded(well):
            return _to(work, PrinterTried(printer, well, lines))
        case PrinterTried(printer, well=True), UseAsked():
            return _to(work, PrinterChanged(printer.model), UsePrinter(printer.device))
        case _:
            return work, ()


def _to(work: Work, page: Page, *wishes: Wish) -> Step:
    return structs.replace(work, page=page), wishes
