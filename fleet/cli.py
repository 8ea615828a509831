"""The command line of an operator: `init`, then `validate`, `diff`, `sign`, `publish`; `rollback` when it was wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from tuf.api.exceptions import RepositoryError

from config.settings import SettingsError
from fleet import begin, cli_changes, cli_commands, cli_figures, cli_service, keys, sheet
from fleet.cli_service import Database
from fleet.service.alarm_settings import AlarmSettingsError
from fleet.service.enrolment import RefusedError
from fleet.service.figures import MonthError
from fleet.service.people import PeopleError
from fleet.service.proposals import ChangeError
from fleet.work import EXAMPLE, Work

app = typer.Typer(
    name="fleet",
    help="Instellingen van loketten: nakijken, tekenen, uitgeven.",
    no_args_is_help=True,
    add_completion=False,
)
out = Console(soft_wrap=True)

Home = Annotated[Path, typer.Option("--home", envvar="LOKET247_FLEET", help="De map van de vloot.")]
AsJson = Annotated[bool, typer.Option("--json", help="Voor een programma.")]
_HERE = Path()
# What the operator can mend; anything else is a fault of ours, and is shown as one.
_EXPECTED = (
    *(SettingsError, RepositoryError, RefusedError, PeopleError, ChangeError, AlarmSettingsError, MonthError),
    *(keys.KeyFileError, sheet.SheetError, FileExistsError),
)


for command in (
    *(cli_service.serve, cli_service.enrol, cli_service.revoke, cli_service.person),
    *(cli_changes.proposals, cli_changes.pause, cli_changes.promote, cli_changes.audit),
):
    app.command()(command)
app.command()(cli_commands.command)
app.command()(cli_commands.commands)
app.command()(cli_commands.logs)
app.command()(cli_figures.report)
app.command()(cli_figures.export)


def main() -> None:
    """Run a command: exit 1 where something is wrong with what was asked, and say what."""
    try:
        app()
    except _EXPECTED as error:
        Console(stderr=True, soft_wrap=True).print(f"fleet: {error}", markup=False, highlight=False)
        raise SystemExit(1) from error


@app.command()
def init(
    towns: Annotated[list[str] | None, typer.Argument(help="De gemeenten, bv. lindeveld.")] = None,
    single: Annotated[str, typer.Option("--single", help="Eén gemeente, één sleutel om te tekenen.")] = "",
    signers: Annotated[int, typer.Option("--signers", min=1, max=9, help="Hoeveel mensen moeten tekenen.")] = 1,
    home: Home = _HERE,
) -> None:
    """Maak sleutels, een lege map met instellingen en het herstelblad voor in de kluis."""
    named = [single] if single else towns or []
    if bool(single) is bool(towns) or (single and signers != 1):
        raise typer.BadParameter("kies: --single GEMEENTE, of GEMEENTE… met --signers")
    made = begin.begin(Work(home), named, signers, _new_passphrase)
    out.print(f"[green]✓[/] {home}: klaar. Druk nu {made.sheet.name} twee keer af, en wis het bestand daarna.")
    out.print(f"  Zet {made.root.name} op elk loket, in /etc/loket247-agent/root.json.")


@app.command()
def recover(home: Home = _HERE) -> None:
    """Maak met het herstelblad de hoofdsleutel opnieuw, en alle andere sleutels nieuw. De oude tellen niet meer."""
    work = Work(home)
    typed = [typer.prompt(f"regel {number}") for number in range(1, 9)]
    begin.recover(work, sheet.seed_of(typed), _new_passphrase)
    out.print("[green]✓[/] Nieuwe sleutels zijn gemaakt en uitgegeven. De loketten nemen ze vanzelf aan.")


@app.command()
def validate(
    home: Home = _HERE,
    machine: Annotated[Path, typer.Option("--machine", help="Het kiosk.toml van een loket.")] = EXAMPLE,
    *,
    as_json: AsJson = False,
) -> None:
    """Probeer de instellingen zoals elk loket dat zou doen."""
    wrong = Work(home).validate(machine)
    if as_json:
        out.print_json(json.dumps({"wrong": wrong}))
    for line in wrong if not as_json else []:
        out.print("[red]✗[/] ", end="")
        out.print(line, markup=False, highlight=False)
    if wrong:
        raise typer.Exit(1)
    if not as_json:
        out.print("[green]✓[/] Alles klopt.")


@app.command()
def diff(home: Home = _HERE) -> None:
    """Toon wat er zou veranderen tegenover wat is uitgegeven."""
    for line in Work(home).diff():
        style = {"+": "green", "-": "red"}.get(line[:1], "")
        out.print(line, style=style, markup=False, highlight=False)


@app.command()
def sign(
    key: Annotated[Path, typer.Option("--key", help="Je sleutel, bv. keys/lindeveld-1.pem.")],
    change: Annotated[int, typer.Option("--change", help="Een goedgekeurde wijziging, bij haar nummer.")] = 0,
    home: Home = _HERE,
    database: Database = "",
) -> None:
    """Teken voor wat veranderd is en bij deze sleutel hoort. Een tweede persoon tekent met een eigen sleutel."""
    work = Work(home)
    if change:
        cli_changes.sign_change(home, database, change, keys.load(key, cli_commands.passphrase(key)), key.stem)
        return
    if wrong := work.validate():
        raise SettingsError("; ".join(wrong))
    signer = keys.load(key, cli_commands.passphrase(key))
    mine = [role for role in work.changed_roles() if signer.public_key.keyid in work.repository.may_sign(role)]
    for role in mine:
        draft = work.drafts.sign(role, work.files_of(role), signer)
        if draft is not None:
            have, need = work.drafts.signatures(draft)
            out.print(f"[green]✓[/] {role}: {have} van {need} getekend")
    if not mine:
        out.print("Er is niets veranderd waarvoor deze sleutel tekent.")


@app.command()
def publish(home: Home = _HERE) -> None:
    """Geef uit wat getekend is; zonder iets nieuws: zeg opnieuw dat alles nog geldt (elk uur, door een machine)."""
    work = Work(home)
    done = work.drafts.publish(keys.load(work.keys / "online.pem"))
    out.print(f"[green]✓[/] uitgegeven: {', '.join(done) or 'niets nieuws, alles geldt nog'}")
    for draft in work.drafts.all():
        have, need = work.drafts.signatures(draft)
        out.print(f"  {draft.role} wacht: {have} van {need} getekend")


@app.command()
def rollback(
    role: Annotated[str, typer.Argument(help="Wie tekende: een gemeente, GEMEENTE-daily of fleet.")],
    version: Annotated[int | None, typer.Option("--to", min=1, help="De versie waarheen; zonder: de vorige.")] = None,
    home: Home = _HERE,
) -> None:
    """Zet een vorige versie terug in de map. Teken en geef ze daarna uit: dat wordt een nieuwe versie."""
    work = Work(home)
    if role not in work.roles:
        raise RepositoryError(f"{role}: daar tekent niemand instellingen voor")
    now = work.repository.versions()[role]
    back_to = version if version is not None else now - 1
    if not 0 < back_to < now:
        raise RepositoryError(f"{role}: er is geen versie {back_to}")
    for path in work.restore(role, back_to):
        out.print(f"  {path}")
    out.print(f"[green]✓[/] Versie {back_to} staat terug in settings. Kijk met diff, teken, en geef uit.")


@app.command()
def status(home: Home = _HERE, *, as_json: AsJson = False) -> None:
    """Toon van elke rol de versie en tot wanneer ze geldt, wat nog niet getekend is en wat wacht."""
    work = Work(home)
    rows = begin.standing(work)
    if as_json:
        out.print_json(msgspec.json.encode(rows).decode())
        return
    table = Table("rol", "versie", "geldt tot", "veranderd", "getekend")
    for row in rows:
        late = row.until < datetime.now(UTC)
        until = f"[red]{row.until:%d-%m-%Y %H:%M}[/]" if late else f"{row.until:%d-%m-%Y %H:%M}"
        signed = f"{row.signed} van {row.needed}" if row.signed else ""
        table.add_row(row.role, str(row.version), until, "ja" if row.changed else "", signed)
    out.print(table)


def _new_passphrase(name: str) -> str:
    """Ask twice for a passphrase that is long enough."""
    while True:
        said = str(typer.prompt(f"nieuwe wachtzin voor {name}", hide_input=True, confirmation_prompt=True))
        if len(said) >= keys.SHORTEST_PASSPHRASE:
            return said
        out.print(f"Te kort: neem {keys.SHORTEST_PASSPHRASE} tekens of meer, bv. vier woorden.")


if __name__ == "__main__":
    main()
