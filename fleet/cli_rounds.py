"""The commands about a change that goes round: on, one step back, away.

By its number where the fleet service brings it round and sees how kiosks do; by its town (or `fleet`) where there is a
folder and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError

from config.rings import Stage
from fleet import by_hand, keys
from fleet.cli_changes import SOMEBODY, change_of_service, rollouts
from fleet.cli_output import AsJson, tell
from fleet.cli_service import Database, Home, existing, opened
from fleet.work import Work

Which = Annotated[str, typer.Argument(help="Een wijziging van de dienst, bij haar nummer; of de gemeente, of fleet.")]
_HERE = Path()


def promote(
    which: Which,
    kiosk: Annotated[list[str] | None, typer.Option("--kiosk", help="Eerst naar dit loket, bv. LV-01.")] = None,
    home: Home = _HERE,
    database: Database = "",
    *,
    everywhere: Annotated[bool, typer.Option("--all", help="Ineens naar elk loket.")] = False,
    as_json: AsJson = False,
) -> None:
    """Laat een wijziging verdergaan: naar de loketten die je noemt, dan naar één op de tien, dan naar alle."""
    if which.isdecimal():
        if kiosk or everywhere:
            raise typer.BadParameter("van een wijziging van de dienst kiest die de loketten")
        with opened(home, database) as engine:
            rollouts(Work(home), engine).go_on(int(which), SOMEBODY)
        tell({"change": int(which)}, f"[green]✓[/] wijziging {which} gaat verder", as_json=as_json)
        return
    work = _by_hand(home, database, which)
    if everywhere:
        stage = by_hand.everywhere(work, which, _online(work))
    else:
        stage = by_hand.onward(work, which, kiosk or [], _online(work))
    _said(which, stage, as_json=as_json)


def pause(which: Which, home: Home = _HERE, database: Database = "", *, as_json: AsJson = False) -> None:
    """Zet een wijziging stil, één stap terug: loketten verderop nemen weer wat ze hadden."""
    if which.isdecimal():
        with opened(home, database) as engine:
            rollouts(Work(home), engine).pause(int(which), SOMEBODY)
        tell({"change": int(which)}, f"[green]✓[/] wijziging {which} staat stil", as_json=as_json)
        return
    work = _by_hand(home, database, which)
    _said(which, by_hand.back(work, which, _online(work)), as_json=as_json)


def rollback(
    role: Annotated[str, typer.Argument(help="Wie tekende: een gemeente, GEMEENTE-daily of fleet.")],
    version: Annotated[int | None, typer.Option("--to", min=1, help="Een oudere versie, om te tekenen.")] = None,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Neem de laatste wijziging terug, meteen en overal. Met --to: zet een oudere versie in de map, om te tekenen."""
    work = existing(home)
    if role not in work.roles:
        raise RepositoryError(f"{role}: daar tekent niemand instellingen voor")
    if version is None and not role.endswith("-daily") and not by_hand.is_withdrawn(work, role):
        _by_hand(home, database, role)
        stage = by_hand.withdraw(work, role, _online(work))
        work.restore(role, work.wanted(role))
        said = f"[green]✓[/] {role}: elk loket neemt weer wat het had, en settings is zoals dat."
        tell({"whose": role, "stage": stage}, said, as_json=as_json)
        return
    now = work.repository.versions()[role]
    back_to = version if version is not None else now - 1
    if not 0 < back_to <= now:
        raise RepositoryError(f"{role}: er is geen versie {back_to}")
    paths = work.restore(role, work.wanted(role, back_to))
    said = f"[green]✓[/] Versie {back_to} staat terug in settings. Kijk met diff, teken, en geef uit."
    tell({"whose": role, "version": back_to, "files": paths}, *(f"  {path}" for path in paths), said, as_json=as_json)


def _by_hand(home: Path, database: str, whose: str) -> Work:
    """Give the fleet whose change is moved here, and not by the service. Raises RepositoryError."""
    work = existing(home)
    now = by_hand.going(work, whose)
    if now is not None and (number := change_of_service(work, database, now.change)):
        raise RepositoryError(f"{whose}: dit is wijziging {number} van de dienst; noem haar nummer")
    return work


def _online(work: Work) -> Signer:
    return keys.load(work.keys / "online.pem")


def _said(whose: str, stage: Stage, *, as_json: bool) -> None:
    tell(
        {"whose": whose, "stage": stage},
        f"[green]✓[/] {whose}: de wijziging is nu {by_hand.in_words(stage)}",
        as_json=as_json,
    )
