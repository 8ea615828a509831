"""Has the screen's loop notice what the system asks of the process: to end, or to begin anew."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

from PySide6.QtCore import QSocketNotifier

_AT_ONCE = 64  # a byte each; any more wait for the next look


@contextlib.contextmanager
def noticed(ends: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Do what each signal asks for. Qt's loop gives Python no turn to notice one: a socket does, without polling."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)  # noqa: FBT003 (what set_wakeup_fd asks for)
    before = {number: signal.signal(number, _noted) for number in ends}
    wakeup = signal.set_wakeup_fd(theirs.fileno())
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)

    def heard() -> None:
        for number in ours.recv(_AT_ONCE):
            ends[signal.Signals(number)]()

    notifier.activated.connect(heard)
    try:
        yield
    finally:
        del notifier
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()


def _noted(number: int, frame: FrameType | None) -> None:
    """Leave it to the socket."""
