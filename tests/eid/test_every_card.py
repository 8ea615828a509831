"""Every kind of card, of everybody, in every state, at a whole kiosk without a screen: signed in, or told why not.

What each must lead to stands in docs/journeys.md; the journeys there play some of these with a screen and paper.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from config.settings import load
from demo import settings_file
from demo.tables import card_row
from hardware.devices import Health
from hardware.faults import FAULTS, FaultCode
from kiosk_app.events import PinEntered, StopPressed
from kiosk_app.health import Part
from kiosk_app.loop import PlainLoop
from kiosk_app.visit import CardSlot, Choosing, EnterPin, Goodbye, LastTry, Notice, Portal, Visit
from kiosk_app.wiring import Kiosk
from simulators.eid.bench import CardState, Mischief
from simulators.eid.people import load_residents
from simulators.pcscd import QUICK_READER
from simulators.world import RESIDENTS, World

SECONDS = 30.0  # far more than any card takes
TOWN = "Lindeveld"
KINDS = ("1.8", "1.7", "hybrid")
CARDS = (
    *(f"{kind}:{person}" for kind in KINDS for person in load_residents(RESIDENTS)),
    *(f"{kind}:an:{state.value}" for kind in KINDS for state in CardState if state is not CardState.NORMAL),
    *("1.1:an", "1.1:noor", "1.1:lou", "1.1:an:lastTry", "bank:an"),
)


class Guest:
    """Whoever comes with a card and a PIN, at a kiosk that is watched."""

    def __init__(self, kiosk: Kiosk, world: World) -> None:
        self._kiosk, self._world = kiosk, world
        self._changed = threading.Condition()
        kiosk.core.listen(self._tell)

    def comes_to(self, card: str, spoilt: Mischief | None = None) -> str:
        """Come with a card, whose file is perhaps spoilt; gives how far that goes: a state, or a notice's title."""
        self.until(lambda visit: isinstance(visit.state, Portal | Goodbye) and visit.slot is CardSlot.EMPTY)
        if spoilt is None:
            self._world.cards.insert(card)
        else:
            self._world.cards.insert(card, lambda hand: hand.spoil(spoilt, "READ BINARY"))
        visit = self.until(lambda visit: isinstance(visit.state, EnterPin | LastTry | Notice))
        if isinstance(visit.state, EnterPin):
            for digit in self._world.residents[card.split(":")[1]].pin:
                self._kiosk.core.type_digit(int(digit))
            self._kiosk.core.post(PinEntered())
            visit = self.until(lambda visit: isinstance(visit.state, Choosing | Notice))
        self._world.cards.pull()
        self._kiosk.core.post(StopPressed())
        fault = visit.state.fault if isinstance(visit.state, Notice) else None
        return type(visit.state).__name__ if fault is None else FAULTS[fault].title.format(municipality=TOWN)

    def takes_back(self, card: str) -> None:
        """Put a card in, and take it out once the kiosk has seen it."""
        self._world.cards.insert(card)
        self.until(lambda visit: visit.slot is not CardSlot.EMPTY)
        self._world.cards.pull()
        self._kiosk.core.post(StopPressed())

    def reader_is(self, health: Health) -> None:
        """Wait until the kiosk knows how its reader does."""
        self.until(lambda _: self._kiosk.health.statuses[Part.CARD_READER].health is health)

    def until(self, fact: Callable[[Visit], bool]) -> Visit:
        """Wait for a fact, with a deadline."""
        with self._changed:
            assert self._changed.wait_for(lambda: fact(self._kiosk.core.visit), SECONDS), self._kiosk.core.visit
            return self._kiosk.core.visit

    def _tell(self, *_: object) -> None:
        with self._changed:
            self._changed.notify_all()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), reader=QUICK_READER) as world:
        yield world


@pytest.fixture(scope="module")
def guest(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    folder, loop = tmp_path_factory.mktemp("kiosk"), PlainLoop()
    with world.pcscd.used_here():
        settings_file.write(folder / "kiosk.toml", world, folder / "kiosk")
        kiosk = Kiosk(load(folder / "kiosk.toml"), loop)
        guest = Guest(kiosk, world)
        loop.call_soon(kiosk.start)
        thread = threading.Thread(target=loop.run)
        thread.start()
        devices = (Part.BACK_END, Part.CARD_READER, Part.PRINTER)
        guest.until(lambda _: all(kiosk.health.statuses[part].health is Health.OK for part in devices))
        yield guest
        loop.call_soon(kiosk.stop)
        loop.stop()
        thread.join()


def demanded(card: str) -> str:
    """What the table demands, in the words of `comes_to`."""
    row = card_row(card)
    return {"printed": "Choosing", "stopped": "LastTry"}.get(row.ending.outcome, row.says)


@pytest.mark.parametrize("card", CARDS)
def test_a_card_signs_in_or_ends_on_its_own_sentence(guest: Guest, card: str) -> None:
    assert guest.comes_to(card) == demanded(card)


# One that never ends, one that answers 64 KB, one that changes its mind, and one that falls silent: that one is given
# up when the visit's own time for it is over.
@pytest.mark.parametrize(
    ("kind", "mischief"),
    [
        *((kind, one) for kind in KINDS for one in (Mischief.DRIP, Mischief.HUGE, Mischief.OVERSIZED, Mischief.FICKLE)),
        ("1.8", Mischief.MUTE),
    ],
)
def test_a_card_that_answers_badly_is_refused_and_the_next_one_served(
    guest: Guest, kind: str, mischief: Mischief
) -> None:
    assert guest.comes_to(f"{kind}:an", mischief) == FAULTS[FaultCode.CARD_UNREADABLE].title
    assert guest.comes_to("1.8:bram") == "Choosing"


def test_a_kiosk_whose_reader_was_unplugged_and_plugged_in_again_serves_the_next_resident(
    guest: Guest, world: World
) -> None:
    world.pcscd.unplug(QUICK_READER)
    guest.reader_is(Health.DOWN)
    world.pcscd.plug(QUICK_READER)
    guest.reader_is(Health.OK)
    guest.takes_back("1.8:an")  # that soon it is taken for one that was forgotten in the reader
    assert guest.comes_to("1.8:an") == "Choosing"
