"""A machine that goes wrong under a kiosk that runs: it says so, crashes no visit, prints nothing twice, and heals.

The kiosk, its reader, its printer and its town are real programs; of the machine the disk refuses and the clock leaps
(`simulators/astray.py`), and the kernel is asked for no more handles or ends a child. None of it needs rights.
"""

from __future__ import annotations

import errno
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.astray import Astray
from simulators.world import QUEUE, World
from tests.waiting import wait_until

SECONDS = 60.0
YEAR = timedelta(days=365)


@dataclass
class Site:
    """A kiosk on a machine that can go wrong, in its world."""

    world: World
    machine: Astray
    kiosk: KioskProcess
    titles: list[str] = field(default_factory=list)

    def visit(self, at: str = "", deed: Callable[[], object] = lambda: None) -> list[str]:
        """Let An come for a document; at this state something happens. Gives the states that were seen."""
        resident = Resident(self.kiosk, Slot(self.world.cards, "1.8:an"), self.world.residents["an"].pin)
        struck: list[float] = []

        def on_state(state: str) -> None:
            if state == at and not struck:
                deed()
                struck.append(time.monotonic())

        resident.on_state = on_state
        self.titles = []
        self.kiosk.look()
        while True:
            told = self.kiosk.next(SECONDS)
            assert told is not None, f"it said nothing any more after {resident.states}"
            if "state" not in told:  # or there is nothing to touch: a fault took the page away from under the finger
                continue
            if struck and told["state"] in ("Notice", "Printed") and not self.titles:
                print(f"{told['state']} {time.monotonic() - struck[0]:.1f} s after it struck")
            self.titles += [told["title"]] if "title" in told else []
            if resident.see(told):
                return resident.states

    def seen_since(self) -> list[dict[str, Any]]:
        """What stood on the screen since it was last looked at, and what stands there now."""
        self.kiosk.look()
        seen: list[dict[str, Any]] = []
        while told := self.kiosk.next(0.3 if seen else SECONDS):
            seen += [told] if "state" in told else []
        return seen

    def offers(self, *, documents: bool) -> None:
        """Wait until the portal offers documents, or does not any more."""
        began = time.monotonic()
        with suppress(TimeoutError):  # the town is asked twice a minute
            self.kiosk.wait_until_known(offered=documents)
        self.kiosk.wait_until_known(offered=documents)
        print(f"{'offered' if documents else 'not offered'} after {time.monotonic() - began:.1f} s")

    def prints_again(self, before: int) -> None:
        """The next one gets a document: one sheet more than there were, and no more."""
        self.offers(documents=True)
        assert "Printed" in self.visit()
        assert self.printed == before + 1

    @property
    def printed(self) -> int:
        """How many sheets came out, once nothing is on its way any more."""
        wait_until(lambda: not self.world.cupsd.waiting(QUEUE) and not self.world.printer.busy)
        return len(self.world.printer.printed)

    @property
    def codes_asked(self) -> int:
        """How often the town was asked what a code stands for."""
        file = f"file:{quote(str(self.machine.disk / 'kiosk.db'))}?mode=ro"
        with closing(dbapi2.connect(file, uri=True, timeout=SECONDS)) as connection:
            (count_,) = connection.execute("SELECT count(*) FROM audit WHERE what = 'codeTried'").fetchone()
        return int(count_)

    def child(self, module: str) -> psutil.Process:
        """The child of the kiosk that runs this."""
        (found,) = [one for one in psutil.Process(self.kiosk.pid).children() if module in one.cmdline()]
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with World(folder, out=folder / "out", ms_per_sheet=100) as world:
        yield world


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Astray:
    folder = tmp_path_factory.mktemp("machine")
    return Astray(folder / "astray", folder / "kiosk")


