"""From OK on the PIN pad to the first byte at the printer: one wall clock, beside the same work by bare tools.

Each side has a world of its own and a 1.7 card; rounds alternate. Certificate and challenge come before OK and count on
neither side; the back end's own time, by its Server-Timing, is taken off on both.
"""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import tomli_w

from benchmarks.bare_tools import COMMAND, BareTools, Told
from benchmarks.processes import pss
from benchmarks.relay import Relay
from benchmarks.rounds import interleave
from benchmarks.rows import Peer, Row
from benchmarks.start import chromium_memory
from demo import settings_file
from demo.kiosk_process import KioskProcess
from demo.resident import Resident, Slot
from simulators.world import World

ROUNDS = 9
CARD = "1.7:an"
QUEUE = "relayed"
# The child that saw documents has been replaced by a fresh one by then.
SETTLE_SECONDS = 2.0
# pcscd looks into its slots every 0.4 s.
CARD_SECONDS = 10.0
# The calls that lie between OK and paper, as the client's debug lines name them.
AFTER_OK = r"(?:PUT /authenticationChallenges/\*/response|PUT /documentOrders/\*|GET /documentOrders/\*/document)"
PARTS = (
    ("sign in", "SigningIn", "Choosing"),
    ("choose", "Choosing", "Checking"),
    ("check", "Checking", "TakeCard"),
    ("card out; order and fetch", "TakeCard", "Printing"),
)


@dataclass(frozen=True)
class Figures:
    """One visit of ours: seconds in all and by part, the back end's share, handshakes, commands to the card."""

    total: float
    parts: dict[str, float]
    back_end: float
    handshakes: int
    apdus: int


class Ours:
    """The kiosk, with a resident who touches and pulls the moment a screen allows it."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        folder.mkdir()
        self._world = stack.enter_context(World(folder, ms_per_sheet=200))
        self._printer = stack.enter_context(Relay(("127.0.0.1", port_of(self._world.printer.uri))))
        self._town_hall = stack.enter_context(Relay(("127.0.0.1", port_of(self._world.town_hall.url))))
        self._world.cupsd.add_queue(QUEUE, f"ipp://localhost:{self._printer.port}/ipp/print")
        settings = folder / "kiosk.toml"
        settings_file.write(settings, self._world, folder / "kiosk")
        settings.write_text(self._relayed(settings), encoding="utf-8")
        self._log = folder / "kiosk.log"
        self._settings = settings
        self._environment = {**self._world.environment, "QT_QPA_PLATFORM": "offscreen", "LOKET_LOG": "DEBUG"}
        self._kiosk = stack.enter_context(KioskProcess(settings, self._environment, self._log))
        self._kiosk.wait_until_known()

    def memory_after_a_visit(self) -> float:
        """Start a kiosk anew, play one visit, and give what it and its children hold then, in MiB."""
        self._kiosk.close()
        with KioskProcess(self._settings, self._environment, self._log) as self._kiosk:
            self._kiosk.wait_until_known()
            self.visit()
            time.sleep(SETTLE_SECONDS)
            return pss(self._kiosk.pid)

    def visit(self) -> Figures:
        """Play one visit."""
        self._printer.forget()
        self._town_hall.forget()
        logged = self._log.stat().st_size
        resident = Resident(self._kiosk, Slot(self._world.cards, CARD), self._world.residents["an"].pin)
        asked: dict[str, int] = {}

        def count(state: str) -> None:
            if state == "Choosing":
                asked[state] = sum(self._world.cards.hand.asked.values())

        resident.on_state = count
        self._kiosk.look()
        pressed = 0.0
        while (told := self._kiosk.next()) is not None:
            if told.get("touched") == "pinDone":
                pressed = told["at"]
            if "state" in told and resident.see(told):
                break
        if "Printing" not in resident.at:
            raise RuntimeError(f"this visit came to no paper: {', '.join(resident.states)}")
        first_byte = self._printer.first_byte(1.0)
        at = resident.at
        parts = {name: at[end] - at[start] for name, start, end in PARTS}
        parts["hand over"] = first_byte - at["Printing"]
        log = self._log.read_bytes()[logged:].decode()
        return Figures(first_byte - pressed, parts, _own_seconds(log), self._town_hall.connections, asked["Choosing"])

    def _relayed(self, settings: Path) -> str:
        """Give the settings with the queue and the line to the town hall going through the relays."""
        import tomllib

        told = tomllib.loads(settings.read_text(encoding="utf-8"))
        told["printer"]["queue"] = QUEUE
        told["back_end"]["url"] = f"https://localhost:{self._town_hall.port}"
        return tomli_w.dumps(told)


class Theirs:
    """Bare tools in sequence, in a world of their own."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        folder.mkdir()
        self._world = stack.enter_context(World(folder, ms_per_sheet=200))
        self._printer = stack.enter_context(Relay(("127.0.0.1", port_of(self._world.printer.uri))))
        self._world.cupsd.add_queue(QUEUE, f"ipp://localhost:{self._printer.port}/ipp/print")
        self._tools = BareTools(self._world, folder, QUEUE)
        self._world.cards.insert(CARD)
        self._tools.wait_for_card(CARD_SECONDS)

    def visit(self) -> tuple[float, Told]:
        """Do the work once; seconds from the first tool's start to the first byte at the printer."""
        challenge = self._tools.challenge()
        self._printer.forget()
        began = time.monotonic()
        told = self._tools.run(challenge)
        total = self._printer.first_byte(30.0) - began
        while len(self._world.printer.printed) < len(self._world.printer.received):
            time.sleep(0.05)
        return total, told


