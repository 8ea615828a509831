"""`kiosk check printer`: how a page printer gets its documents, how it does, and a real sheet where one is asked for.

Says each thing it looks at, what is wrong with it and what to do, in lines for a technician. It prints nothing unless
asked, and then believes the printer alone: the sheets are counted there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from hardware.devices import Health, Printer, PrinterFacts, PrintWay, Queue
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain
from printing.forecast import Forecast, in_words
from printing.job import PrintRun, UnfinishedJob
from printing.progress import JobPhase, Progress
from printing.trial_sheet import FRAME_HEIGHT, FRAME_WIDTH, trial_sheet

A4 = "iso_a4_210x297mm"
# A technician stands beside it: a tray that is filled now still counts, and nobody waits longer than for a resident.
PAPER_SECONDS, SILENCE_SECONDS = 60.0, 60.0


class ListedPrinter(Printer, Protocol):
    """A printer that can say what it lists of itself."""

    def facts(self) -> PrinterFacts:
        """Ask it. Raises PRINTER_LOST."""


class _NoJournal:
    """A trial sheet is nobody's document: there is nothing to remember, and nothing to tell the town."""

    def requested(self, ticket: UUID, attempt: int) -> None:
        """Nothing."""

    def handed(self, ticket: UUID, job_uuid: str, pages: int) -> None:
        """Nothing."""

    def printing(self, ticket: UUID, sheets: int | None) -> None:
        """Nothing."""

    def ended(self, ticket: UUID, phase: JobPhase, sheets: int | None, fault: FaultCode | None) -> None:
        """Nothing."""

    def unfinished(self) -> list[UnfinishedJob]:
        """Nothing."""
        return []


