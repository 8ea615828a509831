"""Every screen as a picture: `python -m ui.gallery --out DIR [--settings FILE] [--landscape] [--only PART]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from msgspec import structs

from config.settings import Settings, load
from ui.sample import EXAMPLE, samples
from ui.screens import screen_for


def main(arguments: list[str] | None = None) -> int:
    """Paint every screen into a folder; say how many, and any warning of QML. Give the exit code."""
    asked = _arguments(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.app import App

    settings = load(asked.settings)
    if asked.landscape:
        settings = landscape(settings)
    chosen = [sample for sample in samples(settings) if asked.only in sample.name]
    asked.out.mkdir(parents=True, exist_ok=True)
    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.hold_clock()
    app.settle()
    for number, sample in enumerate(chosen, 1):
        app.bridge.paint(screen_for(sample.visit, sample.settings, sample.now))
        app.settle()
        app.grab().save(str(asked.out / f"{number:02}-{sample.name}.png"))
    sys.stdout.write(f"{len(chosen)} screens in {asked.out}\n")
    sys.stdout.writelines(f"{warning}\n" for warning in app.warnings)
    app.close()
    return 1 if app.warnings else 0


def landscape(settings: Settings) -> Settings:
    """Give the same settings for the panel on its side."""
    screen = settings.screen
    turned = {
        "width_mm": screen.height_mm,
        "height_mm": screen.width_mm,
        "width_px": screen.height_px,
        "height_px": screen.width_px,
    }
    return structs.replace(settings, screen=structs.replace(screen, **turned))


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gallery", description="Every screen as a picture.")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the pictures")
    parser.add_argument("--settings", type=Path, default=EXAMPLE, help="the settings of a kiosk (TOML)")
    parser.add_argument("--landscape", action="store_true", help="for a panel on its side")
    parser.add_argument("--only", default="", help="only the screens whose name holds this")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
