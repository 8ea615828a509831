"""`kiosk filled`, `close`, `open`, `restart`, `reboot`: what maintenance changes, each with a row in the trail."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from config.settings import Settings
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.check_words import TERMINAL
from kiosk_app.closing import LONGEST, Closings
from kiosk_app.commands.words import USUAL, SettingsFile, memory_of, settings_in, stop
from kiosk_app.maintenance.work import Closing
from kiosk_app.parts import Part

# systemd answers at once, or says that it may not.
_SYSTEMD_SECONDS = 30.0
_MOST_HOURS = int(LONGEST / timedelta(hours=1))


class Filled(StrEnum):
    """What can be filled."""

    PRINTER = "printer"
    RECEIPT = "receipt"


_PARTS = {Filled.PRINTER: Part.PRINTER, Filled.RECEIPT: Part.RECEIPT_PRINTER}


def filled(
    what: Annotated[Filled, typer.Argument(help="Waarin je papier legde.")], *, file: SettingsFile = USUAL
) -> None:
    """Noteer dat je papier bijvulde: de voorspelling telt vanaf nu."""
    settings = settings_in(file)
    with memory_of(settings) as store:
        AuditTrail(store).append(AuditLine(What.FILLED, part=_PARTS[what], staff=TERMINAL))
    print("Genoteerd.")


def close(
    why: Annotated[Closing, typer.Argument(help="Waarom.")],
    *,
    hours: Annotated[int, typer.Option("--hours", min=1, max=_MOST_HOURS, help="Hoeveel uur lang.")],
    file: SettingsFile = USUAL,
) -> None:
    """Zet het loket buiten dienst; daarna gaat het vanzelf weer open. Het loket ziet het binnen een halve minuut."""
    settings = settings_in(file)
    until = datetime.now(UTC) + timedelta(hours=hours)
    with memory_of(settings) as store:
        Closings(store).close(why, until)
        AuditTrail(store).append(AuditLine(What.CLOSED, staff=TERMINAL))
    print(f"Buiten dienst tot {settings.town.clock(until):%d-%m %H:%M}.")


def reopen(*, file: SettingsFile = USUAL) -> None:
    """Zet het loket weer in dienst. Het loket ziet het binnen een halve minuut."""
    settings = settings_in(file)
    with memory_of(settings) as store:
        Closings(store).open()
        AuditTrail(store).append(AuditLine(What.OPENED, staff=TERMINAL))
    print("Weer in dienst.")


def restart(*, file: SettingsFile = USUAL) -> None:
    """Herstart het programma van het loket."""
    _anew(settings_in(file), What.RESTART_ASKED, "restart", "kiosk.service")


def reboot(*, file: SettingsFile = USUAL) -> None:
    """Herstart de machine."""
    _anew(settings_in(file), What.REBOOT_ASKED, "reboot")


def _anew(settings: Settings, what: What, *words: str) -> None:
    """Write down that it was asked, then ask systemd, by its own rules of who may."""
    with memory_of(settings) as store:
        AuditTrail(store).append(AuditLine(what, staff=TERMINAL))
    command = ["systemctl", "--no-ask-password", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEMD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        stop(f"systemd antwoordt niet ({type(error).__name__})", 1)
    if done.returncode:
        stop(f"dit mag of lukt niet: {done.stderr.strip()}", 1)
