"""What each of a printer's words means for us. The words: IANA's IPP registry, printer-state-reasons."""

from __future__ import annotations

import pytest

from hardware.cups.keywords import BLOCK, OK, WARN, Matter, Severity, blocking, health, judged
from hardware.cups.options import job_options
from hardware.devices import Health, Status
from hardware.faults import FaultCode

STOPS = [
    ("media-empty", FaultCode.PAPER_EMPTY),
    ("media-needed", FaultCode.PAPER_EMPTY),
    ("media-jam", FaultCode.PAPER_JAM),
    ("cover-open", FaultCode.COVER_OPEN),
    ("door-open", FaultCode.COVER_OPEN),
    ("interlock-open", FaultCode.COVER_OPEN),
    ("input-tray-missing", FaultCode.TRAY_MISSING),
    ("toner-empty", FaultCode.TONER_EMPTY),
    ("marker-supply-empty", FaultCode.TONER_EMPTY),
    ("fuser-over-temp", FaultCode.PRINTER_FAULT),
    ("marker-waste-full", FaultCode.WASTE_FULL),
    ("output-area-full", FaultCode.PRINTER_FAULT),
    ("paused", FaultCode.PRINTER_FAULT),
    ("shutdown", FaultCode.PRINTER_FAULT),
    # [PWG 5100.9 §8.1] what a printer with more sensors says instead
    ("media-path-input-jam", FaultCode.PAPER_JAM),
    ("media-path-output-jam", FaultCode.PAPER_JAM),
    ("media-path-input-empty", FaultCode.PAPER_EMPTY),
    ("media-path-media-tray-missing", FaultCode.TRAY_MISSING),
    ("marker-ink-empty", FaultCode.TONER_EMPTY),
    ("marker-toner-missing", FaultCode.TONER_EMPTY),
    ("marker-toner-cartridge-missing", FaultCode.TONER_EMPTY),
    ("marker-developer-empty", FaultCode.PRINTER_FAULT),
    ("marker-waste-ink-receptacle-full", FaultCode.WASTE_FULL),
    ("marker-waste-ink-receptacle-missing", FaultCode.WASTE_FULL),
    ("marker-waste-toner-receptacle-full", FaultCode.WASTE_FULL),
    ("marker-waste-toner-receptacle-missing", FaultCode.WASTE_FULL),
    ("media-path-failure", FaultCode.PRINTER_FAULT),
    ("media-path-media-tray-full", FaultCode.PRINTER_FAULT),
    ("vnd-something-burns-error", FaultCode.PRINTER_FAULT),
]
WARNS = [
    ("media-low", FaultCode.PAPER_LOW),
    ("toner-low", FaultCode.TONER_LOW),
    ("marker-supply-low", FaultCode.TONER_LOW),
    ("marker-waste-almost-full", FaultCode.WASTE_NEARLY_FULL),
    ("marker-supply-almost-empty", FaultCode.TONER_LOW),
    ("marker-ink-almost-empty", FaultCode.TONER_LOW),
    ("marker-developer-almost-empty", FaultCode.PRINTER_ATTENTION),
    ("marker-waste-ink-receptacle-almost-full", FaultCode.WASTE_NEARLY_FULL),
    ("marker-waste-toner-receptacle-almost-full", FaultCode.WASTE_NEARLY_FULL),
    ("media-path-media-tray-almost-full", FaultCode.PRINTER_ATTENTION),
    ("vnd-odd-noise-warning", FaultCode.PRINTER_ATTENTION),
    ("vnd-odd-noise", FaultCode.PRINTER_ATTENTION),
]
SAYS_NOTHING = [
    "none",
    "cups-ipp-missing-job-history",
    "cups-remote-stopped",
    "standby",
    "vnd-counter-at-1000-report",
    "cover-closed",
    "door-closed-warning",
    "interlock-closed",
    "marker-adjusting-print-quality",
    "media-drying",
    "power-up",
]
SUFFIXES = ["", "-report", "-warning", "-error"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("word", "fault"), [row for row in STOPS if not row[0].startswith("vnd")])
def test_a_word_that_stops_paper_does_so_whatever_its_suffix(word: str, fault: FaultCode, suffix: str) -> None:
    assert health([word + suffix]) == Status(Health.DOWN, (fault,))
    assert blocking([word + suffix]) == (fault,)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("word", "fault"), [row for row in WARNS if not row[0].startswith("vnd")])
def test_a_warning_stays_a_warning_whatever_its_suffix(word: str, fault: FaultCode, suffix: str) -> None:
    assert health([word + suffix]) == Status(Health.DEGRADED, (fault,))
    assert blocking([word + suffix]) == ()


@pytest.mark.parametrize(("word", "fault"), [row for row in STOPS + WARNS if row[0].startswith("vnd")])
def test_a_word_nobody_knows_counts_by_its_suffix(word: str, fault: FaultCode) -> None:
    assert health([word]).faults == (fault,)
    assert (health([word]).health is Health.DOWN) == word.endswith("-error")


@pytest.mark.parametrize("word", SAYS_NOTHING)
def test_words_of_cups_and_of_every_day_say_nothing_about_health(word: str) -> None:
    assert health([word]) == Status(Health.OK)


def test_the_most_telling_fault_comes_first_and_warnings_last() -> None:
    words = ["toner-low-report", "paused", "media-needed", "media-empty-error", "cover-open"]
    faults = (FaultCode.COVER_OPEN, FaultCode.PAPER_EMPTY, FaultCode.PRINTER_FAULT, FaultCode.TONER_LOW)
    assert health(words) == Status(Health.DOWN, faults)


def test_a_printer_that_cannot_turn_sheets_serves_a_kiosk_that_prints_one_side() -> None:
    assert job_options()["sides"] == "one-sided"
    assert health(["media-path-cannot-duplex-media-selected-warning"]) == Status(Health.OK)


def test_no_word_is_in_two_places() -> None:
    placed = [*OK, *(word for table in (BLOCK, WARN) for words in table.values() for word in words)]
    assert len(placed) == len(set(placed))


@pytest.mark.parametrize(
    ("word", "severity", "matter"),
    [
        ("media-empty-warning", Severity.BLOCK, Matter.PAPER),
        ("media-low-report", Severity.WARN, Matter.PAPER),
        ("media-jam", Severity.BLOCK, Matter.JAM),
        ("door-open-report", Severity.BLOCK, Matter.COVER),
        ("toner-low-error", Severity.WARN, Matter.TONER),
        ("marker-supply-empty", Severity.BLOCK, Matter.TONER),
        ("marker-waste-almost-full-error", Severity.WARN, Matter.WASTE),
        ("marker-waste-full-report", Severity.BLOCK, Matter.WASTE),
        ("input-tray-missing", Severity.BLOCK, Matter.TRAY),
        ("fuser-over-temp", Severity.BLOCK, Matter.OTHER),
        ("cups-missing-filter-error", Severity.OK, Matter.OTHER),
        ("warming-up-error", Severity.OK, Matter.OTHER),
        ("vnd-anything-error", Severity.BLOCK, Matter.OTHER),
        ("vnd-anything-warning", Severity.WARN, Matter.OTHER),
        ("vnd-anything-report", Severity.OK, Matter.OTHER),
    ],
)
def test_every_word_has_a_severity_and_a_matter(word: str, severity: Severity, matter: Matter) -> None:
    assert judged(word) == (severity, matter)