def rows() -> list[Row]:
    """Measure both in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-bench-")))
        ours, theirs = Ours(stack, folder / "ours"), Theirs(stack, folder / "theirs")
        visits: list[Figures] = []
        bare: list[tuple[float, Told]] = []
        interleave({"ours": lambda: visits.append(ours.visit()), "peer": lambda: bare.append(theirs.visit())}, ROUNDS)
        del visits[0], bare[0]  # the warm-up round
        memory = ours.memory_after_a_visit()
    peer = Peer("OpenSC, curl, lp", COMMAND, median((total - told.back_end) * 1000 for total, told in bare))
    own = median((visit.total - visit.back_end) * 1000 for visit in visits)
    return [
        Row("PIN OK → first byte, without the back end's own time", own, "ms", ROUNDS, target=0.2, peer=peer),
        *_parts(visits, bare),
        Row("TLS handshakes a visit", max(v.handshakes for v in visits), "", ROUNDS, target=1),
        Row("commands to the card a visit", max(v.apdus for v in visits), "", ROUNDS, target=12),
        Row("memory after one visit (PSS, with children)", memory, "MiB", 1, target=220),
        Row("memory beside Chromium's", memory, "MiB", 1, target=0.6, peer=chromium_memory()),
    ]


def _parts(visits: list[Figures], bare: list[tuple[float, Told]]) -> list[Row]:
    ours = [
        Row(f"ours: {part}", median(v.parts[part] * 1000 for v in visits), "ms", ROUNDS) for part in visits[0].parts
    ]
    back_end = [
        Row("ours: of which the back end's own", median(v.back_end * 1000 for v in visits), "ms", ROUNDS),
        Row("bare tools: of which the back end's own", median(t.back_end * 1000 for _, t in bare), "ms", ROUNDS),
    ]
    tools = bare[0][1].tools
    theirs = [Row(f"bare tools: {tool}", median(t.tools[tool] * 1000 for _, t in bare), "ms", ROUNDS) for tool in tools]
    return [*ours, *theirs, *back_end]


def port_of(address: str) -> int:
    """Give the port in an address like ipp://localhost:631/ipp/print."""
    found = re.search(r":(\d+)(/|$)", address)
    if found is None:
        raise ValueError(f"no port in {address}")
    return int(found.group(1))


def _own_seconds(log: str) -> float:
    """Add up what the back end said it took for the calls after OK."""
    return sum(float(own) for own in re.findall(AFTER_OK + r" took [\d.]+ ms, of which ([\d.]+) its own", log)) / 1000
