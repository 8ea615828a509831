"""The commands about the fleet service: run it, let a kiosk in or put it out, and let a person in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tomli_w
import typer
from rich.console import Console
from tuf.api.exceptions import RepositoryError

from fleet.work import Work

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from fleet.service.enrolment import Enrolment

Home = Annotated[Path, typer.Option("--home", envvar="LOKET247_FLEET", help="De map van de vloot.")]
Database = Annotated[str, typer.Option("--database", envvar="LOKET247_FLEET_DB", help="Een URL; zonder: in de map.")]
_HERE = Path()
out = Console(soft_wrap=True)


def serve(
    certificate: Annotated[Path | None, typer.Option("--certificate", help="Wie deze server is (PEM).")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="De sleutel daarbij (PEM).")] = None,
    home: Home = _HERE,
    database: Database = "",
    host: Annotated[str, typer.Option("--host", help="Het adres waarop hij luistert.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8443,
    unix: Annotated[Path | None, typer.Option("--unix", help="Achter nginx: de socket waarop hij luistert.")] = None,
) -> None:
    """Laat loketten zich melden, geef de map uit, en toon de pagina's. Tekent elk uur opnieuw."""
    from fleet.service import pauses
    from fleet.service.listening import behind_nginx, listener, port_socket, unix_socket
    from fleet.service.server import Service

    if (unix is None) is (certificate is None or key is None):
        raise typer.BadParameter("kies: --certificate en --key, of --unix achter nginx")
    service = Service(existing(home), _url(database, home))
    pauses.keep_short()
    if unix is not None:
        with unix_socket(unix) as place:
            out.print(f"{unix}")
            behind_nginx(service).run(sockets=[place])
    elif certificate is not None and key is not None:
        with port_socket(host, port) as place:
            out.print(f"https://{host}:{port}")
            listener(service, certificate, key).run(sockets=[place])


def enrol(town: str, kiosk: str, home: Home = _HERE, database: Database = "") -> None:
    """Geef een code waarmee een loket zich één keer aanmeldt, binnen een dag."""
    if town not in existing(home).towns:
        raise RepositoryError(f"{town}: geen gemeente van deze vloot")
    with _enrolment(home, database) as enrolment:
        code = enrolment.expect(town, kiosk)
    out.print(f"[green]✓[/] {kiosk}: de code is [bold]{code}[/]. Op het loket, als root, binnen 24 uur:")
    out.print(f"  runuser -u loket247-agent -- /opt/loket247/bin/loket247-agent --enrol {code}")


def revoke(town: str, kiosk: str, home: Home = _HERE, database: Database = "") -> None:
    """Sluit een loket uit: zijn certificaat telt niet meer. Wat getekend is, leest het nog."""
    with _enrolment(home, database) as enrolment:
        enrolment.revoke(town, kiosk)
    out.print(f"[green]✓[/] {kiosk} is uitgesloten.")


def person(
    name: str,
    town: Annotated[list[str] | None, typer.Option("--town", help="Waarvan deze persoon de pagina beheert.")] = None,
    *,
    proposes: Annotated[
        list[str] | None, typer.Option("--proposes", help="Stelt wijzigingen voor; fleet: alle.")
    ] = None,
    approves: Annotated[list[str] | None, typer.Option("--approves", help="Keurt ze goed, van een ander.")] = None,
    operator: Annotated[bool, typer.Option("--operator", help="Ziet elk loket.")] = False,
) -> None:
    """Vraag een wachtwoord, en geef de regels voor people.toml."""
    from fleet.service.people import SHORTEST_PASSWORD, hashed

    password = str(typer.prompt(f"wachtwoord voor {name}", hide_input=True, confirmation_prompt=True))
    if len(password) < SHORTEST_PASSWORD:
        raise typer.BadParameter(f"neem {SHORTEST_PASSWORD} tekens of meer, bv. vier woorden")
    row = {"name": name, "password": hashed(password), "towns": town or [], "operator": operator}
    row |= {"proposes": proposes or [], "approves": approves or []}
    out.print(tomli_w.dumps({"people": [row]}), markup=False, highlight=False)


def existing(home: Path) -> Work:
    """Give the fleet in a folder. Raises RepositoryError where there is none."""
    work = Work(home)
    if not work.repository.exists:
        raise RepositoryError(f"{home}: hier is geen vloot; begin met fleet init")
    return work


@contextmanager
def _enrolment(home: Path, url: str) -> Iterator[Enrolment]:
    from fleet.service.enrolment import Authority, Enrolment

    def now() -> datetime:
        return datetime.now(UTC)

    with opened(home, url) as engine:
        yield Enrolment(engine, Authority(home / "keys" / "kiosks-ca.pem", now), now)


@contextmanager
def opened(home: Path, url: str) -> Iterator[Engine]:
    """Open the database of the fleet service until the end of the block."""
    from fleet.service import database

    engine = database.opened(_url(url, home))
    try:
        yield engine
    finally:
        engine.dispose()


def _url(url: str, home: Path) -> str:
    return url or f"sqlite:///{(home / 'fleet.db').resolve()}"
