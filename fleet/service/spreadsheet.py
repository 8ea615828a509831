"""Tables for a spreadsheet, as RFC 4180 has them, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet runs, some of it also in its wide form or behind a blank; an apostrophe makes it words.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_RUNS_WIDE = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")

Value = str | int | float | None


def table(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Give a table in UTF-8, with commas; where nothing is known a cell is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(value) for value in row] for row in rows)
    return text.getvalue().encode()


def safe(value: Value) -> Value:
    """Give a value that no spreadsheet runs."""
    if isinstance(value, str) and value.lstrip(" ").startswith((*_RUNS, *_RUNS_WIDE)):
        return f"'{value}"
    return value
