"""One picture of the portal as a kiosk would show it with some settings, painted without a display."""

from __future__ import annotations

import os
from pathlib import Path

from config.settings import Language, Settings
from kiosk_app.visit import Visit


def portal(settings: Settings, language: Language, out: Path) -> tuple[str, ...]:
    """Paint it into a PNG; gives what the screen complained of, which should be nothing."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from ui.app import App
    from ui.screens import screen_for

    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.settle()
    app.bridge.paint(screen_for(Visit(language=language), settings, settings.town.now()))
    app.settle()
    saved = app.grab().save(str(out))
    warnings = tuple(app.warnings)
    app.close()
    return warnings if saved else (f"{out}: cannot be written", *warnings)
