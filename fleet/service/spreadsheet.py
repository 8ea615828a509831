"""Tables for a spreadsheet, as RFC 4180 has them, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import TextIO

# What a spreadsheet runs, some of it also in its wide form or behind a blank; an apostrophe makes it words.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_BLANKS = (
    " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
)
_RUNS_WIDE = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")

Value = str | int | float | dt.datetime | None


def table(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Give a table in UTF-8, with commas; where nothing is known a cell is empty."""
    text = io.StringIO()
    write(text, header, rows)
    return text.getvalue().encode()


def write(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write such a table, row by row. `out` leaves the ends of lines as they are."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(value) for value in row] for row in rows)


def safe(value: Value) -> str | int | float | None:
    """Give a value that no spreadsheet runs; a moment as one reads it, to the second, with its zone."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str) and value.lstrip(_BLANKS).startswith((*_RUNS, *_RUNS_WIDE)):
        return f"'{value}"
    return value
