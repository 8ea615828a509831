"""Visits in which something goes wrong, each as docs/journeys.md demands: on screen, in the tray, at the town."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pysqlite3 import dbapi2

from demo.door_strikes import DOOR_STRIKES
from demo.journey import Journey, UnknownName, play
from demo.strikes import STRIKES
from demo.tables import faults


def told(out: Path) -> dict[str, Any]:
    """Give what the journey wrote of itself."""
    return dict(json.loads((out / "journey.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("fault", list(faults()))
def test_a_fault_leads_to_what_the_table_says(tmp_path: Path, fault: str) -> None:
    """The fault strikes, the visit ends as it must, the tray holds what it must, and nobody is told otherwise."""
    out, journey = tmp_path / "out", faults()[fault].journey
    ended_well = play(Journey(journey, "1.8:an", fault, out, pictured=False), tmp_path)
    assert ended_well, told(out)
    if journey != "certificate":
        hold_doors_together(tmp_path)
        return
    for document in told(out)["documents"]:
        ticket, outcome = UUID(document["ticket"]), document["outcome"]
        journal = rows(tmp_path / "kiosk" / "kiosk.db", "SELECT ticket, phase FROM ticket")
        town = rows(tmp_path / "townhall" / "townhall.db", "SELECT ticket, outcome FROM print_results")
        assert {UUID(number): phase for number, phase in journal}[ticket] == outcome
        assert {UUID(number): word for number, word in town}[ticket] == outcome


@pytest.mark.parametrize(
    ("journey", "fault"),
    [("collect-qr", "stuck-lock"), ("collect-qr", "backend-gone-before-open"), ("collect-eid", "dead-board")],
)
def test_a_fault_at_a_door_leads_to_the_same_whichever_way_somebody_comes(
    tmp_path: Path, journey: str, fault: str
) -> None:
    out = tmp_path / "out"
    assert play(Journey(journey, "1.8:an", fault, out, pictured=False), tmp_path), told(out)
    hold_doors_together(tmp_path)


def test_no_fault_is_struck_in_a_visit_of_staff(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="deposit"):
        Journey("deposit", "1.8:an", "stuck-lock", tmp_path)


def hold_doors_together(folder: Path) -> None:
    """What the kiosk wrote of a door is what it told the town, where it had leave; and nothing is told twice."""
    kiosk = rows(folder / "kiosk" / "kiosk.db", "SELECT ticket, phase, reported_at FROM door")
    town = rows(folder / "townhall" / "townhall.db", "SELECT ticket, outcome FROM collections")
    had_leave = {UUID(number): word for number, word in town}
    for ticket, phase, reported_at in kiosk:
        assert had_leave.get(UUID(ticket), phase) == phase
        assert UUID(ticket) not in had_leave or reported_at is not None


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a database of which the program has ended."""
    with closing(dbapi2.connect(database)) as connection:
        return list(connection.execute(query))


def test_every_fault_of_the_table_can_be_struck() -> None:
    """The table and the hands that strike name the same faults."""
    assert set(faults()) == set(STRIKES) | set(DOOR_STRIKES)
