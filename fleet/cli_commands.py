"""The commands about commands: have one kiosk do something now, and see what became of it."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config.commands import Verb
from fleet import keys
from fleet.cli_service import Database, Home, existing, opened, out
from fleet.command_words import VERBS, ended
from fleet.commanding import signed

_HERE = Path()
_HELP = "Wat het moet doen: " + ", ".join(f"{verb} ({text})" for verb, text in VERBS.items()) + "."


def command(
    town: str,
    kiosk: str,
    verb: Annotated[Verb, typer.Argument(help=_HELP)],
    key: Annotated[Path, typer.Option("--key", help="Je sleutel, bv. keys/lindeveld-1.pem.")],
    home: Home = _HERE,
    database: Database = "",
) -> None:
    """Laat één loket nu iets doen: getekend, één keer, binnen een kwartier, tussen twee bezoeken."""
    from fleet.service.commands import CommandDesk

    work = existing(home)
    signer = keys.load(key, passphrase(key))
    made = signed(work.repository, signer, (town, kiosk), verb, _now())
    with opened(home, database) as engine:
        CommandDesk(engine, _now).give(made, getpass.getuser())
    until = made.command.expires.astimezone()
    out.print(f"[green]✓[/] {kiosk}: {VERBS[verb]}. Het loket hoort het binnen anderhalve minuut.")
    out.print(f"  Na {until:%H:%M} doet het loket dit niet meer. Hoe het afliep: fleet commands {town} {kiosk}")


def commands(
    town: str,
    kiosk: str,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Voor een programma.")] = False,
) -> None:
    """Toon wie een loket wat liet doen, met welke sleutel, en hoe dat afliep."""
    import msgspec

    from fleet.service.commands import CommandDesk

    existing(home)
    with opened(home, database) as engine:
        rows = CommandDesk(engine, _now).given(town, kiosk)
    if as_json:
        out.print_json(json.dumps(msgspec.to_builtins(rows)))
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


def passphrase(key: Path) -> str:
    """Ask for the passphrase of a key that has one."""
    return str(typer.prompt(f"wachtzin van {key.name}", hide_input=True)) if keys.is_locked(key) else ""
