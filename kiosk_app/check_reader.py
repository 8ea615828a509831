"""`kiosk check reader`: the contract of card readers, tried on site with any reader and any eID, and a person's hand.

Says what it found in lines for a technician: which card, how fast, and what is wrong. Nothing of whose card it is.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.devices import CardReader
from hardware.faults import FAULTS, DeviceFault
from kiosk_app.reader_contract import CHECKS, CheckFailed, Trial

Say = Callable[[str], None]


class Technician:
    """A person at the reader, told in words what to do. Loses no try on a card: it is somebody's own."""

    def __init__(self, say: Say, ask: Callable[[], str] | None) -> None:
        self._say = say
        self._ask = ask
        self._before = False

    def put_in(self) -> None:
        """Ask for a card, or for the same one again."""
        again = (
            "Steek de kaart er opnieuw in." if self._before else "Steek een eID in de lezer, met de chip naar voren."
        )
        self._before = True
        self._say(again)

    def take_out(self) -> None:
        """Ask to take it out."""
        self._say("Neem de kaart uit de lezer.")

    @property
    def may_sign(self) -> bool:
        """Where it was asked for."""
        return self._ask is not None

    def pin(self) -> bytearray:
        """Have it typed."""
        return bytearray((self._ask() if self._ask else "").encode())

    def wrong_pin(self) -> bytearray:
        """Nothing: the card is somebody's own."""
        return bytearray()


def check_reader(make: Callable[[], CardReader], say: Say, ask_pin: Callable[[], str] | None) -> bool:
    """Try it all. False when something failed; then it was said, with what to do. No `ask_pin`: nothing is signed."""
    trial = Trial(make, Technician(say, ask_pin), say)
    try:
        trial.begin()
        for check in CHECKS:
            check(trial)
    except DeviceFault as fault:
        _explain(fault, say)
    except CheckFailed as failed:
        say(f"FOUT: {failed}")
    else:
        say("Alles in orde.")
        return True
    finally:
        trial.reader.release()
        trial.reader.close()
    return False


def _explain(fault: DeviceFault, say: Say) -> None:
    known, detail = FAULTS[fault.code], f": {fault.detail}" if fault.detail else ""
    say(f"FOUT: {known.title.format(municipality='…')} ({fault.code.value}{detail})")
    for number, step in enumerate(known.steps, 1):
        say(f"  {number}. {step}")
