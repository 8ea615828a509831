"""Every screen at the compartments, for a wall of nine doors and for one of ninety-six."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from msgspec import structs

from config.settings import Compartment, CompartmentSize, Lockers, Provider, ServiceState, Settings
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.doors import AskTaken, AtDoor, Collecting, DoorOpen, DoorOpening, NextDoor, Thing
from kiosk_app.visit import CardSlot, Offer, Overlay, Portal, Visit

PASSPORT = Thing(UUID(int=201), UUID(int=301), "Paspoort", 7)
VOUCHER = Thing(UUID(int=202), UUID(int=302), "Cadeaubon van de gemeente", 2)
_SIZES = (*[CompartmentSize.SMALL] * 2, CompartmentSize.MEDIUM, CompartmentSize.LARGE)


def few() -> Lockers:
    """Give a wall of three columns of different compartments."""
    doors = tuple(
        Compartment(number=number + 1, lock=number, column=1 + number // 4, size=_SIZES[number % 4])
        for number in range(12)
    )
    return Lockers(device=Path("/dev/ttyUSB0"), compartments=doors)


def many() -> Lockers:
    """Give a wall of ninety-six, on two boards."""
    doors = tuple(
        Compartment(number=number + 1, board=number // 48, lock=number % 48, column=1 + number // 12)
        for number in range(96)
    )
    return Lockers(device=Path("/dev/ttyUSB0"), compartments=doors)


def at_doors(told: Settings) -> Iterator[tuple[str, Visit, Settings]]:
    """Give every screen: its name, the visit and the settings in which it is shown."""
    small = structs.replace(told, lockers=few())
    for name, state in _states():
        yield name, Visit(1, state), small
    for reminders in range(3):
        card = Visit(1, Collecting(PASSPORT, reminders=reminders), CardSlot.IN)
        yield f"collecting-card-{reminders}", card, small
    yield from _tiles(small)
    large = structs.replace(told, lockers=many())
    yield "door-open-of-many", Visit(1, DoorOpen(structs.replace(PASSPORT, compartment=77))), large


def _tiles(told: Settings) -> Iterator[tuple[str, Visit, Settings]]:
    """Give what the portal says of compartments: this kiosk's own, which open or do not, and bpost's."""
    works, lost = Offer(doors=None), Offer(doors=FaultCode.LOCKERS_LOST)
    ours = structs.replace(told.services[0], state=ServiceState.OPEN, coming_from=None)
    open_ = structs.replace(told, services=(ours, *told.services[1:]))
    page = Visit(1, Portal(), overlay=Overlay.SERVICE)
    for name, offer in (("open", works), ("lost", lost)):
        yield f"portal-doors-{name}", Visit(1, Portal(), offer=offer), open_
        yield f"service-doors-{name}", replace(page, offer=offer), open_
    no_paper = Offer(FaultCode.PAPER_EMPTY, FaultCode.PAPER_EMPTY, doors=None)
    yield "portal-doors-alone", Visit(1, Portal(), offer=no_paper), open_
    for name, has_screen in (("screen", True), ("app", False)):
        theirs = structs.replace(ours, provider=Provider.BPOST, has_screen=has_screen)
        yield f"service-bpost-{name}", page, structs.replace(told, services=(theirs, *told.services[1:]))


def _states() -> Iterator[tuple[str, AtDoor]]:
    yield "collecting", Collecting(PASSPORT)
    yield "door-opening", DoorOpening(PASSPORT)
    opened = DoorOpen(PASSPORT)
    for reminders in range(3):
        yield f"door-open-{reminders}", replace(opened, reminders=reminders)
    yield "ask-taken", AskTaken(PASSPORT)
    yield "ask-taken-left", AskTaken(PASSPORT, sensed=ThingWord.THERE)
    yield "ask-taken-often", AskTaken(VOUCHER, times=3)
    yield "next-door", NextDoor((VOUCHER,))
    yield "next-door-no-town", NextDoor((VOUCHER,), FaultCode.BACKEND_DOWN)
    yield "next-door-stuck", NextDoor((VOUCHER,), FaultCode.DOOR_STUCK)
