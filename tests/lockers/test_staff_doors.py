"""Doors that staff opens, on a real line to simulated boards: what is written down of each, also after a power cut."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from hardware.doors import Door, ThingWord
from hardware.faults import FaultCode
from hardware.lockboard import KerongBank, Wiring
from kiosk_app.effects import DoWork, Forget
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance.compartments import NOT_WRITTEN, Act, Deed, Found, How
from kiosk_app.maintenance.happenings import ActTold, StaffDoorFailed, StaffDoorOpened, StaffDoorShut
from kiosk_app.maintenance.wishes import EndStockTaking, OpenFor, Settle
from kiosk_app.staff_book import StaffBook
from kiosk_app.staff_doors import StaffDoors
from kiosk_app.store import Store
from simulators.lockboard import Wall

DOORS = {7: Door(0, 6), 8: Door(0, 7), 31: Door(1, 0)}
STOCK = UUID(int=90)
PUT = Act(UUID(int=1), Deed.PUT_IN, 7, ("D-11",), None, "K7Q-4XR")
TAKE = Act(UUID(int=2), Deed.TAKE_BACK, 7, ("D-11", "T-03"), UUID(int=3), "K7Q-4XR")
LOOK = Act(UUID(int=4), Deed.CHECK, 7, ("D-11",), STOCK)
VISIT = 5


class Kiosk:
    """A book and a worker, and what it told. `crash` ends it like a power cut, `boot` starts it on the same memory."""

    def __init__(self, wall: Wall, folder: Path) -> None:
        self.wall = wall
        self._folder = folder
        self._changed = threading.Condition()
        self.answers: list[object] = []
        self.told: list[tuple[int | None, UUID]] = []
        self.boot()

    def boot(self) -> None:
        self.store = Store(self._folder)
        self.book = StaffBook(self.store)
        self.bank = KerongBank(self.wall.device, self.wall.speed, DOORS.values(), Wiring())
        self.worker = StaffDoors(self.bank, DOORS, self.book, self._post, self._tell)
        self.worker.start()

    def crash(self) -> None:
        self.worker.stop()
        self.bank.close()
        self.store.close()

    def _post(self, event: Event) -> None:
        assert isinstance(event, WorkAnswered)
        with self._changed:
            self.answers.append(event.what)
            self._changed.notify_all()

    def _tell(self, visit: int | None, act: UUID) -> None:
        with self._changed:
            self.told.append((visit, act))
            self._changed.notify_all()

    def until(self, fact: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(fact, timeout=30), (self.answers, self.told, self.book.open_acts())

    def until_written(self, fact: Callable[[], bool]) -> None:
        """Wait for what only the book tells: nobody is told of it."""
        beat = threading.Event()
        for _ in range(600):
            if fact():
                return
            beat.wait(0.05)
        pytest.fail(f"never written: {self.book.open_acts()}")

    def opens(self, act: Act) -> None:
        self.worker.do(DoWork(VISIT, OpenFor(act)))
        self.until(lambda: StaffDoorOpened(act.id) in self.answers)

    def settles(self, act: Act, found: Found | None) -> None:
        self.worker.do(DoWork(VISIT, Settle(act, found)))

    @property
    def waiting(self) -> list[tuple[UUID, tuple[tuple[int, Found], ...]]]:
        """What the town has to hear."""
        return [(report.id, report.found) for report in self.book.unreported()]


@pytest.fixture
def kiosk(wall: Wall, tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(wall, tmp_path / "kiosk")
    yield kiosk
    kiosk.crash()


def test_a_door_that_opened_and_was_shut_is_told_with_what_its_sensor_said(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens(PUT)
    assert kiosk.waiting == []
    wall.at(0, 6).thing = True
    wall.shut(0, 6)
    kiosk.until(lambda: StaffDoorShut(PUT.id, ThingWord.NONE, ThingWord.THERE) in kiosk.answers)
    kiosk.settles(PUT, Found.THING)
    kiosk.until(lambda: kiosk.told == [(VISIT, PUT.id)])
    assert kiosk.waiting == [(PUT.id, ((7, Found.THING),))]
    assert wall.pulses == [(0, 6)]


def test_nothing_is_put_in_through_a_door_that_is_still_open(kiosk: Kiosk) -> None:
    """Whoever says so too soon is not written down."""
    kiosk.opens(PUT)
    kiosk.settles(PUT, Found.THING)
    kiosk.until(lambda: ActTold(PUT.id, How.REFUSED, NOT_WRITTEN) in kiosk.answers)
    assert kiosk.waiting == []
    assert kiosk.book.unsure() == {7}


@pytest.mark.parametrize(
    ("harm", "fault", "unsure"),
    [
        (lambda wall: setattr(wall.at(0, 6), "stuck", True), FaultCode.DOOR_STUCK, set()),
        (lambda wall: setattr(wall.boards[0], "dead", True), FaultCode.LOCKERS_LOST, set()),
        (lambda wall: setattr(wall.boards[0], "dies_at_pulse", True), FaultCode.DOOR_UNKNOWN, {7}),
    ],
)
def test_a_door_of_which_nobody_says_that_it_opened_has_nothing_behind_it_to_tell(
    kiosk: Kiosk, harm: Callable[[Wall], None], fault: FaultCode, unsure: set[int]
) -> None:
    harm(kiosk.wall)
    kiosk.worker.do(DoWork(VISIT, OpenFor(PUT)))
    kiosk.until(lambda: StaffDoorFailed(PUT.id, fault) in kiosk.answers)
    kiosk.until_written(lambda: not kiosk.book.open_acts())
    assert kiosk.waiting == []
    assert kiosk.book.unsure() == unsure


def test_what_was_done_with_opens_no_door_again(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens(PUT)
    wall.shut(0, 6)
    kiosk.until(lambda: StaffDoorShut(PUT.id, ThingWord.NONE, ThingWord.NONE) in kiosk.answers)
    kiosk.settles(PUT, None)
    kiosk.worker.do(DoWork(VISIT, OpenFor(PUT)))
    kiosk.until(lambda: StaffDoorFailed(PUT.id, FaultCode.INTERNAL) in kiosk.answers)
    assert wall.pulses == [(0, 6)]


@pytest.mark.parametrize("laid", [True, False])
def test_who_leaves_an_open_door_leaves_it_to_lock_and_sensor(kiosk: Kiosk, wall: Wall, *, laid: bool) -> None:
    kiosk.opens(PUT)
    kiosk.worker.do(Forget(VISIT))
    wall.at(0, 6).thing = laid
    wall.shut(0, 6)
    kiosk.until_written(lambda: not kiosk.book.open_acts())
    assert kiosk.waiting == ([(PUT.id, ((7, Found.THING),))] if laid else [])
    assert kiosk.book.unsure() == (set() if laid else {7})
    assert kiosk.told == ([(None, PUT.id)] if laid else [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("act", [PUT, TAKE])
def test_a_power_cut_with_the_door_open_asks_the_board_and_opens_nothing(
    kiosk: Kiosk, wall: Wall, act: Act, when: str
) -> None:
    """Shut before the power is back, or after: what the sensor saw come or go did so."""
    wall.at(0, 6).thing = act is TAKE
    kiosk.opens(act)
    kiosk.crash()
    wall.at(0, 6).thing = act is PUT
    if when == "before":
        wall.shut(0, 6)
    kiosk.boot()
    if when == "after":
        kiosk.until_written(lambda: bool(kiosk.book.open_acts()))
        wall.shut(0, 6)
    kiosk.until(lambda: kiosk.told == [(None, act.id)])
    assert kiosk.waiting == [(act.id, ((7, Found.THING),))]
    assert wall.pulses == [(0, 6)]


def test_a_power_cut_after_which_no_sensor_says_anything_leaves_it_unsure(kiosk: Kiosk, wall: Wall) -> None:
    wall.at(0, 6).sensor_broken = True
    kiosk.opens(PUT)
    kiosk.crash()
    wall.at(0, 6).thing = True
    wall.shut(0, 6)
    kiosk.boot()
    kiosk.until_written(lambda: not kiosk.book.open_acts())
    assert kiosk.waiting == []
    assert kiosk.book.unsure() == {7}


def test_a_look_waits_for_the_end_of_its_stock_taking_and_ends_the_doubt(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens(PUT)
    kiosk.worker.do(Forget(VISIT))
    wall.shut(0, 6)
    kiosk.until_written(lambda: kiosk.book.unsure() == {7} and not kiosk.book.open_acts())
    kiosk.opens(LOOK)
    wall.shut(0, 6)
    kiosk.until(lambda: StaffDoorShut(LOOK.id, ThingWord.NONE, ThingWord.NONE) in kiosk.answers)
    kiosk.settles(LOOK, Found.EMPTY)
    kiosk.until_written(lambda: not kiosk.book.unsure())
    assert kiosk.waiting == []
    kiosk.worker.do(DoWork(VISIT, EndStockTaking(STOCK)))
    kiosk.until(lambda: kiosk.told == [(VISIT, STOCK)])
    assert kiosk.waiting == [(STOCK, ((7, Found.EMPTY),))]


def test_what_a_stock_taking_found_is_told_after_a_power_cut(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens(LOOK)
    wall.shut(0, 6)
    kiosk.until(lambda: StaffDoorShut(LOOK.id, ThingWord.NONE, ThingWord.NONE) in kiosk.answers)
    kiosk.settles(LOOK, Found.EMPTY)
    kiosk.until_written(lambda: not kiosk.book.open_acts())
    kiosk.crash()
    kiosk.boot()
    kiosk.until_written(lambda: kiosk.waiting == [(STOCK, ((7, Found.EMPTY),))])


@pytest.mark.expects_log("the kiosk's memory cannot be written")
def test_where_the_disk_takes_nothing_no_door_opens_and_nothing_is_called_told(kiosk: Kiosk, wall: Wall) -> None:
    with kiosk.store.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON \"staffAct\" WHEN NEW.phase = 'done' "
            "BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    kiosk.opens(PUT)
    wall.at(0, 6).thing = True
    wall.shut(0, 6)
    kiosk.until(lambda: StaffDoorShut(PUT.id, ThingWord.NONE, ThingWord.THERE) in kiosk.answers)
    kiosk.settles(PUT, Found.THING)
    kiosk.until(lambda: ActTold(PUT.id, How.REFUSED, NOT_WRITTEN) in kiosk.answers)
    assert kiosk.told == []
    with kiosk.store.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER fuller BEFORE INSERT ON \"staffAct\" BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    kiosk.worker.do(DoWork(VISIT, OpenFor(TAKE)))
    kiosk.until(lambda: StaffDoorFailed(TAKE.id, FaultCode.JOURNAL_LOST) in kiosk.answers)
    assert wall.pulses == [(0, 6)]


def test_a_dead_board_takes_only_its_own_doors_out(kiosk: Kiosk, wall: Wall) -> None:
    wall.boards[1].dead = True
    kiosk.worker.do(DoWork(VISIT, OpenFor(Act(UUID(int=6), Deed.CHECK, 31, ("D-11",), STOCK))))
    kiosk.until(lambda: StaffDoorFailed(UUID(int=6), FaultCode.LOCKERS_LOST) in kiosk.answers)
    kiosk.opens(PUT)


def test_a_door_that_opens_once_and_then_sticks_is_unsure_for_something_may_lie_behind_it(
    kiosk: Kiosk, wall: Wall
) -> None:
    kiosk.opens(PUT)
    wall.shut(0, 6)
    kiosk.until(lambda: any(isinstance(one, StaffDoorShut) for one in kiosk.answers))
    wall.at(0, 6).stuck = True
    kiosk.worker.do(DoWork(VISIT, OpenFor(PUT)))
    kiosk.until(lambda: StaffDoorFailed(PUT.id, FaultCode.DOOR_STUCK) in kiosk.answers)
    kiosk.until_written(lambda: not kiosk.book.open_acts())
    assert kiosk.book.unsure() == {7}
