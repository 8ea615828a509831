"""How soon the glass answers: press to pixel, page to page, what the screen's own thread lets wait; beside Chromium.

The hand and the eye are outside both: XTEST presses, and the display's memory is read. Each contender has a display of
its own, and presses alternate.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.lateness import late_rows
from benchmarks.mouse import Mouse
from benchmarks.processes import Rest
from benchmarks.rounds import interleave, p95
from benchmarks.rows import Peer, Row
from benchmarks.screen import Picture, Screen
from benchmarks.start import CHROMIUM, DEADLINE, HEIGHT, SETTLE_SECONDS, WIDTH, Contender, chromium_in, kiosk_in

ROUNDS = 80
# The cells of the bar that lead somewhere: help, and how the screen can be seen; between two of them nothing is lit.
CELLS = {"help": (WIDTH // 2, HEIGHT - 70), "ease": (WIDTH * 5 // 6, HEIGHT - 70)}
CORNER = (WIDTH // 3 + 20, HEIGHT - 20)  # of the cell for help: ground, and no letter
NOWHERE = (WIDTH // 2, HEIGHT // 2)
TAP = 0.06  # seconds that a finger lies on the glass
CALM = 0.25  # seconds before the next one: nobody touches sooner, and whatever the last one caused is over
PAGES = Path(__file__).with_name("pages.py")


class Glass:
    """A contender that runs on a display of its own, and a hand before it."""

    def __init__(self, stack: ExitStack, command: Callable[[Path], tuple[str, ...]], folder: Path) -> None:
        self._screen = stack.enter_context(Screen(WIDTH, HEIGHT))
        self._mouse = stack.enter_context(Mouse(self._screen.name))
        self._mouse.move(NOWHERE)
        stack.enter_context(Contender(command(folder), self._screen).running())
        self._screen.settled(DEADLINE)
        time.sleep(SETTLE_SECONDS)
        self._pictures: dict[str, Picture] = {}
        for name in CELLS:
            self._tap(name)
            self._pictures[name] = self._screen.settled(DEADLINE)
        self._turn = itertools.cycle(CELLS)

    def touched(self) -> tuple[float, float]:
        """Press to pixel, then page to page: in turns, for a kiosk on which nothing happens asks who is there."""
        return self.press_to_pixel(), self.page_change()

    def press_to_pixel(self) -> float:
        """Milliseconds until a cell of the bar is lit; let go elsewhere, so that nothing comes of it."""
        self._mouse.move(CELLS["help"])
        time.sleep(CALM)
        rest = self._screen.pixel(CORNER)
        pressed = self._mouse.press()
        lit = self._screen.wait_for_pixel(CORNER, rest, DEADLINE)
        time.sleep(TAP)
        self._mouse.move(NOWHERE)
        self._mouse.release()
        return (lit - pressed) * 1000

    def page_change(self) -> float:
        """Milliseconds from letting go of a cell until the words of its page stand there."""
        name = next(self._turn)
        released = self._tap(name)
        return (self._screen.wait_for(self._pictures[name], DEADLINE) - released) * 1000

    def _tap(self, name: str) -> float:
        self._mouse.move(CELLS[name])
        time.sleep(CALM)
        self._mouse.press()
        time.sleep(TAP)
        return self._mouse.release()


def rows() -> list[Row]:
    """Measure both in turns, then ours alone: at rest, every page, and beside devices that are busy or mute."""
    command = " ".join((*CHROMIUM, "portal.html"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        our_glass, their_glass = Glass(stack, kiosk_in, folder), Glass(stack, chromium_in, folder)
        touched = interleave({"ours": our_glass.touched, "peer": their_glass.touched}, ROUNDS)
    presses = {name: [press for press, _ in both] for name, both in touched.items()}
    changes = {name: [change for _, change in both] for name, both in touched.items()}
    pressed, peer = p95(presses["ours"]), Peer("Chromium", command, p95(presses["peer"]))
    changed, their_change = p95(changes["ours"]), Peer("Chromium", command, p95(changes["peer"]))
    pages = every_page()
    rest, theirs = at_rest(kiosk_in), at_rest(chromium_in)
    middle = Peer("Chromium", command, median(presses["peer"]))
    return [
        Row("press → pixel, p95", pressed, "ms", ROUNDS, target=8),
        Row("press → pixel, p95, beside Chromium", pressed, "ms", ROUNDS, target=1, peer=peer),
        Row("press → pixel, in the middle", median(presses["ours"]), "ms", ROUNDS, peer=middle),
        Row("page change, p95", changed, "ms", ROUNDS, target=30),
        Row("page change, p95, beside Chromium", changed, "ms", ROUNDS, peer=their_change),
        Row("page change in the process, every page, p95", p95(list(pages.values())), "ms", len(pages), target=30),
        Row(f"the same, slowest page ({max(pages, key=pages.__getitem__)})", max(pages.values()), "ms", len(pages)),
        Row("portal at rest, its sentence in turn: CPU", rest.cpu, "%", 1, target=0.1),
        Row("the same, beside Chromium", rest.cpu, "%", 1, target=0.5, peer=Peer("Chromium", command, theirs.cpu)),
        Row("portal at rest: wake-ups", rest.wake_ups, "/s", 1, target=1),
        *late_rows(),
    ]


def at_rest(command: Callable[[Path], tuple[str, ...]]) -> Rest:
    """What a portal does while nobody comes, but say something else every eight seconds."""
    with tempfile.TemporaryDirectory() as name, Screen(WIDTH, HEIGHT) as screen:
        kiosk_in(Path(name))  # the settings: Chromium's page is made of them
        contender = Contender(command(Path(name)), screen)
        contender.readable_after()
        return contender.rested()[0]


def every_page() -> dict[str, float]:
    """Milliseconds from a visit's step to the frame that shows its page, for every page of the gallery."""
    with Screen(WIDTH, HEIGHT) as screen:
        environment = os.environ | {"DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb"}
        told = subprocess.run([sys.executable, str(PAGES)], env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(told.stdout)
    return found
