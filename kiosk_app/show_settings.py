"""`kiosk settings`: what is in force on this kiosk, value by value, and which layer said it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from config.activation import Activation
from config.bundle import Bundle, decoded
from config.layers import combine, values
from config.merge import MIN_APP_VERSION, Layer
from config.settings import read, settings_of


def show_settings(path: Path, say: Callable[[str], None], *, as_json: bool) -> None:
    """Say every value, unit by unit as the types have it. Raises SettingsError."""
    machine = read(path)
    own = settings_of({key: value for key, value in machine.items() if key != MIN_APP_VERSION})
    content = Activation.in_force(own.data / "settings")
    bundle = decoded(content) if content is not None else Bundle()
    found = list(values(combine({**bundle.layers, Layer.MACHINE: machine})))
    if as_json:
        told = {"values": found, "daily": bundle.daily}
        say(msgspec.json.format(msgspec.json.encode(told, enc_hook=str), indent=2).decode())
        return
    for one in found:
        say(f"{one.layer:8} {one.path} = {msgspec.json.encode(one.value, enc_hook=str).decode()}")
    if bundle.daily is not None:
        say(f"daily    {msgspec.json.encode(bundle.daily, enc_hook=str).decode()}")
