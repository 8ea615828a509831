"""A light barrier where residents take their paper, and hands that lay paper before it or take it away."""

from __future__ import annotations

from simulators.input_device import EV_SW, VirtualInput

# linux/input-event-codes.h: SW_FRONT_PROXIMITY
CODE = 0x0B


class VirtualPaperSensor(VirtualInput):
    """The sensor at `path`. It is plugged in from the start, and has seen nothing yet."""

    def lay(self) -> None:
        """Let paper lie there."""
        self.report((EV_SW, CODE, 1))

    def take(self) -> None:
        """Take it away."""
        self.report((EV_SW, CODE, 0))
