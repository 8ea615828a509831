"""`kiosk settings`, `picture`, `staff`, `doctor`: what is in force and how it looks, a card of staff, the machine."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Language, SettingsError
from kiosk_app.commands.words import USUAL, AsJson, SettingsFile, Voice, print_json, settings_in, stop
from kiosk_app.doctor import Machine, examine
from kiosk_app.doctor_finds import SYMPTOMS
from kiosk_app.show_settings import show_settings
from kiosk_app.staff_command import make_pin, make_totp

staff = typer.Typer(no_args_is_help=True, help="Maak de code die bij een dienstkaart hoort.")


def settings(
    *,
    file: SettingsFile = USUAL,
    told: Annotated[Path | None, typer.Option(help="De map waarin de agent nieuws van de dag legt.")] = None,
    as_json: AsJson = False,
) -> None:
    """Wat hier geldt, en uit welke laag elke waarde komt."""
    try:
        show_settings(file, told, print, as_json=as_json)
    except SettingsError as error:
        stop(str(error))


@staff.command("pin")
def pin() -> None:
    """Een pincode: zegt de regel voor de instellingen."""
    raise typer.Exit(0 if make_pin(print, getpass) else 1)


@staff.command("totp")
def totp(
    *,
    out: Annotated[Path, typer.Option(help="Het bestand voor het geheim; het mag er nog niet zijn.")],
    name: Annotated[str, typer.Option(help="De naam van de kaart, zoals in de instellingen.")],
) -> None:
    """Een app: schrijft haar geheim en toont het één keer."""
    raise typer.Exit(0 if make_totp(out, name, print) else 1)


def picture(
    *,
    file: SettingsFile = USUAL,
    language: Annotated[Language, typer.Option(help="De taal van het scherm.")] = Language.NL,
    out: Annotated[Path, typer.Option(help="Het bestand (PNG).")],
) -> None:
    """Schilder het beginscherm zoals het met deze instellingen is, in een bestand."""
    from kiosk_app.screened import picture as paint  # Qt is for this command alone

    amiss = paint(settings_in(file), language, out)
    for what in amiss:
        print(f"kiosk: {what}", file=sys.stderr)
    raise typer.Exit(1 if amiss else 0)


def doctor(*, as_json: AsJson = False) -> None:
    """Is deze machine alles wat een loket nodig heeft? Zegt wat er mist, en hoe je het oplost."""
    voice = Voice(as_json=as_json)
    well = examine(Machine(), SYMPTOMS, voice.say)
    if as_json:
        print_json({"well": well, "lines": voice.lines})
    raise typer.Exit(0 if well else 1)
