"""A database that is in use keeps what it knows when its tables become others."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from fleet.service import database as databases
from fleet.service import migrations
from simulators.postgresql import PostgreSql


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing was made yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fleet.db'}"
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.database()


def brought_to(url: str, revision: str) -> sa.Engine:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def test_lines_that_were_not_numbered_get_numbers_and_the_newest_of_each_kiosk_stay(empty: str) -> None:
    before = brought_to(empty, "0004")
    known = "INSERT INTO kiosks (id, town, number, building, revoked) VALUES (:id, 'lindeveld', :number, '', false)"
    line = (
        "INSERT INTO events (kiosk, at, what, part, word) "
        "VALUES (:kiosk, '2026-11-27 08:00:00+00:00', 'part', 'printer', :word)"
    )
    with before.begin() as connection:
        for kiosk, lines in ((1, 0), (2, 3), (3, 540)):
            connection.execute(sa.text(known), {"id": kiosk, "number": f"LV-{kiosk}"})
            for number in range(lines):
                connection.execute(sa.text(line), {"kiosk": kiosk, "word": f"{number}"})
    before.dispose()
    after = databases.opened(empty)
    with after.connect() as connection:
        numbers = connection.execute(sa.text("SELECT id, lines FROM kiosks ORDER BY id")).all()
        kept = connection.execute(sa.text("SELECT kiosk, line, word FROM events ORDER BY kiosk, line")).all()
    after.dispose()
    assert [tuple(row) for row in numbers] == [(1, 0), (2, 3), (3, 540)]
    of_two = [(2, number + 1, f"{number}") for number in range(3)]
    assert [tuple(row) for row in kept] == of_two + [(3, number + 1, f"{number}") for number in range(60, 540)]
