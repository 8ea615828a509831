"""Opens doors for the visit, watches those that are open until they are shut, and writes down what became of each.

One door opens at a time. What a crash left is asked of the board: an open door is watched on, of a shut one that was
opened its sensor speaks, and of one that got a pulse and is shut nobody knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from msgspec import Struct

from hardware.devices import Health, Status
from hardware.doors import Door, DoorWord, LockerBank, Look, ThingWord
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.door_book import DoorBook, DoorPhase, OpenRow
from kiosk_app.doors import Collect, DoorEnding, DoorFailed, DoorOpened, DoorShut, OpenDoor, SettleDoor
from kiosk_app.effects import Effect
from kiosk_app.events import Event
from kiosk_app.worker import Worker
from printing.job import JournalLost

# A door that moves while one is in use is seen within 0.3 s, the time of the exchanges included.
WATCH_EVERY = 0.1
# While none is in use: a board that died, or a door that somebody opened with a key, shows within this time.
LOOK_EVERY = 30.0
# A technician with a key is done within this time; a door that nobody's visit opened and that stands longer is told.
LEFT_OPEN_AFTER = 120.0


class _InUse(Struct):
    """A door that was opened under a ticket. `visit`: who still waits for it; None when nobody does."""

    compartment: int
    sensed: ThingWord
    visit: int | None
    shut: bool = False


class DoorWorker:
    """The doors' own thread."""

    def __init__(
        self,
        bank: LockerBank,
        doors: dict[int, Door],
        book: DoorBook,
        post: Callable[[Event], None],
        note: Callable[[Status], None],
        ended: Callable[[], None],
    ) -> None:
        """`ended` is called when the back end has something to hear."""
        self._bank = bank
        self._doors = doors
        self._book = book
        self._post = post
        self._note = note
        self._ended = ended
        self._in_use: dict[UUID, _InUse] = {}
        self._open_since: dict[Door, float] = {}
        self._looks: dict[Door, Look] = {}  # the last ones
        self._worker = Worker("doors", self._look, LOOK_EVERY)

    def start(self) -> None:
        """Begin with what a crash may have left: the boards are asked, nothing is opened."""
        self._worker.submit(self._recover)
        self._worker.start()

    def do(self, effect: Effect) -> None:
        """Queue an opening, or the last word on one."""
        match effect:
            case Collect(_, thing):
                self._worker.submit(partial(self._book.wanted, thing.ticket, thing.compartment))
            case OpenDoor():
                self._worker.submit(partial(self._open, effect))
            case SettleDoor():
                self._worker.submit(partial(self._settle, effect))
            case _:
                return

    def look_soon(self) -> None:
        """Look at it now: somebody mends it."""
        self._worker.look_soon()

    def stuck(self, seconds: float) -> bool:
        """Say whether one job has been running for longer than that."""
        return self._worker.stuck(seconds)

    def stop(self) -> None:
        """Let go of the boards; a door that is open is asked for at the next start."""
        self._bank.close()
        self._worker.stop()

    # --- a visit -----------------------------------------------------------------------------------------------------

    def _open(self, wish: OpenDoor) -> None:
        try:
            self._post(self._opened(wish))
        except DeviceFault as fault:
            unknown = fault.code is FaultCode.DOOR_UNKNOWN
            self._failed(wish, fault.code, DoorEnding.UNKNOWN if unknown else DoorEnding.NOT_OPENED)
        except JournalLost:
            self._failed(wish, FaultCode.JOURNAL_LOST, DoorEnding.NOT_OPENED)
        except Exception:  # a bug, before the pulse or after it
            self._failed(wish, FaultCode.INTERNAL, DoorEnding.UNKNOWN)
            raise
        finally:
            self._worker.look()

    def _opened(self, wish: OpenDoor) -> Event:
        """Write down, open, write down. Raises what stops it."""
        door = self._doors.get(wish.compartment)
        if door is None:
            raise DeviceFault(FaultCode.INTERNAL, "no such compartment here")
        before = self._in_use.pop(wish.ticket, None)
        # A sensor says now what it said at the last look: nothing changes behind a shut door.
        sensed = before.sensed if before is not None else self._looks.get(door, Look()).thing
        if not self._book.requested(wish.ticket, sensed):
            raise DeviceFault(FaultCode.INTERNAL, "no claim is open under this ticket")
        self._bank.open(door)
        self._in_use[wish.ticket] = _InUse(wish.compartment, sensed, wish.visit)
        with suppress(JournalLost):  # it is open, and whoever stands before it is told so; it will end as unknown
            self._book.opened(wish.ticket)
        return DoorOpened(wish.visit, wish.ticket)

    def _failed(self, wish: OpenDoor, fault: FaultCode, ending: DoorEnding) -> None:
        """Tell, and write down; an opening that cannot be written down any more is told all the same."""
        self._post(DoorFailed(wish.visit, wish.ticket, fault))
        self._in_use.pop(wish.ticket, None)
        self._end(wish.ticket, ending, fault)

    def _settle(self, wish: SettleDoor) -> None:
        """Write the resident's word; without one, what lock and sensor say, now or when the door is shut at last."""
        used = self._in_use.get(wish.ticket)
        if wish.ending is not None:
            self._in_use.pop(wish.ticket, None)
            self._end(wish.ticket, wish.ending, wish.fault)
        elif used is None:  # it was never asked of a lock, or has ended already
            self._end(wish.ticket, DoorEnding.NOT_OPENED, FaultCode.PRINT_STOPPED)
        elif used.shut:
            self._conclude(wish.ticket, used, self._looks[self._doors[used.compartment]].thing)
        else:
            used.visit = None
            self._worker.look()

    # --- looking -----------------------------------------------------------------------------------------------------

    def _look(self) -> float | None:
        """See which doors were shut, tell how the boards do, and say how soon to look again."""
        looks = self._looks = self._bank.look()
        for ticket, used in tuple(self._in_use.items()):
            look = looks[self._doors[used.compartment]]
            if look.door is DoorWord.CLOSED and not used.shut:
                self._was_shut(ticket, used, look)
            elif used.visit is None and self._stands_open(self._doors[used.compartment]):
                self._in_use.pop(ticket)
                self._end(ticket, DoorEnding.LEFT_OPEN, FaultCode.DOOR_LEFT_OPEN)
        watched = [used for used in self._in_use.values() if not used.shut]
        self._note_status(looks, asked=not watched)
        return WATCH_EVERY if watched else None

    def _was_shut(self, ticket: UUID, used: _InUse, look: Look) -> None:
        used.shut = True
        with suppress(JournalLost):
            self._book.shut(ticket)
        if used.visit is None:
            self._conclude(ticket, used, look.thing)
        else:
            self._post(DoorShut(used.visit, ticket, _word(used.sensed, look.thing)))

    def _conclude(self, ticket: UUID, used: _InUse, thing: ThingWord) -> None:
        """End a ticket of which nobody says anything any more."""
        self._in_use.pop(ticket, None)
        match _word(used.sensed, thing):
            case ThingWord.NONE:
                self._end(ticket, DoorEnding.COLLECTED)
            case ThingWord.THERE:
                self._end(ticket, DoorEnding.NOTHING_TAKEN)
            case ThingWord.UNKNOWN:
                self._end(ticket, DoorEnding.UNKNOWN)

    def _end(self, ticket: UUID, ending: DoorEnding, fault: FaultCode | None = None) -> None:
        """Write the last word on a ticket and have it told; unknown, where its door was not seen to do that."""
        if self._book.ended(ticket, ending, fault) or self._book.ended(ticket, DoorEnding.UNKNOWN, fault):
            self._ended()

    def _note_status(self, looks: dict[Door, Look], *, asked: bool) -> None:
        """Tell how the boards do, and that a door stands open which no visit waits for."""
        left_open = self._left_open(looks)
        if asked or left_open:
            status = self._bank.status()
            if left_open:
                health = Health.DEGRADED if status.health is Health.OK else status.health
                status = Status(health, (*status.faults, FaultCode.DOOR_LEFT_OPEN))
            self._note(status)

    def _left_open(self, looks: dict[Door, Look]) -> bool:
        waited_for = {self._doors[used.compartment] for used in self._in_use.values() if used.visit is not None}
        left = {self._doors[used.compartment] for used in self._in_use.values() if used.visit is None}
        standing = {door for door, look in looks.items() if look.door is DoorWord.OPEN} - waited_for
        self._open_since = {door: self._open_since.get(door, time.monotonic()) for door in standing}
        return any(door in left or self._stands_open(door) for door in self._open_since)

    def _stands_open(self, door: Door) -> bool:
        """Say whether a door stands open that no visit waits for, and has for so long that nobody will shut it."""
        since = self._open_since.get(door)
        return since is not None and time.monotonic() - since > LEFT_OPEN_AFTER

    # --- after a crash -----------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        looks = self._bank.look()
        for row in self._book.open_rows():
            door = self._doors.get(row.compartment)
            self._take_up(row, looks[door] if door is not None else None)
        self._ended()

    def _take_up(self, row: OpenRow, look: Look | None) -> None:
        """Take up a ticket where the last run left it. A compartment that is gone from the settings cannot be asked."""
        if row.phase is DoorPhase.WANTED:
            self._end(row.ticket, DoorEnding.NOT_OPENED, FaultCode.INTERNAL)
        elif look is None:
            self._end(row.ticket, DoorEnding.UNKNOWN, FaultCode.INTERNAL)
        elif look.door is DoorWord.OPEN and row.phase is not DoorPhase.SHUT:
            self._book.opened(row.ticket)
            self._in_use[row.ticket] = _InUse(row.compartment, row.sensed, None)
        elif row.phase is DoorPhase.REQUESTED:
            self._end(row.ticket, DoorEnding.UNKNOWN, FaultCode.DOOR_UNKNOWN)
        elif look.door is DoorWord.UNKNOWN:
            self._in_use[row.ticket] = _InUse(row.compartment, row.sensed, None)
        else:
            if row.phase is DoorPhase.OPENED:
                self._book.shut(row.ticket)
            self._conclude(row.ticket, _InUse(row.compartment, row.sensed, None), look.thing)


def _word(before: ThingWord, after: ThingWord) -> ThingWord:
    """Say what became of a thing: only a sensor that saw it before the door opened is believed."""
    return after if before is ThingWord.THERE else ThingWord.UNKNOWN
