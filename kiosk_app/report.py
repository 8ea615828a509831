"""The readiness report: one A4 that says how a kiosk was left, with a frame to measure and greys to look at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from config.settings import Settings
from hardware.devices import Health
from hardware.faults import FAULTS
from kiosk_app.maintenance.work import Subject, TestResult, Told
from kiosk_app.parts import Part

# What stands on one line of the sheet, and how many lines stand above its greys.
_WIDE, _HIGH = 78, 32

PART_WORDS = {
    Part.CARD_READER: "Kaartlezer",
    Part.PRINTER: "Printer",
    Part.BACK_END: "Dienst van de gemeente",
    Part.RECEIPT_PRINTER: "Bonprinter",
    Part.KEYPAD: "Toetsenbord",
    Part.PAPER_SENSOR: "Papiervoeler",
    Part.SCANNER: "Scanner",
    Part.LOCKERS: "Vakjes",
    Part.SPEECH: "Voorlezen",
    Part.HEADSET: "Hoofdtelefoon",
    Part.MACHINE: "Schijf, klok en certificaten",
}
_HEALTH_WORDS = {
    Health.OK: "in orde",
    Health.DEGRADED: "werkt, maar vraagt aandacht",
    Health.DOWN: "werkt niet",
    Health.UNKNOWN: "nog niets van gehoord",
}
_SUBJECT_WORDS = {
    Subject.PRINTER: "Printer",
    Subject.RECEIPT: "Bonprinter",
    Subject.CARD_READER: "Kaartlezer",
    Subject.LOCKERS: "Vakjes",
}


def report_lines(
    settings: Settings, staff: str, told: Told, results: tuple[TestResult, ...], now: datetime
) -> tuple[str, ...]:
    """Give the lines of the report; `now` is an aware moment. What does not fit is counted, never left out silently."""
    texts = _texts(settings, staff, told, results, now)
    lines = [line for text in texts for line in textwrap.wrap(text, _WIDE) or [""]]
    if len(lines) > _HIGH:
        lines = [*lines[: _HIGH - 1], f"(nog {len(lines) - _HIGH + 1} regels: zie het scherm)"]
    return tuple(lines)


def _texts(settings: Settings, staff: str, told: Told, results: tuple[TestResult, ...], now: datetime) -> Iterator[str]:
    clock = settings.town.clock
    yield f"Verslag van het loket {settings.kiosk}, {settings.town.name}"
    yield f"{clock(now):%d-%m-%Y %H:%M}, door {staff}"
    yield ""
    yield "Toestellen:"
    for one in told.parts:
        yield f"- {PART_WORDS[one.part]}: {_HEALTH_WORDS[one.health]}"
    yield ""
    yield "Nog te doen:" if told.troubles else "Er is niets mis."
    for trouble in told.troubles:
        title = FAULTS[trouble.code].title.format(municipality=settings.town.municipality)
        yield f"- {title}, sinds {clock(trouble.since):%d-%m %H:%M}. {FAULTS[trouble.code].steps[0]}"
    yield ""
    yield "Laatste tests:" if results else "Er is nog niets getest."
    for result in results:
        word = "gelukt" if result.well else "niet gelukt"
        yield f"- {_SUBJECT_WORDS[result.subject]}: {word}, {clock(result.at):%d-%m %H:%M}"
    yield ""
    yield "Naam en handtekening: ______________________________"
