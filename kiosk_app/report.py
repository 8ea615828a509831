"""The readiness report: one A4 that says how a kiosk was left, with a frame to measure and greys to look at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from config.settings import Settings
from hardware.devices import Health
from hardware.faults import FAULTS
from kiosk_app.maintenance.words import HEALTH, PARTS, SUBJECTS
from kiosk_app.maintenance.work import TestResult, Told

# What stands on one line of the sheet, and how many lines stand above its greys.
_WIDE, _HIGH = 78, 32
# What a phone reads from a code on the screen: version 15, a quarter of which may be lost [ISO/IEC 18004, table 7].
_CODE_BYTES, _BETWEEN = 400, " | "


def report_lines(
    settings: Settings, staff: str, told: Told, results: tuple[TestResult, ...], now: datetime
) -> tuple[str, ...]:
    """Give the lines of the report; `now` is an aware moment. What does not fit is counted, never left out silently."""
    texts = _texts(settings, staff, told, results, now)
    lines = [line for text in texts for line in textwrap.wrap(text, _WIDE) or [""]]
    if len(lines) > _HIGH:
        lines = [*lines[: _HIGH - 1], f"(nog {len(lines) - _HIGH + 1} regels: zie het scherm)"]
    return tuple(lines)


def report_code(settings: Settings, staff: str, told: Told, results: tuple[TestResult, ...], now: datetime) -> str:
    """Give the report in so few words that a phone reads it from a code; what does not fit is counted."""
    clock = settings.town.clock
    well = [one for one in told.parts if one.health is Health.OK]
    lines = [f"{settings.kiosk} {clock(now):%d-%m-%Y %H:%M} {staff}", f"In orde: {len(well)} van {len(told.parts)}"]
    lines += [f"{PARTS[one.part]}: {one.code.value} {clock(one.since):%d-%m %H:%M}" for one in told.troubles]
    lines += [f"Test {SUBJECTS[one.subject]}: {'ja' if one.well else 'nee'} {clock(one.at):%d-%m}" for one in results]
    kept: list[str] = []
    for line in lines:
        if len(_BETWEEN.join([*kept, line, "+99"]).encode()) > _CODE_BYTES:
            kept.append(f"+{len(lines) - len(kept)}")
            break
        kept.append(line)
    return _BETWEEN.join(kept)


def _texts(settings: Settings, staff: str, told: Told, results: tuple[TestResult, ...], now: datetime) -> Iterator[str]:
    clock = settings.town.clock
    yield f"Verslag van het loket {settings.kiosk}, {settings.town.name}"
    yield f"{clock(now):%d-%m-%Y %H:%M}, door {staff}"
    if told.broken_off is not None:
        yield f"Het vorige onderhoud brak af: {told.broken_off.staff}, {clock(told.broken_off.at):%d-%m %H:%M}."
    yield ""
    yield "Toestellen:" if told.degrees is None else f"Toestellen (de machine is {told.degrees} °C):"
    for one in told.parts:
        yield f"- {PARTS[one.part]}: {HEALTH[one.health].lower()}"
    yield ""
    yield "Nog te doen:" if told.troubles else "Er is niets mis."
    for trouble in told.troubles:
        title = FAULTS[trouble.code].title.format(municipality=settings.town.municipality)
        yield f"- {title}, sinds {clock(trouble.since):%d-%m %H:%M}. {FAULTS[trouble.code].steps[0]}"
    yield ""
    yield "Laatste tests:" if results else "Er is nog niets getest."
    for result in results:
        word = "gelukt" if result.well else "niet gelukt"
        figure = f" ({result.figure})" if result.figure else ""
        yield f"- {SUBJECTS[result.subject]}: {word}, {clock(result.at):%d-%m %H:%M}{figure}"
    yield ""
    yield "Naam en handtekening: ______________________________"
