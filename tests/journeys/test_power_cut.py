"""A kiosk that dies at the worst moment, or at any, prints nothing twice, tells the town the truth, serves the next."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskDied, KioskProcess
from demo.resident import Resident, Slot
from kiosk_app import starts
from simulators.world import QUEUE, World
from tests.waiting import wait_until

SECONDS = 40.0
QUICK_MS = 100
# At how many moments the kiosk is killed; LOKET_SEED plays those of an earlier run again.
MOMENTS = int(os.environ.get("LOKET_KILLS", "10"))
SEED = int(os.environ.get("LOKET_SEED") or secrets.randbelow(2**32))
# How often each of the eight steps is played.
TIMES = int(os.environ.get("LOKET_TIMES", "3"))
# From the check screen until the paper lies there, and a little more.
A_PRINT = 3.0
# Slow enough for the kiosk to lose its power while a sheet is under way, on a busy machine too.
SLOW_MS = 4000


@dataclass(frozen=True)
class Ticket:
    """What the kiosk's journal knows of a document."""

    number: str
    phase: str
    reported: bool


class Hall:
    """A world, and a kiosk in it that can lose its power."""

    def __init__(self, world: World, folder: Path) -> None:
        """It begins with an empty tray, in a world that others may have been in before."""
        self.world = world
        for sheet in (*world.printer.received, *world.printer.printed):
            sheet.unlink()
        world.printer.mend()
        world.printer.set_speed(QUICK_MS)
        self.awaited: int | None = None  # documents that the screen still waits for while it asks for the card
        self._before: dict[str, Any] = {}  # the screen that it told of last
        self.wants: dict[str, Any] = {}  # what An comes for, where it is not one certificate
        self._folder = folder
        self._settings = folder / "kiosk.toml"
        settings_file.write(self._settings, world, folder / "kiosk")
        self.kiosk = self._switched_on()

    def visit(
        self,
        kill_at: Callable[[str], bool] = lambda _state: False,
        *,
        forgets_card: bool = False,
        leaves_paper: bool = False,
    ) -> list[str]:
        """Let An come for a document, until she is home again or `kill_at` says that now the power goes."""
        pin = self.world.residents["an"].pin
        slot = Slot(self.world.cards, "1.8:an")
        resident = Resident(self.kiosk, slot, pin, forgets_card=forgets_card, leaves_paper=leaves_paper, **self.wants)
        self.kiosk.wait_until_known()
        self.kiosk.look()
        while (told := self._next_screen()) and not resident.see(told):
            self.awaited = told.get("awaited")
            if kill_at(str(told["state"])):
                self.lose_power()
                resident.take_card()
                return resident.states
        assert "Printed" in resident.states
        return resident.states

    def killed_visit(self, moment: float) -> None:
        """Let An come for a document; the kiosk is killed so many seconds after it asked her to check."""
        slot = Slot(self.world.cards, "1.8:an")
        resident = Resident(self.kiosk, slot, self.world.residents["an"].pin)
        killer = threading.Timer(moment, self.kiosk.kill)
        self.kiosk.wait_until_known()
        self.kiosk.look()
        with contextlib.suppress(KioskDied, BrokenPipeError):
            while (told := self._next_screen()) and not resident.see(told):
                if told["state"] == "Checking" and killer.ident is None:
                    killer.start()
        killer.join()
        resident.take_card()
        self.kiosk.close()

    def settle(self) -> None:
        """Wait until nothing is on its way to the tray."""
        wait_until(lambda: not self.world.cupsd.waiting(QUEUE) and not self.world.printer.busy)

    def lose_power(self) -> None:
        """Everything of the kiosk ends at once, its children too: they hold a document."""
        children = psutil.Process(self.kiosk.pid).children(recursive=True)
        self.kiosk.kill()
        self.kiosk.close()
        assert children
        _, alive = psutil.wait_procs(children, SECONDS)
        assert alive == []

    def power_back(self) -> None:
        """Start the kiosk on the memory it had, on another day: five cuts in ten minutes leave the portal alone."""
        (self._folder / "kiosk" / starts.FILE).unlink(missing_ok=True)
        self.kiosk = self._switched_on()

    def tickets(self) -> list[Ticket]:
        """What the journal holds, oldest first."""
        found = rows(
            self._folder / "kiosk" / "kiosk.db", "SELECT ticket, phase, reported_at FROM ticket ORDER BY rowid"
        )
        return [Ticket(number.replace("-", ""), phase, reported is not None) for number, phase, reported in found]

    def told_to_town(self) -> dict[str, str]:
        """What the town hall wrote down of each ticket of this kiosk."""
        database = self.world.town_hall.ca.parent / "townhall.db"
        found = rows(database, "SELECT ticket, outcome FROM print_results")
        ours = {ticket.number for ticket in self.tickets()}
        told = {str(ticket).replace("-", ""): outcome for ticket, outcome in found}
        return {number: outcome for number, outcome in told.items() if number in ours}

    def _switched_on(self) -> KioskProcess:
        environment = {**self.world.environment, "QT_QPA_PLATFORM": "offscreen"}
        return KioskProcess(self._settings, environment, self._folder / "kiosk.log")

    def _next_screen(self) -> dict[str, Any]:
        heard = []  # since it told of a screen
        while (told := self.kiosk.next(SECONDS)) is not None:
            assert "error" not in told, told
            heard.append(told)
            if "state" in told:
                self._before = told
                return told
        pytest.fail(f"the kiosk said nothing any more after {self._before} and {heard}")


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a database that somebody else has open."""
    with closing(dbapi2.connect(f"file:{quote(str(database))}?mode=ro", uri=True, timeout=SECONDS)) as connection:
        return list(connection.execute(query))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with World(folder, out=folder / "out", ms_per_sheet=QUICK_MS) as world:
        yield world


@pytest.fixture
def one_hall(world: World, tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(world, tmp_path)
    try:
        yield hall
        hall.settle()
    finally:
        hall.kiosk.close()


@pytest.fixture(params=range(TIMES))
def hall(one_hall: Hall) -> Hall:
    """A kiosk at each of its eight steps, as many times as asked."""
    return one_hall


def assert_told_and_ready(hall: Hall, phase: str, sheets: int, *, town_knows: bool = True) -> None:
    """The ticket has ended as it must, and the town heard so; the next visit prints one sheet more, and no other."""
    wait_until(lambda: [ticket.reported for ticket in hall.tickets()] == [True])
    (ticket,) = hall.tickets()
    assert ticket.phase == phase
    assert hall.told_to_town() == ({ticket.number: phase} if town_knows else {})
    received = len(hall.world.printer.received)
    assert received <= 1
    assert len(hall.world.printer.printed) == sheets
    hall.visit()
    assert len(hall.world.printer.received) == received + 1
    assert len(hall.world.printer.printed) == sheets + 1
    assert [ticket.phase for ticket in hall.tickets()] == [phase, "printed"]


def lose_power_under_way(hall: Hall) -> None:
    """The power goes when every byte has arrived at the printer, and no sheet is out yet."""

    def has_it_all(state: str) -> bool:
        if state == "Printing":
            wait_until(lambda: hall.world.printer.received)
        return state == "Printing"

    hall.world.printer.set_speed(SLOW_MS)
    hall.visit(has_it_all)
    hall.world.printer.set_speed(QUICK_MS)
    assert [ticket.phase for ticket in hall.tickets()] in (["handed"], ["printing"])
    assert hall.world.printer.printed == []


def test_power_lost_while_ordering_a_document_the_town_never_heard_of(hall: Hall) -> None:
    """The order was written down, and hung: it ends as failed, and the town's refusal closes the report."""

    def order_hangs(state: str) -> bool:
        if state == "Checking":
            hall.world.town_hall.pause()
        if state == "TakeCard":
            wait_until(hall.tickets)
        return state == "TakeCard"

    hall.visit(order_hangs)
    hall.world.town_hall.crash()
    hall.world.town_hall.start()
    hall.power_back()
    assert_told_and_ready(hall, "failed", 0, town_knows=False)


