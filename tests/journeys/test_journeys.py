"""Whole visits on real parts (pcscd, cupsd, IPP printer, mutual TLS), each as docs/journeys.md demands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from demo.errands import ERRANDS
from demo.journey import Journey, UnknownName, play
from demo.tables import cards, journeys, played
from hardware.faults import FAULTS
from simulators.postgresql import PostgreSql


def told(out: Path) -> dict[str, Any]:
    """Give what the journey wrote of itself."""
    return dict(json.loads((out / "journey.json").read_text(encoding="utf-8")))


def test_a_resident_prints_a_certificate(tmp_path: Path) -> None:
    """The same bytes come out that the town sealed, in at most four touches, and every tool calls them genuine."""
    out = tmp_path / "out"
    assert play(Journey("certificate", "1.8:an", None, out), tmp_path)
    journey = told(out)
    assert journey["outcome"] == "printed"
    assert [document["outcome"] for document in journey["documents"]] == ["printed"]
    assert journey["touches"] <= 4
    assert journey["pinTouches"] == 4
    (sealed,), (printed,) = (out / "sealed").glob("*.pdf"), (out / "printed").glob("*.pdf")
    assert printed.read_bytes() == sealed.read_bytes()
    assert (out / "received").exists()
    pictures = sorted(path.name for path in (out / "screens").glob("*.png"))
    shown = [name.split("-")[1].removesuffix(".png") for name in pictures]
    line = [shown.index(state) for state in ("EnterPin", "Choosing", "Checking", "TakeCard", "Printed")]
    assert line == sorted(line)
    assert "Valid" in _pdfsig(printed, out / "sealed" / "seal-ca.pem", tmp_path)


def _pdfsig(pdf: Path, ca: Path, folder: Path) -> str:
    """Have poppler judge the seal with only the town's seal CA trusted."""
    nss = f"sql:{folder / 'nss'}"
    (folder / "nss").mkdir()
    subprocess.run(["certutil", "-N", "-d", nss, "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", nss, "-n", "town", "-t", "C,C,C", "-i", str(ca)], check=True)
    said = subprocess.run(["pdfsig", "-nssdir", nss, str(pdf)], check=True, capture_output=True, text=True).stdout
    assert "Certificate is Trusted" in said
    return said


@pytest.mark.timeout(300)  # the technician waits for devices, each of which is looked at every quarter of a minute
@pytest.mark.parametrize("name", [name for name in journeys() if name != "certificate"])
def test_a_journey_ends_as_the_table_says(tmp_path: Path, name: str) -> None:
    """Each way in and each way out is walked on real parts, and the tray holds what it must."""
    out = tmp_path / "out"
    ended_well = play(Journey(name, "1.8:an", None, out, pictured=False), tmp_path)
    assert ended_well, told(out)


def test_a_journey_ends_the_same_way_where_the_town_keeps_its_book_on_postgresql(tmp_path: Path) -> None:
    """A document that failed is had again by card alone: what the town remembers of it lies in PostgreSQL."""
    out, server = tmp_path / "out", PostgreSql()
    (tmp_path / "townhall" / "townhall.db").unlink()  # and none is made
    try:
        server.start()
        url = server.database()
        assert play(Journey("reprint", "1.8:an", None, out, pictured=False), tmp_path, url), told(out)
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            outcomes = connection.execute(sa.text("SELECT outcome FROM print_results")).scalars().all()
        engine.dispose()
    finally:
        server.close()
    assert sorted(outcomes) == ["failed", "printed"]
    assert not list(tmp_path.rglob("townhall.db*"))


def test_every_journey_of_the_table_can_be_played() -> None:
    """The table and the errands name the same journeys."""
    assert set(journeys()) == set(ERRANDS)


@pytest.mark.parametrize("card", played())
def test_a_card_leads_to_what_the_table_says(tmp_path: Path, card: str) -> None:
    """Each kind of card is served, or refused in its own words, without paper."""
    out = tmp_path / "out"
    ended_well = play(Journey("certificate", card, None, out, pictured=False), tmp_path)
    assert ended_well, told(out)


def test_every_card_of_the_table_is_played_and_its_sentence_is_one_that_residents_read() -> None:
    """A row that nobody plays would promise what nobody saw."""
    names = {name for card in played() for name in card.split(":")}
    assert set(cards()) - {"-"} <= names
    words = {fault.title.format(municipality="Lindeveld") for fault in FAULTS.values()} | {"Nog 1 poging."}
    assert {row.says for row in cards().values() if row.says} <= words


@pytest.mark.parametrize(("name", "fault"), [("nowhere", None), ("certificate", "earthquake")])
def test_a_name_nobody_knows_is_refused(tmp_path: Path, name: str, fault: str | None) -> None:
    """An unknown journey or fault is said to be one before anything starts."""
    with pytest.raises(UnknownName):
        Journey(name, "1.8:an", fault, tmp_path)
