"""What a printer's own words mean for us: what each is about, and whether it stops paper from coming out.

The words are `printer-state-reasons` [IANA IPP registry; RFC 8011 §5.4.12, PWG 5100.9]. Their suffix (-report,
-warning, -error) is left off: devices disagree about it (an empty tray comes as `media-empty-warning`), so the severity
is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from hardware.devices import Health, Status
from hardware.faults import FaultCode


class Severity(Enum):
    """Whether it prints. WARN: it does, and somebody should come one of these days."""

    OK = "ok"
    WARN = "warn"
    BLOCK = "block"


class Matter(Enum):
    """What a word is about, the most telling first: a jam often comes with an open cover and a pause."""

    JAM = "jam"
    COVER = "cover"
    TRAY = "tray"
    PAPER = "paper"
    TONER = "toner"
    WASTE = "waste"
    OTHER = "other"


# No sheet comes out while one of these holds.
BLOCK = {
    Matter.JAM: (
        *("media-jam", "media-path-jam", "media-path-media-tray-jam", "media-path-input-jam", "media-path-output-jam"),
    ),
    Matter.COVER: ("cover-open", "door-open", "interlock-open"),
    Matter.TRAY: ("input-tray-missing", "media-path-media-tray-missing"),
    Matter.PAPER: ("media-empty", "media-needed", "media-path-input-empty"),
    Matter.TONER: (
        *("toner-empty", "marker-supply-empty", "marker-supply-missing", "marker-ink-empty", "marker-toner-missing"),
        "marker-toner-cartridge-missing",
    ),
    Matter.WASTE: (
        *("marker-waste-full", "marker-waste-ink-receptacle-full", "marker-waste-toner-receptacle-full"),
        *("marker-waste-missing", "marker-waste-ink-receptacle-missing", "marker-waste-toner-receptacle-missing"),
    ),
    Matter.OTHER: (
        *("developer-empty", "fuser-over-temp", "marker-developer-empty", "media-path-failure"),
        *("media-path-media-tray-full", "moving-to-paused", "opc-life-over", "output-area-full"),
        *("output-tray-missing", "paused", "shutdown", "spool-area-full", "stopping", "timed-out"),
    ),
}
WARN = {
    Matter.PAPER: ("media-low",),
    Matter.TONER: (*("toner-low", "marker-supply-low", "marker-supply-almost-empty", "marker-ink-almost-empty"),),
    Matter.WASTE: (
        *("marker-waste-almost-full", "marker-waste-ink-receptacle-almost-full"),
        "marker-waste-toner-receptacle-almost-full",
    ),
    Matter.OTHER: (
        *("developer-low", "marker-developer-almost-empty", "media-path-media-tray-almost-full", "opc-near-eol"),
        *("other", "output-area-almost-full", "stopped-partly"),
    ),
}
# Part of a printer's day: asleep, warming up, or taken in hand by somebody who looks for it. What was opened and is
# shut again is told of for a while, too. And a wish that is not ours: a kiosk prints what it may on one side.
OK = (
    *("none", "connecting-to-device", "cover-closed", "door-closed", "fuser-under-temp", "hibernate"),
    *("identify-printer-requested", "initializing", "interlock-closed", "marker-adjusting-print-quality"),
    *("marker-supply-full", "media-drying", "media-path-cannot-duplex-media-selected", "power-down", "power-up"),
    *("resuming", "standby", "suspend", "warming-up"),
)

_TABLE = {
    **dict.fromkeys(OK, (Severity.OK, Matter.OTHER)),
    **{word: (Severity.WARN, matter) for matter, words in WARN.items() for word in words},
    **{word: (Severity.BLOCK, matter) for matter, words in BLOCK.items() for word in words},
}
# What is said of each, worst first.
_FAULTS = {
    (Severity.BLOCK, Matter.JAM): FaultCode.PAPER_JAM,
    (Severity.BLOCK, Matter.COVER): FaultCode.COVER_OPEN,
    (Severity.BLOCK, Matter.TRAY): FaultCode.TRAY_MISSING,
    (Severity.BLOCK, Matter.PAPER): FaultCode.PAPER_EMPTY,
    (Severity.BLOCK, Matter.TONER): FaultCode.TONER_EMPTY,
    (Severity.BLOCK, Matter.WASTE): FaultCode.WASTE_FULL,
    (Severity.BLOCK, Matter.OTHER): FaultCode.PRINTER_FAULT,
    (Severity.WARN, Matter.PAPER): FaultCode.PAPER_LOW,
    (Severity.WARN, Matter.TONER): FaultCode.TONER_LOW,
    (Severity.WARN, Matter.WASTE): FaultCode.WASTE_NEARLY_FULL,
    (Severity.WARN, Matter.OTHER): FaultCode.PRINTER_ATTENTION,
}
_HEALTH = {Severity.OK: Health.OK, Severity.WARN: Health.DEGRADED, Severity.BLOCK: Health.DOWN}

_SUFFIXES = ("-report", "-warning", "-error")
# CUPS's own remarks stick to a queue for all later jobs and say nothing about the device.
_OF_CUPS = "cups-"


def judged(word: str) -> tuple[Severity, Matter]:
    """Say how bad a word is and what it is about.

    One that is in no table is judged by its suffix: a report cannot touch the paper [RFC 8011 §5.4.12], an error may.
    """
    bare = next((word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix)), word)
    if bare in _TABLE:
        return _TABLE[bare]
    if bare.startswith(_OF_CUPS) or word.endswith("-report"):
        return Severity.OK, Matter.OTHER
    return (Severity.BLOCK if word.endswith("-error") else Severity.WARN), Matter.OTHER


def blocking(words: Iterable[str]) -> tuple[FaultCode, ...]:
    """Give what stops the paper, most telling first, each fault once."""
    places = {place for word in words if (place := judged(word))[0] is Severity.BLOCK}
    return tuple(fault for place, fault in _FAULTS.items() if place in places)


def health(words: Iterable[str]) -> Status:
    """Say how the device does by its own words."""
    places = {judged(word) for word in words}
    worst = next((one for one in (Severity.BLOCK, Severity.WARN) if one in {s for s, _ in places}), Severity.OK)
    return Status(_HEALTH[worst], tuple(fault for place, fault in _FAULTS.items() if place in places))
