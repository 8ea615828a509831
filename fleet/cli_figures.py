"""The commands that give figures and tables away: the month for the council, and what is known for a spreadsheet."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import msgspec
import typer
from rich.table import Table

from fleet.cli_output import out
from fleet.cli_service import Database, Home, existing, opened
from fleet.service.export import What

if TYPE_CHECKING:
    from fleet.service.report import Report

_HERE = Path()


def report(
    month: Annotated[str, typer.Option("--month", help="De maand, bv. 2026-11.")],
    town: Annotated[str, typer.Option("--town", help="De gemeente; niet nodig als er maar een is.")] = "",
    site: Annotated[str, typer.Option("--site", help="Eén gebouw; zonder: de hele gemeente.")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Het bestand om te maken, voor een rekenblad.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Het bestand om te maken: één blad A4.")] = None,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Voor een programma.")] = False,
) -> None:
    """Geef de cijfers van een maand, voor de raad. Kleine aantallen zijn weggelaten."""
    from fleet.service.report_files import csv_of, pdf_of

    work = existing(home)
    if not town and len(work.towns) != 1:
        raise typer.BadParameter("deze vloot heeft meer gemeenten: kies er een met --town")
    made = _report(home, database, (town or work.towns[0], site), month)
    for file, content in ((csv, csv_of), (pdf, pdf_of)):
        if file is not None:
            file.write_bytes(content(made))
            out.print(f"[green]✓[/] {file}", highlight=False)
    if as_json:
        out.print_json(msgspec.json.encode(made).decode())
    elif csv is None and pdf is None:
        _show(made)


def export(
    what: Annotated[What, typer.Argument(help="kiosks (hoe elk het doet), events (wat er gebeurde) of alarms.")],
    town: Annotated[str, typer.Option("--town", help="Eén gemeente; zonder: alle.")] = "",
    since: Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Vanaf die dag.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Het bestand om te maken; zonder: op het scherm.")] = None,
    home: Home = _HERE,
    database: Database = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Voor een programma; zonder: CSV.")] = False,
) -> None:
    """Geef wat de dienst weet als tabel, voor een rekenblad of een programma."""
    from fleet.service import export as tables
    from fleet.service import spreadsheet
    from fleet.service.alarm_settings import ZONE

    existing(home)
    begin = since.replace(tzinfo=ZONE) if since is not None else None
    with ExitStack() as stack:
        connection = stack.enter_context(stack.enter_context(opened(home, database)).connect())
        file = stack.enter_context(to.open("w", encoding="utf-8", newline="")) if to is not None else sys.stdout
        found = tables.rows(connection, what, town, begin, datetime.now(UTC))
        if as_json:
            _write_json(file, tables.COLUMNS[what], found)
        else:
            spreadsheet.write(file, tables.COLUMNS[what], found)
    if to is not None:
        out.print(f"[green]✓[/] {to}", highlight=False)


def _write_json(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a list of tables, a line each, as they come."""
    before = "["
    for row in rows:
        file.write(f"{before}\n{msgspec.json.encode(dict(zip(columns, row, strict=True))).decode()}")
        before = ","
    file.write("\n]\n" if before == "," else "[]\n")


def _report(home: Path, database: str, where: tuple[str, str], month: str) -> Report:
    from fleet.service.figures import month_of, summed
    from fleet.service.report import report_of

    now, number = datetime.now(UTC), month_of(month)
    with opened(home, database) as engine, engine.connect() as connection:
        return report_of(summed(connection, where[0], number, now), *where, number, now)


def _show(made: Report) -> None:
    from fleet.service.report_files import sheet_of

    told = sheet_of(made)
    out.print(f"[bold]{told.where}, {told.title}[/]{' (de maand loopt nog)' if told.provisional else ''}")
    for figure, what in told.summary:
        out.print(f"  {figure} {what}", highlight=False)
    table = Table("wat", *told.columns)
    for row in told.products:
        table.add_row(*row)
    out.print(table)
    for part in told.tables:
        table = Table(part.title, part.column)
        for row in part.rows:
            table.add_row(*row)
        out.print(table)
    out.print(told.explained)
