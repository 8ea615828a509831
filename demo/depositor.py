"""The scripted depositor: puts things behind doors, one with a colleague, takes one back, and takes stock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.staff_visit import StaffVisit, Told
from demo.tables import journeys
from kiosk_app.maintenance.secret import pin_hash
from simulators.counter import Counter
from simulators.eid.plug import Plug
from simulators.piv import PivCard
from simulators.wall import place
from simulators.world import World

JOURNEY = "deposit"
FIRST, SECOND = "D-11", "D-12"
PIN = "493751"
RESIDENT = "an"


def play(journey: Told, world: World, folder: Path) -> bool:
    """Play it; True when the town says that what should lie there does, and no other door opened."""
    cards = {name: PivCard.new(name) for name in (FIRST, SECOND)}
    right = {"role": "depositor", "until": datetime.now(UTC).date() + timedelta(days=1), "pin": pin_hash(PIN)}
    staff = [{**right, "name": name, "public_key": card.public_key()} for name, card in cards.items()]
    settings_file.write(folder / "kiosk.toml", world, folder / "kiosk", staff=staff)
    counter = world.counter()
    environment = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
    try:
        through = journey.through(folder / "kiosk")
        with KioskProcess(folder / "kiosk.toml", environment, folder / "kiosk.log", through=through) as kiosk:
            visit = _Visit(journey, world, kiosk, counter, cards)
            visit.until(lambda seen: seen["state"] == "Portal" and seen["known"])
            well = visit.walk()
            visit.until(lambda seen: seen["state"] == "Portal")
            visit.photograph("Portal")
    finally:
        counter.close()
    told: dict[str, object] = {
        "journey": journey.name,
        "outcome": "done" if well else "failed",
        "documents": [],
        "touches": visit.touches,
        "pinTouches": len(PIN),
        "fault": {"name": None, "struckAtState": None},
    }
    (journey.out / "journey.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
    return told["outcome"] == journeys()[journey.name].outcome


class _Visit(StaffVisit):
    """The depositor before screen and wall."""

    def __init__(
        self, journey: Told, world: World, kiosk: KioskProcess, counter: Counter, cards: dict[str, PivCard]
    ) -> None:
        super().__init__(journey, kiosk)
        self._world, self._counter, self._cards = world, counter, cards
        self._doors: list[int] = []  # that should have opened, in this order
        self._plug: Plug | None = None

    def walk(self) -> bool:
        """Put in, take back, and take stock; gives whether town and boards say the same of it."""
        (voucher, scanned), (_, chosen) = (
            self._counter.register("voucher"),
            self._counter.register("passport", self._world.residents[RESIDENT].ssin),
        )
        self._card(FIRST)
        try:
            self.come_in(PIN, "Shelves")
            first = self._put_in_what_is_scanned(scanned)
            second = self._put_in_with_a_colleague(chosen)
            knew = self._counter.lies() == {first: scanned, second: chosen}
            self._counter.withdraw(voucher)
            self._take_back(first)
            self._take_stock((second, "there"), (first, "empty"))
        finally:
            self._card(None)
        opened = self._world.lockers.pulses == [place(number) for number in self._doors]
        return knew and opened and self._counter.lies() == {second: chosen}

    def _card(self, name: str | None) -> None:
        """Take out the card that is in, and put in another."""
        if self._plug is not None:
            self._plug.pull()
        self._plug = Plug(self._world.pcscd.slot(), self._cards[name]) if name is not None else None

    def _put_in_what_is_scanned(self, reference: str) -> int:
        self._choose("deed-putIn", "PuttingIn")
        self._world.scanner.scan(reference)
        self.page_is("Proposal")
        self.photograph("Proposal")
        self.touch("lowPlace", "Proposal")
        number = self._open()
        self._world.lay(number)
        self._ends()
        return number

    def _put_in_with_a_colleague(self, reference: str) -> int:
        self._choose("nextThing", "PuttingIn")
        self.touch(f"thing-{reference}", "SecondCard")
        self._card(SECOND)
        self.page_is("Proposal")
        self.photograph("Proposal")
        number = self._open()
        self._world.lay(number)
        self._ends()
        return number

    def _take_back(self, number: int) -> None:
        self._choose("back", "Shelves")
        self.touch("deed-takeBack", "TakingBack")
        self.touch(f"place-{number}", "Proposal")
        self._open()
        self._world.reach(number)
        self._ends()

    def _take_stock(self, *looks: tuple[int, str]) -> None:
        """Look behind doors, and say what lies there: each time as it should."""
        self._choose("back", "Shelves")
        self.touch("deed-check", "Checking")
        for number, answer in looks:
            self._turn_to(f"place-{number}")
            self.touch(f"place-{number}", "DoorMoves")
            self.page_is("DoorStands")
            self._doors.append(number)
            self._world.lockers.shut(*place(number))
            self.page_is("AskFound")
            self.photograph("AskFound")
            self.touch(answer, "Checking")
        self.touch("stockTaken", "ActEnded")

    def _turn_to(self, place: str) -> None:
        """Turn the pages until that one is shown: what was told before a page turned says nothing of the next."""
        shown = self.page_is("Checking")["choices"]
        while place not in shown:
            self.touch("pageAfter", "Checking")
            shown = self.until(partial(_differs, shown))["choices"]

    def _choose(self, choice: str, page: str) -> None:
        """Touch what leads to a page that asks the town, and wait for its answer."""
        self.touch(choice, page)
        self.until(lambda seen: seen.get("page") == page and bool(seen["shelf"]))
        self.photograph(page)

    def _open(self) -> int:
        self.touch("openDoor", "DoorMoves")
        number = int(self.page_is("DoorStands")["compartment"])
        self.photograph("DoorStands")
        self._doors.append(number)
        return number

    def _ends(self) -> None:
        self.page_is("ActEnded")
        self.photograph("ActEnded")


def _differs(choices: list[str], seen: dict[str, Any]) -> bool:
    return bool(seen["choices"] != choices)
