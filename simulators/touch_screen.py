"""A touch screen: a display of an X server, and fingers on its glass as the server's own driver for tests brings them.

What a program on it gets are the touches of a real panel (XInput 2), from outside its process. The server is Xorg with
its drivers `dummy` (a display in memory) and `inputtest` (touches that come over a socket).
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

STARTS_WITHIN = 20.0  # seconds

CONFIGURATION = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "DontVTSwitch" "true"
  Option "BlankTime" "0"
EndSection
Section "Device"
  Identifier "memory"
  Driver "dummy"
  VideoRam 32000
EndSection
Section "Monitor"
  Identifier "panel"
  HorizSync 1-1000
  VertRefresh 1-1000
  Modeline "panel" {mode}
EndSection
Section "Screen"
  Identifier "screen"
  Device "memory"
  Monitor "panel"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "panel"
    Virtual {size}
  EndSubSection
EndSection
Section "InputDevice"
  Identifier "glass"
  Driver "inputtest"
  Option "SocketPath" "{glass}"
  Option "DeviceType" "Touch"
  Option "TouchCount" "10"
EndSection
Section "ServerLayout"
  Identifier "kiosk"
  Screen "screen"
  InputDevice "glass" "SendCoreEvents"
EndSection
"""

# [xf86-input-inputtest-protocol.h, 1.1] length and type, then what it asks for. Of the 64 axes 0 and 1 are the place.
HEAD = struct.Struct("=II")
VERSION, SYNC, TOUCH = 0, 1, 6
TOUCHED = struct.Struct("=II II I 8s 4x 64d 64d")
BEGIN, UPDATE, END = 18, 19, 20  # [XI2.h] XI_TouchBegin, XI_TouchUpdate, XI_TouchEnd
FULL = 0xFFFF  # the glass is so many units wide, and high


class TouchScreen:
    """A display of its own with a glass before it, as a context manager. `name` goes into DISPLAY."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        glass, config, log = folder / "glass", folder / "xorg.conf", folder / "log"
        config.write_text(CONFIGURATION.format(mode=_mode(width, height), size=f"{width} {height}", glass=glass))
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xorg", "-displayfd", str(write), "-config", str(config), "-logfile", str(log)),
                *("-nolisten", "tcp", "-noreset", "-novtswitch", "-nocursor"),
            ],
            pass_fds=(write,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError(f"Xorg did not start: {log.read_text()[-2000:]}")
        self.name = f":{number}"
        self._glass = _connected(glass)
        self._glass.sendall(HEAD.pack(12, VERSION) + struct.pack("=HH", 1, 1))
        self._glass.recv(64)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._glass.close()
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def down(self, x: float, y: float, finger: int = 0) -> None:
        """Lay a finger on the glass, at pixels of the display."""
        self._touch(BEGIN, x, y, finger)

    def move(self, x: float, y: float, finger: int = 0) -> None:
        """Move a finger that lies there."""
        self._touch(UPDATE, x, y, finger)

    def up(self, x: float, y: float, finger: int = 0) -> None:
        """Lift it."""
        self._touch(END, x, y, finger)

    def settle(self) -> None:
        """Wait until the server took in every touch so far."""
        self._glass.sendall(HEAD.pack(8, SYNC))
        self._glass.recv(8)

    def _touch(self, kind: int, x: float, y: float, finger: int) -> None:
        axes = [x * FULL / self._width, y * FULL / self._height, *[0.0] * 62]
        mask = bytes([0b11]) + bytes(7)
        self._glass.sendall(TOUCHED.pack(TOUCHED.size, TOUCH, finger, kind, 0, mask, *axes, *[0.0] * 64))


def _mode(width: int, height: int) -> str:
    """Give a mode of 60 pictures a second: the clock in MHz, then picture, gap and whole, across and down."""
    wide, high = width + 80, height + 20
    across, down = (width, width + 8, width + 40, wide), (height, height + 3, height + 8, high)
    return " ".join(map(str, (round(wide * high * 60 / 1e6, 1), *across, *down)))


def _connected(path: Path) -> socket.socket:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(str(path))
        except OSError:
            line.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return line
