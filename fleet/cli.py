"""The command line of an operator: `init`; `validate`, `diff`, `sign`, `publish`, `promote`; `rollback`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from config.settings import SettingsError
from fleet import (
    begin,
    by_hand,
    cli_changes,
    cli_commands,
    cli_figures,
    cli_keys,
    cli_rounds,
    cli_service,
    keys,
    roles,
    sheet,
)
from fleet.cli_keys import KEY_HELP, KeyOption
from fleet.cli_output import AsJson, beside, out, show_difference, tell, watched
from fleet.cli_service import Database
from fleet.service.alarm_settings import AlarmSettingsError
from fleet.service.enrolment import RefusedError
from fleet.service.figures import MonthError
from fleet.service.people import PeopleError
from fleet.service.proposals import ChangeError
from fleet.signing import Count
from fleet.stages import renew_stages
from fleet.work import EXAMPLE, Work

app = typer.Typer(
    name="fleet",
    help="Instellingen van loketten: nakijken, tekenen, uitgeven.",
    no_args_is_help=True,
    add_completion=False,
)

Home = Annotated[Path, typer.Option("--home", envvar="LOKET247_FLEET", help="De map van de vloot.")]
_HERE = Path()
# What the operator can mend; anything else is a fault of ours, and is shown as one.
_EXPECTED = (
    *(SettingsError, RepositoryError, RefusedError, PeopleError, ChangeError, AlarmSettingsError, MonthError),
    *(keys.KeyFileError, sheet.SheetError, FileExistsError),
)


for command in (
    *(cli_service.serve, cli_service.enrol, cli_service.revoke, cli_service.person),
    *(cli_changes.proposals, cli_rounds.promote, cli_rounds.pause, cli_rounds.rollback, cli_changes.audit),
):
    app.command()(command)
app.command()(cli_keys.key)
app.command()(cli_keys.town)
app.command()(cli_keys.signers)
app.command()(cli_keys.renew)
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
        beside.print(f"fleet: {error}", markup=False, highlight=False)
        raise SystemExit(1) from error


@app.command()
def init(
    towns: Annotated[list[str] | None, typer.Argument(help="De gemeenten, bv. lindeveld.")] = None,
    single: Annotated[str, typer.Option("--single", help="Eén gemeente, één sleutel om te tekenen.")] = "",
    signers: Annotated[int, typer.Option("--signers", min=1, max=9, help="Hoeveel mensen moeten tekenen.")] = 1,
    key: Annotated[str, typer.Option("--key", help=f"Met --single, in plaats van een nieuw bestand. {KEY_HELP}")] = "",
    home: Home = _HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Maak sleutels, een lege map met instellingen en het herstelblad voor in de kluis."""
    named = [single] if single else towns or []
    if bool(single) is bool(towns) or (single and signers != 1) or (key and not single):
        raise typer.BadParameter("kies: --single GEMEENTE met of zonder --key, of GEMEENTE… met --signers")
    signer = cli_keys.opened(key)[0] if key else None
    made = begin.begin(Work(home), named, signers, cli_keys.new_passphrase, signer)
    said = f"[green]✓[/] {home}: klaar. Druk nu {made.sheet.name} twee keer af, en wis het bestand daarna."
    more = f"  Zet {made.root.name} op elk loket, in /etc/loket247-agent/root.json."
    tell({"sheet": str(made.sheet), "root": str(made.root)}, said, more, as_json=as_json)


@app.command()
def recover(home: Home = _HERE) -> None:
    """Maak met het herstelblad de hoofdsleutel opnieuw, en alle andere sleutels nieuw. De oude tellen niet meer."""
    work = Work(home)
    typed = [typer.prompt(f"regel {number}") for number in range(1, 9)]
    begin.recover(work, sheet.seed_of(typed), cli_keys.new_passphrase)
    out.print("[green]✓[/] Nieuwe sleutels zijn gemaakt en uitgegeven. De loketten nemen ze vanzelf aan.")


@app.command()
def validate(
    home: Home = _HERE,
    machine: Annotated[Path, typer.Option("--machine", help="Het kiosk.toml van een loket.")] = EXAMPLE,
    *,
    as_json: AsJson = False,
) -> None:
    """Probeer de instellingen zoals elk loket dat zou doen."""
    wrong = Work(home).validate(machine, watched)
    lines = [f"[red]✗[/] {escape(line)}" for line in wrong] or ["[green]✓[/] Alles klopt."]
    tell({"wrong": wrong}, *lines, as_json=as_json)
    if wrong:
        raise typer.Exit(1)


