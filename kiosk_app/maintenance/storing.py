"""The rules of maintenance at the compartments: from what is to be done to a door that is shut, and told to the town.

One door at a time. What a lock did not say is not assumed: only a door that opened and was shut has anything behind it,
by the sensor's word where it saw the thing come or go, else by the word of who stands there.
"""

from __future__ import annotations

import re
from uuid import uuid5

from msgspec import structs

from config.settings import CompartmentSize
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.maintenance.compartments import (
    TIMES,
    Act,
    ActEnded,
    AskFound,
    Checking,
    Deed,
    DoorMoves,
    DoorStands,
    Errand,
    Found,
    How,
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
from kiosk_app.maintenance.happenings import (
    ActTold,
    BackAsked,
    CardCame,
    CardGone,
    DeedAsked,
    FoundSaid,
    Happening,
    LowAsked,
    OpenTouched,
    OtherAsked,
    PlaceChosen,
    Scanned,
    SecondProved,
    SecondRefused,
    ShelfTold,
    ShelfUnknown,
    ShelvesAsked,
    StaffDoorFailed,
    StaffDoorOpened,
    StaffDoorShut,
    StockTaken,
    ThingChosen,
    TimeOver,
    Turned,
)
from kiosk_app.maintenance.wishes import (
    EndStockTaking,
    OpenFor,
    ProveSecond,
    Settle,
    TellShelf,
    Wish,
)
from kiosk_app.maintenance.work import Work

Step = tuple[Work | None, tuple[Wish, ...]]

# How often a door that stays open is spoken of before the kiosk gives up: as for a resident.
REMINDERS = 3
_SIZES = tuple(CompartmentSize)
# What stands on a thing [docs/openapi/kiosk-service.yaml, Reference], however it was scanned.
_REFERENCE = re.compile(r"[CDFGHJKMNPQRTWXY34679]{6}")


def enter(work: Work) -> Step:
    """Give the first page, and ask what lies where."""
    fresh = Round(second=work.round.second)
    return structs.replace(work, page=Shelves(), round=fresh), (TellShelf(),)


def written(code: str) -> str:
    """Give what stands on a thing as the town writes it; "" for any other code: that is nobody's business here."""
    signs = re.sub(r"[\s-]", "", code).upper()
    return f"{signs[:3]}-{signs[3:]}" if _REFERENCE.fullmatch(signs) else ""


def propose(places: tuple[Place, ...], wanted: CompartmentSize, avoid: tuple[int, ...], *, low: bool) -> Place | None:
    """Give the smallest free compartment that fits; `low` ones first when asked, and kept for who asks when not."""
    fit = _SIZES.index(wanted)
    free = [
        one
        for one in places
        if one.lying is None and one.works and one.number not in avoid and _SIZES.index(one.size) >= fit
    ]

    def rank(one: Place) -> tuple[bool, bool, int, bool, int]:
        return one.unsure, low and not one.low, _SIZES.index(one.size), one.low, one.number

    return min(free, key=rank, default=None)


def rules(work: Work, page: ShelfPage, happening: Happening) -> Step:
    """Give what comes next on these pages; what ends them all (the card, time) stands in `interrupted`."""
    match page, happening:
        case Shelves() | PuttingIn(), ShelfTold(shelf):
            return _told(work, page, shelf)
        case Shelves() | PuttingIn(), ShelfUnknown(fault):
            return _to(work, Shelves(fault))
        case Shelves(), ShelvesAsked():
            return enter(work)
        case Shelves(), DeedAsked(deed) if work.round.shelf is not None:
            return _to(work, {Deed.PUT_IN: PuttingIn, Deed.TAKE_BACK: TakingBack, Deed.CHECK: Checking}[deed]())
        case Shelves() | PuttingIn(), Scanned(reference) if work.round.shelf is not None:
            return _scanned(work, work.round.shelf, reference)
        case PuttingIn() | TakingBack() | Checking() | ActEnded(), Turned(number):
            return _to(work, structs.replace(page, page=number))
        case PuttingIn(), ThingChosen(reference):
            return _put_in(work, reference)
        case ((TakingBack() | Checking()), _):
            return _listed(work, page, happening)
        case SecondCard(), _:
            return _second(work, page, happening)
        case ((Proposal() | NoPlace()), _):
            return _proposed(work, page, happening)
        case ((DoorMoves() | DoorStands() | AskFound()), _):
            return _at_door(work, page, happening)
        case ((TellingTown() | ActEnded()), _):
            return _ended(work, page, happening)
        case _:
            return work, ()


def interrupted(work: Work, page: ShelfPage, happening: CardGone | TimeOver | BackAsked) -> Step:
    """Give what the card, time or the way back does: at a door that is open nothing ends, beside the other card all."""
    match page, happening:
        case SecondCard(), CardGone():
            return _to(work, structs.replace(page, proving=False))
        case ((DoorMoves() | DoorStands()), CardGone()):
            return _to(work, structs.replace(page, gone=True))
        case DoorStands(reminders=reminders), TimeOver() if reminders + 1 < REMINDERS:
            return _to(work, structs.replace(page, reminders=reminders + 1))
        case DoorMoves(errand, act), TimeOver():
            return _to(work, ActEnded(How.NOT_OPENED, errand, act.compartment, FaultCode.DOOR_UNKNOWN))
        case TellingTown(_, errand, compartment), TimeOver():
            return _to(work, ActEnded(How.WAITS, errand, compartment))
        case _, (CardGone() | TimeOver()):
            return None, ()
        case ((PuttingIn() | TakingBack()), BackAsked()):
            return _to(work, Shelves())
        case ActEnded(errand=errand), BackAsked() if errand is not None and errand.deed is Deed.CHECK:
            return _to(work, Checking())
        case Checking(), BackAsked() if work.round.found and work.round.shelf is not None:
            after, wishes = enter(work)
            return after, (EndStockTaking(work.round.shelf.seed), *wishes)
        case ((Checking() | Proposal() | NoPlace() | ActEnded()), BackAsked()):
            return enter(work)
        case _:  # nothing else is reached past another's card, or an open door
            return work, ()


def _to(work: Work, page: ShelfPage, *wishes: Wish) -> Step:
    return structs.replace(work, page=page), wishes


# --- what is to be done ----------------------------------------------------------------------------------------------


def _told(work: Work, page: ShelfPage, shelf: Shelf) -> Step:
    work = structs.replace(work, round=structs.replace(work.round, shelf=shelf))
    if not isinstance(page, PuttingIn) or not page.scanned:
        return work, ()
    known = any(one.reference == page.scanned for one in shelf.expected)
    return _put_in(work, page.scanned) if known else _to(work, PuttingIn(unknown=True))


def _scanned(work: Work, shelf: Shelf, reference: str) -> Step:
    """Choose what was scanned; what is not in the list may have been registered since."""
    if any(one.reference == reference for one in shelf.expected):
        return _put_in(work, reference)
    if not reference:
        return _to(work, PuttingIn(unknown=True))
    work = structs.replace(work, round=structs.replace(work.round, shelf=None))
    return _to(work, PuttingIn(scanned=reference), TellShelf())


def _put_in(work: Work, reference: str) -> Step:
    shelf = work.round.shelf
    thing = next((one for one in shelf.expected if one.reference == reference), None) if shelf is not None else None
    return _begin(work, Errand(Deed.PUT_IN, thing)) if thing is not None else (work, ())


def _listed(work: Work, page: TakingBack | Checking, happening: Happening) -> Step:
    shelf = work.round.shelf
    if isinstance(page, Checking) and isinstance(happening, StockTaken) and shelf is not None and work.round.found:
        return _to(work, TellingTown(shelf.seed), EndStockTaking(shelf.seed))
    if not isinstance(happening, PlaceChosen) or shelf is None:
        return work, ()
    place = next((one for one in shelf.places if one.number == happening.number), None)
    if isinstance(page, Checking):
        known = any(number == happening.number for number, _ in work.round.found)
        return _begin(work, Errand(Deed.CHECK, place=place)) if place is not None and not known else (work, ())
    overdue = place is not None and place.lying is not None and place.lying.overdue
    return _begin(work, Errand(Deed.TAKE_BACK, place=place)) if overdue else (work, ())


def _begin(work: Work, errand: Errand) -> Step:
    """Ask for another card where that is needed and none is in, then for the door."""
    if errand.four_eyes and not work.round.second:
        return _to(work, SecondCard(errand))
    if errand.deed is Deed.PUT_IN:
        return _place(work, errand, low=False)
    work, act = _named(work, errand)
    if errand.deed is Deed.TAKE_BACK:
        return _to(work, Proposal(errand, act))
    return _to(work, DoorMoves(errand, act), OpenFor(act))


def _place(work: Work, errand: Errand, *, low: bool) -> Step:
    """Propose a compartment for something."""
    shelf, thing = work.round.shelf, errand.thing
    avoid = work.round.avoid
    found = propose(shelf.places, thing.size, avoid, low=low) if shelf is not None and thing is not None else None
    if found is None:
        return _to(work, NoPlace(errand))
    chosen = structs.replace(errand, place=found)
    work, act = _named(work, chosen)
    return _to(work, Proposal(chosen, act, low))


def _elsewhere(work: Work, errand: Errand, *, low: bool) -> Step:
    """Propose another compartment than the one that was."""
    number = errand.place.number if errand.place is not None else 0
    avoid = structs.replace(work.round, avoid=(*work.round.avoid, number))
    return _place(structs.replace(work, round=avoid), errand, low=low)


def _named(work: Work, errand: Errand) -> tuple[Work, Act]:
    """Name what is done at a door: each time that one is asked for it is another act, to book and town."""
    shelf, place = work.round.shelf, errand.place
    if shelf is None or place is None:
        raise ValueError("no door was chosen")
    doors = work.round.doors + 1
    lying = place.lying
    about = shelf.seed if errand.deed is Deed.CHECK else lying.deposit if lying is not None else None
    staff = tuple(name for name in (work.staff, work.round.second) if name)
    id_ = uuid5(shelf.seed, str(doors))
    act = Act(id_, errand.deed, place.number, staff, about, errand.reference, errand.title)
    return structs.replace(work, round=structs.replace(work.round, doors=doors)), act


def _second(work: Work, page: SecondCard, happening: Happening) -> Step:
    match happening:
        case CardCame():
            return _to(work, SecondCard(page.errand, proving=True), ProveSecond(work.staff))
        case SecondProved(staff) if page.proving:
            return _begin(structs.replace(work, round=structs.replace(work.round, second=staff)), page.errand)
        case SecondRefused() if page.proving:
            return _to(work, SecondCard(page.errand, refused=True))
        case _:
            return work, ()


def _proposed(work: Work, page: Proposal | NoPlace, happening: Happening) -> Step:
    match page, happening:
        case Proposal(errand, act), OpenTouched():
            return _to(work, DoorMoves(errand, act), OpenFor(act))
        case Proposal(errand), LowAsked() if errand.thing is not None:
            return _place(work, errand, low=True)
        case Proposal(errand, _, low), OtherAsked() if errand.thing is not None:
            return _elsewhere(work, errand, low=low)
        case _:
            return work, ()


# --- at the door -----------------------------------------------------------------------------------------------------


def _at_door(work: Work, page: DoorMoves | DoorStands | AskFound, happening: Happening) -> Step:
    match page, happening:
        case DoorMoves(errand, act, times, gone), StaffDoorOpened(id_) if id_ == act.id:
            return _to(work, DoorStands(errand, act, times, gone))
        case DoorMoves(errand, act, _, gone), StaffDoorFailed(id_, fault) if id_ == act.id:
            failed = ActEnded(How.NOT_OPENED, errand, act.compartment, fault)
            return (None, ()) if gone else _to(work, failed)
        case DoorStands(act=act), StaffDoorShut(id_, before, after) if id_ == act.id:
            return _shut(work, page, before, after)
        case AskFound(errand, act, times), OpenTouched() if times < TIMES:
            return _to(work, DoorMoves(errand, act, times + 1), OpenFor(act))
        case AskFound(errand, act), FoundSaid(found):
            return _said(work, errand, act, found)
        case _:
            return work, ()


def _shut(work: Work, page: DoorStands, before: ThingWord, after: ThingWord) -> Step:
    """Take the sensor's word where it saw the thing come or go; else ask, if anybody is there to be asked."""
    came = page.act.deed is Deed.PUT_IN and (before, after) == (ThingWord.NONE, ThingWord.THERE)
    went = page.act.deed is Deed.TAKE_BACK and (before, after) == (ThingWord.THERE, ThingWord.NONE)
    if came or went:
        after_, wishes = _said(work, page.errand, page.act, Found.THING)
        return None if page.gone else after_, wishes
    if page.gone:
        return None, ()
    return _to(work, AskFound(page.errand, page.act, page.times, after))


def _said(work: Work, errand: Errand, act: Act, found: Found | None) -> Step:
    match act.deed, found:
        case Deed.CHECK, _:
            return _checked(work, errand, act, found)
        case Deed.PUT_IN, (Found.EMPTY | None):
            again, wishes = _elsewhere(work, errand, low=False)
            return again, (Settle(act, None), *wishes)
        case Deed.TAKE_BACK, None:
            return work, ()
        case _:
            return _to(work, TellingTown(act.id, errand, act.compartment), Settle(act, found))


def _checked(work: Work, errand: Errand, act: Act, found: Found | None) -> Step:
    """Note what lies there. Something else than should is taken out: what should, is not there."""
    lying = errand.place.lying if errand.place is not None else None
    word = found or (Found.EMPTY if lying is not None else Found.THING)
    done = structs.replace(work.round, found=(*work.round.found, (act.compartment, word)))
    return _to(structs.replace(work, round=done), Checking(), Settle(act, word))


def _ended(work: Work, page: TellingTown | ActEnded, happening: Happening) -> Step:
    match page, happening:
        case TellingTown(id_, errand, compartment), ActTold(told, how, problem, others) if told == id_:
            return _to(work, ActEnded(how, errand, compartment, None, problem, others))
        case ActEnded(How.REFUSED, errand, compartment), OpenTouched() if errand is not None:
            return _look_again(work, compartment)
        case ActEnded(How.NOT_OPENED, errand), OtherAsked() if errand is not None and errand.thing is not None:
            return _elsewhere(work, errand, low=False)
        case ActEnded(errand=errand), DeedAsked(deed) if errand is not None and deed is errand.deed is Deed.PUT_IN:
            asked, wishes = enter(work)
            return (_to(asked, PuttingIn(), *wishes)) if asked is not None else (asked, wishes)
        case _:
            return work, ()


def _look_again(work: Work, compartment: int) -> Step:
    """Open a door behind which something lies that the town does not take: what lies there then is told instead."""
    places = work.round.shelf.places if work.round.shelf is not None else ()
    place = next((one for one in places if one.number == compartment), None)
    return _begin(work, Errand(Deed.CHECK, place=place)) if place is not None else (work, ())