def test_power_lost_with_a_sealed_document_in_memory(hall: Hall) -> None:
    """The document went with the memory that held it: it ends as failed, never as a surprise on paper."""
    hall.visit(lambda state: state == "TakeCard" and hall.awaited == 0, forgets_card=True)
    assert hall.world.printer.received == []
    hall.power_back()
    assert_told_and_ready(hall, "failed", 0)


def test_power_lost_between_asking_cups_for_a_job_and_its_answer(hall: Hall) -> None:
    """CUPS made the job and nobody heard: nothing was sent, nothing is sent, and the job does not stay."""

    def cups_hangs(state: str) -> None:
        if state == "Checking":  # and not sooner: a busy kiosk would find out before it asks for a job
            os.kill(hall.world.cupsd.pid, signal.SIGSTOP)

    def has_asked(state: str) -> bool:
        if state == "TakeCard":
            wait_until(lambda: [ticket.phase for ticket in hall.tickets()] == ["requested"])
        return state == "TakeCard"

    hall.wants = {"on_state": cups_hangs}
    try:
        hall.visit(has_asked)
    finally:
        os.kill(hall.world.cupsd.pid, signal.SIGCONT)
    hall.wants = {}
    hall.power_back()
    assert_told_and_ready(hall, "failed", 0)


