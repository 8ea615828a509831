"""What a worker is to whoever wires a kiosk."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kiosk_app.effects import Effect


class Hand(Protocol):
    """A worker: takes the effects that are its own, and lets the others pass."""

    def start(self) -> None:
        """Begin."""

    def do(self, effect: Effect) -> None:
        """Begin the work of an effect that is this worker's own."""

    def stuck(self, seconds: float) -> bool:
        """Say whether something has been waited for longer than that."""

    def stop(self) -> None:
        """End, and let go of the device."""


@runtime_checkable
class Looks(Protocol):
    """A hand that asks its device how it does now and then; the others are told by theirs."""

    def look_soon(self) -> None:
        """Ask it now. From any thread."""
