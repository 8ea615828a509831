"""What Linux input devices (evdev) say, and having one to ourselves: keypads, scanners that type, switches.

The device is grabbed: what it reports goes here and nowhere else. No event is in any log, fault or `repr`.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path

from hardware.listener import Ear, Opened

# struct input_event of a 64-bit Linux (linux/input.h): two longs of time, type, code, value.
EVENT = struct.Struct("llHHi")
EV_KEY, EV_SW = 1, 5
EVIOCGRAB = 0x40044590


def grabbed(path: Path) -> Opened:
    """Open a device for us alone. Raises OSError where it is not there, or another program has it."""
    device = open(path, "rb", buffering=0, opener=lambda name, _: os.open(name, os.O_RDONLY | os.O_NONBLOCK))  # noqa: SIM115 - handed on
    try:
        if not stat.S_ISFIFO(os.fstat(device.fileno()).st_mode):  # a pipe has no other reader to be kept out
            fcntl.ioctl(device, EVIOCGRAB, 1)
    except OSError:
        device.close()
        raise
    return device


def event_ear(on_event: Callable[[int, int, int], None]) -> Ear:
    """Hear a device: `on_event` gets type, code and value of each event, however they are cut up."""
    return _ear(lambda _when, kind, code, value: on_event(kind, code, value))


def key_ear(on_key: Callable[[int, int], None]) -> Ear:
    """Hear a device's keys alone: `on_key` gets code and value."""
    return timed_key_ear(lambda code, value, _when: on_key(code, value))


def timed_key_ear(on_key: Callable[[int, int, float], None]) -> Ear:
    """Hear a device's keys alone, and when it was: `on_key` gets code, value, and seconds of the kernel's clock."""

    def on_event(when: float, kind: int, code: int, value: int) -> None:
        if kind == EV_KEY:
            on_key(code, value, when)

    return _ear(on_event)


def _ear(on_event: Callable[[float, int, int, int], None]) -> Ear:
    heard = bytearray()

    def hear(part: bytes) -> None:
        heard.extend(part)
        whole = len(heard) - len(heard) % EVENT.size
        events = bytes(heard[:whole])
        del heard[:whole]
        for seconds, micros, kind, code, value in EVENT.iter_unpack(events):
            on_event(seconds + micros / 1e6, kind, code, value)

    return hear


def is_on(device: int, kind: int, code: int) -> bool | None:
    """Ask the kernel whether a key is down, or a switch on; None where it cannot say (a pipe in its place)."""
    # EVIOCGKEY and EVIOCGSW: _IOC(_IOC_READ, 'E', 0x18 or 0x1b, length of the answer) [linux/input.h].
    bits = bytearray(code // 8 + 1)
    number = {EV_KEY: 0x18, EV_SW: 0x1B}[kind]
    try:
        fcntl.ioctl(device, 2 << 30 | len(bits) << 16 | ord("E") << 8 | number, bits)
    except OSError:
        return None
    return bool(bits[code // 8] & 1 << code % 8)
