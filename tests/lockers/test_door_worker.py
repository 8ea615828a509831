"""The doors' worker on a real line to simulated boards: what the lock said is told and written down, nothing else."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from operator import contains
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2

from hardware.devices import Health, Status
from hardware.doors import Door, Opening, ThingWord
from hardware.faults import FaultCode
from hardware.lockboard import KerongBank, Wiring
from kiosk_app.door_book import DoorBook, Settled
from kiosk_app.door_worker import DoorWorker
from kiosk_app.doors import DoorEnding, DoorFailed, DoorOpened, DoorShut, OpenDoor, SettleDoor
from kiosk_app.events import Event
from kiosk_app.store import DATABASE, Store
from simulators.lockboard import Wall

TICKET, OTHER = UUID(int=1), UUID(int=2)
DOORS = {7: Door(0, 6), 8: Door(0, 7), 31: Door(1, 0)}
LEFT_OPEN = Status(Health.DEGRADED, (FaultCode.DOOR_LEFT_OPEN,))


class Kiosk:
    """A book, a worker, and what it told. `crash` ends it as a power cut does, `boot` starts it on the same memory."""

    def __init__(
        self, wall: Wall, folder: Path, driver: type[KerongBank] = KerongBank, memory: type[Store] = Store
    ) -> None:
        self.wall = wall
        self._folder = folder
        self._driver = driver
        self._memory = memory
        self._changed = threading.Condition()
        self.posted: list[Event] = []
        self.noted: list[Status] = []
        self.boot()

    def boot(self) -> None:
        self.store = self._memory(self._folder)
        self.book = DoorBook(self.store)
        self.bank = self._driver(self.wall.device, self.wall.speed, DOORS.values(), Wiring())
        self.worker = DoorWorker(self.bank, DOORS, self.book, self._post, self._note, lambda: self._note(None))
        self.worker.start()

    def crash(self) -> None:
        self.worker.stop()
        self.store.close()

    def _post(self, event: Event) -> None:
        with self._changed:
            self.posted.append(event)
            self._changed.notify_all()

    def _note(self, status: Status | None) -> None:
        with self._changed:
            if status is not None:
                self.noted.append(status)
            self._changed.notify_all()

    def until(self, fact: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(fact, timeout=30), (self.posted, self.noted, self.book.open_rows())

    def opens(self, number: int = 7, ticket: UUID = TICKET) -> None:
        """Have leave, and open a door."""
        self.book.wanted(ticket, number)
        self.worker.do(OpenDoor(1, ticket, number))
        self.until(lambda: any(isinstance(e, DoorOpened | DoorFailed) and e.ticket == ticket for e in self.posted))

    def ended(self, ticket: UUID = TICKET) -> Settled:
        """Wait for the last word on a ticket."""
        self.until(lambda: any(one.ticket == ticket for one in self.book.unreported()))
        return next(one for one in self.book.unreported() if one.ticket == ticket)

    def knows(self) -> None:
        """Wait until every board was looked at."""
        self.until(lambda: bool(self.noted))


@pytest.fixture
def kiosk(wall: Wall, tmp_path: Path) -> Iterator[Kiosk]:
    wall.at(0, 6).thing = True
    kiosk = Kiosk(wall, tmp_path / "kiosk")
    kiosk.knows()
    yield kiosk
    kiosk.crash()


def test_a_door_opens_and_its_shutting_says_what_became_of_the_thing(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens()
    assert kiosk.posted == [DoorOpened(1, TICKET)]
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    kiosk.until(lambda: DoorShut(1, TICKET, ThingWord.NONE) in kiosk.posted)
    kiosk.worker.do(SettleDoor(1, TICKET, DoorEnding.COLLECTED))
    ended = kiosk.ended()
    assert ended.ending is DoorEnding.COLLECTED
    assert ended.opened_at is not None
    assert ended.closed_at is not None
    assert ended.opened_at < ended.closed_at
    assert wall.pulses == [(0, 6)]


@pytest.mark.parametrize(("broken", "taken"), [(True, True), (True, False), (False, False)])
def test_a_sensor_is_believed_where_it_saw_the_thing_before(
    wall: Wall, tmp_path: Path, *, broken: bool, taken: bool
) -> None:
    """One that says the opposite leaves the question to the resident; one that works says what still lies there."""
    wall.at(0, 6).thing, wall.at(0, 6).sensor_broken = True, broken
    kiosk = Kiosk(wall, tmp_path / "kiosk")
    kiosk.knows()
    kiosk.opens()
    wall.at(0, 6).thing = not taken
    wall.shut(0, 6)
    kiosk.until(lambda: isinstance(kiosk.posted[-1], DoorShut))
    assert kiosk.posted[-1] == DoorShut(1, TICKET, ThingWord.UNKNOWN if broken else ThingWord.THERE)
    kiosk.crash()


@pytest.mark.parametrize(
    ("harm", "fault", "ending"),
    [
        (lambda wall: setattr(wall.at(0, 6), "stuck", True), FaultCode.DOOR_STUCK, DoorEnding.NOT_OPENED),
        (lambda wall: setattr(wall.boards[0], "dead", True), FaultCode.LOCKERS_LOST, DoorEnding.NOT_OPENED),
        (lambda wall: setattr(wall.boards[0], "dies_at_pulse", True), FaultCode.DOOR_UNKNOWN, DoorEnding.UNKNOWN),
    ],
)
def test_a_door_of_which_nobody_says_that_it_opened_is_not_called_open(
    kiosk: Kiosk, harm: Callable[[Wall], None], fault: FaultCode, ending: DoorEnding
) -> None:
    harm(kiosk.wall)
    kiosk.opens()
    assert kiosk.posted == [DoorFailed(1, TICKET, fault)]
    assert (kiosk.ended().ending, kiosk.ended().fault) == (ending, fault)


def test_without_leave_no_pulse_is_given(kiosk: Kiosk, wall: Wall) -> None:
    """A ticket that was never asked for, one that has ended, and a compartment that is none of ours."""
    kiosk.book.wanted(OTHER, 8)
    kiosk.book.ended(OTHER, DoorEnding.NOT_OPENED)
    kiosk.book.wanted(UUID(int=3), 9)
    for ticket, number in ((TICKET, 7), (OTHER, 8), (UUID(int=3), 9)):
        kiosk.worker.do(OpenDoor(1, ticket, number))
        kiosk.until(partial(contains, kiosk.posted, DoorFailed(1, ticket, FaultCode.INTERNAL)))
    assert wall.pulses == []


def test_the_resident_s_word_counts_only_for_a_door_that_opened(kiosk: Kiosk) -> None:
    kiosk.book.wanted(TICKET, 7)
    assert not kiosk.book.ended(TICKET, DoorEnding.COLLECTED)
    assert not kiosk.book.ended(TICKET, DoorEnding.FOUND_EMPTY)
    assert not kiosk.book.unreported()


def test_a_door_that_is_left_open_is_told_at_once_and_ends_when_it_is_shut(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens()
    kiosk.worker.do(SettleDoor(1, TICKET, None))
    kiosk.until(lambda: LEFT_OPEN in kiosk.noted)
    assert not kiosk.book.unreported()
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    assert kiosk.ended().ending is DoorEnding.COLLECTED
    kiosk.until(lambda: kiosk.noted[-1] == Status(Health.OK))


def test_a_power_cut_with_the_door_open_asks_the_board_and_opens_nothing(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens()
    kiosk.crash()
    kiosk.noted.clear()
    kiosk.boot()
    kiosk.until(lambda: LEFT_OPEN in kiosk.noted)
    wall.shut(0, 6)
    assert kiosk.ended().ending is DoorEnding.NOTHING_TAKEN
    assert wall.pulses == [(0, 6)]


def test_a_door_that_was_shut_while_the_power_was_off_is_known_by_its_sensor(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens()
    kiosk.crash()
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    kiosk.boot()
    assert kiosk.ended().ending is DoorEnding.COLLECTED


@pytest.mark.parametrize("is_open", [True, False])
def test_a_power_cut_between_the_pulse_and_its_answer_is_never_guessed_at(
    kiosk: Kiosk, wall: Wall, *, is_open: bool
) -> None:
    kiosk.book.wanted(TICKET, 7)
    assert kiosk.book.requested(TICKET, ThingWord.THERE)
    kiosk.crash()
    kiosk.noted.clear()
    if is_open:
        wall.unlock_by_key(0, 6)
    kiosk.boot()
    if is_open:
        kiosk.until(lambda: LEFT_OPEN in kiosk.noted)
        wall.shut(0, 6)
    assert kiosk.ended().ending is (DoorEnding.NOTHING_TAKEN if is_open else DoorEnding.UNKNOWN)
    assert wall.pulses == []


def test_a_door_that_was_asked_for_and_not_opened_before_a_crash_stays_shut(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.book.wanted(TICKET, 7)
    kiosk.crash()
    kiosk.boot()
    assert kiosk.ended().ending is DoorEnding.NOT_OPENED
    assert wall.pulses == []


def test_a_dead_board_takes_only_its_own_doors_out(kiosk: Kiosk, wall: Wall) -> None:
    wall.boards[1].dead = True
    kiosk.opens(31, OTHER)
    assert kiosk.posted[-1:] == [DoorFailed(1, OTHER, FaultCode.LOCKERS_LOST)]
    kiosk.opens()
    assert kiosk.posted[-1:] == [DoorOpened(1, TICKET)]


def test_a_door_is_opened_again_for_the_same_resident_under_the_same_ticket(kiosk: Kiosk, wall: Wall) -> None:
    kiosk.opens()
    wall.shut(0, 6)
    kiosk.until(lambda: DoorShut(1, TICKET, ThingWord.THERE) in kiosk.posted)
    kiosk.worker.do(OpenDoor(1, TICKET, 7))
    kiosk.until(lambda: kiosk.posted.count(DoorOpened(1, TICKET)) == 2)
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    kiosk.until(lambda: DoorShut(1, TICKET, ThingWord.NONE) in kiosk.posted)
    kiosk.worker.do(SettleDoor(1, TICKET, None))
    assert kiosk.ended().ending is DoorEnding.COLLECTED


@pytest.mark.expects_log("the kiosk's memory cannot be written")
def test_a_door_that_opened_is_told_and_watched_where_the_disk_takes_nothing_and_nobody_calls_it_shut(
    kiosk: Kiosk, wall: Wall
) -> None:
    """The pulse was given: whatever the book could not take, the town never hears that no door opened."""
    with kiosk.store.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON door WHEN NEW.phase = 'opened' BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    kiosk.opens()
    assert kiosk.posted == [DoorOpened(1, TICKET)]
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    kiosk.until(lambda: DoorShut(1, TICKET, ThingWord.NONE) in kiosk.posted)
    kiosk.worker.do(SettleDoor(1, TICKET, DoorEnding.COLLECTED))
    assert kiosk.ended().ending is DoorEnding.UNKNOWN


class Forgetful(KerongBank):
    """It opens the door, and trips over itself."""

    def open(self, door: Door) -> Opening:
        super().open(door)
        raise RuntimeError("a bug")


@pytest.mark.expects_log("doors: a job failed with RuntimeError")
def test_a_bug_after_the_pulse_is_never_a_door_that_did_not_open(wall: Wall, tmp_path: Path) -> None:
    kiosk = Kiosk(wall, tmp_path / "kiosk", Forgetful)
    kiosk.knows()
    kiosk.opens()
    assert kiosk.posted == [DoorFailed(1, TICKET, FaultCode.INTERNAL)]
    assert wall.pulses == [(0, 6)]
    assert kiosk.ended().ending is DoorEnding.UNKNOWN
    kiosk.crash()


class Diary(Store):
    """Keeps what is on disk after each write, beside it: all that a power cut at that moment leaves."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._file = folder / DATABASE

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with super().writing() as connection:
            yield connection
        with closing(dbapi2.connect(self._file)) as disk:
            ((phase,),) = disk.execute("SELECT phase FROM door").fetchall()
            kept = self._file.parent.parent / phase
            kept.mkdir()
            with closing(dbapi2.connect(kept / DATABASE)) as copy:
                disk.backup(copy)