@app.command()
def diff(home: Home = _HERE, *, as_json: AsJson = False) -> None:
    """Toon wat er zou veranderen tegenover wat is uitgegeven."""
    lines = list(Work(home).diff())
    if as_json:
        tell({"diff": lines}, as_json=True)
        return
    for line in lines:
        show_difference(line, out)


@app.command()
def sign(
    key: KeyOption,
    change: Annotated[int, typer.Option("--change", help="Een goedgekeurde wijziging, bij haar nummer.")] = 0,
    drafts: Annotated[Path | None, typer.Option("--drafts", help="Wat een ander begon, bv. op een stick.")] = None,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Teken voor wat veranderd is en bij deze sleutel hoort. Een tweede persoon tekent met een eigen sleutel."""
    signer, named = cli_keys.opened(key)
    if change:
        counts = [cli_changes.sign_change(home, database, change, signer, named)]
    elif drafts is not None:
        counts = cli_keys.countersign(Work(home, drafts), signer)
    else:
        counts = _sign_own(Work(home), signer)
    lines = [f"[green]✓[/] {one.role}: {one.signed} van {one.needed} getekend" for one in counts]
    tell(counts, *(lines or ["Er is niets veranderd waarvoor deze sleutel tekent."]), as_json=as_json)


def _sign_own(work: Work, signer: Signer) -> list[Count]:
    """Sign what stands in the operator's own folder, beside what holds."""
    if wrong := work.validate(watched=watched):
        raise SettingsError("; ".join(wrong))
    due = dict.fromkeys((*work.changed_roles(), *work.ageing()))
    mine = [role for role in due if signer.public_key.keyid in work.drafts.may_sign(role)]
    signed = [work.drafts.sign(role, work.to_say(role), signer) for role in mine]
    return [work.drafts.count(draft) for draft in signed if draft is not None]


@app.command()
def publish(
    drafts: Annotated[Path | None, typer.Option("--drafts", help="Wat getekend terugkwam, bv. op een stick.")] = None,
    home: Home = _HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Geef uit wat getekend is; zonder iets nieuws: zeg opnieuw dat alles nog geldt (elk uur, door een machine)."""
    work = Work(home, drafts)
    online = keys.load(work.keys / "online.pem")
    owners = [roles.FLEET, *work.towns]
    renew_stages(work.repository, lambda: online, owners, datetime.now(UTC))
    done = work.drafts.publish(online)
    waiting = [work.drafts.count(draft) for draft in work.drafts.all()]
    lines = [f"[green]✓[/] uitgegeven: {', '.join(done) or 'niets nieuws, alles geldt nog'}"]
    lines += [f"  {one.role} wacht: {one.signed} van {one.needed} getekend" for one in waiting]
    resting = [whose for whose in owners if _rests(work, whose, done)]
    lines += [f"  {whose} gaat nog nergens heen: fleet promote {whose}" for whose in resting]
    tell({"published": done, "waiting": waiting}, *lines, as_json=as_json)


def _rests(work: Work, whose: str, done: list[str]) -> bool:
    """Whether what was given out just now has come to no kiosk yet."""
    now = by_hand.going(work, whose) if whose in done else None
    return now is not None and by_hand.in_words(now) == by_hand.NOWHERE


@app.command()
def status(home: Home = _HERE, *, as_json: AsJson = False) -> None:
    """Toon van elke rol de versie en tot wanneer ze geldt, wat nog niet getekend is en wat wacht."""
    work = Work(home)
    rows = begin.standing(work)
    if as_json:
        tell(rows, as_json=True)
        return
    table = Table("rol", "versie", "geldt tot", "veranderd", "getekend", "wijziging is")
    for row in rows:
        colour = "[red]" if row.until < datetime.now(UTC) else "[yellow]" if row.ages else ""
        until = f"{colour}{row.until:%d-%m-%Y %H:%M}{'[/]' if colour else ''}"
        signed = f"{row.signed} van {row.needed}" if row.signed else ""
        where = by_hand.in_words(row.going) if row.going is not None else ""
        table.add_row(row.role, str(row.version), until, "ja" if row.changed else "", signed, where)
    out.print(table)
    ages = [row.role for row in rows if row.ages]
    if of_towns := [role for role in ages if role in work.towns]:
        out.print(f"  Loopt af: {', '.join(of_towns)}. Teken opnieuw: fleet sign, en dan fleet publish.")
    if of_head := [role for role in ages if role not in work.towns]:
        out.print(f"  Loopt af: {', '.join(of_head)}. Zeg het opnieuw met de hoofdsleutel: fleet renew.")


if __name__ == "__main__":
    main()
