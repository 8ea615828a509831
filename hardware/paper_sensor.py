"""The driver of a light barrier or a switch where residents take their paper (evdev): `hardware.devices.PaperSensor`.

Linux makes such a device of a sensor on a GPIO line (`gpio-keys`) and of a USB board with inputs; a presenter with a
contact goes on either. Whether paper lies there is a key that is down, or a switch that is on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hardware.devices import Health, Status, TrayView
from hardware.evdev import EV_KEY, EV_SW, EvdevLine, is_on
from hardware.faults import FaultCode

ON, OFF = 1, 0  # 2 is a key that is held down: nothing new


class EvdevPaperSensor:
    """The sensor at `path`: paper lies there while its key or switch `code` is on; `inverted`: while it is off."""

    def __init__(self, path: Path, code: int, *, inverted: bool = False) -> None:
        self._line = EvdevLine(path, "paper sensor")
        self._code = code
        self._inverted = inverted

    def watch(self, on_paper: Callable[[TrayView], None], on_status: Callable[[Status], None]) -> None:
        """Report what lies there, now and whenever it changes, and whether the sensor is there."""

        def heard(kind: int, code: int, value: int) -> None:
            if kind in (EV_KEY, EV_SW) and code == self._code and value in (ON, OFF):
                on_paper(self._view(value == ON))

        def found(device: int | None) -> None:
            on_status(self.status())
            on_paper(TrayView.UNSEEN if device is None else self._seen_on(device))

        self._line.listen(heard, found)

    def status(self) -> Status:
        """Whether it is there, and ours alone; unknown until it was looked for."""
        if self._line.there is None:
            return Status(Health.UNKNOWN)
        return Status(Health.OK) if self._line.there else Status(Health.DOWN, (FaultCode.PAPER_SENSOR_LOST,))

    def close(self) -> None:
        """Stop reporting and let go of the sensor."""
        self._line.close()

    def _seen_on(self, device: int) -> TrayView:
        """Ask for the state of now: a key or a switch that is on already reports nothing by itself."""
        states = [is_on(device, kind, self._code) for kind in (EV_KEY, EV_SW)]
        if all(state is None for state in states):
            return TrayView.UNSEEN
        return self._view(any(states))

    def _view(self, on: bool) -> TrayView:  # noqa: FBT001 the sensor's own word
        return TrayView.PAPER if on is not self._inverted else TrayView.EMPTY
