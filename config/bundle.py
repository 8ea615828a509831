"""What the agent hands to the kiosk in one file: every layer that was signed for this kiosk."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from config.merge import Layer, Tree, merged
from config.settings import Settings, SettingsError, settings_of

# All settings of one kiosk are some ten kilobytes; what is larger was not made by us.
MOST_BYTES = 1 << 20


class Bundle(Struct, frozen=True, forbid_unknown_fields=True):
    """Layers from afar, as they were read. The installer's own layer is not in it: it lies on the machine."""

    layers: dict[Layer, dict[str, Any]] = {}

    def encoded(self) -> bytes:
        """Give it as bytes: the same for the same settings."""
        return msgspec.json.encode(self, order="deterministic")

    def over(self, machine: Tree) -> Settings:
        """Give the settings on a machine. Raises SettingsError."""
        layers: Mapping[Layer, Tree] = {**self.layers, Layer.MACHINE: machine}
        return settings_of(merged(layers)[0])


def name_of(content: bytes) -> str:
    """Give the name by which a bundle is known: the digest of its bytes."""
    return sha256(content).hexdigest()


def read_bundle(file: Path) -> bytes | None:
    """Give the bytes of such a file; None when there is none. Raises SettingsError for one that is far too large."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        return None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{file.name}: larger than settings can be")
    return content


def decoded(content: bytes) -> Bundle:
    """Read a bundle. Raises SettingsError."""
    try:
        return msgspec.json.decode(content, type=Bundle)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"bundle: {error}") from error
    except RecursionError:
        raise SettingsError("bundle: nested too deeply") from None
