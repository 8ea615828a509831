"""Somebody of staff before the screen of a scripted kiosk: types a code, touches, looks, and keeps pictures of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from demo.kiosk_process import KioskProcess
from demo.resident import SECOND_STRIKE

# A device is looked at every quarter of a minute; what takes longer is not coming.
SECONDS = 90.0
# Some pages pass by before anybody can look at them.
_QUICK = {"Testing": "Tested", "DoorMoves": "DoorStands"}


class Told(Protocol):
    """What a journey is called, where its proof goes, and what runs the kiosk."""

    name: str
    out: Path
    pictures: int

    def through(self, data: Path) -> tuple[str, ...]:
        """Give what runs the kiosk, which keeps its memory in `data`."""
        ...


class StaffVisit:
    """One visit of staff."""

    def __init__(self, journey: Told, kiosk: KioskProcess) -> None:
        self._journey, self._kiosk = journey, kiosk
        self.touches = 0

    def come_in(self, code: str, page: str) -> None:
        """Type the code that goes with the card that is in, and get to the first page."""
        self.page_is("EnterCode")
        for digit in code:
            self._kiosk.touch(f"digit{digit}")
        self.until(lambda seen: "codeDone" in seen["choices"])
        self.photograph("EnterCode")
        self.touch("codeDone", page)

    def touch(self, choice: str, page: str) -> None:
        """Touch a choice once it is there, and keep a picture of the page that it leads to."""
        self.until(lambda seen: choice in seen["choices"])
        time.sleep(SECOND_STRIKE)  # rows of two pages lie on one spot: a hand is no quicker
        self._kiosk.touch(choice)
        self.touches += 1
        self.page_is(page)
        self.photograph(page)

    def page_is(self, page: str) -> dict[str, Any]:
        """Wait for a page, and give what is seen there."""
        return self.until(lambda seen: seen.get("page") in (page, _QUICK.get(page, page)))

    def until(self, fact: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Look until the screen shows it. Raises TimeoutError."""
        deadline = time.monotonic() + SECONDS
        self._kiosk.look()
        while (left := deadline - time.monotonic()) > 0:
            seen = self._kiosk.next(min(left, 1.0))
            if seen is not None and "state" in seen and fact(seen):
                return seen
            if seen is None:
                self._kiosk.look()
        raise TimeoutError("the screen never showed it")

    def photograph(self, name: str) -> None:
        """Keep a picture of the screen."""
        self._journey.pictures += 1
        self._kiosk.grab(self._journey.out / "screens" / f"{self._journey.pictures:02}-{name}.png")
