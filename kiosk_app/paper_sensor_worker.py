"""Tells the visit what the sensor at the slot sees."""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import PaperSensor, Status
from kiosk_app.effects import Effect
from kiosk_app.events import Event, PaperSensed


class PaperSensorWorker:
    """The sensor's way to the visit."""

    def __init__(self, sensor: PaperSensor, post: Callable[[Event], None], note: Callable[[Status], None]) -> None:
        self._sensor = sensor
        self._post = post
        self._note = note

    def start(self) -> None:
        """Begin to look."""
        self._sensor.watch(lambda view: self._post(PaperSensed(view)), self._note)

    def do(self, effect: Effect) -> None:
        """Nothing is wished of a sensor."""

    def stuck(self, seconds: float) -> bool:  # noqa: ARG002 (a hand's promise)
        """Nothing is asked of a sensor, and nothing can be waited for."""
        return False

    def stop(self) -> None:
        """Let go of it."""
        self._sensor.close()
