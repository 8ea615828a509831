"""`kiosk printer find`, `try`, `use`, `back`: another printer in the place of this one, as on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from config.settings import Settings
from hardware.faults import DeviceFault
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.check_words import TERMINAL
from kiosk_app.commands.words import USUAL, AsJson, SettingsFile, Voice, memory_of, print_json, settings_in, stop
from kiosk_app.makers import PrinterMakers
from kiosk_app.parts import Part
from kiosk_app.printer_choice import PrinterChoice
from kiosk_app.printer_desk import PrinterDesk
from kiosk_app.store import DATABASE

app = typer.Typer(no_args_is_help=True, help="Gebruik een andere printer: zoeken, proberen, en dan pas gebruiken.")
Device = Annotated[str, typer.Argument(help="Zijn adres, zoals `kiosk printer find` het zegt.")]


@app.command()
def find(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Zoek de printers die aan deze machine hangen."""
    with _desk(file) as (desk, _trail):
        found = desk.found()
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    for one in found:
        print(f"{one.device}  {one.model}{'  (in dienst)' if one.used else ''}")
    if not found:
        print("Er antwoordt geen printer op deze machine.")


@app.command("try")
def try_out(device: Device, *, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Maak een wachtrij naast de oude en druk een testblad af. Einde 1 als het er niet uitkwam."""
    voice = Voice(as_json=as_json)
    with _desk(file) as (desk, trail):
        trail.append(AuditLine(What.PRINTER_TRIED, part=Part.PRINTER, staff=TERMINAL))
        well = desk.try_out(device, voice.say)
        trail.append(AuditLine(What.TEST_PASSED if well else What.TEST_FAILED, part=Part.PRINTER, staff=TERMINAL))
    if as_json:
        print_json({"device": device, "well": well, "lines": voice.lines})
    raise typer.Exit(0 if well else 1)


@app.command()
def use(device: Device, *, file: SettingsFile = USUAL) -> None:
    """Gebruik de printer die net een testblad afdrukte."""
    with _desk(file) as (desk, trail):
        try:
            desk.use(device)
        except ValueError:
            stop(f"{device}: probeer hem eerst, met kiosk printer try", 1)
        trail.append(AuditLine(What.PRINTER_CHOSEN, part=Part.PRINTER, staff=TERMINAL))
    print("Gekozen. Het loket gebruikt hem na: kiosk restart")


@app.command()
def back(*, file: SettingsFile = USUAL) -> None:
    """Gebruik weer de printer die in de instellingen staat."""
    with _desk(file) as (desk, trail):
        desk.back()
        trail.append(AuditLine(What.PRINTER_RETURNED, part=Part.PRINTER, staff=TERMINAL))
    print("Het loket gebruikt de printer van de instellingen na: kiosk restart")


def make_trial_queue(settings: Settings) -> None:
    """Make the queue of a printer that is tried on the screen, for the kiosk may not; take away those of old trials."""
    if settings.printer is None or not (settings.data / DATABASE).exists():
        return
    with memory_of(settings) as store:
        choice = PrinterChoice(store, settings.printer)
        tried, used = choice.tried, choice.now
    makers = PrinterMakers(settings.printer)
    if tried is not None:
        with suppress(DeviceFault), closing(makers.driver(tried)) as printer:
            printer.status()
    makers.tidy([used.queue, *([tried.queue] if tried is not None else [])])


@contextmanager
def _desk(file: Path) -> Iterator[tuple[PrinterDesk, AuditTrail]]:
    settings: Settings = settings_in(file)
    if settings.printer is None:
        stop("de instellingen noemen geen printer")
    with memory_of(settings) as store:
        choice = PrinterChoice(store, settings.printer)
        yield PrinterDesk(choice, PrinterMakers(settings.printer), settings.data, lambda: None), AuditTrail(store)
