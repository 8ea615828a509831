"""The driver of a headset socket that senses its plug (evdev): `hardware.sound.HeadsetJack`.

Linux reports the socket of a sound card as a switch (SW_HEADPHONE_INSERT); a USB board with a contact does the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hardware.devices import Health, Status
from hardware.evdev import EV_SW, event_ear, grabbed, is_on
from hardware.faults import FaultCode
from hardware.listener import Ear, Listener

SW_HEADPHONE_INSERT = 2  # linux/input-event-codes.h


class EvdevJack:
    """The socket at `path`, e.g. /dev/input/by-path/…-event. It may come and go."""

    def __init__(self, path: Path) -> None:
        self._listener = Listener("headset", partial(grabbed, path), FaultCode.HEADSET_LOST)

    def watch(self, on_headset: Callable[[bool], None], on_status: Callable[[Status], None]) -> None:
        """Report whether a headset is in, and whether the socket is there."""

        def heard(kind: int, code: int, value: int) -> None:
            if kind == EV_SW and code == SW_HEADPHONE_INSERT:
                on_headset(bool(value))

        def ear(device: int) -> Ear:
            on_headset(bool(is_on(device, EV_SW, SW_HEADPHONE_INSERT)))
            return event_ear(heard)

        def told(status: Status) -> None:
            on_status(status)
            if status.health is not Health.OK:
                on_headset(False)  # noqa: FBT003 (the one thing this tells)

        self._listener.start(ear, told)

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        return self._listener.status()

    def close(self) -> None:
        """Stop reporting and let go of the socket."""
        self._listener.close()