@pytest.fixture(scope="module")
def started(world: World, machine: Astray, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    settings_file.write(folder / "kiosk.toml", world, machine.disk)
    environment = {**world.environment, **machine.environment, "QT_QPA_PLATFORM": "offscreen"}
    log, through = folder / "kiosk.log", ("tests.machine.hasty",)
    with KioskProcess(folder / "kiosk.toml", environment, log, through=through) as kiosk:
        yield Site(world, machine, kiosk)


@pytest.fixture
def site(started: Site) -> Iterator[Site]:
    """The same kiosk for all of them, as a year brings them: each finds it whole and must leave it so."""
    try:
        started.offers(documents=True)
        yield started
    finally:
        started.machine.mend()


REFUSALS = {"full": errno.ENOSPC, "read-only": errno.EROFS, "broken": errno.EIO}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_who_confirms_while_the_disk_refuses_is_told_so_and_no_sheet_comes_of_it(site: Site, refusal: str) -> None:
    before = site.printed
    states = site.visit("Checking", lambda: site.machine.refuse(REFUSALS[refusal]))
    assert states[-2:] == ["Notice", "Portal"]
    assert set(site.titles) == {"Dit loket is buiten dienst"}
    assert site.printed == before
    site.machine.mend()
    site.prints_again(before)


@pytest.mark.parametrize("refusal", ["full", "read-only"])
def test_what_a_disk_cannot_take_is_not_offered_until_it_is_well(site: Site, refusal: str) -> None:
    site.machine.refuse(REFUSALS[refusal])
    site.offers(documents=False)
    site.machine.mend()
    site.offers(documents=True)


@pytest.mark.parametrize("refusal", ["full", "read-only"])
def test_a_kiosk_that_begins_on_a_disk_that_refuses_shows_the_portal_alone_and_begins_by_itself(
    site: Site, refusal: str
) -> None:
    site.kiosk.close()
    site.machine.refuse(REFUSALS[refusal])
    site.kiosk.start_again()
    wait_until(lambda: "documents" not in site.seen_since()[-1]["choices"])
    site.machine.mend()
    site.offers(documents=True)


def test_a_kiosk_that_has_no_handle_left_tells_who_confirms_and_makes_new_children_when_it_has(site: Site) -> None:
    """The child that reads documents is gone as well, and cannot be had back."""
    before, process = site.printed, psutil.Process(site.kiosk.pid)
    had = process.rlimit(resource.RLIMIT_NOFILE)

    def none_left() -> None:
        used = {int(handle.name) for handle in Path(f"/proc/{process.pid}/fd").iterdir()}
        free = next(number for number in count() if number not in used)
        process.rlimit(resource.RLIMIT_NOFILE, (free, had[1]))
        site.child("printing.pdf_child").kill()

    assert site.visit("Checking", none_left)[-2:] == ["Notice", "Portal"]
    assert set(site.titles) == {"Er ging iets mis"}
    assert site.printed == before
    process.rlimit(resource.RLIMIT_NOFILE, had)
    site.prints_again(before)


def test_a_child_that_the_kernel_ends_for_want_of_memory_costs_nobody_a_document(site: Site) -> None:
    before = site.printed
    assert "Printed" in site.visit("Checking", site.child("printing.pdf_child").kill)
    assert site.printed == before + 1


@pytest.mark.parametrize("far", [YEAR, -YEAR], ids=["ahead", "back"])
def test_a_clock_that_leaps_a_year_ends_no_visit_and_stops_none_of_its_clocks(site: Site, far: timedelta) -> None:
    """The goodbye still ends by itself; and a town whose certificate is not of that year is not spoken to."""
    before = site.printed
    states = site.visit("Checking", lambda: site.machine.leap(far))
    assert states[-3:] == ["Printed", "Goodbye", "Portal"]
    assert site.printed == before + 1
    site.world.town_hall.crash()  # so that the line is made anew
    site.world.town_hall.start()
    assert "Notice" in site.visit()
    assert set(site.titles) == {"Dit lukt nu even niet"}
    site.machine.mend()
    site.prints_again(before + 1)


# `LOKET_CODES=20000` is what is told of in docs/measurements.md.
CODES = int(os.environ.get("LOKET_CODES", "2000"))
# A hand that holds one code after the other before a scanner: so many a second, at most.
A_HAND = 5
# A code of the town's form that it does not know; control codes, a command, a format, and one that is far too long.
CODE = "4F7K-9XQR"
NO_CODES = ("\x1d\x02\x1b[2J;rm -rf /", "%s%n" * 3, "A" * 40)


def test_thousands_of_codes_a_second_with_control_codes_ask_the_town_no_more_than_a_hand_could(site: Site) -> None:
    """Something is plugged in for the scanner, and types without end: nothing comes of it, and the next is served."""
    before, asked, scanner, began = site.printed, site.codes_asked, site.world.scanner, time.monotonic()
    for number in range(CODES):
        scanner.type(*(CODE, *NO_CODES)[number % 4], "\r")
    seconds = time.monotonic() - began
    process = psutil.Process(site.kiosk.pid)
    wait_until(lambda: process.cpu_percent(0.25) < 20)
    print(f"{CODES / seconds:.0f} codes a second; at rest {time.monotonic() - began - seconds:.1f} s after the last")
    seen = {told["state"] for told in site.seen_since()}
    assert seen <= {"Portal", "OpeningCode", "EnterCode"}
    assert site.codes_asked - asked <= 1 + (time.monotonic() - began) * A_HAND
    site.kiosk.touch("stop")
    wait_until(lambda: site.seen_since()[-1]["state"] == "Portal")
    site.prints_again(before)


def test_a_kiosk_and_its_children_listen_nowhere(site: Site) -> None:
    """While it is whole, after all that: there is nothing to come in by."""
    kiosk = psutil.Process(site.kiosk.pid)
    for process in (kiosk, *kiosk.children(recursive=True)):
        assert [line for line in process.net_connections("inet") if line.status == psutil.CONN_LISTEN] == []
