"""The commands about changes that two people agreed on: see, sign, have one stand still or go on, and who did what."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError

from config.settings import SettingsError
from fleet.cli_service import Database, Home, opened
from fleet.work import Work

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from fleet.service.proposals import Proposal, Proposals
    from fleet.service.rollouts import Rollouts

AsJson = Annotated[bool, typer.Option("--json", help="Voor een programma.")]
Number = Annotated[int, typer.Argument(help="Het nummer van de wijziging.")]
_HERE = Path()
# Who did it, where a person at this machine did and no key says who.
_SOMEBODY = "de opdrachtregel"
out = Console(soft_wrap=True)


def proposals(home: Home = _HERE, database: Database = "", *, as_json: AsJson = False) -> None:
    """Toon de wijzigingen die goedgekeurd zijn en wachten op een handtekening, en die rondgaan."""
    from fleet.service.proposals import State

    with opened(home, database) as engine:
        found = _proposals(Work(home), engine).in_state(State.APPROVED, State.SIGNED, State.LIVE)
    if as_json:
        out.print_json(msgspec.json.encode(found).decode())
        return
    table = Table("nummer", "bestand", "voorgesteld", "goedgekeurd", "staat", "ring", "staat stil")
    for one in found:
        ring, paused = one.ring or "", one.paused or ""
        table.add_row(str(one.id), one.path, one.person, one.approver or "", one.state.value, ring, paused)
    out.print(table)


def sign_change(home: Path, database: str, number: int, signer: CryptoSigner, named: str) -> None:
    """Show what a change does, ask, and sign for it. Raises ChangeError, RepositoryError, SettingsError."""
    with opened(home, database) as engine:
        _sign(Work(home), engine, number, signer, named)


def _sign(work: Work, engine: Engine, number: int, signer: CryptoSigner, named: str) -> None:
    known = _proposals(work, engine)
    one = known.get(number)
    if signer.public_key.keyid not in work.repository.may_sign(one.town):
        raise RepositoryError(f"deze sleutel tekent niet voor {one.town}")
    files, change = known.files(one)
    if wrong := known.amiss(one.path, one.after):
        raise SettingsError("; ".join(wrong))
    _show(one)
    if typer.prompt("Teken je hiervoor? Typ ja", default="nee").strip().lower() != "ja":
        raise typer.Abort
    draft = work.drafts.sign(one.town, files, signer)
    if draft is None:
        raise RepositoryError(f"wijziging {number}: is al uitgegeven")
    known.signed(one, f"{named} ({signer.public_key.keyid[:8]})", change)
    _keep(work, one)
    have, need = work.drafts.signatures(draft)
    out.print(f"[green]✓[/] wijziging {number}: {have} van {need} getekend. Geef uit met fleet publish.")


def pause(number: Number, home: Home = _HERE, database: Database = "") -> None:
    """Zet een wijziging stil: verder dan waar ze is, gaat ze niet."""
    with opened(home, database) as engine:
        _rollouts(Work(home), engine).pause(number, _SOMEBODY)
    out.print(f"[green]✓[/] wijziging {number} staat stil")


def promote(number: Number, home: Home = _HERE, database: Database = "") -> None:
    """Laat een wijziging verdergaan: uit stilstand, of meteen naar de volgende ring."""
    with opened(home, database) as engine:
        _rollouts(Work(home), engine).go_on(number, _SOMEBODY)
    out.print(f"[green]✓[/] wijziging {number} gaat verder")


def audit(home: Home = _HERE, database: Database = "", *, as_json: AsJson = False) -> None:
    """Toon wie wat voorstelde, goedkeurde en tekende. Fout waar een regel weg of veranderd is."""
    from fleet.service import deeds

    with opened(home, database) as engine:
        rows, broken = deeds.read(engine), deeds.broken_at(engine)
    if as_json:
        out.print_json(msgspec.json.encode({"brokenAt": broken, "rows": rows}).decode())
    else:
        table = Table("nr", "wanneer", "gemeente", "wijziging", "wie", "wat")
        for row in rows:
            table.add_row(str(row.number), row.at, row.town, str(row.proposal), row.person, row.what.value)
        out.print(table)
    if broken is not None:
        Console(stderr=True).print(f"fleet: regel {broken} is weg of veranderd", markup=False)
        raise typer.Exit(1)


def _show(one: Proposal) -> None:
    out.print(f"Wijziging {one.id} van {one.path}: {one.why}", markup=False)
    out.print(f"voorgesteld door {one.person}, goedgekeurd door {one.approver}", markup=False)
    before, after = ((text or "").splitlines() for text in (one.before, one.after))
    for line in difflib.unified_diff(before, after, "nu", "straks", lineterm=""):
        style = {"+": "green", "-": "red"}.get(line[:1], "")
        out.print(line, style=style, markup=False, highlight=False)


def _keep(work: Work, one: Proposal) -> None:
    """Have it in the operator's own folder too, so that who writes there goes on from it."""
    file = work.settings / one.path
    if one.after is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(one.after, encoding="utf-8")


def _proposals(work: Work, engine: Engine) -> Proposals:
    from fleet.service.proposals import Proposals

    return Proposals(work, engine, lambda: datetime.now(UTC))


def _rollouts(work: Work, engine: Engine) -> Rollouts:
    from fleet.service.rollouts import Rollouts

    return Rollouts(work, engine, _proposals(work, engine), lambda: datetime.now(UTC))
