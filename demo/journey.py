"""One visit, start to end: the world, the kiosk, a scripted resident, perhaps a fault; and the proof of it."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pysqlite3 import dbapi2

from demo import depositor, settings_file, technician
from demo.door_strikes import DOOR_STRIKES
from demo.errands import ERRANDS, FAILED_BEFORE, READERS
from demo.kiosk_process import KioskDied, KioskProcess
from demo.limits import UNIT
from demo.resident import Resident, Slot
from demo.strikes import STRIKES, Strike, printer_for
from demo.tables import Ending, card_row, faults, journeys
from kiosk_app.store import DATABASE
from simulators.pcscd import READER_A
from simulators.world import QUEUE, World

DEFAULT_JOURNEY = "certificate"
DEFAULT_CARD = "1.8:an"
# Slow enough to see a sheet come out, quick enough for a script.
MS_PER_SHEET = 700
# Nothing a journey waits for takes longer, the kiosk's own time-outs included.
VISIT_SECONDS = 120.0
# What CUPS or the printer still holds by mistake comes out within this time, and is counted.
SETTLE_SECONDS = 20.0
# Visits of people who are no residents, each with a script of its own.
OF_STAFF = {technician.JOURNEY: technician.play, depositor.JOURNEY: depositor.play}

# What the book of doors says, as the outcome of a journey: begun and not delivered is failed, where its cause is known.
AT_DOORS = {"notOpened": "failed", "foundEmpty": "failed", "nothingTaken": "failed", "leftOpen": "unknown"}


class UnknownName(Exception):
    """No journey, fault or card has that name."""


@dataclass
class Journey:
    """What is played, and what was seen of it."""

    name: str
    card: str
    fault: str | None
    out: Path
    pictured: bool = True  # the screen makes its own picture, and does nothing else meanwhile
    limited: bool = False  # the kiosk under the limits of its unit, as far as can be done without systemd
    struck_at: str | None = None
    pictures: int = 0
    title: str | None = None
    documents: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse what is not known. Raises UnknownName."""
        if self.name not in ERRANDS:
            raise UnknownName(f"journey {self.name!r}; there are: {', '.join(ERRANDS)}")
        if self.fault is not None and self.fault not in faults():
            raise UnknownName(f"fault {self.fault!r}; there are: {', '.join(faults())}")
        if self.fault is not None and self.name in OF_STAFF:
            raise UnknownName(f"fault is struck in the journey {self.name!r}: staff is there to mend it")

    @property
    def reader(self) -> str:
        """Which card reader the kiosk has."""
        return READERS.get(self.fault or self.name, READER_A)

    def through(self, data: Path) -> tuple[str, ...]:
        """Give what runs the kiosk, which keeps its memory in `data`."""
        return ("demo.limits", str(UNIT), str(data)) if self.limited else ()

    @property
    def ending(self) -> Ending:
        """How the visit must end, by the tables."""
        if self.fault is not None:
            return faults()[self.fault].ending
        if self.name != DEFAULT_JOURNEY:
            return journeys()[self.name]
        return card_row(self.card).ending

    @property
    def sentence(self) -> str | None:
        """What its last screen must say, by the tables; None where nothing is demanded."""
        if self.fault is not None:
            return faults()[self.fault].says or None
        return card_row(self.card).says or None


def play(journey: Journey, folder: Path, town_database: str | None = None) -> bool:
    """Play it in `folder`, leave the proof in the journey's `out`; True when it ended as the tables demand.

    `town_database`: as for `World`.
    """
    _clear(journey.out)
    printer = printer_for(journey.fault)
    with World(
        folder,
        out=journey.out,
        ms_per_sheet=MS_PER_SHEET,
        printer=printer,
        reader=journey.reader,
        town_database=town_database,
    ) as world:
        try:
            world.cards.card(journey.card)
        except (KeyError, ValueError) as error:
            raise UnknownName(f"card {journey.card!r}: {error}") from error
        if journey.name in OF_STAFF:
            return OF_STAFF[journey.name](journey, world, folder)
        strike = {**STRIKES, **DOOR_STRIKES}[journey.fault](world) if journey.fault else None
        if strike is not None:
            strike.before()
        settings = folder / "kiosk.toml"
        settings_file.write(settings, world, folder / "kiosk")
        surroundings = {**world.environment, "QT_QPA_PLATFORM": "offscreen"}
        through = journey.through(folder / "kiosk")
        with KioskProcess(settings, surroundings, folder / "kiosk.log", through=through) as kiosk:
            if journey.name in FAILED_BEFORE:
                _fail(journey, world, kiosk)
            resident = _visit(journey, world, kiosk, strike)
        journey.documents += doors_in(folder / "kiosk" / DATABASE)
        return _prove(journey, world, resident, strike)


def doors_in(database: Path) -> list[dict[str, str]]:
    """Give what a kiosk that has ended wrote of its doors, in the words of a journey."""
    with closing(dbapi2.connect(database)) as connection:
        rows = list(connection.execute("SELECT ticket, phase FROM door ORDER BY changed_at"))
    return [{"ticket": ticket, "outcome": AT_DOORS.get(phase, phase)} for ticket, phase in rows]


def _clear(out: Path) -> None:
    """Leave nothing of an earlier journey in `out` that could be taken for this one's proof."""
    for folder in ("sealed", "received", "printed", "screens"):
        shutil.rmtree(out / folder, ignore_errors=True)
    for file in ("journey.json", "receipt.png"):
        (out / file).unlink(missing_ok=True)
    (out / "screens").mkdir(parents=True)


