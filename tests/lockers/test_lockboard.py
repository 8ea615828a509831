"""The driver of lock boards, on a wall that echoes, stutters, sticks, dies and is unplugged."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from hardware.devices import Health, Status
from hardware.doors import Door, DoorWord, Look, Opening, ThingWord
from hardware.faults import DeviceFault, FaultCode
from hardware.lockboard import KerongBank, Wiring
from kiosk_app.locker_contract import CHECKS, Trial
from simulators.lockboard import Board, Wall

DOOR = Door(1, 17)
NUMBERS = {1: Door(0, 0), 2: Door(0, 17), 3: Door(0, 47), 4: Door(1, 0), 5: DOOR, 6: Door(1, 47)}


def fault_of(bank: KerongBank, door: Door = DOOR) -> FaultCode:
    with pytest.raises(DeviceFault) as raised:
        bank.open(door)
    return raised.value.code


class Bench:
    """A hand before the simulated wall."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    def sees_open(self, number: int) -> bool:
        return self._wall.open_doors() == {(NUMBERS[number].board, NUMBERS[number].lock)}

    def shut(self, number: int) -> None:
        self._wall.shut(NUMBERS[number].board, NUMBERS[number].lock)


def test_it_keeps_the_promise_of_every_wall(wall: Wall, bank: KerongBank) -> None:
    said: list[str] = []
    trial = Trial(bank, NUMBERS, (1, 6), Bench(wall), said.append)
    for check in CHECKS:
        check(trial)
    assert said[0] == "6 vakjes antwoorden; 0 staan open."
    assert {address for address, _ in wall.pulses} == {0, 1}


def test_one_pulse_opens_one_door(wall: Wall, bank: KerongBank) -> None:
    assert bank.open(DOOR) is Opening.OPENED
    assert wall.pulses == [(1, 17)]
    assert wall.open_doors() == {(1, 17)}


def test_lock_and_sensor_are_two_words(wall: Wall, bank: KerongBank) -> None:
    wall.at(1, 17).thing = True
    assert bank.look()[DOOR] == Look(DoorWord.CLOSED, ThingWord.THERE)
    bank.open(DOOR)
    assert bank.look()[DOOR] == Look(DoorWord.OPEN, ThingWord.THERE)
    wall.at(1, 17).thing = False
    assert bank.look()[DOOR] == Look(DoorWord.OPEN, ThingWord.NONE)


def test_locks_and_sensors_may_be_wired_the_other_way_round(wall: Wall) -> None:
    bank = KerongBank(wall.device, wall.speed, [DOOR], Wiring(closed_bit=0, thing_bit=0))
    assert bank.look()[DOOR] == Look(DoorWord.OPEN, ThingWord.THERE)
    bank.close()


def test_a_wall_without_sensors_knows_nothing_of_things(wall: Wall) -> None:
    bank = KerongBank(wall.device, wall.speed, [DOOR], Wiring(thing_bit=None))
    assert bank.look()[DOOR] == Look(DoorWord.CLOSED, ThingWord.UNKNOWN)
    bank.close()


def test_a_broken_sensor_blocks_no_opening(wall: Wall, bank: KerongBank) -> None:
    wall.at(1, 17).sensor_broken = True
    assert bank.open(DOOR) is Opening.OPENED


def test_an_open_door_gets_its_pulse_and_is_said_to_have_been_open(wall: Wall, bank: KerongBank) -> None:
    bank.open(DOOR)
    assert bank.open(DOOR) is Opening.WAS_OPEN
    assert wall.pulses == [(1, 17), (1, 17)]


def test_a_door_that_stays_closed_gets_two_pulses_and_no_more(wall: Wall, bank: KerongBank) -> None:
    wall.at(1, 17).stuck = True
    assert fault_of(bank) is FaultCode.DOOR_STUCK
    assert wall.pulses == [(1, 17), (1, 17)]


def test_a_line_with_echo_and_noise_opens_a_door_and_no_other(wall: Wall, bank: KerongBank) -> None:
    wall.line.echo = wall.line.noise = True
    assert bank.open(DOOR) is Opening.OPENED
    assert wall.open_doors() == {(1, 17)}


@pytest.mark.parametrize("trouble", ["wrong_sums", "halves"])
def test_two_spoilt_answers_are_asked_for_again(wall: Wall, bank: KerongBank, trouble: str) -> None:
    setattr(wall.line, trouble, 2)
    assert bank.open(DOOR) is Opening.OPENED
    assert wall.pulses == [(1, 17)]


@pytest.mark.parametrize("trouble", ["wrong_sums", "halves"])
def test_a_board_that_is_only_heard_in_pieces_gets_no_pulse(wall: Wall, bank: KerongBank, trouble: str) -> None:
    setattr(wall.line, trouble, 1000)
    assert fault_of(bank) is FaultCode.LOCKERS_LOST
    assert wall.pulses == []


