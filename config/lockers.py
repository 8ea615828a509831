"""The town's own compartments: where each door hangs in the wall, and where its lock is wired."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from config.section import SPEEDS, Section


class CompartmentSize(StrEnum):
    """How high a compartment is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Compartment(Section, frozen=True, kw_only=True):
    """One compartment: the number on its door, where its lock is wired, and where in the wall it is."""

    number: Annotated[int, Meta(ge=1, le=999)]
    board: Annotated[int, Meta(ge=0, le=31, description="The address that the switches on the board say.")] = 0
    lock: Annotated[int, Meta(ge=0, le=47, description="Counted from 0, as on the wire.")]
    column: Annotated[
        int, Meta(ge=1, le=24, description="Of the wall, counted from the left; named here from top to bottom.")
    ] = 1
    size: CompartmentSize = CompartmentSize.MEDIUM


class Lockers(Section, frozen=True, kw_only=True):
    """The town's own compartments: boards of Kerong (CU48) on one RS-485 line."""

    device: Annotated[Path, Meta(description="The serial line, e.g. /dev/serial/by-id/usb-….")]
    baud: Annotated[int, Meta(description="The speed that the boards are set to.")] = 19200
    closed_bit: Annotated[int, Meta(ge=0, le=1, description="What a lock says when its door is closed.")] = 1
    sensors: Annotated[bool, Meta(description="Whether sensors see what lies in a compartment.")] = True
    thing_bit: Annotated[int, Meta(ge=0, le=1, description="What a sensor says when something is there.")] = 1
    compartments: Annotated[tuple[Compartment, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse a speed that no line has, and two doors that are one."""
        if self.baud not in SPEEDS:
            raise ValueError("lockers.baud: no speed of a serial line")
        for named in (
            {one.number for one in self.compartments},
            {(one.board, one.lock) for one in self.compartments},
        ):
            if len(named) < len(self.compartments):
                raise ValueError("lockers.compartments: two have one number, or one lock")
