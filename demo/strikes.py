"""How each fault of `docs/journeys.md` is made to strike: a hand at the benches of the world, at the right moment."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable
from functools import partial

from demo.kiosk_process import KioskProcess
from demo.resident import Resident
from simulators.eid.pinpad import Deed
from simulators.ipp_printer import PrinterBench
from simulators.stubborn_printer import StubbornPrinter
from simulators.world import QUEUE, World

# Long enough for the screen to say what is wrong, and to be photographed.
MENDED_AFTER = 2.0
MIDDLE_DIGIT = 2
# A document is at the printer within half a second; a busy machine may need many times that.
ARRIVES_WITHIN = 30.0


class Strike:
    """A fault that is waiting for its moment. `struck_at` is the state in which it struck."""

    hides_offer = False
    kills_kiosk = False

    def __init__(self, world: World) -> None:
        self.world = world
        self.kiosk: KioskProcess | None = None
        self.struck_at: str | None = None

    def before(self) -> None:
        """Strike before anyone comes."""

    def brief(self, resident: Resident) -> None:
        """Tell the resident what to do differently."""

    def at_state(self, state: str, resident: Resident) -> None:
        """Strike when a state is shown."""

    def at_digit(self, count: int, resident: Resident) -> None:
        """Strike after so many digits of the PIN."""

    def after(self) -> None:
        """Look whether it struck; leave nothing behind."""


class AtPrinter(Strike):
    """The printer's next job meets a fault, after so many sheets; perhaps it is mended a moment later."""

    def __init__(
        self, world: World, name: str, mend: Callable[[], None] | None = None, *, after_sheet: int = 0
    ) -> None:
        super().__init__(world)
        self._name = name
        self._after_sheet = after_sheet
        self._mend = mend
        self._over = threading.Event()
        self._mender = threading.Thread(target=self._mend_later, daemon=True)

    def at_state(self, state: str, resident: Resident) -> None:  # noqa: ARG002  the moment is enough
        """Lay the fault in the printer's way while the documents are made."""
        if state == "TakeCard":
            self.world.printer.strike(self._name, self._after_sheet)
        elif state == "Printing" and self._mend is not None:
            self._mender.start()

    def after(self) -> None:
        """It struck if the printer says so."""
        self._over.set()
        self.struck_at = "Printing" if self.world.printer.struck else None

    def _mend_later(self) -> None:
        while not self.world.printer.struck:
            if self._over.wait(0.05):
                return
        if not self._over.wait(MENDED_AFTER) and self._mend is not None:
            self._mend()


class AtSlip(Strike):
    """The slip printer fails, and a slip is asked for."""

    def __init__(self, world: World, fact: str) -> None:
        super().__init__(world)
        self._fact = fact

    def brief(self, resident: Resident) -> None:
        """Ask for a slip."""
        resident.wants_slip = True

    def at_state(self, state: str, resident: Resident) -> None:  # noqa: ARG002  the moment is enough
        """Strike while the document comes out."""
        if state == "Printing":
            self.world.slips.bench.put(self._fact)
            self.struck_at = state


class Beforehand(Strike):
    """Something is out of order before anyone comes, and the portal says so."""

    hides_offer = True

    def __init__(self, world: World, strike: Callable[[], None]) -> None:
        super().__init__(world)
        self._strike = strike

    def before(self) -> None:
        """Strike."""
        self._strike()
        self.struck_at = "Portal"


class WhileTyping(Strike):
    """Something goes while the PIN is typed."""

    def __init__(self, world: World, strike: Callable[[Resident], None]) -> None:
        super().__init__(world)
        self._strike = strike

    def at_digit(self, count: int, resident: Resident) -> None:
        """Strike in the middle of the PIN."""
        if count == MIDDLE_DIGIT and self.struck_at is None:
            self.struck_at = "EnterPin"
            self._strike(resident)


class AtState(Strike):
    """Something happens the moment a state is shown."""

    def __init__(self, world: World, state: str, strike: Callable[[Resident], object]) -> None:
        super().__init__(world)
        self._state = state
        self._strike = strike

    def at_state(self, state: str, resident: Resident) -> None:
        """Strike once."""
        if state == self._state and self.struck_at is None:
            self.struck_at = state
            self._strike(resident)


class UnderWay(AtState):
    """Something happens when the printer has the whole document, and no sheet is out yet."""

    def __init__(self, world: World, strike: Callable[[Resident], None]) -> None:
        super().__init__(world, "Printing", strike)

    def at_state(self, state: str, resident: Resident) -> None:
        """Strike once."""
        if state != "Printing" or self.world.printer.wait_for_received(1, ARRIVES_WITHIN):
            super().at_state(state, resident)


class KioskKilled(UnderWay):
    """The kiosk dies while the sheet is under way."""

    kills_kiosk = True

    def __init__(self, world: World) -> None:
        super().__init__(world, lambda _resident: self.kiosk.kill() if self.kiosk is not None else None)


