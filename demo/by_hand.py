"""The demo on a display: the kiosk in its window, the dock beside it, and a person in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from demo import settings_file
from simulators import dock
from simulators.world import World


def run(folder: Path, card: str) -> int:
    """Run until either window is closed; `card` lies ready in the dock. Gives the kiosk's exit code."""
    with World(folder) as world:
        settings = folder / "kiosk.toml"
        settings_file.write(settings, world, folder / "kiosk")
        command = [sys.executable, "-m", "kiosk_app.cli", "run", "--settings", str(settings), "--windowed"]
        kiosk = subprocess.Popen(command, env={**os.environ, **world.environment})
        try:
            dock.run(world, lambda: kiosk.poll() is None, card)
        finally:
            kiosk.terminate()
            try:
                code = kiosk.wait(15)
            except subprocess.TimeoutExpired:
                kiosk.kill()
                code = kiosk.wait()
    return code
