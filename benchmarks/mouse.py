"""A hand outside the contenders that presses what they show: the X server's own extension for tests (XTEST)."""

from __future__ import annotations

import ctypes
import time
from types import TracebackType
from typing import Self

LEFT = 1
WHICHEVER_SCREEN = -1


class Mouse:
    """The pointer of a display, as a context manager."""

    def __init__(self, display: str) -> None:
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        opened: int | None = self._x.XOpenDisplay(display.encode())
        if opened is None:
            raise RuntimeError(f"no display {display}")
        self._display = ctypes.c_void_p(opened)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._x.XCloseDisplay(self._display)

    def move(self, at: tuple[int, int]) -> None:
        """Go to a place, in pixels."""
        self._test.XTestFakeMotionEvent(self._display, WHICHEVER_SCREEN, *at, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def press(self) -> float:
        """Press the button; the moment before (time.monotonic)."""
        return self._button(down=True)

    def release(self) -> float:
        """Let go of it; the moment before."""
        return self._button(down=False)

    def _button(self, *, down: bool) -> float:
        moment = time.monotonic()
        self._test.XTestFakeButtonEvent(self._display, LEFT, int(down), ctypes.c_ulong(0))
        self._x.XFlush(self._display)
        return moment
