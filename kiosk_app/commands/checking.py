"""`kiosk check DEVICE`: tries out what a kiosk depends on; how that ended is kept for the report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from getpass import getpass
from typing import Annotated, NoReturn

import typer

from config.settings import Settings
from conformance import command
from kiosk_app import makers
from kiosk_app.check_words import Ask, Say
from kiosk_app.commands.replacing import make_trial_queue
from kiosk_app.commands.words import (
    USUAL,
    AsJson,
    SettingsFile,
    Voice,
    memory_of,
    print_json,
    settings_in,
    settings_now,
    stop,
)
from kiosk_app.maintenance.work import Subject
from kiosk_app.store import DATABASE
from kiosk_app.trials import Trials

app = typer.Typer(no_args_is_help=True, help="Probeer een toestel uit. Wat er mis is, staat er met de stappen bij.")
app.command("backend", help=command.DESCRIPTION)(command.backend)

_NONE_NAMED = "De instellingen noemen er geen: dit loket werkt zonder."
# None: there is no such device.
Check = Callable[[Say, Ask], bool | None]
OnPaper = Annotated[bool, typer.Option("--print", help="Druk ook echt iets af.")]


@app.command()
def printer(
    *,
    file: SettingsFile = USUAL,
    on_paper: OnPaper = False,
    empty_tray: Annotated[
        bool, typer.Option(help="Laat de lade twee keer leegmaken en vullen: elk blad komt één keer of niet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """De printer."""
    settings = settings_now(file)
    make_trial_queue(settings_in(file))

    def check(say: Say, _ask: Ask) -> bool | None:
        checks = makers.printer_checks(settings, say)
        return _all_well([one.run(with_sheet=on_paper, with_hand=empty_tray) for one in checks])

    _try_out(Subject.PRINTER, settings if on_paper else None, check, as_json=as_json)


@app.command()
def receipt(*, file: SettingsFile = USUAL, on_paper: OnPaper = False, as_json: AsJson = False) -> None:
    """De bonprinter."""
    settings = settings_in(file)

    def check(say: Say, _ask: Ask) -> bool | None:
        return _all_well([one.run(with_slip=on_paper) for one in makers.receipt_checks(settings, say)])

    _try_out(Subject.RECEIPT, settings if on_paper else None, check, as_json=as_json)


@app.command()
def reader(
    *,
    name: Annotated[str, typer.Option(help="De lezer met dit in zijn naam; anders de eerste.")] = "",
    pin: Annotated[bool, typer.Option("--pin", help="Vraag de pincode en kijk de handtekening na.")] = False,
    as_json: AsJson = False,
) -> None:
    """De kaartlezer, met om het even welke eID; zegt niets van wie die is."""
    from kiosk_app.check_reader import check_reader

    ask_pin = partial(getpass, "Pincode van deze kaart (niets: overslaan): ") if pin else None
    _try_out(
        Subject.CARD_READER,
        None,
        lambda say, _ask: check_reader(lambda: makers.card_reader(name), say, ask_pin),
        as_json=as_json,
    )


@app.command()
def locker(
    *,
    file: SettingsFile = USUAL,
    may_open: Annotated[
        list[int] | None, typer.Option("--open", metavar="NUMMER", help="Een deur die open mag; mag meer dan eens.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """De vakjes; opent geen deur die je niet noemt."""
    from kiosk_app.check_locker import check_locker

    settings = settings_in(file)

    def check(say: Say, ask: Ask) -> bool | None:
        if settings.lockers is None:
            return None
        with closing(makers.locker_bank(settings.lockers)) as bank:
            return check_locker(bank, makers.locker_doors(settings.lockers), tuple(may_open or ()), say, ask)

    _try_out(Subject.LOCKERS, settings, check, as_json=as_json)


@app.command()
def scanner(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """De scanner; zegt niet wat hij las."""
    from kiosk_app.check_scanner import check_scanner

    settings = settings_in(file)
    told = settings.scanner

    def check(say: Say, _ask: Ask) -> bool | None:
        return None if told is None else check_scanner(makers.code_scanner(told), str(told.device), say)

    _try_out(Subject.SCANNER, settings, check, as_json=as_json)


@app.command()
def keypad(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Het toetsenbord; je drukt op elke toets."""
    from kiosk_app.check_keypad import KeypadCheck

    settings = settings_in(file)
    told = settings.keypad

    def check(say: Say, _ask: Ask) -> bool | None:
        return None if told is None else KeypadCheck(makers.keypad(told), str(told.device), say).run()

    _try_out(Subject.KEYPAD, settings, check, as_json=as_json)


