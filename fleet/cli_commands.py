"""The commands about commands: have one kiosk do something now, and see what became of it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config.commands import Verb
from fleet import cli_keys
from fleet.cli_keys import KeyOption
from fleet.cli_output import AsJson, out, tell
from fleet.cli_service import Database, Home, existing, opened
from fleet.command_words import VERBS, ended
from fleet.commanding import signed

_HERE = Path()
_HELP = "Wat het moet doen: " + ", ".join(f"{verb} ({text})" for verb, text in VERBS.items()) + "."


def command(
    town: str,
    kiosk: str,
    verb: Annotated[Verb, typer.Argument(help=_HELP)],
    key: KeyOption,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Laat één loket nu iets doen: getekend, één keer, binnen een kwartier, tussen twee bezoeken."""
    from fleet.service.commands import CommandDesk

    work = existing(home)
    signer, _ = cli_keys.opened(key)
    made = signed(work.repository, signer, (town, kiosk), verb, _now())
    with opened(home, database) as engine:
        CommandDesk(engine, _now).give(made, getpass.getuser())
    until = made.command.expires.astimezone()
    said = f"[green]✓[/] {kiosk}: {VERBS[verb]}. Het loket hoort het binnen anderhalve minuut."
    more = f"  Na {until:%H:%M} doet het loket dit niet meer. Hoe het afliep: fleet commands {town} {kiosk}"
    tell(made.command, said, more, as_json=as_json)


def commands(
    town: str,
    kiosk: str,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Toon wie een loket wat liet doen, met welke sleutel, en hoe dat afliep."""
    from fleet.service.commands import CommandDesk

    existing(home)
    with opened(home, database) as engine:
        rows = CommandDesk(engine, _now).given(town, kiosk)
    if as_json:
        tell(rows, as_json=True)
        return
    table = Table("wanneer", "wie", "sleutel", "wat", "hoe het afliep")
    for row in rows:
        became = ended(row.outcome, row.expires, _now())
        table.add_row(f"{row.issued.astimezone():%d-%m-%Y %H:%M}", row.person, row.key[:12], row.verb, became)
    out.print(table)


def logs(
    town: str,
    kiosk: str,
    to: Annotated[Path, typer.Option("--out", help="Het bestand om te maken, bv. LV-01.cms.")],
    home: Home = _HERE,
    database: Database = "",
) -> None:
    """Haal op wat een loket stuurde na collectLogs. Alleen met de sleutel bij `operator` gaat het open."""
    from fleet.service.commands import CommandDesk

    existing(home)
    with opened(home, database) as engine:
        at, content = CommandDesk(engine, _now).logs_of(town, kiosk)
    with to.open("xb") as out_file:
        out_file.write(content)
    out.print(f"[green]✓[/] {to}: gestuurd op {at.astimezone():%d-%m-%Y om %H:%M}. Openen: openssl cms -decrypt")


def _now() -> datetime:
    return datetime.now(UTC)