def _resident(journey: Journey, world: World, kiosk: KioskProcess) -> Resident:
    person = world.residents[journey.card.split(":")[1]]
    return Resident(kiosk, Slot(world.cards, journey.card), person.pin)


def _fail(journey: Journey, world: World, kiosk: KioskProcess) -> None:
    """Let the same person come before, for a document on which the printer's engine gives up."""
    resident = _resident(journey, world, kiosk)
    world.printer.strike("abort")
    kiosk.wait_until_known()
    kiosk.look()
    while (told := kiosk.next()) is not None:
        if "state" in told and resident.see(told):
            break
    world.printer.mend()


def _visit(journey: Journey, world: World, kiosk: KioskProcess, strike: Strike | None) -> Resident:
    """Let the resident come, and stay until the kiosk is free again."""
    resident = _resident(journey, world, kiosk)
    ERRANDS[journey.name](world, journey.card.split(":")[1], resident)
    if strike is not None:
        strike.brief(resident)
        strike.kiosk = kiosk
        resident.on_state = lambda state: strike.at_state(state, resident)
        resident.on_digit = lambda count: strike.at_digit(count, resident)
    kiosk.wait_until_known(offered=strike is None or not strike.hides_offer)
    kiosk.look()
    try:
        _watch(journey, kiosk, resident)
    except KioskDied:
        if strike is None or not strike.kills_kiosk:
            raise
        _start_again(journey, world, kiosk)
    if strike is not None:
        strike.after()
        journey.struck_at = strike.struck_at
    return resident


def _watch(journey: Journey, kiosk: KioskProcess, resident: Resident) -> None:
    """Let the resident see each screen, and keep what it says."""
    seen: tuple[object, ...] = ()
    deadline = time.monotonic() + VISIT_SECONDS
    while (told := kiosk.next(deadline - time.monotonic())) is not None:
        if "state" not in told:
            continue
        journey.documents = told.get("documents", journey.documents)
        journey.title = told.get("title", journey.title or "").replace("\N{NO-BREAK SPACE}", " ") or None
        if seen != (seen := tuple(told.get(fact) for fact in ("state", "title", "signing", "wrong"))):
            _photograph(journey, kiosk, told["state"])
        if resident.see(told):
            return


def _start_again(journey: Journey, world: World, kiosk: KioskProcess) -> None:
    """Start the kiosk as its service manager does; what became of the document it now tells the town alone."""
    kiosk.start_again()
    kiosk.wait_until_known()
    deadline = time.monotonic() + VISIT_SECONDS
    while not (told := world.town_hall.told()) and time.monotonic() < deadline:
        time.sleep(0.05)
    journey.documents = [{"ticket": str(ticket), "outcome": outcome} for ticket, outcome in told.items()]
    journey.title = None
    _photograph(journey, kiosk, "Portal")


def _photograph(journey: Journey, kiosk: KioskProcess, state: str) -> None:
    if not journey.pictured:
        return
    journey.pictures += 1
    kiosk.grab(journey.out / "screens" / f"{journey.pictures:02}-{state}.png")


def _prove(journey: Journey, world: World, resident: Resident, strike: Strike | None) -> bool:
    """Write what was seen, and hold it against the tables and the printer's own tray."""
    outcome = _outcome(journey, resident)
    quiet = _settle(world)
    person = world.residents[journey.card.split(":")[1]]
    told = {
        "journey": journey.name,
        "outcome": outcome,
        "title": journey.title,
        "documents": journey.documents,
        "ms": _times(resident),
        "touches": resident.touches,
        "pinTouches": resident.pin_touches,
        "fault": {"name": journey.fault, "struckAtState": journey.struck_at},
        "identity": [person.given_names, person.surname, person.ssin, _dotted(person.ssin), person.pin],
    }
    (journey.out / "journey.json").write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")
    struck = strike is None or journey.struck_at is not None
    sheets = len(world.printer.printed)
    said = journey.sentence is None or journey.title == journey.sentence
    return struck and said and quiet and Ending(outcome, sheets) == journey.ending


def _settle(world: World) -> bool:
    """Mend what is broken and wait until nothing is on its way to the tray: False where something stays, or is kept."""
    world.cupsd.mend()
    world.printer.mend()
    deadline = time.monotonic() + SETTLE_SECONDS
    while world.cupsd.waiting(QUEUE) or world.printer.busy:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return not world.cupsd.documents


def _outcome(journey: Journey, resident: Resident) -> str:
    """Name the visit's end in the words of the design: the worst of its documents, or how it stopped before."""
    if journey.documents:
        worst = ("failed", "unknown", "collected", "printed")
        return min((document["outcome"] for document in journey.documents), key=worst.index)
    states = resident.states
    if resident.was_refused:
        return "refused"
    if "Notice" in states:
        pulled = resident.pulled_early
        return "stopped" if pulled else "failed" if "TakeCard" in states else "refused"
    return "done" if {"Printed", "Offerings"} & set(states) else "stopped"


def _times(resident: Resident) -> dict[str, int]:
    """Give the milliseconds from each state to the next, as the kiosk's own screen showed them."""
    shown = list(resident.at.items())
    return {f"{a}To{b}": round((t2 - t1) * 1000) for (a, t1), (b, t2) in pairwise(shown)}


def _dotted(ssin: str) -> str:
    return f"{ssin[:2]}.{ssin[2:4]}.{ssin[4:6]}-{ssin[6:9]}.{ssin[9:]}"
