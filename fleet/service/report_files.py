"""The month in figures as files: a table for a spreadsheet, and one sheet of A4 (PDF/UA-1, with fonts of our own)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import typst
from msgspec import Struct

from fleet.service import spreadsheet
from fleet.service.report import ENDINGS, Figure, Report, Row
from fleet.service.spreadsheet import Value

HERE = Path(__file__).parent
# What stands where a figure was left out, and why (on the page, on paper and in the manual).
LEFT_OUT = "–"
EXPLAINED = "– is minder dan 5, of weggelaten omdat je anders zo'n klein aantal zou kunnen uitrekenen."
COLUMNS = (*ENDINGS.values(), "Samen", "Buiten de uren")
_HEADER = ("maand", "gemeente", "gebouw", "onderdeel", "wat", "uitkomst", "aantal", "weggelaten")


class Table(Struct, frozen=True):
    """A small table: what it is about, what its figures are, and its rows, each with a name first."""

    title: str
    column: str
    rows: tuple[tuple[str, ...], ...]


class Sheet(Struct, frozen=True):
    """What stands on the page and on paper. The last row of `products` is all of them together."""

    title: str
    where: str
    provisional: bool
    summary: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    products: tuple[tuple[str, ...], ...]
    tables: tuple[Table, ...]
    explained: str


def csv_of(report: Report) -> bytes:
    """Give one figure a line; of one that was left out the line says so."""
    where = (f"{report.month // 100}-{report.month % 100:02}", report.town, report.building)
    return spreadsheet.table(_HEADER, [(*where, *line) for line in _lines(report)])


def pdf_of(report: Report) -> bytes:
    """Give one sheet of A4."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])
    page = msgspec.json.encode(sheet_of(report)).decode()
    compiler = typst.Compiler(str(HERE / "papers" / "report.typ"), font_paths=fonts)
    pdf = compiler.compile(format="pdf", sys_inputs={"page": page}, pdf_standards=["1.7", "ua-1"])
    assert isinstance(pdf, bytes)  # noqa: S101 - no output file was named
    return pdf


def sheet_of(report: Report) -> Sheet:
    """Give what stands on the page and on paper, in words."""
    tables = (
        ("Hoe lang het duurde", "Bezoeken", report.spans),
        ("Waar mensen stopten", "Bezoeken", report.stops),
        ("Storingen", "Keer", report.faults),
    )
    return Sheet(
        title=report.title,
        where=report.where,
        provisional=report.provisional,
        summary=tuple(_summary(report)),
        columns=COLUMNS,
        products=tuple(_said(row) for row in (*report.products, report.all_products)),
        tables=tuple(Table(title, column, tuple(_said(one) for one in rows)) for title, column, rows in tables),
        explained=EXPLAINED,
    )


def _summary(report: Report) -> Iterator[tuple[str, str]]:
    """Give the figures at the top, each with what it is."""
    yield _number(report.visits), "bezoeken"
    yield _share(report.outside, report.visits), "buiten de uren van de balie"
    given = report.all_products.figures[0]
    yield _number(given), "keer kreeg iemand iets mee"
    yield _number(report.stopped), "bezoeken zonder resultaat"
    share = report.open_share
    yield f"{share * 100:.1f} %".replace(".", ",") if share is not None else "?", "van de tijd was er iets te krijgen"
    yield f"{report.kiosks}", "loket" if report.kiosks == 1 else "loketten"


def _said(row: Row) -> tuple[str, ...]:
    return row.name, *(_number(figure) for figure in row.figures)


def _number(figure: Figure) -> str:
    return LEFT_OUT if figure is None else f"{figure:,}".replace(",", "\N{NO-BREAK SPACE}")


def _share(part: Figure, whole: Figure) -> str:
    if part is None or whole is None:
        return LEFT_OUT
    return f"{part / whole * 100:.0f} %" if whole else "?"


def _lines(report: Report) -> Iterator[tuple[Value, ...]]:
    def line(about: str, what: str, ending: str, figure: Figure) -> tuple[Value, ...]:
        return about, what, ending, figure, "ja" if figure is None else "nee"

    yield line("bezoeken", "alle", "", report.visits)
    yield line("bezoeken", "buiten de uren van de balie", "", report.outside)
    for row in (*report.products, report.all_products):
        for column, figure in zip(COLUMNS, row.figures, strict=True):
            yield line("producten", row.name, column, figure)
    for about, rows in (("duur", report.spans), ("gestopt", report.stops), ("storingen", report.faults)):
        for row in rows:
            yield line(about, row.name, "", row.figures[0])
    yield line("gestopt", "samen", "", report.stopped)
    yield line("loketten", "aantal", "", report.kiosks)
    if report.open_share is not None:
        yield "beschikbaarheid", "tijd waarin er iets te krijgen was (%)", "", round(report.open_share * 100, 1), "nee"