# After which write the power goes, whether the door stands open when it is back, whether the thing is there in the end.
CUTS = [
    ("wanted", False, True, DoorEnding.NOT_OPENED),
    *[("requested", False, there, DoorEnding.UNKNOWN) for there in (True, False)],
    *[
        (after, is_open, there, DoorEnding.NOTHING_TAKEN if there else DoorEnding.COLLECTED)
        for after, is_open in (("requested", True), ("opened", True), ("opened", False), ("shut", False))
        for there in (True, False)
    ],
    *[("collected", False, there, DoorEnding.COLLECTED) for there in (True, False)],
]


def test_after_a_power_cut_between_any_two_writes_the_board_is_asked_and_nothing_opens(
    wall: Wall, tmp_path: Path
) -> None:
    wall.at(0, 6).thing = True
    kiosk = Kiosk(wall, tmp_path / "kiosk", memory=Diary)
    kiosk.knows()
    kiosk.opens()
    wall.at(0, 6).thing = False
    wall.shut(0, 6)
    kiosk.until(lambda: DoorShut(1, TICKET, ThingWord.NONE) in kiosk.posted)
    kiosk.worker.do(SettleDoor(1, TICKET, DoorEnding.COLLECTED))
    kiosk.ended()
    kiosk.crash()
    assert {file.parent.name for file in tmp_path.glob(f"*/{DATABASE}")} == {"kiosk", *[cut[0] for cut in CUTS]}
    for number, (after, is_open, there, ending) in enumerate(CUTS):
        wall.at(0, 6).thing = there
        if is_open:
            wall.unlock_by_key(0, 6)
        left = Kiosk(wall, shutil.copytree(tmp_path / after, tmp_path / str(number)))
        left.knows()
        wall.shut(0, 6)
        assert left.ended().ending is ending, (after, is_open, there)
        left.crash()
    assert wall.pulses == [(0, 6)]
