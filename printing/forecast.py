"""How long paper and toner last: what the printer says is left, by how much was used here.

A printer that does not count its sheets is counted for: a full tray, less what came out since it was filled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hardware.devices import Supply, Tray

_NUMBERS = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien")
# Nobody plans a visit further ahead, and no count is that good.
_FAR = 60
# Below this each sheet counts; above it a count to the sheet would be a lie.
_COUNTED, _ROUGHLY = 20, 10


class Good(Enum):
    """What runs out."""

    PAPER = "papier"
    TONER = "toner"


@dataclass(frozen=True)
class Use:
    """What the journal says: sheets in the last so many days, and since the tray was filled (None: nobody knows)."""

    sheets: int
    days: float
    since_refill: int | None = None


@dataclass(frozen=True)
class Forecast:
    """Sheets that can still be printed, and days that they last; None where nothing was printed yet."""

    good: Good
    sheets: int
    days: float | None = None


def paper(trays: Iterable[Tray], use: Use, full_tray: int) -> Forecast | None:
    """Say how long the paper lasts; None where neither the printer nor the journal knows what is in the tray."""
    counts = [tray.sheets for tray in trays if tray.sheets is not None]
    if counts:
        return Forecast(Good.PAPER, sum(counts), _days(sum(counts), use))
    if use.since_refill is None:
        return None
    left = max(0, full_tray - use.since_refill)
    return Forecast(Good.PAPER, left, _days(left, use))


def toner(supplies: Iterable[Supply], use: Use, full_cartridge: int) -> Forecast | None:
    """Say how long the emptiest cartridge lasts; None where the printer does not tell."""
    levels = [supply.percent for supply in supplies if supply.percent is not None and not supply.fills]
    if not levels:
        return None
    left = min(levels) * full_cartridge // 100
    return Forecast(Good.TONER, left, _days(left, use))


def in_words(forecast: Forecast) -> str:
    """Say it as a colleague would: 'nog ongeveer 40 vellen, twee dagen'."""
    sheets = forecast.sheets
    if sheets > _COUNTED:
        sheets -= sheets % _ROUGHLY
    count = "geen vellen meer" if not sheets else f"nog ongeveer {sheets} {'vel' if sheets == 1 else 'vellen'}"
    return count if forecast.days is None or not sheets else f"{count}, {_spelled(forecast.days)}"


def _days(sheets: int, use: Use) -> float | None:
    return sheets / (use.sheets / use.days) if use.sheets and use.days else None


def _spelled(days: float) -> str:
    whole = int(days)
    if whole < 1:
        return "minder dan een dag"
    if whole > _FAR:
        return "meer dan twee maanden"
    number = _NUMBERS[whole - 1] if whole <= len(_NUMBERS) else str(whole)
    return f"{number} {'dag' if whole == 1 else 'dagen'}"
