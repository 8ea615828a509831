"""The commands about changes that two people agreed on: see, sign, have one stand still or go on, and who did what."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from config.settings import SettingsError
from fleet import history
from fleet.cli_output import AsJson, agreed, beside, out, show_difference, tell
from fleet.cli_service import Database, Home, database_of, existing, opened
from fleet.history import Signed
from fleet.signing import Count
from fleet.work import Work

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from fleet.service.deeds import Row
    from fleet.service.proposals import Proposal, Proposals
    from fleet.service.rollouts import Rollouts

_HERE = Path()
# Who did it, where a person at this machine did and no key says who.
SOMEBODY = "de opdrachtregel"


def proposals(home: Home = _HERE, database: Database = "", *, as_json: AsJson = False) -> None:
    """Toon de wijzigingen die goedgekeurd zijn en wachten op een handtekening, en die rondgaan."""
    from fleet.service.proposals import State

    with opened(home, database) as engine:
        found = _proposals(Work(home), engine).in_state(State.APPROVED, State.SIGNED, State.LIVE)
    if as_json:
        tell(found, as_json=True)
        return
    table = Table("nummer", "bestand", "voorgesteld", "goedgekeurd", "staat", "ring", "staat stil")
    for one in found:
        ring, paused = one.ring or "", one.paused or ""
        table.add_row(str(one.id), one.path, one.person, one.approver or "", one.state.value, ring, paused)
    out.print(table)


def sign_change(home: Path, database: str, number: int, signer: Signer, named: str) -> Count:
    """Show what a change does, ask, and sign for it. Raises ChangeError, RepositoryError, SettingsError."""
    with opened(home, database) as engine:
        return _sign(Work(home), engine, number, signer, named)


def change_of_service(work: Work, database: str, change: str) -> int | None:
    """Give the number of a change that the fleet service brings round; None where it is none of its."""
    from fleet.service.proposals import State

    if not database and not database_of(work.home).exists():
        return None
    with opened(work.home, database) as engine:
        found = _proposals(work, engine).in_state(State.SIGNED, State.LIVE)
    return next((one.id for one in found if one.change == change), None)


def _sign(work: Work, engine: Engine, number: int, signer: Signer, named: str) -> Count:
    known = _proposals(work, engine)
    one = known.get(number)
    if signer.public_key.keyid not in work.drafts.may_sign(one.town):
        raise RepositoryError(f"deze sleutel tekent niet voor {one.town}")
    files, change = known.files(one)
    if wrong := known.amiss(one.path, one.after):
        raise SettingsError("; ".join(wrong))
    _show(one)
    agreed("Teken je hiervoor?")
    draft = work.drafts.sign(one.town, files, signer)
    if draft is None:
        raise RepositoryError(f"wijziging {number}: is al uitgegeven")
    known.signed(one, f"{named} ({signer.public_key.keyid[:8]})", change)
    _keep(work, one)
    return work.drafts.count(draft)


def audit(home: Home = _HERE, database: Database = "", *, as_json: AsJson = False) -> None:
    """Toon wie wat voorstelde, goedkeurde en tekende. Fout waar een regel weg of veranderd is."""
    rows, broken = _deeds(home, database)
    said = history.signed(existing(home).repository)
    if as_json:
        tell({"brokenAt": broken, "rows": rows, "signed": said}, as_json=True)
    else:
        _show_deeds(rows)
        _show_signed(said)
    strange = [f"{one.role} {one.version} is weg, of niet getekend door wie dat mag" for one in said if not one.keyids]
    strange += [f"regel {broken} is weg of veranderd"] if broken is not None else []
    for line in strange:
        beside.print(f"fleet: {line}", markup=False)
    if strange:
        raise typer.Exit(1)


def _deeds(home: Path, database: str) -> tuple[list[Row], int | None]:
    """Give what people did to changes of the fleet service, and where a row is gone; nothing where there is none."""
    from fleet.service import deeds

    if not database and not database_of(home).exists():
        return [], None
    with opened(home, database) as engine:
        return deeds.read(engine), deeds.broken_at(engine)


def _show_deeds(rows: list[Row]) -> None:
    table = Table("nr", "wanneer", "gemeente", "wijziging", "wie", "wat", title="bij de dienst")
    for row in rows:
        table.add_row(str(row.number), row.at, row.town, str(row.proposal), row.person, row.what.value)
    out.print(table)


def _show_signed(said: list[Signed]) -> None:
    table = Table("wanneer", "rol", "versie", "sleutels", "wat", title="in de map")
    for one in said:
        mine = ", ".join(keyid[:8] for keyid in one.keyids)
        when = f"{one.at:%d-%m-%Y %H:%M}" if one.at is not None else ""
        table.add_row(when, one.role, str(one.version), mine, escape(one.what))
    out.print(table)


def _show(one: Proposal) -> None:
    beside.print(f"Wijziging {one.id} van {one.path}: {one.why}", markup=False)
    beside.print(f"voorgesteld door {one.person}, goedgekeurd door {one.approver}", markup=False)
    before, after = ((text or "").splitlines() for text in (one.before, one.after))
    for line in difflib.unified_diff(before, after, "nu", "straks", lineterm=""):
        show_difference(line, beside)


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


def rollouts(work: Work, engine: Engine) -> Rollouts:
    """Give what brings the service's changes round."""
    from fleet.service.rollouts import Rollouts

    return Rollouts(work, engine, _proposals(work, engine), lambda: datetime.now(UTC))
