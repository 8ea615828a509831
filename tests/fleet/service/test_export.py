"""What an operator takes along as a table: for a spreadsheet, which must run nothing of it, and for a program."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fleet.cli import app
from fleet.service.alarm_tables import alarms
from fleet.service.tables import events, kiosks

if TYPE_CHECKING:
    from fleet.service.server import Service
    from tests.fleet.conftest import Fleet
    from tests.fleet.service.conftest import Clock, Said

Made = tuple["Service", "Clock"]
FORMULA = '=HYPERLINK("http://x","LV-01")'
NOVEMBER = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class Operator:
    """Types `fleet export`."""

    def __init__(self, service: Service, fleet: Fleet, folder: Path) -> None:
        url = service.engine.url.render_as_string(hide_password=False)
        self._at = ["--home", str(fleet.work.home), "--database", url]
        self.service, self._file = service, folder / "out"

    def types(self, *said: str) -> str:
        given = CliRunner().invoke(app, ["export", *said, *self._at])
        assert given.exit_code == 0, given.output
        return given.output

    def table(self, *said: str) -> list[dict[str, str]]:
        self.types(*said, "--out", str(self._file))
        content = self._file.read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n")
        with self._file.open(encoding="utf-8", newline="") as opened:
            return list(csv.DictReader(opened, strict=True))


@pytest.fixture
def operator(
    database: str,
    make_service: Callable[[str], Made],
    let_in: Callable[[Service, str], str],
    with_people: Fleet,
    said: Said,
    tmp_path: Path,
) -> Operator:
    """Two kiosks, of which one has little paper; and what somebody wrote into its rows that should not be there."""
    service = make_service(database)[0]
    shown = let_in(service, "LV-01")
    let_in(service, "LV-02")
    assert said.kiosk is not None
    said.kiosk["devices"] = [{"part": "printer", "health": "down", "fault": "paperEmpty"}]
    said.kiosk["levels"] = [{"good": "paper", "left": 7, "aWeek": 140}]
    service.checkins.take(shown, said.next())
    with service.engine.begin() as connection:
        connection.execute(sa.update(kiosks).where(kiosks.c.number == "LV-02").values(building="=1+1"))
        connection.execute(sa.delete(events))
        row = {"kiosk": 1, "line": 1, "at": NOVEMBER, "what": "part", "part": "printer", "word": FORMULA}
        connection.execute(sa.insert(events).values(**row))
        alarm = {"kiosk": 1, "key": "k", "role": "papier", "urgent": True, "sentence": "+32 9 000 00 00", "times": 0}
        over = {"opened": NOVEMBER, "gone": NOVEMBER + timedelta(hours=1), "closed": NOVEMBER + timedelta(hours=2)}
        connection.execute(sa.insert(alarms).values(**alarm, **over))
        connection.execute(sa.insert(alarms).values(**{**alarm, "key": "l", "opened": NOVEMBER + timedelta(days=9)}))
    return Operator(service, with_people, tmp_path)


def test_each_kiosk_is_a_row_with_what_is_amiss_in_dutch(operator: Operator) -> None:
    first, second = operator.table("kiosks")
    assert (first["gemeente"], first["loket"], first["papier_vellen"]) == ("lindeveld", "LV-01", "7")
    assert first["wat_er_mis_is"] == "Printer: het papier is op"
    assert second["gebouw"] == "'=1+1"
    assert second["gezien"] == ""
    assert operator.table("kiosks", "--town", "beekdorp") == []


def test_what_happened_is_a_row_each_in_the_town_s_own_time_and_runs_nowhere(operator: Operator) -> None:
    (event,) = operator.table("events")
    assert event["tijdstip"] == "2026-11-02T10:30:00+01:00"
    assert event["woord"] == f"'{FORMULA}"
    assert operator.table("events", "--since", "2026-11-03") == []


def test_problems_say_from_when_to_when_and_whether_residents_noticed(operator: Operator) -> None:
    over, still = operator.table("alarms")
    assert (over["sinds"], over["tot"]) == ("2026-11-02T10:30:00+01:00", "2026-11-02T11:30:00+01:00")
    assert (over["melding"], over["inwoners_merken_het"], still["tot"]) == ("'+32 9 000 00 00", "ja", "")
    assert [row["tot"] for row in operator.table("alarms", "--since", "2026-11-10")] == [""]


def test_a_program_gets_the_same_as_it_is(operator: Operator) -> None:
    (event,) = json.loads(operator.types("events", "--json"))
    assert event["woord"] == FORMULA
    assert [row["loket"] for row in json.loads(operator.types("kiosks", "--json"))] == ["LV-01", "LV-02"]
    assert json.loads(operator.types("events", "--json", "--town", "beekdorp")) == []


def test_without_a_file_the_table_goes_to_whoever_asked(operator: Operator) -> None:
    assert operator.types("alarms").startswith("gemeente,loket,sinds,tot,voor,inwoners_merken_het,melding")
