"""How a check on site says what is wrong: the fault's title, and a technician's steps. Nothing of a person is in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from hardware.faults import FAULTS, FaultCode

T = TypeVar("T")
Say = Callable[[str], None]
# What a person answers: "j" is yes; "" where nobody is there any more.
Ask = Callable[[str], str]
# Who did it from a terminal, in the audit trail: whoever has the right to this machine.
TERMINAL = "opdrachtregel"


class CheckFailed(Exception):
    """Something the device promises did not hold; the message says what, and what to do."""


def explain(say: Say, code: FaultCode, detail: str = "", *, word: str = "FOUT") -> None:
    """Say a fault, and what a technician does about it, step by step."""
    fault = FAULTS[code]
    say(f"{word}: {fault.title.format(municipality='…')} ({code.value}{': ' + detail if detail else ''})")
    for number, step in enumerate(fault.steps, 1):
        say(f"  {number}. {step}")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Do it, and say how many seconds it took."""
    begun = time.monotonic()
    return work(), time.monotonic() - begun
