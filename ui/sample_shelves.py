"""Every page of staff at the compartments: for the gallery and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from msgspec import structs

from config.settings import CompartmentSize, Settings, StaffRole
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.maintenance.compartments import (
    NOT_WRITTEN,
    Act,
    ActEnded,
    AskFound,
    Checking,
    Deed,
    Disagreement,
    DoorMoves,
    DoorStands,
    Errand,
    Expected,
    Found,
    How,
    Lying,
    NoPlace,
    Place,
    Proposal,
    PuttingIn,
    Round,
    SecondCard,
    Shelf,
    ShelfPage,
    Shelves,
    TakingBack,
    TellingTown,
)
from kiosk_app.maintenance.work import Work
from kiosk_app.visit import CardSlot, StaffAtWork, Visit
from ui.sample_doors import few

_SEED = UUID(int=900)
_DEAD = 9  # the lock of this one does not answer
PASSPORT = Expected("K7Q-4XR", "Paspoort", CompartmentSize.SMALL, four_eyes=True)
_BAG = Expected("W9T-3NC", "Rol vuilniszakken", CompartmentSize.MEDIUM, four_eyes=False)
_LONG = Expected("H4M-7PD", "Materiaal van de uitleendienst", CompartmentSize.LARGE, four_eyes=False)
_LYING = Lying(UUID(int=901), "T6X-9CG", "Sleutel van een zaal", four_eyes=False, overdue=True)
_MORE = Lying(UUID(int=902), "D3F-6JK", "Paspoort", four_eyes=True, overdue=False)


def _place(number: int) -> Place:
    lying = {2: _LYING, 5: _MORE}.get(number)
    size = (CompartmentSize.SMALL, CompartmentSize.SMALL, CompartmentSize.MEDIUM, CompartmentSize.LARGE)[
        (number - 1) % 4
    ]
    return Place(number, size, low=number % 4 == 0, lying=lying, works=number != _DEAD)


_PLACES = tuple(_place(number) for number in range(1, 13))
_SHELF = Shelf(_SEED, (PASSPORT, _BAG, _LONG, PASSPORT, _BAG, _LONG), _PLACES)
_PUT = Errand(Deed.PUT_IN, PASSPORT, _PLACES[5])
_TAKE = Errand(Deed.TAKE_BACK, None, _PLACES[1])
_CHECK = Errand(Deed.CHECK, None, _PLACES[4])
_CHECK_FREE = Errand(Deed.CHECK, None, _PLACES[5])
_ENDINGS = {
    "told": ActEnded(How.TOLD, _PUT, 6),
    "told-back": ActEnded(How.TOLD, _TAKE, 2),
    "told-stock": ActEnded(How.TOLD),
    "told-stock-differs": ActEnded(How.TOLD, disagreements=(Disagreement(2, "T6X-9CG"), Disagreement(6))),
    "waits": ActEnded(How.WAITS, _PUT, 6),
    "waits-back": ActEnded(How.WAITS, _TAKE, 2),
    "refused": ActEnded(How.REFUSED, _PUT, 6, problem="compartmentTaken"),
    "refused-back": ActEnded(How.REFUSED, _TAKE, 2, problem="codeUsed"),
    "not-written": ActEnded(How.REFUSED, _PUT, 6, problem=NOT_WRITTEN),
    "stuck": ActEnded(How.NOT_OPENED, _PUT, 6, FaultCode.DOOR_STUCK),
    "lost": ActEnded(How.NOT_OPENED, _TAKE, 2, FaultCode.LOCKERS_LOST),
    "unsure": ActEnded(How.NOT_OPENED, _CHECK, 5, FaultCode.DOOR_UNKNOWN),
}


def at_shelves(told: Settings) -> Iterator[tuple[str, Visit, Settings]]:
    """Give every page: its name, the visit and the settings in which it is shown."""
    walled = structs.replace(told, lockers=few())
    for name, page, given in _pages():
        work = Work("D-11", StaffRole.DEPOSITOR, page, round=given)
        yield f"shelf-{name}", Visit(1, StaffAtWork(work), CardSlot.IN), walled
    work = Work("T-03", StaffRole.TECHNICIAN, Shelves(), round=Round(_SHELF))
    yield "shelf-technician", Visit(1, StaffAtWork(work), CardSlot.IN), walled


def _pages() -> Iterator[tuple[str, ShelfPage, Round]]:
    some, none = Round(_SHELF), Round(Shelf(_SEED, (), _PLACES[5:6]))
    yield "asked", Shelves(), Round()
    yield "no-town", Shelves(FaultCode.BACKEND_DOWN), Round()
    yield "first", Shelves(), some
    yield "first-nothing", Shelves(), none
    yield "put-in-asked", PuttingIn(scanned="K7Q-4XR"), Round()
    yield "put-in", PuttingIn(), Round(structs.replace(_SHELF, expected=_SHELF.expected[:3]))
    yield "put-in-nothing", PuttingIn(), none
    yield "put-in-unknown", PuttingIn(unknown=True), Round(structs.replace(_SHELF, expected=_SHELF.expected[:2]))
    yield "take-back", TakingBack(), some
    yield "take-back-nothing", TakingBack(), none
    yield "check", Checking(), some
    yield "check-some", Checking(page=1), Round(_SHELF, found=((1, Found.EMPTY), (5, Found.THING)))
    yield "second-card", SecondCard(_PUT), some
    yield "second-card-refused", SecondCard(_PUT, refused=True), some
    yield "second-card-proving", SecondCard(_PUT, proving=True), some
    yield "no-place", NoPlace(_PUT), some
    for name, errand in (("put-in", _PUT), ("take-back", _TAKE), ("check", _CHECK), ("check-free", _CHECK_FREE)):
        act = Act(UUID(int=903), errand.deed, errand.place.number if errand.place is not None else 0, ("D-11",))
        yield from ((f"{name}-{at}", page, some) for at, page in _at_door(errand, act))
    act = Act(UUID(int=903), Deed.PUT_IN, 6, ("D-11",))
    yield "propose", Proposal(_PUT, act), some
    yield "propose-low", Proposal(_PUT, act, low=True), some
    unsure = structs.replace(_PUT, place=structs.replace(_PLACES[5], unsure=True))
    yield "propose-unsure", Proposal(unsure, act), some
    yield "propose-take-back", Proposal(_TAKE, structs.replace(act, deed=Deed.TAKE_BACK, compartment=2)), some
    yield "telling", TellingTown(_SEED), some
    for name, page in _ENDINGS.items():
        yield f"ended-{name}", page, some


def _at_door(errand: Errand, act: Act) -> Iterator[tuple[str, ShelfPage]]:
    yield "moves", DoorMoves(errand, act)
    yield "stands", DoorStands(errand, act)
    yield "stands-long", DoorStands(errand, act, reminders=2)
    yield "stands-gone", DoorStands(errand, act, gone=True)
    for word in ThingWord:
        yield f"found-{word.value}", AskFound(errand, act, 1, word)
    yield "found-often", AskFound(errand, act, 3, ThingWord.UNKNOWN)
