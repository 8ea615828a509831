"""How warm the machine is, where its kernel measures: the warmest of what it tells (kernel: sysfs-class-thermal)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

ZONES = Path("/sys/class/thermal")
# A sensor that is not there says so with a number that no machine has.
_CAN_BE = range(-40, 150)


def degrees(zones: Path = ZONES) -> int | None:
    """Give it in whole degrees Celsius; None where nothing measures."""
    found = []
    for file in zones.glob("thermal_zone*/temp"):
        with suppress(OSError, ValueError):
            found.append(round(int(file.read_text(encoding="ascii")) / 1000))
    return max((one for one in found if one in _CAN_BE), default=None)
