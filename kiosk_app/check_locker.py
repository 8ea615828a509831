"""`kiosk check locker`: the contract of compartments, tried on site; no door is opened that nobody named.

`check_each_lock` goes along every door on the kiosk's own line, and asks before each: something may lie behind it.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.doors import Door, DoorWord, LockerBank, Opening
from hardware.faults import DeviceFault
from kiosk_app.check_words import CheckFailed, Say, explain
from kiosk_app.locker_contract import CHECKS, Trial


class Technician:
    """A person before the wall, told in words what to do."""

    def __init__(self, say: Say, ask: Callable[[str], str]) -> None:
        self._say = say
        self._ask = ask

    def sees_open(self, number: int) -> bool:
        """Ask; only a plain yes is one."""
        return _yes(self._ask(f"Staat de deur van vakje {number} open, en geen andere? (j/n) "))

    def shut(self, number: int) -> None:
        """Ask to shut it."""
        self._say(f"Sluit de deur van vakje {number}.")


def check_locker(
    bank: LockerBank, doors: dict[int, Door], may_open: tuple[int, ...], say: Say, ask: Callable[[str], str]
) -> bool:
    """Try it all. False when something failed; then it was said, with what to do."""
    trial = Trial(bank, doors, may_open, Technician(say, ask), say)
    try:
        for check in CHECKS:
            check(trial)
    except DeviceFault as fault:
        explain(say, fault.code, fault.detail)
    except CheckFailed as failed:
        say(f"FOUT: {failed}")
    else:
        say("Alles in orde." if may_open else "Er is geen deur geopend; met --open NUMMER wel. Alles in orde.")
        return True
    return False


def check_each_lock(bank: LockerBank, doors: dict[int, Door], say: Say, ask: Callable[[str], str]) -> bool:
    """Open each door that somebody says yes to, and see it shut again. False when one failed; then it was said."""
    bad = [number for number, door in sorted(doors.items()) if not _lock_works(bank, number, door, say, ask)]
    if bad:
        say(f"FOUT: niet in orde: {', '.join(f'vakje {number}' for number in bad)}")
    else:
        say("Alles in orde: elk vakje dat je liet openen, ging open en weer dicht.")
    return not bad


def _lock_works(bank: LockerBank, number: int, door: Door, say: Say, ask: Callable[[str], str]) -> bool:
    """Try one lock; one that is not to be opened is fine as it is."""
    if not _yes(ask(f"Mag vakje {number} open? Ligt er iets van iemand in, zeg dan nee. (j/n) ")):
        return True
    if bank.look()[door].door is not DoorWord.CLOSED:
        say(f"FOUT: vakje {number} staat al open, of zegt niet dat het dicht is")
        return False
    try:
        if bank.open(door) is not Opening.OPENED:
            say(f"FOUT: vakje {number} was dicht, en zou al open geweest zijn")
            return False
    except DeviceFault as fault:
        explain(say, fault.code, fault.detail)
        return False
    say(f"Vakje {number} zegt dat het open is.")
    if not _yes(ask(f"Staat de deur van vakje {number} open, en geen andere? (j/n) ")):
        say(f"FOUT: vakje {number} is een andere deur: kijk het adres en het slot na in de instellingen")
        return False
    if not _yes(ask(f"Sluit de deur van vakje {number}. Is ze dicht? (j/n) ")):
        say(f"FOUT: vakje {number} ging niet dicht: kijk of de grendel vrij beweegt")
        return False
    if bank.look()[door].door is not DoorWord.CLOSED:
        say(f"FOUT: vakje {number} is dicht en het slot zegt het niet: kijk de draad na")
        return False
    return True


def _yes(answer: str) -> bool:
    return answer.strip().lower() == "j"
