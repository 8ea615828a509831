"""What a printer's own words mean for us: which fault, and whether it stops paper from coming out.

The words are `printer-state-reasons` [IANA IPP registry; RFC 8011 §5.4.12, PWG 5100.9]. Their suffix (-report,
-warning, -error) is left off: devices disagree about it (an empty tray comes as `media-empty-warning`), so the severity
is ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from hardware.devices import Health, Status
from hardware.faults import FaultCode

# No sheet comes out while one of these holds. The most telling first: a jam often comes with an open cover and a pause.
BLOCKING = {
    "media-jam": FaultCode.PAPER_JAM,
    "media-path-jam": FaultCode.PAPER_JAM,
    "media-path-media-tray-jam": FaultCode.PAPER_JAM,
    "media-path-input-jam": FaultCode.PAPER_JAM,
    "media-path-output-jam": FaultCode.PAPER_JAM,
    "cover-open": FaultCode.COVER_OPEN,
    "door-open": FaultCode.COVER_OPEN,
    "interlock-open": FaultCode.COVER_OPEN,
    "input-tray-missing": FaultCode.TRAY_MISSING,
    "media-path-media-tray-missing": FaultCode.TRAY_MISSING,
    "media-empty": FaultCode.PAPER_EMPTY,
    "media-needed": FaultCode.PAPER_EMPTY,
    "media-path-input-empty": FaultCode.PAPER_EMPTY,
    "toner-empty": FaultCode.TONER_EMPTY,
    "marker-supply-empty": FaultCode.TONER_EMPTY,
    "marker-supply-missing": FaultCode.TONER_EMPTY,
    "marker-ink-empty": FaultCode.TONER_EMPTY,
    "marker-toner-missing": FaultCode.TONER_EMPTY,
    "marker-toner-cartridge-missing": FaultCode.TONER_EMPTY,
    "developer-empty": FaultCode.PRINTER_FAULT,
    "fuser-over-temp": FaultCode.PRINTER_FAULT,
    "marker-developer-empty": FaultCode.PRINTER_FAULT,
    "marker-waste-full": FaultCode.PRINTER_FAULT,
    "marker-waste-ink-receptacle-full": FaultCode.PRINTER_FAULT,
    "marker-waste-ink-receptacle-missing": FaultCode.PRINTER_FAULT,
    "marker-waste-missing": FaultCode.PRINTER_FAULT,
    "marker-waste-toner-receptacle-full": FaultCode.PRINTER_FAULT,
    "marker-waste-toner-receptacle-missing": FaultCode.PRINTER_FAULT,
    "media-path-failure": FaultCode.PRINTER_FAULT,
    "media-path-media-tray-full": FaultCode.PRINTER_FAULT,
    "moving-to-paused": FaultCode.PRINTER_FAULT,
    "opc-life-over": FaultCode.PRINTER_FAULT,
    "output-area-full": FaultCode.PRINTER_FAULT,
    "output-tray-missing": FaultCode.PRINTER_FAULT,
    "paused": FaultCode.PRINTER_FAULT,
    "shutdown": FaultCode.PRINTER_FAULT,
    "spool-area-full": FaultCode.PRINTER_FAULT,
    "stopping": FaultCode.PRINTER_FAULT,
    "timed-out": FaultCode.PRINTER_FAULT,
}

# It prints, and somebody should come one of these days.
WARNING = {
    "media-low": FaultCode.PAPER_LOW,
    "toner-low": FaultCode.TONER_LOW,
    "marker-supply-low": FaultCode.TONER_LOW,
    "marker-supply-almost-empty": FaultCode.TONER_LOW,
    "marker-ink-almost-empty": FaultCode.TONER_LOW,
    "developer-low": FaultCode.PRINTER_FAULT,
    "marker-developer-almost-empty": FaultCode.PRINTER_FAULT,
    "marker-waste-almost-full": FaultCode.PRINTER_FAULT,
    "marker-waste-ink-receptacle-almost-full": FaultCode.PRINTER_FAULT,
    "marker-waste-toner-receptacle-almost-full": FaultCode.PRINTER_FAULT,
    "media-path-media-tray-almost-full": FaultCode.PRINTER_FAULT,
    "opc-near-eol": FaultCode.PRINTER_FAULT,
    "other": FaultCode.PRINTER_FAULT,
    "output-area-almost-full": FaultCode.PRINTER_FAULT,
    "stopped-partly": FaultCode.PRINTER_FAULT,
}

# Part of a printer's day: asleep, warming up, or taken in hand by somebody who looks for it. What was opened and is
# shut again is no fault either; nor is a sheet that must be turned, as every job here is one-sided.
HARMLESS = frozenset(
    {
        "none",
        "connecting-to-device",
        "cover-closed",
        "door-closed",
        "fuser-under-temp",
        "hibernate",
        "identify-printer-requested",
        "initializing",
        "interlock-closed",
        "marker-adjusting-print-quality",
        "marker-supply-full",
        "media-drying",
        "media-path-cannot-duplex-media-selected",
        "power-down",
        "power-up",
        "resuming",
        "standby",
        "suspend",
        "warming-up",
    }
)

_SUFFIXES = ("-report", "-warning", "-error")
# CUPS's own remarks stick to a queue for all later jobs and say nothing about the device.
_OF_CUPS = "cups-"


def blocking(words: Iterable[str]) -> tuple[FaultCode, ...]:
    """Give what stops the paper, most telling first, each fault once."""
    return _in_order(BLOCKING.get(_bare(word), _unknown(word, is_blocking=True)) for word in words)


def warnings(words: Iterable[str]) -> tuple[FaultCode, ...]:
    """Give what does not stop it yet."""
    return _in_order(WARNING.get(_bare(word), _unknown(word, is_blocking=False)) for word in words)


def health(words: Iterable[str]) -> Status:
    """Say how the device does by its own words."""
    words = list(words)
    stops, warns = blocking(words), warnings(words)
    if stops:
        return Status(Health.DOWN, (*stops, *warns))
    return Status(Health.DEGRADED if warns else Health.OK, warns)


def _bare(word: str) -> str:
    return next((word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix)), word)


def _unknown(word: str, *, is_blocking: bool) -> FaultCode | None:
    """Judge a word that is in no table by its suffix; a report cannot touch the paper [RFC 8011 §5.4.12]."""
    bare = _bare(word)
    known = bare in BLOCKING or bare in WARNING or bare in HARMLESS
    if known or bare.startswith(_OF_CUPS) or word.endswith("-report"):
        return None
    return FaultCode.PRINTER_FAULT if word.endswith("-error") is is_blocking else None


def _in_order(faults: Iterable[FaultCode | None]) -> tuple[FaultCode, ...]:
    found = set(faults)
    order = dict.fromkeys([*BLOCKING.values(), *WARNING.values()])
    return tuple(fault for fault in order if fault in found)
