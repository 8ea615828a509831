"""`kiosk check printer`: how a page printer gets its documents, how it does, and whether it keeps its contract.

Says each thing it looks at, what is wrong with it and what to do, in lines for a technician. It prints nothing unless
asked, and then believes the printer alone: the sheets are counted there.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import Health, Printer, PrinterFacts, PrintWay, Queue
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say, explain
from kiosk_app.printer_contract import (
    WITH_A_HAND,
    WITH_PAPER,
    WITHOUT_PAPER,
    Check,
    Trial,
)
from printing.forecast import Forecast, in_words

A4 = "iso_a4_210x297mm"


class Technician:
    """A person at the tray, told in words what to do. Nobody counts the sheets."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def take_paper(self) -> None:
        """Ask for an empty tray."""
        self._say("Neem al het papier uit de lade.")

    def give_paper(self) -> None:
        """Ask for a full one."""
        self._say("Leg het papier terug in de lade.")

    def sheets(self) -> None:
        """Nobody counts."""


class PrinterCheck:
    """One run of the check on one printer, which it lets go of at the end."""

    def __init__(
        self,
        printer: Printer,
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

    def run(self, *, with_sheet: bool, with_hand: bool = False) -> bool:
        """Look at it all and hold it to its contract; on paper, and with somebody at the tray, only where asked.

        False when something failed; then it was said, with steps.
        """
        try:
            self._look_at_all()
            self._hold_to_contract(with_sheet=with_sheet, with_hand=with_hand)
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

    def _hold_to_contract(self, *, with_sheet: bool, with_hand: bool) -> None:
        """Try what every printer promises, as far as paper and somebody at the tray are there for it."""
        trial = Trial(self._printer, self._say, Technician(self._say) if with_hand else None)
        if not self._wrong:  # what is wrong was said; the contract would only say it again, in other words
            self._try(trial, WITHOUT_PAPER)
        if with_sheet:
            self._try(trial, WITH_PAPER)
        else:
            self._say("Er is geen testblad afgedrukt; met --print wel.")
        if with_hand:
            self._try(trial, WITH_A_HAND)

    @staticmethod
    def _try(trial: Trial, checks: tuple[Check, ...]) -> None:
        for check in checks:
            check(trial)

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
