"""The socket of a headset, and hands that put a plug in or pull it out."""

from __future__ import annotations

from simulators.input_device import EV_SW, VirtualInput

SW_HEADPHONE_INSERT = 2  # linux/input-event-codes.h


class VirtualJack(VirtualInput):
    """The socket at `path`, with nothing in it."""

    def put_in(self) -> None:
        """Put a plug in."""
        self.report((EV_SW, SW_HEADPHONE_INSERT, 1))

    def pull_out(self) -> None:
        """Pull it out."""
        self.report((EV_SW, SW_HEADPHONE_INSERT, 0))
