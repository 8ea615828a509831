"""`kiosk settings`: what is in force on this kiosk, value by value, and which layer said it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from config.activation import Activation
from config.bundle import Bundle, decoded
from config.daily import read_daily
from config.layers import combine, values
from config.merge import MIN_APP_VERSION, Layer
from config.settings import read, settings_of
from kiosk_app.told import DAILY


def show_settings(path: Path, told: Path | None, say: Callable[[str], None], *, as_json: bool) -> None:
    """Say every value, and the daily content that lies in the agent's folder. Raises SettingsError."""
    machine = read(path)
    own = settings_of({key: value for key, value in machine.items() if key != MIN_APP_VERSION})
    content = Activation.in_force(own.data / "settings")
    bundle = decoded(content) if content is not None else Bundle()
    daily = read_daily(told / DAILY) if told is not None else None
    found = list(values(combine({**bundle.layers, Layer.MACHINE: machine})))
    if as_json:
        whole = msgspec.json.encode({"values": found, "daily": daily}, enc_hook=str)
        say(msgspec.json.format(whole, indent=2).decode())
        return
    for one in found:
        say(f"{one.layer:8} {one.path} = {msgspec.json.encode(one.value, enc_hook=str).decode()}")
    if daily is not None:
        say(f"daily    {msgspec.json.encode(daily, enc_hook=str).decode()}")
