"""Sound as it is played: one channel of 16 bits in a WAV file, made softer in whole steps of 6 dB; and the tick."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from pathlib import Path

from hardware.sound import LOUDEST

_BYTES_OF_A_SAMPLE = 2
# A tick is a short blip of one pitch, heard between two keys and taken for neither.
_RATE, _PITCH_HZ, _TICK_SECONDS, _TICK_HEIGHT = 22050, 880, 0.06, 12000


class NotPlayable(ValueError):
    """This is not sound as we play it. Says why, without a word of what it holds."""


def sound(source: Path | bytes, volume: int = LOUDEST) -> bytes:
    """Give a WAV file at a volume: each step below LOUDEST halves it. Raises NotPlayable."""
    rate, samples = _read(source)
    return _written(rate, array("h", [sample >> (LOUDEST - volume) for sample in samples]))


def tick(volume: int) -> bytes:
    """Give the tick at a volume."""
    number = round(_RATE * _TICK_SECONDS)
    wave_ = [math.sin(2 * math.pi * _PITCH_HZ * n / _RATE) * math.sin(math.pi * n / number) for n in range(number)]
    return _written(_RATE, array("h", [int(_TICK_HEIGHT * height) >> (LOUDEST - volume) for height in wave_]))


def seconds(wav: bytes) -> float:
    """Say how long it lasts."""
    with wave.open(io.BytesIO(wav)) as file:
        return float(file.getnframes() / file.getframerate())


def _read(source: Path | bytes) -> tuple[int, array[int]]:
    try:
        with wave.open(str(source) if isinstance(source, Path) else io.BytesIO(source)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, _BYTES_OF_A_SAMPLE):
                raise NotPlayable("not one channel of 16 bits")
            rate, frames = file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotPlayable(f"no WAV file ({error})") from None
    except OSError as error:
        raise NotPlayable(f"cannot be read ({error.strerror})") from None
    samples = array("h", frames[: len(frames) // _BYTES_OF_A_SAMPLE * _BYTES_OF_A_SAMPLE])
    if sys.byteorder == "big":
        samples.byteswap()
    return rate, samples


def _written(rate: int, samples: array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_BYTES_OF_A_SAMPLE)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()
