"""A town hall that is killed while doors are busy: each opens once all the same, and is told of once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from simulators.town_hall import TownHall
from townhall import database
from townhall.compartments.tables import COLLECTIONS

if TYPE_CHECKING:
    from tests.townhall.conftest import Responder
    from tests.townhall.server.conftest import Contract, Town
    from tests.townhall.server.lockers.conftest import Clerk, Doors

RESIDENTS = Path(__file__).parents[4] / "townhall" / "residents.toml"
BOTH = {"openedAt": "2026-11-26T20:15:00+01:00", "closedAt": "2026-11-26T20:15:09.5+01:00"}
NUMBERS = range(1, 7)
# It is killed as soon as one door has leave to open, and again when three were told of: others wait for it just then.
MOMENTS = ("leave 1", "report 3")
A_LONG_TIME = 60.0
TRIES = 5


@dataclass
class Hall:
    """A town hall that somebody kills, and that starts again by itself."""

    hall: TownHall
    up: Event = field(default_factory=Event)
    due: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    heard: dict[str, int] = field(default_factory=dict)

    def answered(self, what: str) -> None:
        """One more answer of a kind reached a kiosk."""
        with self.lock:
            self.heard[what] = self.heard.get(what, 0) + 1
            if f"{what} {self.heard[what]}" in MOMENTS:
                self.due.set()

    def die(self) -> None:
        assert self.due.wait(A_LONG_TIME)
        self.due.clear()
        self.up.clear()
        self.hall.crash()
        self.hall.start()
        self.up.set()


@pytest.fixture
def fragile(town: Town, responder: Responder, tmp_path: Path, new_book: str | None) -> Iterator[Hall]:
    trust, accounts = tmp_path / "trust.pem", town.folder.parent / "office.toml"
    trust.write_bytes(town.eid.trust)
    hall = TownHall(tmp_path / "hall", RESIDENTS, trust, responder.url, None, ("--accounts", accounts), new_book)
    hall.start()
    try:
        yield Hall(hall)
    finally:
        hall.close()


def collect(fragile: Hall, doors: Doors, code: str, opened: list[str]) -> None:
    """One resident; the kiosk asks again for what it did not hear, and after a restart asks what it has leave for."""
    ticket = str(uuid4())
    for _ in range(TRIES):
        try:
            if doors.kiosk.call("GET", f"/collections/{ticket}").status_code == 404:
                came_in = doors.kiosk.type_code(code).json()
                (claim,) = came_in["claims"]["items"]
                leave = doors.leave(came_in["session"]["accessToken"], ticket, claim["id"])
                assert leave.status_code == 201, leave.text
            if ticket not in opened:
                opened.append(ticket)
            fragile.answered("leave")
            assert doors.report(ticket, "collected", **BOTH).json() == {"remedy": "none"}
            fragile.answered("report")
        except httpx.TransportError:
            assert fragile.up.wait(A_LONG_TIME)
        else:
            return
    raise AssertionError("it was killed twice, and tried more often")


def test_a_town_hall_killed_while_six_doors_are_busy_lets_each_open_once(
    fragile: Hall, town: Town, contract: Contract, here: Doors, clerk: Clerk
) -> None:
    ca, office = fragile.hall.ca, type(clerk)(fragile.hall)
    kiosk = type(town.kiosk)(fragile.hall, contract, town.kiosk.tools, ca / "kiosk.pem", ca / "kiosk.key")
    doors, opened = type(here)(town, kiosk), list[str]()
    things = {number: office.register("voucher") for number in NUMBERS}
    for number, (_, reference) in things.items():
        assert doors.put(reference, number).status_code == 201
    codes = [str(office.code(id_)) for id_, _ in things.values()]
    with ThreadPoolExecutor(len(codes)) as pool:
        visits = [pool.submit(collect, fragile, doors, code, opened) for code in codes]
        for _ in MOMENTS:
            fragile.die()
        for visit in visits:
            visit.result(A_LONG_TIME)
    assert len(opened) == len(NUMBERS), "each door once"
    assert [doors.compartment(number)["state"] for number in NUMBERS] == ["free"] * len(NUMBERS)
    office.come_in()
    assert all("Opgehaald</b>" in office.page(f"stuk/{id_}") for id_, _ in things.values())
    engine = database.opened(fragile.hall.database)
    with engine.connect() as connection:
        told = connection.execute(sa.select(COLLECTIONS.c.outcome)).scalars().all()
    engine.dispose()
    assert told == ["collected"] * len(NUMBERS)
    office.http.close()
    kiosk.http.close()
