"""Speech: where it is heard, and what the town had recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

AlsaDevice = Annotated[str, Meta(min_length=1, description="As `aplay -L` lists it.")]


class Speech(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the kiosk speaks with. Without `headset` nothing private is ever said."""

    speaker: AlsaDevice = "default"
    headset: AlsaDevice | None = None
    jack: Annotated[
        Path | None,
        Meta(description="The evdev device of the headset's socket, e.g. /dev/input/by-path/platform-snd-event."),
    ] = None
    recordings: Annotated[Path | None, Meta(description="Folder of recorded sentences; left out: espeak-ng.")] = None

    def __post_init__(self) -> None:
        """Refuse a headset that nobody sees go in, and a socket that leads nowhere."""
        if (self.headset is None) is not (self.jack is None):
            raise ValueError("speech: headset and jack go together")
