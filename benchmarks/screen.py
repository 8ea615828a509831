"""A display in memory whose pixels an outside referee reads while another process draws them.

Xvfb maps its frame buffer to a file (X window dump format): reading that costs the contenders nothing and asks no help
of them.
"""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

STEP = 4  # every so many lines of pixels is looked at: text is taller than this
PIECE = 48  # pixels: a line is looked at in pieces of this length
PIXEL = 4  # bytes
GROUND_AND_INK = 2  # colours
READABLE = 0.95  # the clock in the header may turn meanwhile, and a sentence change: the rest must stand
STILL_SECONDS = 2.0

# What there is to read: where a piece of a line lies in the frame buffer, and its pixels. Only pieces of more than two
# colours: letters have soft edges. Grounds and rules say nothing, and a code is for a telephone nobody has out yet.
Picture = list[tuple[int, bytes]]


class Screen:
    """An X display of its own, as a context manager. `name` goes into DISPLAY."""

    def __init__(self, width: int, height: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        geometry = f"{width}x{height}x24"
        self._server = subprocess.Popen(
            # -noreset: the display stays when a contender leaves; -br: black where nobody drew
            [
                *("Xvfb", "-displayfd", str(write), "-screen", "0", geometry, "-fbdir", self._folder.name),
                *("-nolisten", "tcp", "-noreset", "-br", "-nocursor"),
            ],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"
        with (Path(self._folder.name) / "Xvfb_screen0").open("rb") as file:
            self._dump = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        # [XWDFile.h] 32-bit words, most significant byte first: 0 size of the header, 12 bytes per line, 19 number of
        # colours, 12 bytes each, which follow the header
        words = struct.unpack(">25I", self._dump[:100])
        self._start = words[0] + words[19] * 12
        self._stride = words[12]
        self._height = height

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dump.close()
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def settled(self, deadline: float) -> Picture:
        """The picture once something stands there and keeps still. Raises TimeoutError."""
        until, since, last = time.monotonic() + deadline, time.monotonic(), self._picture()
        while not last or time.monotonic() - since < STILL_SECONDS:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.05)
            if not self.shows(last):
                since, last = time.monotonic(), self._picture()
        return last

    def wait_for(self, picture: Picture, deadline: float) -> float:
        """The moment (time.monotonic) at which `picture` can be read. Raises TimeoutError."""
        until = time.monotonic() + deadline
        while not self.shows(picture):
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.0005)
        return time.monotonic()

    def wait_for_black(self, deadline: float) -> None:
        """Wait until whatever was drawn is gone. Raises TimeoutError."""
        until = time.monotonic() + deadline
        while any(self._dump[self._start :]):
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.02)

    def pixel(self, at: tuple[int, int]) -> bytes:
        """What stands at one place now."""
        offset = self._start + at[1] * self._stride + at[0] * PIXEL
        return self._dump[offset : offset + PIXEL]

    def wait_for_pixel(self, at: tuple[int, int], other_than: bytes, deadline: float) -> float:
        """The moment (time.monotonic) at which a pixel is another one. Raises TimeoutError."""
        until = time.monotonic() + deadline
        while self.pixel(at) == other_than:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.0001)
        return time.monotonic()

    def shows(self, picture: Picture) -> bool:
        """Whether all but a few pieces of `picture` stand there. An empty picture is shown by nothing."""
        may_miss = len(picture) * (1 - READABLE)
        missed = 0
        for offset, piece in picture:
            missed += self._dump[offset : offset + len(piece)] != piece
            if missed > may_miss:
                return False
        return bool(picture)

    def _picture(self) -> Picture:
        pieces = []
        for line in range(self._start, self._start + self._height * self._stride, STEP * self._stride):
            for offset in range(line, line + self._stride, PIECE * PIXEL):
                piece = self._dump[offset : min(offset + PIECE * PIXEL, line + self._stride)]
                if len({piece[at : at + PIXEL] for at in range(0, len(piece), PIXEL)}) > GROUND_AND_INK:
                    pieces.append((offset, piece))
        return pieces
