"""What the papers for a buyer say is so: every table has its term, and every term is the code's."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import fleet.service.database
import townhall.database
from fleet.service import alarms, commands, desk, levels
from kiosk_app import defect_book, upkeep
from townhall import defects, guesses, retention, settling

PRIVACY = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
WHOSE = {"kiosk": "In het loket", "fleet": "Bij de dienst van de vloot", "townhall": "Bij de dienst van de stad"}


def terms(whose: str) -> dict[str, str]:
    """How long each table is kept, as its row says."""
    section = PRIVACY.split(f"### {WHOSE[whose]}", 1)[1].split("\n#", 1)[0]
    table = section.split("\n\n")[1]
    found: dict[str, str] = {}
    for line in table.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), cells[-1])
    return found


def made(whose: str, file: Path, new_memory: Callable[[Path], None]) -> set[str]:
    """Every table of a database as it is installed."""
    if whose == "kiosk":
        new_memory(file)
    else:
        {"fleet": fleet.service.database, "townhall": townhall.database}[whose].opened(f"sqlite:///{file}").dispose()
    with closing(sqlite3.connect(file)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {name for name in names if not name.startswith(("sqlite_", "alembic_"))}


@pytest.mark.parametrize("whose", WHOSE)
def test_every_table_has_its_row_and_every_row_its_table(
    tmp_path: Path, whose: str, new_memory: Callable[[Path], None]
) -> None:
    assert terms(whose).keys() == made(whose, tmp_path / "made.db", new_memory)
    assert all(terms(whose).values())


@pytest.mark.parametrize(
    ("whose", "table", "said", "term"),
    [
        ("kiosk", "ticket", "92 dagen", upkeep.TICKETS_KEPT),
        ("kiosk", "audit", "396 dagen", upkeep.AUDIT_KEPT),
        ("kiosk", "defect", "30 dagen", defect_book.KEPT),
        ("fleet", "changes", "400 dagen", desk._KEPT),
        ("fleet", "commands", "400 dagen", commands._KEPT),
        ("fleet", "alarms", "90 dagen", alarms.KEPT),
        ("fleet", "levels", "30 dagen", levels.KEPT),
        ("townhall", "claims", "396 dagen", retention.KEPT),
        ("townhall", "document_orders", "396 dagen", retention.KEPT),
        ("townhall", "documents", "14 dagen", settling.REPRINT_LIFE),
        ("townhall", "defect_reports", "30 dagen", defects.KEPT),
    ],
)
def test_a_term_is_the_one_of_the_code(whose: str, table: str, said: str, term: dt.timedelta) -> None:
    assert said in terms(whose)[table]
    assert term == dt.timedelta(days=int(said.split(maxsplit=1)[0]))


def test_a_guess_counts_as_long_as_the_paper_says() -> None:
    assert terms("townhall")["guesses"] == "10 minuten"
    assert dt.timedelta(minutes=10) == guesses.WINDOW
