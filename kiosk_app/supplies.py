"""What is used up: what the printer says is left, how long that lasts, and what came out since the last visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.settings import Settings
from hardware.devices import Printer, PrinterFacts
from hardware.faults import FAULTS, DeviceFault
from kiosk_app.audit import AuditTrail
from kiosk_app.journal import Journal
from printing.forecast import Forecast, in_words


def supplies(
    settings: Settings,
    printer: Printer | None,
    forecasts: Callable[[PrinterFacts], list[Forecast]],
    trail: AuditTrail,
    journal: Journal,
) -> Iterator[str]:
    """Say it line by line. Asks the printer, and lets go of it."""
    if printer is not None:
        try:
            facts = printer.facts()
        except DeviceFault as fault:
            yield f"{FAULTS[fault.code].title}."
        else:
            yield from _levels(facts)
            for forecast in forecasts(facts):
                yield f"Vooruitzicht voor {forecast.good.value}: {in_words(forecast)}."
        finally:
            printer.close()
    before = trail.entered_before()
    if before is None:
        yield "Dit is het eerste bezoek: er is nog niets geteld."
        return
    sheets = journal.sheets_since(before)
    when = settings.town.clock(before)
    yield f"Sinds het vorige bezoek ({when:%d-%m %H:%M}): {sheets} {'blad' if sheets == 1 else 'bladen'} afgedrukt."


def _levels(facts: PrinterFacts) -> Iterator[str]:
    for tray in facts.trays:
        level = "onbekend" if tray.sheets is None else f"ongeveer {tray.sheets} vellen"
        yield f"Lade {tray.name or '?'}: {level}."
    for supply in facts.supplies:
        level = "onbekend" if supply.percent is None else f"{supply.percent} %"
        yield f"{supply.name or 'Voorraad'}: {level}{' vol' if supply.fills else ''}."
