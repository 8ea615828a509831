"""What every wall of compartments promises (`hardware.doors.LockerBank`), as one list of checks for tests and on site.

A new driver is judged by it: the tests run it on a simulated wall with a bench for a hand, `kiosk check locker` on any
wall with a person for a hand. Each check finds the doors that may be tried closed, and leaves them so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from hardware.doors import Door, DoorWord, LockerBank, Opening
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.check_words import CheckFailed, Say

# A person takes a while to push a door shut.
HAND_SECONDS = 120.0
LOOK_SECONDS = 0.1

Check = Callable[["Trial"], None]


class Hand(Protocol):
    """Whoever stands before the wall."""

    def sees_open(self, number: int) -> bool:
        """Say whether the door with that number is open, and no other that may be tried."""

    def shut(self, number: int) -> None:
        """Have that door shut."""


class Trial:
    """One wall under trial: every door by its number, and the numbers of those that may be opened."""

    def __init__(
        self, bank: LockerBank, doors: dict[int, Door], may_open: tuple[int, ...], hand: Hand, say: Say
    ) -> None:
        self.bank, self.doors, self.may_open, self.hand, self.say = bank, doors, may_open, hand, say

    def closes(self, number: int) -> None:
        """Have a door shut, and wait until its lock says so."""
        self.hand.shut(number)
        until = time.monotonic() + HAND_SECONDS
        while self.bank.look()[self.doors[number]].door is not DoorWord.CLOSED:
            if time.monotonic() > until:
                raise CheckFailed(f"vakje {number} is dicht en het slot zegt het niet")
            time.sleep(LOOK_SECONDS)


def answers(trial: Trial) -> None:
    """Every compartment has a word of its lock; the sensors may say what they like."""
    for number in trial.may_open:
        if number not in trial.doors:
            raise CheckFailed(f"vakje {number} staat niet in de instellingen")
    looks = trial.bank.look()
    if set(looks) != set(trial.doors.values()):
        raise CheckFailed("er zijn andere vakjes dan in de instellingen")
    silent = sorted(number for number, door in trial.doors.items() if looks[door].door is DoorWord.UNKNOWN)
    status = trial.bank.status()
    if silent and not status.faults:
        raise CheckFailed(f"vakje {silent[0]} zwijgt, en er is geen storing gemeld")
    if silent:
        raise DeviceFault(status.faults[0], f"compartments {silent[0]}-{silent[-1]}")
    count = sum(looks[door].door is DoorWord.OPEN for door in trial.doors.values())
    trial.say(f"{len(looks)} vakjes antwoorden; {count} staan open.")


def opens_one_door(trial: Trial) -> None:
    """It opens the door that is meant, that one alone, and says so when it is open."""
    for number in trial.may_open:
        door = trial.doors[number]
        before = trial.bank.look()
        if before[door].door is not DoorWord.CLOSED:
            raise CheckFailed(f"vakje {number} staat al open: sluit het eerst")
        begun = time.monotonic()
        if trial.bank.open(door) is not Opening.OPENED:
            raise CheckFailed(f"vakje {number} was dicht, en zou al open geweest zijn")
        trial.say(f"Vakje {number} zegt dat het open is ({(time.monotonic() - begun) * 1000:.0f} ms).")
        after = trial.bank.look()
        moved = {other for other, look in after.items() if look.door is not before[other].door}
        if moved != {door}:
            raise CheckFailed(f"er ging iets anders open dan vakje {number}")
        if not trial.hand.sees_open(number):
            raise CheckFailed(f"vakje {number} is een andere deur: kijk het adres en het slot na in de instellingen")
        trial.closes(number)


def opens_what_is_open(trial: Trial) -> None:
    """A door that stands open already is said to have been so; nothing else moves."""
    for number in trial.may_open[:1]:
        trial.bank.open(trial.doors[number])
        before = trial.bank.look()
        if trial.bank.open(trial.doors[number]) is not Opening.WAS_OPEN:
            raise CheckFailed(f"vakje {number} stond al open, en dat is niet gezegd")
        if {door: look.door for door, look in trial.bank.look().items()} != {
            d: look.door for d, look in before.items()
        }:
            raise CheckFailed("er ging nog iets anders open")
        trial.closes(number)


def opens_nothing_unknown(trial: Trial) -> None:
    """A door without a compartment is never opened."""
    beyond = Door(0, 1 + max(door.lock for door in trial.doors.values()))
    try:
        trial.bank.open(beyond)
    except DeviceFault as fault:
        if fault.code is FaultCode.INTERNAL:
            return
    raise CheckFailed("een deur die niet in de instellingen staat, wordt niet geweigerd")


def is_let_go_of(trial: Trial) -> None:
    """Once closed it opens nothing, and knows nothing."""
    trial.bank.close()
    trial.bank.close()
    if any(look.door is not DoorWord.UNKNOWN for look in trial.bank.look().values()):
        raise CheckFailed("na het loslaten weet het nog iets")
    for door in list(trial.doors.values())[:1]:
        try:
            trial.bank.open(door)
        except DeviceFault as fault:
            if fault.code is FaultCode.LOCKERS_LOST:
                return
        raise CheckFailed("na het loslaten gaat er nog een deur open")


CHECKS: tuple[Check, ...] = (answers, opens_nothing_unknown, opens_one_door, opens_what_is_open, is_let_go_of)
