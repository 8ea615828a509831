"""How long paper and toner last, by the printer's word and the kiosk's own memory."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from config.settings import Printer
from hardware.devices import Health, PrinterFacts, PrintWay, Queue, Status, Supply, Tray
from hardware.faults import FaultCode
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.foresight import Foresight, foresee, use_in
from kiosk_app.health import Part
from kiosk_app.journal import Journal
from kiosk_app.store import Store
from printing.forecast import Forecast, Good, Use, in_words, paper, toner
from printing.progress import JobPhase

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("sheets", "days", "words"),
    [
        (47, 2.3, "nog ongeveer 40 vellen, twee dagen"),
        (19, 0.9, "nog ongeveer 19 vellen, minder dan een dag"),
        (1, 1.0, "nog ongeveer 1 vel, een dag"),
        (250, 12.5, "nog ongeveer 250 vellen, 12 dagen"),
        (2250, 140, "nog ongeveer 2250 vellen, meer dan twee maanden"),
        (0, 0.0, "geen vellen meer"),
        (125, None, "nog ongeveer 120 vellen"),
    ],
)
def test_it_is_said_as_a_colleague_would(sheets: int, days: float | None, words: str) -> None:
    assert in_words(Forecast(Good.PAPER, sheets, days)) == words


def test_what_the_printer_counts_in_its_trays_comes_before_our_own_count() -> None:
    use = Use(sheets=140, days=7, since_refill=200)
    assert paper([Tray("1", 30), Tray("2", 10)], use, 250) == Forecast(Good.PAPER, 40, 2.0)
    assert paper([Tray("1", None)], use, 250) == Forecast(Good.PAPER, 50, 2.5)
    assert paper([], Use(300, 1, since_refill=300), 250) == Forecast(Good.PAPER, 0, 0.0)
    assert paper([Tray("1", None)], Use(140, 7), 250) is None


def test_the_emptiest_cartridge_decides_and_a_waste_box_is_no_cartridge() -> None:
    supplies = [Supply("black", 75), Supply("cyan", 5), Supply("waste", 1, fills=True), Supply("drum", None)]
    assert toner(supplies, Use(300, 10), 2000) == Forecast(Good.TONER, 100, 100 / 30)
    assert toner([Supply("black", None)], Use(300, 10), 2000) is None


def written(store: Store, sheets: int, when: datetime) -> None:
    """A document of so many sheets that came out then."""
    ticket, journal = uuid4(), Journal(store)
    journal.ordered(ticket, "any")
    journal.requested(ticket, 1)
    journal.ended(ticket, JobPhase.PRINTED, sheets, None)
    with store.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE ticket SET changed_at = ? WHERE ticket = ?",
            (when.isoformat(timespec="milliseconds"), str(ticket)),
        )


def test_use_is_counted_over_two_weeks_at_most_and_a_day_at_least(store: Store) -> None:
    assert use_in(store, NOW) == Use(0, 1.0)
    written(store, 3, NOW - timedelta(hours=1))
    assert use_in(store, NOW) == Use(3, 1.0)
    written(store, 5, NOW - timedelta(days=4))
    assert use_in(store, NOW) == Use(8, 4.0)
    written(store, 1000, NOW - timedelta(days=15))
    assert use_in(store, NOW) == Use(8, 14.0)


def test_a_tray_counts_as_filled_when_the_printer_that_was_empty_has_paper_again(store: Store, tmp_path: Path) -> None:
    trail = AuditTrail(store)
    for fault in (None, FaultCode.PAPER_EMPTY):
        trail.append(AuditLine(What.PART_CHANGED, part=Part.PRINTER, fault=fault))
    assert trail.refilled_at() is None
    trail.append(AuditLine(What.PART_CHANGED, part=Part.PRINTER))
    trail.append(AuditLine(What.PART_CHANGED, part=Part.PRINTER, fault=FaultCode.PAPER_JAM))
    with closing(sqlite3.connect(tmp_path / "kiosk.db")) as beside:
        (third,) = beside.execute("SELECT at FROM audit WHERE number = 3").fetchone()
    assert trail.refilled_at() == datetime.fromisoformat(third)
    now = datetime.now(UTC)
    written(store, 7, now + timedelta(seconds=1))
    written(store, 9, now - timedelta(days=1))
    assert use_in(store, now + timedelta(seconds=2)).since_refill == 7


def test_a_kiosk_that_never_ran_still_says_what_the_printer_has_and_makes_no_memory(tmp_path: Path) -> None:
    facts = PrinterFacts("any", (), PrintWay.SEALED, Queue(), trays=(Tray("1", 40),), supplies=(Supply("black", 50),))
    setting = Printer(queue="kiosk", device="ipp://localhost/ipp/print")
    assert foresee(facts, setting, tmp_path) == [Forecast(Good.PAPER, 40), Forecast(Good.TONER, 1500)]
    assert not list(tmp_path.iterdir())


def test_a_forecast_is_in_the_log_at_the_start_and_not_again_that_day(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Only of a printer that answers: one that is down has something else to say."""
    facts = PrinterFacts("any", (), PrintWay.SEALED, Queue(), trays=(Tray("1", 40),))
    foresight = Foresight(store, Printer(queue="kiosk", device="ipp://localhost/ipp/print"), lambda: facts)
    written(store, 20, datetime.now(UTC) - timedelta(hours=1))
    with caplog.at_level(logging.INFO):
        foresight.noted(Status(Health.DOWN, (FaultCode.PAPER_EMPTY,)))
        assert caplog.messages == []
        for _ in range(3):
            foresight.noted(Status(Health.OK))
    assert caplog.messages == ["papier: nog ongeveer 40 vellen, twee dagen"]
