"""The settings of the demo's kiosk: the example town, its compartments open, with the devices of a simulated world."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomli_w

from simulators.world import World

EXAMPLE = Path(__file__).parent.parent / "config" / "example.toml"
# A printer that waits for a hand is given up sooner than in a hall: nobody watches a journey for two minutes.
HASTE = {"paper_wait": 20, "print_silence": 10, "take_card": 10, "goodbye": 2}


def write(file: Path, world: World, data: Path, **more: object) -> None:
    """Write a settings file for a kiosk in `world` that keeps its memory in `data`; `more` are tables besides."""
    settings = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for service in settings["services"]:
        if service["kind"] == "lockers":  # in the example town these come later
            service["state"] = "open"
            del service["coming_from"]
    told = {**settings, **world.devices, "data": str(data), "timeouts": HASTE, **more}
    file.write_text(tomli_w.dumps(told), encoding="utf-8")