def test_power_lost_while_the_sheet_is_under_way(hall: Hall) -> None:
    """The printer had it all, and finishes it: once on paper, and printed by the device's own word."""
    lose_power_under_way(hall)
    hall.power_back()
    assert_told_and_ready(hall, "printed", 1)


def test_power_lost_while_three_copies_are_under_way(one_hall: Hall) -> None:
    """The printer finishes the three, and no second set of them ever comes."""
    hall = one_hall
    hall.wants = {"products": ("civilBirth",), "copies": 3}
    lose_power_under_way(hall)
    hall.wants = {}
    hall.power_back()
    assert_told_and_ready(hall, "printed", 3)


def test_power_back_after_the_sheet_is_out(hall: Hall) -> None:
    """What came out while the kiosk was dark is printed, and is not printed again."""
    lose_power_under_way(hall)
    assert hall.world.printer.wait_for_printed(1, SECONDS)
    hall.power_back()
    assert_told_and_ready(hall, "printed", 1)


def test_power_lost_while_the_paper_waits_to_be_taken(hall: Hall) -> None:
    """Somebody's paper may still lie there: the next resident is asked about it before anything else."""
    hall.visit(lambda state: state == "Printed", leaves_paper=True)
    hall.power_back()
    wait_until(lambda: [ticket.reported for ticket in hall.tickets()] == [True])
    assert hall.visit()[0:2] == ["Portal", "PaperLeft"]


def test_power_lost_before_the_first_sheet_is_out(one_hall: Hall) -> None:
    """It comes out of a printer that nobody follows: whoever comes before the kiosk knows is asked all the same."""
    lose_power_under_way(one_hall)
    one_hall.power_back()
    assert one_hall.visit()[0:2] == ["Portal", "PaperLeft"]


def test_power_lost_after_the_paper_was_taken(hall: Hall) -> None:
    """Nothing lies there, so nobody is asked."""
    hall.visit()
    hall.lose_power()
    hall.power_back()
    assert "PaperLeft" not in hall.visit()


def test_power_lost_while_the_printer_waits_for_paper(hall: Hall) -> None:
    """The resident has gone: what waits is called back, and no sheet comes out when somebody fills the tray."""
    hall.world.printer.strike("paper-empty")
    hall.visit(lambda _state: hall.world.printer.struck)
    hall.power_back()
    wait_until(lambda: [ticket.phase for ticket in hall.tickets()] == ["failed"])
    hall.world.printer.mend()
    assert_told_and_ready(hall, "failed", 0)


@pytest.mark.timeout(120 + 40 * MOMENTS)
def test_a_kiosk_killed_at_any_moment_prints_once_at_most_and_tells_the_truth(one_hall: Hall) -> None:
    """From the confirmation to the paper, wherever the moment falls; after each the next resident gets a document."""
    chance, hall = random.Random(SEED), one_hall
    hall.kiosk.wait_until_known()
    for number in range(MOMENTS):
        moment, before = chance.uniform(0, A_PRINT), len(hall.world.printer.printed)
        said = f"LOKET_SEED={SEED}, moment {number}: {moment * 1000:.0f} ms after the check screen"
        known = {ticket.number for ticket in hall.tickets()}
        hall.killed_visit(moment)
        hall.power_back()
        hall.kiosk.wait_until_known()
        wait_until(lambda: all(ticket.reported for ticket in hall.tickets()))
        hall.settle()
        came_out = len(hall.world.printer.printed) - before
        assert came_out <= 1, said
        phases = [ticket.phase for ticket in hall.tickets() if ticket.number not in known]
        assert phases in ([], ["failed"], ["unknown"], ["printed"]), f"{said}: {phases}"
        assert (phases == ["printed"]) == (came_out == 1) or phases == ["unknown"], f"{said}: {phases}, {came_out}"
        hall.visit()
        hall.settle()
        assert len(hall.world.printer.printed) == before + came_out + 1, said
    told = hall.told_to_town()
    assert {ticket.number: ticket.phase for ticket in hall.tickets() if ticket.number in told} == told
