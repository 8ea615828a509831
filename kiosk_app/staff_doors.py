"""Opens doors for staff, watches each until it is shut, and writes down what lay behind it.

What nobody says any more (the card is out, the power was off) is left to lock and sensor: a thing that the sensor saw
come or go did so; of everything else nobody knows, and that is what is written down. After a crash nothing is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from msgspec import Struct

from hardware.doors import Door, DoorWord, LockerBank, Look, ThingWord
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.door_worker import LEFT_OPEN_AFTER, WATCH_EVERY
from kiosk_app.effects import DoWork, Effect, Forget
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance.compartments import (
    NOT_WRITTEN,
    Act,
    Deed,
    Found,
    How,
)
from kiosk_app.maintenance.happenings import (
    ActTold,
    ShelfAnswer,
    StaffDoorFailed,
    StaffDoorOpened,
    StaffDoorShut,
)
from kiosk_app.maintenance.wishes import (
    EndStockTaking,
    OpenFor,
    Settle,
)
from kiosk_app.staff_book import StaffBook
from kiosk_app.worker import Worker
from printing.job import JournalLost

# Nothing is looked at while no door is in use: `door_worker` does that for all of them.
REST = 3600.0


class _InUse(Struct):
    """A door that was opened. `visit`: who still waits for it; None when nobody does."""

    act: Act
    sensed: ThingWord
    visit: int | None
    since: float
    shut: ThingWord | None = None  # what the sensor said when it was shut


class StaffDoors:
    """The thread of the doors that staff opens."""

    def __init__(
        self,
        bank: LockerBank,
        doors: dict[int, Door],
        book: StaffBook,
        post: Callable[[Event], None],
        tell: Callable[[int | None, UUID], None],
    ) -> None:
        """`tell` is called when the town has something to hear, with the visit that waits for its word."""
        self._bank = bank
        self._doors = doors
        self._book = book
        self._post = post
        self._tell = tell
        self._in_use: dict[UUID, _InUse] = {}
        self._worker = Worker("staff doors", self._look, REST)

    def start(self) -> None:
        """Begin with what a crash may have left: the boards are asked, nothing is opened."""
        self._worker.submit(self._recover)
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Queue an opening, or a word on one."""
        match effect:
            case DoWork(visit, OpenFor(act)):
                self._worker.submit(partial(self._open, visit, act))
            case DoWork(visit, Settle(act, found)):
                self._worker.submit(partial(self._settle, visit, act, found))
            case DoWork(visit, EndStockTaking(id_)):
                self._worker.submit(partial(self._end_stock_taking, visit, id_))
            case Forget(visit):
                self._worker.submit(partial(self._left, visit))
            case _:
                return

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """End; a door that is open is asked for at the next start. The boards are `door_worker`'s to let go of."""
        self._worker.stop()

    # --- a visit -----------------------------------------------------------------------------------------------------

    def _open(self, visit: int, act: Act) -> None:
        first = act.id not in self._in_use  # what was put behind it when it stood open before, may lie there
        try:
            self._opened(visit, act)
        except DeviceFault as fault:
            self._failed(visit, act, fault.code, known=first and fault.code is not FaultCode.DOOR_UNKNOWN)
        except JournalLost:
            self._failed(visit, act, FaultCode.JOURNAL_LOST, known=first)
        except Exception:  # a bug, before the pulse or after it
            self._failed(visit, act, FaultCode.INTERNAL, known=False)
            raise
        finally:
            self._worker.look()

    def _opened(self, visit: int, act: Act) -> None:
        """Write down, open, write down. Raises what stops it."""
        door = self._doors.get(act.compartment)
        if door is None:
            raise DeviceFault(FaultCode.INTERNAL, "no such compartment here")
        before = self._in_use.pop(act.id, None)
        sensed = before.sensed if before is not None else self._bank.look()[door].thing
        if not self._book.requested(act, sensed):
            raise DeviceFault(FaultCode.INTERNAL, "this was done with")
        self._bank.open(door)
        self._in_use[act.id] = _InUse(act, sensed, visit, time.monotonic())
        with suppress(JournalLost):  # it is open, and whoever stands before it is told so; it will end as unknown
            self._book.opened(act.id)
        self._answer(visit, StaffDoorOpened(act.id))

    def _failed(self, visit: int, act: Act, fault: FaultCode, *, known: bool) -> None:
        """Tell, and write down; what cannot be written down any more is told all the same. `known`: it never opened."""
        self._answer(visit, StaffDoorFailed(act.id, fault))
        with suppress(JournalLost):
            (self._book.not_done if known else self._book.unknown)(act.id)

    def _settle(self, visit: int, act: Act, found: Found | None) -> None:
        """Write the word of who looked; it counts for a door that opened and was shut."""
        self._in_use.pop(act.id, None)
        try:
            if found is None:
                self._book.not_done(act.id)
            else:
                self._done(visit, act, found)
        except JournalLost:
            self._answer(visit, ActTold(act.id, How.REFUSED, NOT_WRITTEN))

    def _done(self, visit: int, act: Act, found: Found) -> None:
        """Have the town hear it; a look waits for the others of its stock-taking. Raises JournalLost."""
        if not self._book.done(act, found):  # an earlier step is not on disk
            self._book.unknown(act.id)
            self._answer(visit, ActTold(act.id, How.REFUSED, NOT_WRITTEN))
        elif act.deed is not Deed.CHECK:
            self._tell(visit, act.id)

    def _end_stock_taking(self, visit: int, id_: UUID) -> None:
        taken = False
        with suppress(JournalLost):
            taken = self._book.stock_taken(id_)
        if taken:
            self._tell(visit, id_)
        else:
            self._answer(visit, ActTold(id_, How.REFUSED, NOT_WRITTEN))

    def _left(self, visit: int) -> None:
        """Nobody of that visit says anything any more."""
        mine = [used for used in self._in_use.values() if used.visit == visit]
        for used in mine:
            used.visit = None
            if used.shut is not None:
                self._conclude(used, used.shut)
        self._book.stock_taken()
        self._worker.look()

    # --- looking -----------------------------------------------------------------------------------------------------

    def _look(self) -> float | None:
        """See which doors were shut, and say how soon to look again."""
        watched = [used for used in self._in_use.values() if used.shut is None]
        if not watched:
            return None
        looks = self._bank.look()
        for used in watched:
            look = looks[self._doors[used.act.compartment]]
            if look.door is DoorWord.CLOSED:
                self._was_shut(used, look.thing)
            elif used.visit is None and time.monotonic() - used.since > LEFT_OPEN_AFTER:
                self._in_use.pop(used.act.id)
                self._book.unknown(used.act.id)
        return WATCH_EVERY if self._in_use else None

    def _was_shut(self, used: _InUse, thing: ThingWord) -> None:
        used.shut = thing
        with suppress(JournalLost):
            self._book.shut(used.act.id)
        if used.visit is None:
            self._conclude(used, thing)
        else:
            self._answer(used.visit, StaffDoorShut(used.act.id, used.sensed, thing))

    def _conclude(self, used: _InUse, thing: ThingWord) -> None:
        """End an act of which nobody says anything any more."""
        self._in_use.pop(used.act.id, None)
        moved = {Deed.PUT_IN: (ThingWord.NONE, ThingWord.THERE), Deed.TAKE_BACK: (ThingWord.THERE, ThingWord.NONE)}
        if moved.get(used.act.deed) == (used.sensed, thing) and self._book.done(used.act, Found.THING):
            self._tell(None, used.act.id)
        else:
            self._book.unknown(used.act.id)

    def _answer(self, visit: int, what: ShelfAnswer) -> None:
        self._post(WorkAnswered(visit, what))

    # --- after a crash -----------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Take up each act where the last run left it; what was found behind doors by then is told."""
        self._book.stock_taken()
        looks = self._bank.look()
        for row in self._book.open_acts():
            door = self._doors.get(row.act.compartment)
            look = looks[door] if door is not None else Look()
            used = _InUse(row.act, row.sensed, None, time.monotonic())
            if door is None:
                self._book.unknown(row.act.id)
                continue
            self._in_use[row.act.id] = used
            if look.door is not DoorWord.UNKNOWN:
                self._book.opened(row.act.id)
            if look.door is DoorWord.CLOSED:
                self._was_shut(used, look.thing)
