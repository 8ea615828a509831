"""The commands about commands: have one kiosk do something now, and see what became of it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config.commands import Outcome, Verb
from fleet import cli_keys
from fleet.cli_keys import KeyOption
from fleet.cli_output import AsJson, out, tell
from fleet.cli_service import Database, Home, existing, opened
from fleet.commanding import signed

_HERE = Path()
_VERBS = {
    Verb.RELOAD: "kijk nu of er nieuwe instellingen zijn",
    Verb.ROTATE_KEY: "maak een nieuwe sleutel, met een nieuw certificaat",
    Verb.RESTART: "herstart het programma",
    Verb.REBOOT: "herstart de machine",
    Verb.OUT_OF_SERVICE: "zet buiten dienst, voor hoogstens 72 uur",
    Verb.IN_SERVICE: "zet weer in dienst",
    Verb.SELF_TEST: "test wat geen hand vraagt",
    Verb.TEST_PRINT: "druk een testblad af",
    Verb.COLLECT_LOGS: "stuur logboek en auditspoor, versleuteld",
}
_OUTCOMES = {
    Outcome.BEGUN: "aangekomen",
    Outcome.DONE: "gedaan",
    Outcome.FAILED: "mislukt",
    Outcome.UNKNOWN: "begonnen, en afgebroken: kijk ter plaatse",
    Outcome.EXPIRED: "te laat: niet gedaan",
    Outcome.FOREIGN: "geweigerd: voor een ander loket",
    Outcome.UNSIGNED: "geweigerd: niet getekend door de gemeente",
    Outcome.NO_COMMAND: "geweigerd: dit loket kent het niet",
}
_HELP = "Wat het moet doen: " + ", ".join(f"{verb} ({text})" for verb, text in _VERBS.items()) + "."


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
    said = f"[green]✓[/] {kiosk}: {_VERBS[verb]}. Het loket hoort het binnen anderhalve minuut."
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
        late = "niets van gehoord" if row.expires < _now() else "onderweg"
        ended = _OUTCOMES[row.outcome] if row.outcome is not None else late
        table.add_row(f"{row.issued.astimezone():%d-%m-%Y %H:%M}", row.person, row.key[:12], row.verb, ended)
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
