"""A sound card outside the kiosk: two ALSA devices, `speaker` and `headset`, whose sound is kept as WAV files.

ALSA's own `file` plug-in writes what would go to the loudspeaker into a small shell, which keeps it under the moment it
began. It takes sound as fast as it comes, unless it is held: then it takes in what fits in a pipe, and waits.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OUTLETS = ("speaker", "headset")
_STOCK = Path("/usr/share/alsa/alsa.conf")
_DEVICE = """
pcm.{name} {{ type plug slave.pcm {{ type file slave.pcm null format wav file "|sh {keep} {name}" }} }}
"""
_KEEP = """f={folder}/$(date +%s%N)-$1
: > $f.part
while [ -e {held} ]; do sleep 0.02; done
cat > $f.part && mv $f.part $f.wav
"""
SILENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.02
_HEADER = 44  # bytes of a WAV file before its samples; what was silenced at once has none


@dataclass(frozen=True)
class Sound:
    """Something that was to be heard: where, and the WAV file as it came."""

    outlet: str
    wav: bytes


class SoundCard:
    """The card, and what was heard of it. Programs find it by `environment`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._held = folder / "held"
        keep, self._settings = folder / "keep.sh", folder / "asound.conf"
        keep.write_text(_KEEP.format(folder=folder, held=self._held))
        devices = "".join(_DEVICE.format(name=name, keep=keep) for name in OUTLETS)
        self._settings.write_text(f"<{_STOCK}>\n{devices}")

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find this card."""
        return {"ALSA_CONFIG_PATH": str(self._settings)}

    def hold(self) -> None:
        """Take in no more sound than fits in a pipe."""
        self._held.touch()

    def let_go(self) -> None:
        """Take in sound again."""
        self._held.unlink(missing_ok=True)

    @property
    def heard(self) -> list[Sound]:
        """Everything that came to its end, in the order in which it began."""
        files = [(file, file.read_bytes()) for file in sorted(self._folder.glob("*.wav"))]
        return [Sound(file.stem.split("-")[1], _whole(wav)) for file, wav in files if len(wav) > _HEADER]

    def wait_until_playing(self) -> None:
        """Wait until something is on its way out. Raises TimeoutError."""
        self.until(lambda: bool(list(self._folder.glob("*.part"))))

    def wait_for(self, number: int) -> list[Sound]:
        """Wait until so many sounds were heard. Raises TimeoutError."""
        self.until(lambda: len(self.heard) >= number)
        return self.heard

    def until(self, fact: Callable[[], bool]) -> None:
        """Wait until something is true of what was heard. Raises TimeoutError."""
        deadline = time.monotonic() + SILENCE_SECONDS
        while not fact():
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {len(self.heard)} sounds were heard")
            time.sleep(_LOOK_SECONDS)


def _whole(wav: bytes) -> bytes:
    """Fill in the lengths that ALSA could not go back to: of the file, and of its samples, after its header."""
    return wav[:4] + struct.pack("<I", len(wav) - 8) + wav[8:40] + struct.pack("<I", len(wav) - _HEADER) + wav[_HEADER:]