@app.command()
def speech(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Voorlezen, ook met een hoofdtelefoon; je luistert."""
    settings = settings_in(file)
    told = settings.speech
    _try_out(
        Subject.SPEECH,
        settings,
        lambda say, ask: None if told is None else makers.speech_check(told, say, ask).run(told),
        as_json=as_json,
    )


@app.command()
def network(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """De weg naar de dienst van de gemeente: naam, lijn, certificaten, klok."""
    from kiosk_app.check_network import NetworkCheck

    settings = settings_in(file)
    told = settings.back_end
    _try_out(
        Subject.NETWORK,
        settings,
        lambda say, _ask: None if told is None else NetworkCheck(told, say).run(),
        as_json=as_json,
    )


@app.command()
def watchdog(*, as_json: AsJson = False) -> None:
    """Wie het loket herbegint als het vastloopt, en de machine."""
    from kiosk_app.check_watchdog import check_watchdog
    from kiosk_app.doctor import Machine

    _try_out(Subject.WATCHDOG, None, lambda say, _ask: check_watchdog(Machine(), say), as_json=as_json)


@app.command()
def screen(
    *,
    file: SettingsFile = USUAL,
    windowed: Annotated[bool, typer.Option("--windowed", help="In een venster, op een gewone computer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Het scherm: kleuren van rand tot rand, en hoe ver een vinger naast negen kruisjes komt, in mm."""
    from kiosk_app.check_screen import check_screen

    settings = settings_in(file)
    figures: list[str] = []

    def check(say: Say, _ask: Ask) -> bool:
        return check_screen(settings, say, figures.append, windowed=windowed)

    _try_out(Subject.SCREEN, settings, check, as_json=as_json, figures=figures)


@app.command()
def staffcard(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Een dienstkaart: zegt van wie de sleutel is, en wat ze hier mag."""
    from kiosk_app.check_staff_card import check_staff_card

    settings = settings_in(file)

    def check(say: Say, _ask: Ask) -> bool | None:
        if not settings.staff:
            return None
        try:
            return check_staff_card(makers.staff_card_reader(settings), say)
        except ValueError as error:
            stop(f"{file}: {error}")

    _try_out("staffcard", settings, check, as_json=as_json)


def _all_well(endings: list[bool]) -> bool | None:
    return all(endings) if endings else None


def _try_out(
    what: Subject | str, settings: Settings | None, check: Check, *, as_json: bool, figures: list[str] | None = None
) -> NoReturn:
    """Try it, keep how it ended (with `settings`), and end with 0 where it went well, or there is nothing to try."""
    voice = Voice(as_json=as_json)
    well = check(voice.say, voice.ask)
    if well is None:
        voice.say(_NONE_NAMED)
    elif isinstance(what, Subject) and settings is not None:
        _keep(what, settings, "".join(figures or ()), well=well)
    if as_json:
        print_json({"device": what.value if isinstance(what, Subject) else what, "well": well, "lines": voice.lines})
    raise typer.Exit(1 if well is False else 0)


def _keep(subject: Subject, settings: Settings, figure: str, *, well: bool) -> None:
    """Keep a result for the report, where this kiosk has a memory that may be written."""
    if (settings.data / DATABASE).exists():
        with suppress(typer.Exit), memory_of(settings) as store:
            Trials(store).keep(subject, well=well, figure=figure)
