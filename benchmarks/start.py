"""How soon the portal can be read after its process starts, and what it costs while nobody comes, beside Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.portal_page import page
from benchmarks.processes import Rest, at_rest, pss
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from benchmarks.screen import Picture, Screen
from config import settings
from demo.limits import memory_settings
from kiosk_app.visit import Overlay, Visit
from ui.screens import screen_for

WIDTH, HEIGHT = 1080, 1920
ROUNDS = 9
DEADLINE = 30.0  # seconds: a start that takes longer is a failure, not a figure
SETTLE_SECONDS = 5.0  # the work behind the first frame is part of the start, not of the rest
REST_SECONDS = 60.0

# What a kiosk without any device shows: a supported state, and nothing but the start itself is timed.
PORTAL = """
kiosk = "LV-01"
data = "{data}"
services = [
    {{ kind = "cash", name = "Geldautomaat 1", place = "Links van de ingang" }},
    {{ kind = "cash", name = "Geldautomaat 2", place = "Naast automaat 1" }},
    {{ kind = "parcels", name = "Pakjesautomaat bpost", place = "Rechts bij de lift" }},
]
counter = [
    {{ weekday = 0, opens = 09:00:00, closes = 12:00:00 }},
    {{ weekday = 3, opens = 13:00:00, closes = 16:00:00 }},
]
[town]
name = "Gemeente Lindeveld"
municipality = "Lindeveld"
online_desk = "https://loket.lindeveld.example"
"""

CHROMIUM = (
    "chromium",
    "--kiosk",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate",
    f"--window-size={WIDTH},{HEIGHT}",
    "--window-position=0,0",
)


@dataclass
class Contender:
    """A program that fills the display. It is stopped and started again; what it keeps between starts stays warm."""

    command: tuple[str, ...]
    screen: Screen
    more: Mapping[str, str] = field(default_factory=dict)  # of its environment
    picture: Picture = field(default_factory=list)

    def readable_after(self) -> float:
        """Milliseconds from the start of the process until its page can be read; the first time learns the page."""
        start = time.monotonic()
        with self.running():
            if self.picture:
                readable = self.screen.wait_for(self.picture, DEADLINE)
            else:
                self.picture = self.screen.settled(DEADLINE)
                readable = time.monotonic()
        self.screen.wait_for_black(DEADLINE)
        return (readable - start) * 1000

    def rested(self) -> tuple[Rest, float]:
        """What it does while nobody comes, and its memory in MiB."""
        with self.running() as pid:
            self.screen.wait_for(self.picture, DEADLINE)
            time.sleep(SETTLE_SECONDS)
            rest = at_rest(pid, REST_SECONDS)
            memory = pss(pid)
        self.screen.wait_for_black(DEADLINE)
        return rest, memory

    @contextmanager
    def running(self) -> Iterator[int]:
        """Run it, give its process id, and end it."""
        environment = {
            "DISPLAY": self.screen.name,
            "QT_QPA_PLATFORM": "xcb",
            "QT_QUICK_BACKEND": "software",
            "QT_QPA_UPDATE_IDLE_TIME": "0",
        }
        process = subprocess.Popen(
            self.command,
            env={**os.environ, **environment, **self.more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(DEADLINE)


def rows() -> list[Row]:
    """Measure both: first the starts in turns, then each at rest."""
    with tempfile.TemporaryDirectory() as name, Screen(WIDTH, HEIGHT) as screen:
        folder = Path(name)
        ours, peer = Contender(kiosk_in(folder), screen), Contender(chromium_in(folder), screen)
        # As its unit has it: what is freed is overwritten, and large blocks are given back (docs/decisions/0034).
        installed = Contender(kiosk_in(folder), screen, memory_settings())
        starts = interleave(
            {"ours": ours.readable_after, "installed": installed.readable_after, "peer": peer.readable_after}, ROUNDS
        )
        command = " ".join((*CHROMIUM, "portal.html"))
        chromium = Peer("Chromium", command, median(starts["peer"]))
        return [
            Row("start: portal readable", median(starts["ours"]), "ms", ROUNDS, target=0.5, peer=chromium),
            Row(
                "start: portal readable, with the unit's memory settings",
                *(median(starts["installed"]), "ms", ROUNDS),
                target=0.5,
                peer=chromium,
            ),
            *_resting(ours, peer, command),
        ]


def chromium_memory() -> Peer:
    """Give what Chromium holds while it shows the portal's page."""
    with tempfile.TemporaryDirectory() as name, Screen(WIDTH, HEIGHT) as screen:
        folder = Path(name)
        kiosk_in(folder)
        contender = Contender(chromium_in(folder), screen)
        contender.readable_after()
        return Peer("Chromium", " ".join((*CHROMIUM, "portal.html")), contender.rested()[1])


def _resting(ours: Contender, peer: Contender, command: str) -> list[Row]:
    theirs, their_memory = peer.rested()
    rest, memory = ours.rested()
    return [
        Row("portal at rest: CPU", rest.cpu, "%", 1, target=0.1),
        Row("portal at rest: CPU beside Chromium", rest.cpu, "%", 1, peer=Peer("Chromium", command, theirs.cpu)),
        Row("portal at rest: wake-ups", rest.wake_ups, "/s", 1, target=1),
        Row("portal at rest: memory (PSS)", memory, "MiB", 1, peer=Peer("Chromium", command, their_memory)),
    ]


def kiosk_in(folder: Path) -> tuple[str, ...]:
    """Give how our portal is started, with its settings in `folder`."""
    file = folder / "kiosk.toml"
    file.write_text(PORTAL.format(data=folder / "data"))
    return (sys.executable, "-P", "-m", "kiosk_app.cli", "run", "--settings", str(file))


def chromium_in(folder: Path) -> tuple[str, ...]:
    """Give how Chromium is started with an equal page; our own settings must lie in `folder`."""
    file = folder / "portal.html"
    told = settings.load(folder / "kiosk.toml")
    now = told.town.now()
    over = (Visit(overlay=one) for one in (Overlay.HELP, Overlay.EASE))
    file.write_text(page(*(screen_for(visit, told, now) for visit in (Visit(), *over))))
    return (*CHROMIUM, f"--user-data-dir={folder / 'profile'}", file.as_uri())
