"""How a kiosk's own screen would look with a change: painted by the kiosk's own program, in a process that ends."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import tomli_w

from config.merge import Layer, merged
from config.settings import read
from config.targets import FLEET, owner, tenant
from fleet.work import EXAMPLE, layer_of

# Painting takes a second or two; what takes longer will not come.
_SECONDS = 30.0
_KEPT = 32
# What the example says of a town that is not this one.
_NOT_OURS = ("services", "announcements", "closed", "counter")


class PictureError(Exception):
    """No picture came of it."""


class Preview:
    """Pictures of portals. Safe from threads: one is painted at a time, and some are kept."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "kiosk_app.cli")) -> None:
        self._command, self._turn = command, threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def portal(self, files: Mapping[str, bytes], path: str) -> bytes:
        """Give a PNG of the portal of a kiosk that has one file and those below it. Raises PictureError."""
        told = tomli_w.dumps(_settings(files, path))
        with self._turn:
            if told not in self._kept:
                self._kept[told] = self._paint(told)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return self._kept[told]

    def _paint(self, told: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            settings, out = Path(folder) / "kiosk.toml", Path(folder) / "portal.png"
            settings.write_text(told, encoding="utf-8")
            words = ["picture", "--settings", str(settings), "--out", str(out)]
            try:
                subprocess.run([*self._command, *words], check=True, capture_output=True, timeout=_SECONDS)
                return out.read_bytes()
            except (subprocess.SubprocessError, OSError) as error:
                raise PictureError(type(error).__name__) from error


def _settings(files: Mapping[str, bytes], path: str) -> dict[str, object]:
    """Lay one file over those that every kiosk has below it, over the example of an installer's own."""
    machine = {name: value for name, value in read(EXAMPLE).items() if name not in _NOT_OURS}
    where = {Layer.FLEET: FLEET, Layer.TENANT: tenant(owner(path)), layer_of(path): path}
    said = {layer: tomllib.loads(files[place].decode()) for layer, place in where.items() if place in files}
    return merged({Layer.MACHINE: machine, **said})[0]