def test_a_dead_board_takes_only_its_own_doors_out(wall: Wall, bank: KerongBank) -> None:
    wall.boards[0].dead = True
    looks = bank.look()
    assert {door.board for door, look in looks.items() if look == Look()} == {0}
    assert bank.status() == Status(Health.DEGRADED, (FaultCode.LOCKERS_LOST,))
    assert fault_of(bank, Door(0, 0)) is FaultCode.LOCKERS_LOST
    assert bank.open(DOOR) is Opening.OPENED
    wall.boards[0].dead = False
    assert bank.status() == Status(Health.OK)


def test_two_boards_with_one_address_get_no_pulse(wall: Wall, bank: KerongBank) -> None:
    wall.boards[1].twin = Board()
    assert fault_of(bank) is FaultCode.LOCKER_ADDRESS
    assert wall.pulses == []
    assert bank.status() == Status(Health.DEGRADED, (FaultCode.LOCKER_ADDRESS,))
    assert bank.open(Door(0, 47)) is Opening.OPENED


def test_a_board_that_dies_after_its_pulse_leaves_it_unknown_and_gets_no_second(wall: Wall, bank: KerongBank) -> None:
    wall.boards[1].dies_at_pulse = True
    assert fault_of(bank) is FaultCode.DOOR_UNKNOWN
    assert wall.pulses == [(1, 17)]


def when_pulsed(wall: Wall, work: threading.Event) -> None:
    while not wall.pulses:
        time.sleep(0.005)
    wall.unplug()
    work.set()


def test_a_cable_pulled_in_the_middle_of_an_unlock_leaves_it_unknown(wall: Wall, bank: KerongBank) -> None:
    wall.at(1, 17).stuck = True
    pulled = threading.Event()
    threading.Thread(target=when_pulsed, args=(wall, pulled), daemon=True).start()
    assert fault_of(bank) is FaultCode.DOOR_UNKNOWN
    assert pulled.is_set()
    assert bank.status() == Status(Health.DOWN, (FaultCode.LOCKERS_LOST,))
    assert fault_of(bank) is FaultCode.LOCKERS_LOST


def test_a_cable_that_is_put_back_is_found_again(wall: Wall, bank: KerongBank) -> None:
    assert bank.status() == Status(Health.OK)
    wall.unplug()
    assert bank.status().health is Health.DOWN
    wall.plug()
    assert bank.open(DOOR) is Opening.OPENED


def test_at_another_speed_nothing_is_heard(wall: Wall) -> None:
    bank = KerongBank(wall.device, 9600, [DOOR], Wiring())
    assert fault_of(bank) is FaultCode.LOCKERS_LOST
    assert wall.pulses == []
    bank.close()


def test_one_door_after_the_other_is_opened_whoever_asks(wall: Wall, bank: KerongBank) -> None:
    told: list[Opening] = []
    doors = (Door(0, 0), Door(1, 0), DOOR)
    threads = [threading.Thread(target=lambda door=door: told.append(bank.open(door))) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert told == [Opening.OPENED] * 3
    assert sorted(wall.pulses) == [(0, 0), (1, 0), (1, 17)]


def test_a_door_without_a_compartment_is_never_opened(wall: Wall, bank: KerongBank) -> None:
    assert fault_of(bank, Door(0, 0x30)) is FaultCode.INTERNAL
    assert fault_of(bank, Door(0, 1)) is FaultCode.INTERNAL
    assert wall.pulses == []


def test_a_door_that_no_board_can_have_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no such lock"):
        KerongBank(Path("/dev/null"), 19200, [Door(0, 0x30)], Wiring())


def test_a_close_ends_an_opening_that_is_under_way(wall: Wall, bank: KerongBank) -> None:
    wall.at(1, 17).stuck = True

    def close() -> None:
        while not wall.pulses:
            time.sleep(0.005)
        bank.close()

    threading.Thread(target=close, daemon=True).start()
    assert fault_of(bank) is FaultCode.DOOR_UNKNOWN
    assert wall.pulses == [(1, 17)]


def test_a_close_while_the_tongue_moves_is_never_a_door_that_did_not_open(wall: Wall, bank: KerongBank) -> None:
    """The lock said closed a moment after its pulse, and nobody looked any further."""
    wall.at(1, 17).stuck = True

    def close() -> None:
        while not wall.pulses:
            time.sleep(0.005)
        before = wall.asked
        while wall.asked < before + 2:  # the first look since the pulse has been answered
            time.sleep(0.005)
        bank.close()

    threading.Thread(target=close, daemon=True).start()
    assert fault_of(bank) is FaultCode.DOOR_UNKNOWN
    assert wall.pulses == [(1, 17)]