class PrinterCheck:
    """One run of the check on one printer, which it lets go of at the end."""

    def __init__(
        self,
        printer: ListedPrinter,
        device: str,
        queue: str,
        say: Say,
        foresee: Callable[[PrinterFacts], list[Forecast]],
    ) -> None:
        """`foresee` makes a forecast of what the printer has left."""
        self._printer = printer
        self._device = device
        self._queue = queue
        self._say = say
        self._foresee = foresee
        self._wrong = 0

    def run(self, *, with_sheet: bool) -> bool:
        """Look at it all, and print a sheet where asked. False when something failed; then it was said, with steps."""
        try:
            self._look_at_all()
            if with_sheet:
                self._print_sheet()
            else:
                self._say("Er is geen testblad afgedrukt; met --print wel.")
        except DeviceFault as fault:
            self._fail(fault.code, fault.detail)
        except CheckFailed as failed:
            self._wrong += 1
            self._say(f"FOUT: {failed}")
        finally:
            self._printer.close()
        self._say("Alles in orde." if not self._wrong else f"{self._wrong} keer iets mis: zie hierboven.")
        return not self._wrong

    def _look_at_all(self) -> None:
        self._say(f"Printer op {self._device}")
        status = self._printer.status()  # it also makes the queue, where there is none
        facts = self._printer.facts()
        self._say(f"De printer antwoordt: {facts.model or 'zonder zijn model te noemen'}.")
        self._say_way(facts)
        self._say_queue(facts.queue, facts.way)
        self._say_paper(facts)
        for code in status.faults:
            if status.health is Health.DOWN and code is status.faults[0]:
                self._fail(code)
            else:
                explain(self._say, code, word="Let op")
        if not status.faults:
            self._say("De printer meldt geen enkele storing.")

    def _say_way(self, facts: PrinterFacts) -> None:
        match facts.way:
            case PrintWay.SEALED:
                self._say("Hij neemt PDF aan: elk document komt byte voor byte aan, met zijn zegel.")
            case PrintWay.RASTER:
                self._say("Let op: hij neemt geen PDF aan. CUPS stuurt beelden: het zegel komt niet mee.")
            case None:
                listed = ", ".join(facts.formats) or "niets"
                raise CheckFailed(
                    f"hij neemt PDF noch raster aan (wel: {listed}).\n  1. Zet PDF of AirPrint aan in het menu van de"
                    " printer.\n  2. Kan dat niet: dit loket kan op die printer niet afdrukken."
                )

    def _say_queue(self, queue: Queue, way: PrintWay | None) -> None:
        maker = "het loket maakte ze zelf" if queue.ours else "iemand maakte ze met de hand"
        wrong = list(_wrong_with(queue, way, self._device))
        self._say(f"Wachtrij {self._queue}: {maker}." if queue.way else f"Wachtrij {self._queue}: er is er geen.")
        for sentence in wrong:
            self._wrong += 1
            self._say(f"FOUT: {sentence}")
        if wrong:
            self._say(f"  1. Haal ze weg: lpadmin -x {self._queue}")
            self._say("  2. Doe deze controle opnieuw: het loket maakt dan zelf een juiste wachtrij.")
            self._say("  3. Helpt dat niet: kijk of het loket zijn CUPS mag beheren.")

    def _say_paper(self, facts: PrinterFacts) -> None:
        if facts.loaded and A4 not in facts.loaded:
            self._wrong += 1
            self._say(f"FOUT: er ligt geen A4 in (wel: {', '.join(facts.loaded)}).")
            self._say("  1. Leg A4-papier in de lade.")
            self._say("  2. Stel de lade op de printer in op A4, gewoon papier.")
        self._say(f"Aan beide kanten afdrukken: {'kan' if facts.two_sided else 'kan niet'}.")
        if len(facts.sources) > 1:
            self._say(f"Lades: {', '.join(facts.sources)}. {_about_trays(facts)}")
        for tray in facts.trays:
            level = "een onbekend aantal" if tray.sheets is None else f"ongeveer {tray.sheets}"
            self._say(f"Lade {tray.name or '?'}: {level} vellen, plaats voor {tray.capacity or '?'}.")
        for supply in facts.supplies:
            level = "onbekend" if supply.percent is None else f"{supply.percent} %"
            self._say(f"{supply.name or 'Voorraad'}: {level}{' vol' if supply.fills else ''}.")
        for forecast in self._foresee(facts):
            self._say(f"Vooruitzicht voor {forecast.good.value}: {in_words(forecast)}.")

    def _print_sheet(self) -> None:
        moment = datetime.now().astimezone()
        text = ("Loket 24/7: testblad", f"{moment:%d-%m-%Y %H:%M}", "Noëlle, één, naïef, façade, 1234567890")
        run = PrintRun(self._printer, _NoJournal(), paper_wait=PAPER_SECONDS, print_silence=SILENCE_SECONDS)
        self._say("Testblad: naar de printer gestuurd.")
        begun = time.monotonic()
        ending = run.run(uuid4(), 1, trial_sheet(text), 1, self._tell, threading.Event())
        if ending.phase is not JobPhase.PRINTED:
            raise DeviceFault(ending.fault or FaultCode.PRINT_FAILED, f"{ending.sheets or 0} bladen volgens de printer")
        counted = "zonder te tellen" if ending.sheets is None else f"{ending.sheets} blad geteld"
        self._say(f"De printer zegt: afgedrukt, {counted} ({time.monotonic() - begun:.1f} s).")
        self._say(f"  Meet het kader op het blad: {FRAME_WIDTH} mm breed, {FRAME_HEIGHT} mm hoog.")
        self._say("  Is het kleiner: zet in het menu van de printer verkleinen of 'passend maken' af.")

    def _tell(self, progress: Progress) -> None:
        if progress.phase is JobPhase.PAUSED and progress.fault is not None:
            explain(self._say, progress.fault, word=f"De printer wacht (hoogstens {PAPER_SECONDS:.0f} s)")

    def _fail(self, code: FaultCode, detail: str = "") -> None:
        self._wrong += 1
        explain(self._say, code, detail)


def _wrong_with(queue: Queue, way: PrintWay | None, device: str) -> list[str]:
    """Say what a queue must not be, each with what would come of it."""
    if queue.way is None:
        return ["de wachtrij bestaat niet: er kan niets afgedrukt worden."]
    found = {
        f"ze leidt naar {queue.address}, niet naar deze printer.": queue.address != device,
        "ze stuurt PDF naar een printer die dat niet aanneemt.": (queue.way, way) == (PrintWay.SEALED, PrintWay.RASTER),
        "ze maakt beelden voor een printer die PDF aanneemt: het zegel komt niet in de lade.": (queue.way, way)
        == (PrintWay.RASTER, PrintWay.SEALED),
        "waitjob=false ontbreekt in haar adres: een document kan twee keer uit de printer komen.": not queue.lets_go,
        "contimeout of abort-job ontbreekt: een document kan uren later nog uit de printer komen.": not queue.gives_up,
    }
    return [sentence for sentence, is_so in found.items() if is_so]


def _about_trays(facts: PrinterFacts) -> str:
    if facts.way is PrintWay.RASTER or set(facts.sources) & set(facts.media):
        return "Het loket kan er een kiezen."
    return "Het loket kan er geen kiezen: PDF gaat door een wachtrij zonder lade. Kies de lade op de printer zelf."
