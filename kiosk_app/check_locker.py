"""`kiosk check locker`: the contract of compartments, tried on site; no door is opened that nobody named."""

from __future__ import annotations

from collections.abc import Callable

from hardware.doors import Door, LockerBank
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
        return self._ask(f"Staat de deur van vakje {number} open, en geen andere? (j/n) ").strip().lower() == "j"

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
