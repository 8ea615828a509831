"""Somebody who does whatever comes into their head, at a whole kiosk with real programs around it.

Touches at random, cards in and out, a tray that empties, a reader that is pulled out, a town that goes away. Whatever
it was: no paper comes twice, time alone ends it, and nothing of anybody is left.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from pysqlite3 import dbapi2

from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.world import QUEUE, World
from soaking.personal import PIN, of_all, places_outside
from soaking.search import found
from tests.waiting import wait_until

# `LOKET_WALKS=40` is what is told of in docs/measurements.md; LOKET_SEED plays those of an earlier run again.
WALKS, STEPS = int(os.environ.get("LOKET_WALKS", "1")), 30
SEED = int(os.environ.get("LOKET_SEED") or secrets.randbelow(2**32))
SECONDS = 60.0
# The screen says what came of a touch at once; who waits longer waits for the town or for paper.
GLANCE = 0.15
PEOPLE = ("an", "bram", "zoe", "noel")
LEAVES = {"stop", "leave", "stopNow"}
# What leads to paper: who touches anything alike never comes so far.
ONWARD = ("product-", "answer-", "chosen", "confirm", "paperTaken", "paperGone", "stillHere")


@dataclass
class Walker:
    """Somebody at a kiosk, and all that the kiosk ever said."""

    world: World
    kiosk: KioskProcess
    chance: Random
    said: list[dict[str, Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    card: bool = False

    def walk(self, name: str) -> None:
        """Do so many things, and go away; what was done is told where something is not as it must be."""
        try:
            for _ in range(STEPS):
                self.step()
            self.go_away()
        finally:
            print(f"{name}: {', '.join(self.done)}")

    def visit(self) -> list[str]:
        """Come for a document, as anybody does; gives the states that were seen."""
        slot = Slot(self.world.cards, "1.8:an")
        resident = Resident(self.kiosk, slot, PIN)

        def is_over() -> bool:
            over = resident.see(self.look(1.0))
            if resident.states == ["Portal"]:  # the reader was only coming back: that card was in it, for all it knows
                slot.pull()
                slot.insert()
            return over

        wait_until(is_over, 2 * SECONDS)
        return resident.states

    def step(self) -> None:
        """Do something."""
        screen = self.look()
        deed = self.chance.choices(
            (self._touch, self._use_card, self._wait, self._misfortune),
            (90, 60 if screen["state"] in ("Portal", "TakeCard", "CardBack") else 4, 6, 8),
        )[0]
        deed(screen)

    def look(self, glance: float = GLANCE) -> dict[str, Any]:
        """What stands on the screen once it says nothing new."""
        self.kiosk.look()
        seen: dict[str, Any] = {}
        while told := self.kiosk.next(glance if seen else SECONDS):
            self.said.append(told)
            seen = told if "state" in told else seen
        return seen

    def go_away(self) -> None:
        """Leave everything as it is, a card in the slot too: time alone ends it. Then staff mends what was broken."""
        self.done.append("goes away")
        wait_until(lambda: self.look()["state"] == "Portal" and self.look()["overlay"] is None, 2 * SECONDS)
        self.world.cards.pull()
        self.world.pcscd.plug(self.world.pcscd.reader)
        self.world.printer.mend()
        self.world.town_hall.start()
        self.card = False
        wait_until(lambda: {"documents"} <= set(self.look()["choices"]) and self.look()["known"], 2 * SECONDS)

    def _touch(self, screen: dict[str, Any]) -> None:
        choices = list(screen["choices"])
        if screen["state"] == "EnterPin" and screen["overlay"] is None and self.chance.random() < 0.6:
            for digit in PIN:
                self._do(f"digit{digit}")
            self.look()
            self._do("pinDone")
        elif choices:
            onward = [choice for choice in choices if choice.startswith(ONWARD)]
            if onward and self.chance.random() < 0.6:
                self._do(self.chance.choice(onward))
                return
            stays = [choice for choice in choices if choice not in LEAVES] or choices
            self._do(self.chance.choice(choices if self.chance.random() < 0.2 else stays))

    def _do(self, choice: str) -> None:
        self.done.append(choice)
        self.kiosk.touch(choice)

    def _use_card(self, _screen: dict[str, Any]) -> None:
        person = self.chance.choice(PEOPLE)
        self.done.append("pulls the card" if self.card else f"puts in the card of {person}")
        self.world.cards.pull() if self.card else self.world.cards.insert(f"1.8:{person}")
        self.card = not self.card
        self.look(1.0)

    def _wait(self, _screen: dict[str, Any]) -> None:
        seconds = self.chance.choice((0.5, 1.5, 4.0))
        self.done.append(f"waits {seconds} s")
        self.look(seconds)

    def _misfortune(self, _screen: dict[str, Any]) -> None:
        world = self.world
        what: dict[str, Callable[[], object]] = {
            "the tray is empty": lambda: world.printer.strike("paper-empty"),
            "the tray is filled": world.printer.mend,
            "the reader is pulled out": lambda: world.pcscd.unplug(world.pcscd.reader),
            "the reader is back": lambda: world.pcscd.plug(world.pcscd.reader),
            "the town is gone": world.town_hall.crash,
            "the town is back": world.town_hall.start,
        }
        name = self.chance.choice(list(what))
        self.done.append(name)
        what[name]()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world", out=tmp_path / "out", ms_per_sheet=100) as world:
        world.residents.update({slug: replace(person, pin=PIN) for slug, person in world.residents.items()})
        yield world


def journal(data: Path) -> list[tuple[str, int]]:
    """How each document ended, and how many copies of it were asked for."""
    file = f"file:{quote(str(data / 'kiosk.db'))}?mode=ro"
    with closing(dbapi2.connect(file, uri=True, timeout=SECONDS)) as connection:
        return list(connection.execute("SELECT phase, coalesce(copies, 1) FROM ticket"))


@pytest.mark.timeout(120 + 90 * WALKS)
def test_whatever_somebody_does_no_paper_comes_twice_time_ends_it_and_nothing_is_left(
    world: World, tmp_path: Path
) -> None:
    data, log = tmp_path / "kiosk", tmp_path / "kiosk.log"
    home, tmp = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, tmp):
        folder.mkdir()
    settings_file.write(tmp_path / "kiosk.toml", world, data)
    places = {"HOME": str(home), "TMPDIR": str(tmp), "XDG_CACHE_HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    environment = {**world.environment, **places, "QT_QPA_PLATFORM": "offscreen"}
    through = ("tests.journeys.impatient",)
    with KioskProcess(tmp_path / "kiosk.toml", environment, log, through=through) as kiosk:
        kiosk.wait_until_known()
        said: list[dict[str, Any]] = []
        for number in range(WALKS):
            walker = Walker(world, kiosk, Random(f"{SEED} {number}"), said)
            before = came_of(world, data)
            walker.walk(f"LOKET_SEED={SEED}, walk {number}")
            no_paper_twice(before, came_of(world, data))
        before = came_of(world, data)
        assert "Printed" in Walker(world, kiosk, Random(SEED), said).visit()
        no_paper_twice(before, came_of(world, data))
        states = {told["state"] for told in said if "state" in told}
        print(f"LOKET_SEED={SEED}: {len(journal(data))} documents, {len(world.printer.printed)} printed, {states}")
        assert states >= {"Portal", "EnterPin"}
        secrets_ = of_all(world, (*PEOPLE,), tmp_path / "out")
        left = [line for place in (data, log, home, tmp, *places_outside(world)) for line in found(place, secrets_)]
    assert left == []
    assert list(tmp.rglob("*")) == []


def came_of(world: World, data: Path) -> tuple[int, int, int]:
    """How many papers were said to be printed, may have been, and came out, once nothing is on its way any more."""
    wait_until(lambda: not world.cupsd.waiting(QUEUE) and not world.printer.busy)
    wait_until(lambda: all(phase in ("printed", "failed", "unknown", "comesLater") for phase, _ in journal(data)))
    printed = sum(copies for phase, copies in journal(data) if phase == "printed")
    perhaps = sum(copies for phase, copies in journal(data) if phase in ("failed", "unknown"))
    return printed, perhaps, len(world.printer.printed)


def no_paper_twice(before: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    """Of one walk: as many sheets as were said to be printed, and none of what never reached the printer."""
    printed, perhaps, out = (now - then for then, now in zip(before, after, strict=True))
    assert printed <= out <= printed + perhaps
