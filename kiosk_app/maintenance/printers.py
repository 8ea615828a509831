"""The pages on which another printer takes the place of this one: found, tried on paper, and only then used."""

from __future__ import annotations

from msgspec import Struct


class FoundPrinter(Struct, frozen=True):
    """A printer that answers on this machine: its address, how it calls itself, and whether it is the one in use."""

    device: str
    model: str
    used: bool = False


class PrinterSearch(Struct, frozen=True):
    """Which printers answer here; None while they are asked. `chosen`: the one in use is not the settings' own."""

    found: tuple[FoundPrinter, ...] | None = None
    chosen: bool = False
    page: int = 0


class PrinterTrial(Struct, frozen=True):
    """A printer is tried on paper; the one before is still the kiosk's."""

    printer: FoundPrinter
    lines: tuple[str, ...] = ()


class PrinterTried(Struct, frozen=True):
    """How that ended: well, then it can be used from now on."""

    printer: FoundPrinter
    well: bool
    lines: tuple[str, ...]
    page: int = 0


class PrinterChanged(Struct, frozen=True):
    """Another printer is in use from now on; `model` is "" for the one that the settings name."""

    model: str


PrinterPage = PrinterSearch | PrinterTrial | PrinterTried | PrinterChanged