class DiskFull(AtState):
    """From the confirmation on the kiosk can write nothing any more: no file of its may grow."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "Checking", lambda _resident: self._limit())

    def _limit(self) -> None:
        if self.kiosk is not None:
            resource.prlimit(self.kiosk.pid, resource.RLIMIT_FSIZE, (0, 0))


class LineMeddled(Strike):
    """Somebody spoils the document on its way from the town."""

    def before(self) -> None:
        """Stand in the middle of the line."""
        self.world.meddle()

    def after(self) -> None:
        """It struck if a document went by."""
        if self.world.meddler is not None and self.world.meddler.spoiled:
            self.struck_at = "TakeCard"


class AtKeys(Strike):
    """The resident does this at the reader's own keys, one after the other; then they type the PIN."""

    def __init__(self, world: World, *deeds: str | Deed) -> None:
        super().__init__(world)
        self._deeds = deeds

    def brief(self, resident: Resident) -> None:
        """Say what to do; who is told that one try is left tries all the same."""
        resident.keys, resident.at_keys, resident.insists = self.world.keys, list(self._deeds), True

    def at_state(self, state: str, resident: Resident) -> None:  # noqa: ARG002  the moment is enough
        """It strikes where the screen sends the hands to the reader."""
        if state == "PinOnReader":
            self.struck_at = state


class Habit(Strike):
    """The resident does something unexpected, from the start."""

    def __init__(self, world: World, state: str, habit: Callable[[Resident], None]) -> None:
        super().__init__(world)
        self._state = state
        self._habit = habit

    def brief(self, resident: Resident) -> None:
        """Take on the habit."""
        self._habit(resident)

    def at_state(self, state: str, resident: Resident) -> None:  # noqa: ARG002  the moment is enough
        """The state where it shows."""
        if state == self._state:
            self.struck_at = state


def _kill_cupsd(world: World) -> None:
    """Kill it; its service manager starts it again."""
    world.cupsd.crash()
    world.cupsd.start()


def _forget_card(resident: Resident) -> None:
    resident.forgets_card = True


def _wait_for_document(resident: Resident) -> None:
    resident.waits_for_document = True


def _look_first(resident: Resident) -> None:
    resident.looks_first = True


def _mistype(resident: Resident) -> None:
    resident.wrong_first = True


def _stop_at_check(resident: Resident) -> None:
    resident.stops_at = "Checking"


# What ippeveprinter cannot do is done by a printer of our own, in its words.
ON_OUR_PRINTER = {
    "stopped": "stopped",
    "door-open": "door-open",
    "job-vanishes": "vanish",
    "job-stale": "stale",
    "mute-printing": "mute",
    "restarted": "restart",
    "completed-empty": "completed-empty",
}

STRIKES: dict[str, Callable[[World], Strike]] = {
    "printer-off": lambda world: Beforehand(world, world.printer.power_cut),
    "printer-off-late": lambda world: AtState(world, "TakeCard", lambda _resident: world.printer.power_cut()),
    "power-lost-mid-job": lambda world: AtPrinter(world, "power-cut", world.printer.power_on),
    "power-lost-for-good": lambda world: AtPrinter(world, "power-cut"),
    "rebooted": lambda world: AtPrinter(world, "power-cut", world.printer.power_on, after_sheet=1),
    "jam": lambda world: AtPrinter(world, "jam"),
    "empty": lambda world: AtPrinter(world, "paper-empty"),
    "paper-refilled": lambda world: AtPrinter(world, "paper-empty", world.printer.refill),
    "tray-empty": lambda world: Beforehand(world, world.printer.empty_tray),
    "cover": lambda world: AtPrinter(world, "cover-open"),
    "toner": lambda world: AtPrinter(world, "toner-empty"),
    "mute": lambda world: AtPrinter(world, "mute"),
    "garbage": lambda world: AtPrinter(world, "power-cut", world.printer.talk_nonsense),
    **{name: partial(AtPrinter, name=strike) for name, strike in ON_OUR_PRINTER.items()},
    "cupsd-killed": lambda world: UnderWay(world, lambda _resident: _kill_cupsd(world)),
    "kiosk-killed": KioskKilled,
    "disk-full": DiskFull,
    "spool-read-only": lambda world: AtState(world, "Checking", lambda _resident: world.cupsd.lock_spool()),
    "filter-failure": lambda world: AtState(world, "Checking", lambda _resident: world.cupsd.break_filter(QUEUE)),
    "corrupt-pdf": LineMeddled,
    "back-end-down": lambda world: AtState(world, "Checking", lambda _resident: world.town_hall.stop()),
    "card-forgotten": lambda world: Habit(world, "TakeCard", _forget_card),
    "card-late": lambda world: Habit(world, "TakeCard", _wait_for_document),
    "look-first": lambda world: Habit(world, "Viewing", _look_first),
    "receipt-paper-out": lambda world: AtSlip(world, "paper_out"),
    "receipt-mute": lambda world: AtSlip(world, "mute"),
    "back-end-gone": lambda world: Beforehand(world, world.town_hall.stop),
    "back-end-lost": lambda world: WhileTyping(world, lambda _resident: world.town_hall.stop()),
    "card-pulled": lambda world: WhileTyping(world, Resident.take_card),
    "reader-lost": lambda world: WhileTyping(world, lambda _resident: world.pcscd.restart()),
    "wrong-pin": lambda world: Habit(world, "EnterPin", _mistype),
    "reader-unplugged": lambda world: WhileTyping(world, lambda _resident: world.pcscd.unplug(world.pcscd.reader)),
    "keys-wrong": lambda world: AtKeys(world, "0000"),
    "keys-timed-out": lambda world: AtKeys(world, Deed.WAITS),
    "keys-cancelled": lambda world: AtKeys(world, Deed.CANCELS),
    "keys-blocked": lambda world: AtKeys(world, "0000", "0000", "0000"),
    "stop": lambda world: Habit(world, "Checking", _stop_at_check),
}


def printer_for(fault: str | None) -> type[PrinterBench]:
    """Say which printer can have that fault."""
    return StubbornPrinter if fault in ON_OUR_PRINTER else PrinterBench
