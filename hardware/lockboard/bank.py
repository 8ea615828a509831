"""The driver of a wall of Kerong boards: unlock, watch the door, once more, and then say that it does not open."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from hardware.devices import Health, Status
from hardware.doors import Door, DoorWord, Look, Opening, ThingWord
from hardware.faults import DeviceFault, FaultCode
from hardware.lockboard import frames
from hardware.lockboard.bus import Bus

# A tongue takes some 0.3 s to draw back, and its switch to say so.
WATCH_SECONDS = 1.0
# How long the line is left alone between two looks at a door: a tongue that moved is seen well within 0.3 s.
LOOK_SECONDS = 0.05
PULSES = 2


class Wiring(Struct, frozen=True):
    """How locks and sensors are wired to the boards: which bit means closed, and which a thing (None: no sensors)."""

    closed_bit: int = 1
    thing_bit: int | None = 1


class KerongBank:
    """The `LockerBank` at a serial device. `doors` are those that have a compartment; others are never opened."""

    def __init__(self, device: Path, baud: int, doors: Iterable[Door], wiring: Wiring) -> None:
        """Raises ValueError for a door that no such board can have."""
        self._doors = tuple(doors)
        for door in self._doors:
            frames.unlock(door.board, door.lock)
        self._wiring = wiring
        self._bus = Bus(device, baud)
        self._one_at_a_time = threading.Lock()
        self._closed = threading.Event()
        self._troubles: dict[int, FaultCode] = {}  # of each board that did not answer when it was last asked

    def open(self, door: Door) -> Opening:
        """Unlock, watch, unlock once more."""
        with self._one_at_a_time:
            if door not in self._doors:
                raise DeviceFault(FaultCode.INTERNAL, "no compartment has this door")
            before = self._look_at(door)
            for _ in range(PULSES):
                after = self._pulse_and_watch(door)
                if after.door is DoorWord.OPEN:
                    return Opening.WAS_OPEN if before.door is DoorWord.OPEN else Opening.OPENED
                if after.door is DoorWord.UNKNOWN:  # a second pulse into the dark could open what was shut meanwhile
                    raise DeviceFault(FaultCode.DOOR_UNKNOWN, f"board {door.board} is silent after a pulse")
            raise DeviceFault(FaultCode.DOOR_STUCK, f"board {door.board}, lock {door.lock}")

    def look(self) -> dict[Door, Look]:
        """Ask each board once; one that was silent the last time is not waited for thrice."""
        with self._one_at_a_time:
            looks: dict[Door, Look] = {}
            for board in self._boards():
                try:
                    bits = self._ask(board, tries=1 if board in self._troubles else 3)
                except DeviceFault:
                    bits = None
                looks |= {door: self._read(door, bits) for door in self._doors if door.board == board}
            return looks

    def status(self) -> Status:
        """Ask all boards."""
        self.look()
        silent = self._troubles
        if not silent:
            return Status(Health.OK)
        faults = tuple(dict.fromkeys(silent.values()))
        return Status(Health.DOWN if len(silent) == len(self._boards()) else Health.DEGRADED, faults)

    def close(self) -> None:
        """Let go of the bus; what is under way ends as if the line were gone."""
        self._closed.set()
        with self._one_at_a_time:
            self._bus.drop()

    def _boards(self) -> list[int]:
        return sorted({door.board for door in self._doors})

    def _look_at(self, door: Door) -> Look:
        """Look at one compartment. Raises LOCKERS_LOST, LOCKER_ADDRESS."""
        bits = self._ask(door.board, tries=3)
        if bits is None:
            raise DeviceFault(FaultCode.LOCKERS_LOST, f"board {door.board} is silent")
        return self._read(door, bits)

    def _pulse_and_watch(self, door: Door) -> Look:
        """Give a pulse, and the last that was known of the door until it opened or the time was over.

        A watch that was cut short knows nothing: the tongue may still be moving.
        """
        if self._closed.is_set():
            raise DeviceFault(FaultCode.LOCKERS_LOST, "closed")
        try:
            self._bus.pulse(door.board, door.lock)
        except DeviceFault:  # the line broke over it: it may have gone out
            return Look()
        look, until = Look(), time.monotonic() + WATCH_SECONDS
        while look.door is not DoorWord.OPEN and time.monotonic() < until and not self._closed.wait(LOOK_SECONDS):
            try:
                look = self._look_at(door)
            except DeviceFault:  # unplugged, or a noisy moment: the deadline decides
                look = Look()
        return Look() if look.door is DoorWord.CLOSED and self._closed.is_set() else look

    def _ask(self, board: int, tries: int) -> frames.Bits | None:
        """Ask a board, and remember whether it answered. Raises LOCKERS_LOST, LOCKER_ADDRESS."""
        if self._closed.is_set():
            self._troubles[board] = FaultCode.LOCKERS_LOST
            raise DeviceFault(FaultCode.LOCKERS_LOST, "closed")
        try:
            bits = self._bus.ask(board, tries)
        except DeviceFault as fault:
            self._troubles[board] = fault.code
            raise
        if bits is None:
            self._troubles[board] = FaultCode.LOCKERS_LOST
        else:
            self._troubles.pop(board, None)
        return bits

    def _read(self, door: Door, bits: frames.Bits | None) -> Look:
        if bits is None:
            return Look()
        closed = (bits.locks >> door.lock & 1) == self._wiring.closed_bit
        thing = ThingWord.UNKNOWN
        if self._wiring.thing_bit is not None:
            there = (bits.sensors >> door.lock & 1) == self._wiring.thing_bit
            thing = ThingWord.THERE if there else ThingWord.NONE
        return Look(DoorWord.CLOSED if closed else DoorWord.OPEN, thing)
