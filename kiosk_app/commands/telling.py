"""`kiosk problems`, `supplies`, `history`, `report`: what maintenance shows on the screen, on a terminal or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from config.settings import Settings
from hardware.devices import PrinterFacts
from hardware.faults import FAULTS
from kiosk_app import makers
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.check_words import TERMINAL
from kiosk_app.commands.words import (
    USUAL,
    AsJson,
    SettingsFile,
    memory_of,
    print_json,
    settings_in,
    settings_now,
    stop,
)
from kiosk_app.foresight import forecasts, use_in
from kiosk_app.journal import Journal
from kiosk_app.maintenance.words import HEALTH, PARTS, is_shown
from kiosk_app.maintenance.work import Only, Row, Told
from kiosk_app.overview import Overview
from kiosk_app.part_book import PartBook
from kiosk_app.parts import Part
from kiosk_app.printed_report import print_report
from kiosk_app.report import report_code, report_lines
from kiosk_app.store import Store
from kiosk_app.supplies import supplies as all_supplies
from kiosk_app.trials import Trials
from printing.forecast import Forecast

out = Console(soft_wrap=True, highlight=False)
# What is shown of the past unasked: as many rows as on the screen.
ROWS = 500


def problems(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Wat is er mis? Het ergste eerst, met de stappen. Einde 1 als er iets mis is."""
    settings = settings_in(file)
    with _told(settings) as (told, _store):
        pass
    if as_json:
        print_json(_plain(told, settings))
    else:
        _print_problems(told, settings)
    raise typer.Exit(1 if told.troubles else 0)


def supplies(*, file: SettingsFile = USUAL, as_json: AsJson = False) -> None:
    """Papier en inkt: wat er nog is, hoelang dat duurt, wat er sinds het vorige bezoek uitkwam."""
    settings = settings_now(file)
    with memory_of(settings) as store:
        printer = makers.page_printer(settings.printer) if settings.printer is not None else None
        use = use_in(store, datetime.now(UTC))

        def foresee(facts: PrinterFacts) -> list[Forecast]:
            return forecasts(facts, use, settings.printer) if settings.printer is not None else []

        lines = list(all_supplies(settings, printer, foresee, AuditTrail(store), Journal(store)))
    if as_json:
        print_json({"lines": lines})
    else:
        print("\n".join(lines))


def history(
    *,
    file: SettingsFile = USUAL,
    only: Annotated[Only, typer.Option(help="Alleen rijen over dit.")] = Only.ALL,
    number: Annotated[int, typer.Option("--number", min=1, help="Zoveel rijen.")] = ROWS,
    as_json: AsJson = False,
) -> None:
    """Wat hier gebeurde, en of niemand er iets aan veranderde. Einde 1 als de keten niet klopt."""
    settings = settings_in(file)
    with memory_of(settings) as store:
        trail = AuditTrail(store)
        rows, broken_at = [row for row in trail.latest(number) if is_shown(row, only)], trail.broken_at()
    if as_json:
        print_json({"whole": broken_at is None, "brokenAt": broken_at, "rows": msgspec.to_builtins(rows)})
    else:
        out.print(_table(rows, settings))
        print("De keten klopt." if broken_at is None else f"Let op: de keten klopt niet vanaf rij {broken_at}.")
    raise typer.Exit(0 if broken_at is None else 1)


def report(
    *,
    file: SettingsFile = USUAL,
    on_paper: Annotated[bool, typer.Option("--print", help="Druk het af, op één A4.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Als QR-code, voor een telefoon.")] = False,
    as_json: AsJson = False,
) -> None:
    """Het verslag: hoe je het loket achterlaat. Einde 1 als het niet uit de printer kwam."""
    settings = settings_now(file)
    with _told(settings) as (told, store):
        results, now = Trials(store).results(), datetime.now(UTC)
        lines = report_lines(settings, TERMINAL, told, results, now)
        if on_paper:
            printer = makers.page_printer(settings.printer) if settings.printer is not None else None
            if printer is None or not print_report(printer, lines, uuid4()):
                stop("het verslag kwam niet uit de printer", 1)
            AuditTrail(store).append(AuditLine(What.REPORT_MADE, staff=TERMINAL))
    if as_json:
        print_json({**_plain(told, settings), "tests": msgspec.to_builtins(results)})
    elif code:
        _print_code(report_code(settings, TERMINAL, told, results, now))
    else:
        print("\n".join(lines))


@contextmanager
def _told(settings: Settings) -> Iterator[tuple[Told, Store]]:
    """Give how everything does by the kiosk's own last words, and its memory."""
    with memory_of(settings) as store:
        rows = list(PartBook(store).now())
        statuses = {part: status for part, status, _ in rows}
        overview = Overview(lambda: statuses, set(Part), AuditTrail(store))
        for part, status, at in rows:
            overview.noted(part, status, at)
        yield overview.told(), store


def _plain(told: Told, settings: Settings) -> dict[str, object]:
    return {
        "kiosk": settings.kiosk,
        "parts": {one.part.value: one.health.value for one in told.parts},
        "degrees": told.degrees,
        "brokenOff": msgspec.to_builtins(told.broken_off),
        "problems": [
            {
                "part": one.part.value,
                "fault": one.code.value,
                "health": one.health.value,
                "since": one.since.isoformat(),
                "title": _words(FAULTS[one.code].title, settings),
                "steps": FAULTS[one.code].steps,
                "mender": FAULTS[one.code].mender.value,
            }
            for one in told.troubles
        ],
    }


def _print_problems(told: Told, settings: Settings) -> None:
    clock = settings.town.clock
    if told.broken_off is not None:
        print(f"Het vorige onderhoud brak af: {told.broken_off.staff}, {clock(told.broken_off.at):%d-%m %H:%M}.")
    if not told.troubles:
        print("Alle toestellen zeggen dat alles in orde is.")
    for one in told.troubles:
        fault = FAULTS[one.code]
        print(f"{_words(fault.title, settings)} ({one.code.value})")
        print(f"  {PARTS[one.part]}: {HEALTH[one.health].lower()}, sinds {clock(one.since):%d-%m %H:%M}")
        print(f"  Een inwoner leest: {_words(fault.text, settings)}")
        for number, step in enumerate(fault.steps, 1):
            print(f"  {number}. {_words(step, settings)}")


def _table(rows: list[Row], settings: Settings) -> Table:
    table = Table("rij", "wanneer", "wat", "toestel", "storing", "wie", box=None)
    for row in rows:
        when = f"{settings.town.clock(row.at):%d-%m %H:%M:%S}"
        part = PARTS[Part(row.part)] if row.part else ""
        table.add_row(str(row.number), when, row.what, part, row.fault, row.staff)
    return table


def _words(text: str, settings: Settings) -> str:
    return text.replace("{municipality}", settings.town.municipality)


def _print_code(text: str) -> None:
    from kiosk_app.staff_command import qr

    print(qr(text))
