"""Each fault of a card, of a visit and of the machine, at a whole kiosk without a screen or at its own driver.

What closes is that the next one is served, or that the machine says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import pytest
import sqlalchemy as sa

from config.settings import load
from demo import settings_file
from hardware.credentials import StaffCard
from hardware.devices import Health, SlotChange
from hardware.eid import EidReader
from hardware.faults import FaultCode
from hardware.staffcard import PivReader
from kiosk_app import doors, events, machine_worker
from kiosk_app.audit import AuditLine, AuditTrail, What
from kiosk_app.health import Part
from kiosk_app.loop import PlainLoop
from kiosk_app.maintenance import work
from kiosk_app.store import Store
from kiosk_app.tables import audit
from kiosk_app.upkeep import Upkeep
from kiosk_app.visit import CardSlot, Choosing, EnterPin, Notice, Portal, Visit
from kiosk_app.wiring import Kiosk
from simulators.eid.bench import CardBench, Mischief
from simulators.eid.people import load_residents
from simulators.eid.pinpad import Deed, Pinpad
from simulators.eid.pki import Pki
from simulators.eid.plug import Plug
from simulators.pcscd import QUICK_READER, READER_WITH_KEYS, Pcscd
from simulators.piv import PivCard
from simulators.wall import place
from simulators.world import RESIDENTS, World
from tests.eid.test_every_card import Guest
from tests.faults.bench import SECONDS, Bench, of_call
from tests.maintenance.test_machine import look
from tests.memory.test_upkeep import told_in_the_end

FIRST, SECOND = 7, 8


class Site(Guest):
    """A kiosk in its world, and whoever comes to it."""

    def __init__(self, kiosk: Kiosk, world: World) -> None:
        super().__init__(kiosk, world)
        self.kiosk, self.world = kiosk, world

    def until(self, fact: Callable[[Visit], bool]) -> Visit:
        """Wait for a fact; how a part does is told to nobody who listens to the visit, so it is looked at."""
        deadline = time.monotonic() + SECONDS
        while not fact(self.kiosk.core.visit):
            assert time.monotonic() < deadline, (self.kiosk.core.visit, self.kiosk.health.statuses)
            time.sleep(0.01)
        return self.kiosk.core.visit

    def refused_with(self, card: str, prepare: Callable[..., None] = lambda _hand: None) -> FaultCode | None:
        """Come with a card; gives why nothing can be had with it, None where something can."""
        self.until(lambda visit: isinstance(visit.state, Portal) and visit.slot is CardSlot.EMPTY)
        self.world.cards.insert(card, prepare)
        visit = self.until(lambda visit: isinstance(visit.state, EnterPin | Notice))
        if isinstance(visit.state, EnterPin):
            for digit in self.world.residents[card.split(":")[1]].pin:
                self.kiosk.core.type_digit(int(digit))
            self.kiosk.core.post(events.PinEntered())
            visit = self.until(lambda visit: isinstance(visit.state, Choosing | Notice))
        self.world.cards.pull()
        self.goes_home()
        return visit.state.fault if isinstance(visit.state, Notice) else None

    def goes_home(self) -> None:
        """Stop, and wait for the portal."""
        self.kiosk.core.post(events.StopPressed())
        self.until(lambda visit: isinstance(visit.state, Portal))

    def scans(self, compartment: int) -> None:
        """Have a thing lie in a compartment of which nobody knows what lies in it, open it by its code, and shut it."""
        board, lock = place(compartment)
        code = self.world.put_in("voucher", compartment)
        self.world.lockers.at(board, lock).sensor_broken = True
        self.world.scanner.scan(str(code))
        self.until(lambda visit: isinstance(visit.state, doors.DoorOpen))
        self.world.reach(compartment)
        self.until(lambda visit: isinstance(visit.state, doors.AskTaken))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, loop = tmp_path_factory.mktemp("kiosk"), PlainLoop()
    with World(tmp_path_factory.mktemp("world"), reader=QUICK_READER) as world, world.pcscd.used_here():
        settings_file.write(folder / "kiosk.toml", world, folder / "kiosk")
        kiosk = Kiosk(load(folder / "kiosk.toml"), loop)
        site = Site(kiosk, world)
        loop.call_soon(kiosk.start)
        thread = threading.Thread(target=loop.run)
        thread.start()
        needed = (Part.BACK_END, Part.CARD_READER, Part.PRINTER, Part.SCANNER, Part.LOCKERS)
        site.until(lambda _: all(kiosk.health.statuses[part].health is Health.OK for part in needed))
        yield site
        loop.call_soon(kiosk.stop)
        loop.stop()
        thread.join()


# --- cards -----------------------------------------------------------------------------------------------------------

CARDS = {
    FaultCode.NOT_AN_EID: "bank:an",
    FaultCode.CARD_MUTE: "1.8:an:mute",
    FaultCode.CARD_UNREADABLE: "1.8:an",
    FaultCode.CARD_NOT_ACTIVATED: "1.7:an:notActivated",
    FaultCode.CARD_UNSUPPORTED: "1.1:an",
    FaultCode.NO_CERTIFICATE: "1.8:an:noCertificate",
    FaultCode.CERTIFICATE_EXPIRED: "hybrid:an:expired",
    FaultCode.CERTIFICATE_REVOKED: "1.8:an:revoked",
    FaultCode.CERTIFICATE_UNTRUSTED: "hybrid:an:stranger",
    FaultCode.PIN_BLOCKED: "1.7:an:blocked",
    FaultCode.NOT_REGISTERED: "1.8:elsewhere",
    FaultCode.NOTHING_AVAILABLE: "1.8:nothing",
}


@pytest.mark.parametrize("code", CARDS)
def test_a_card_that_opens_nothing_says_why_and_the_next_one_is_served(site: Site, code: FaultCode) -> None:
    spoil = code is FaultCode.CARD_UNREADABLE
    refused = site.refused_with(
        CARDS[code], lambda hand: hand.spoil(Mischief.OVERSIZED, "READ BINARY") if spoil else None
    )
    assert refused is code
    assert site.refused_with("1.8:bram") is None


def test_a_reader_that_is_unplugged_is_told_until_it_is_there_again(site: Site) -> None:
    site.world.pcscd.unplug(QUICK_READER)
    site.until(lambda visit: visit.offer.documents is FaultCode.READER_LOST)
    site.world.pcscd.plug(QUICK_READER)
    site.until(lambda visit: visit.offer.documents is None)


def test_a_thing_that_was_not_there_is_told_and_the_next_one_is_collected(site: Site) -> None:
    site.scans(FIRST)
    site.kiosk.core.post(doors.FoundNothing())
    visit = site.until(lambda visit: isinstance(visit.state, Notice))
    assert isinstance(visit.state, Notice)
    assert visit.state.fault is FaultCode.NOTHING_INSIDE
    site.goes_home()
    site.scans(SECOND)
    site.kiosk.core.post(doors.Took())
    site.until(lambda visit: not isinstance(visit.state, doors.AskTaken | Notice))
    site.goes_home()


def test_a_kiosk_that_is_closed_offers_nothing_until_it_is_opened(site: Site) -> None:
    site.kiosk._closings.close(work.Closing.REPAIR, datetime.now(UTC) + timedelta(hours=1))
    site.kiosk._look_at_closing()
    site.until(lambda visit: visit.offer.documents is FaultCode.OUT_OF_SERVICE)
    site.kiosk._closings.open()
    site.kiosk._look_at_closing()
    site.until(lambda visit: visit.offer.documents is None)


# --- a reader with keys, and a card of staff -------------------------------------------------------------------------


class AtKeys:
    """A reader with keys of its own, watched, and what may be in it."""

    def __init__(self, pcscd: Pcscd, pki: Pki) -> None:
        self.pcscd, self.pinpad = pcscd, Pinpad()
        self.cards = CardBench(pki, load_residents(RESIDENTS), pcscd.slot())
        self.cards.pinpad = self.pinpad
        self.reader, self._changes = EidReader(), Queue[SlotChange]()
        self.reader.watch(self._changes.put)
        self.hears(SlotChange.READER_FOUND)

    def hears(self, change: SlotChange) -> None:
        while self._changes.get(timeout=SECONDS) is not change:
            pass

    def signs(self) -> None:
        self.reader.recognise()
        self.reader.read_certificate()
        self.reader.sign_on_reader(b"d" * 48)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtKeys]:
    pki = Pki(tmp_path_factory.mktemp("pki"), "http://127.0.0.1:1/")
    with Pcscd(READER_WITH_KEYS) as pcscd, pcscd.used_here():
        at = AtKeys(pcscd, pki)
        yield at
        at.reader.close()


DEEDS = {FaultCode.PIN_NOT_TYPED: Deed.WAITS, FaultCode.PIN_CANCELLED: Deed.CANCELS}


@pytest.mark.parametrize("code", DEEDS)
def test_a_pin_that_is_not_typed_is_told_and_one_that_is_typed_signs(keys: AtKeys, code: FaultCode) -> None:
    keys.cards.insert("1.8:an")
    keys.hears(SlotChange.CARD_IN)
    will: list[str | Deed] = ["1234"]

    def says() -> set[FaultCode]:
        keys.pinpad.will = list(will)
        return of_call(keys.signs)()

    bench = Bench(lambda: will.__setitem__(0, DEEDS[code]), lambda: will.__setitem__(0, "1234"), says)
    bench.is_seen_and_closes(code)
    keys.cards.pull()
    keys.hears(SlotChange.CARD_OUT)


def test_a_card_that_is_pulled_is_told_and_one_that_stays_is_read(keys: AtKeys) -> None:
    def read(*, pulled: bool) -> set[FaultCode]:
        keys.cards.insert("1.8:an", lambda hand: hand.pull_after(3) if pulled else None)
        keys.hears(SlotChange.CARD_IN)
        said = of_call(lambda: (keys.reader.recognise(), keys.reader.read_certificate()))()
        keys.reader.release()
        keys.cards.pull()
        keys.hears(SlotChange.CARD_OUT)
        return said

    assert read(pulled=False) == set()
    assert read(pulled=True) == {FaultCode.CARD_REMOVED}
    assert read(pulled=False) == set()


def test_a_card_of_staff_that_is_not_listed_is_refused_until_it_is(keys: AtKeys) -> None:
    card = PivCard.new("T-03")
    plug = Plug(keys.pcscd.slot(), card)
    keys.hears(SlotChange.CARD_IN)
    listed: list[tuple[StaffCard, str]] = []
    bench = Bench(
        listed.clear,
        lambda: listed.append((StaffCard("T-03", "technician"), card.public_key())),
        of_call(lambda: PivReader("", listed).identify()),
    )
    bench.mend()
    bench.is_seen_and_closes(FaultCode.STAFF_CARD_REFUSED)
    plug.pull()


# --- the machine -----------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "kiosk")
    yield store
    store.close()


ENDS = {FaultCode.KIOSK_CERTIFICATE_EXPIRED: -1, FaultCode.KIOSK_CERTIFICATE_ENDS: 29}


@pytest.mark.parametrize("code", ENDS)
def test_a_certificate_is_told_of_until_it_is_a_new_one(tmp_path: Path, store: Store, code: FaultCode) -> None:
    days = [200]
    bench = Bench(
        lambda: days.append(ENDS[code]),
        lambda: days.append(200),
        lambda: set(look(tmp_path, store, datetime.now(UTC) + timedelta(days=days[-1])).faults),
    )
    bench.is_seen_and_closes(code)


def test_a_disk_is_full_until_there_is_room(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(
        lambda: monkeypatch.setattr(machine_worker, "LITTLE_ROOM", 1 << 60),  # no disk has so much
        monkeypatch.undo,
        lambda: set(look(tmp_path, store).faults),
    )
    bench.is_seen_and_closes(FaultCode.DISK_FULL)


def test_a_clock_that_was_set_back_is_told_until_it_is_right(tmp_path: Path, store: Store) -> None:
    AuditTrail(store).append(AuditLine(What.STARTED))

    def written(at: datetime) -> None:
        with store.transaction() as connection:
            connection.execute(sa.update(audit).values(at=at.isoformat()))

    bench = Bench(
        lambda: written(datetime.now(UTC) + timedelta(hours=1)),
        lambda: written(datetime.now(UTC)),
        lambda: set(look(tmp_path, store).faults),
    )
    bench.is_seen_and_closes(FaultCode.CLOCK_BACK)


def test_a_memory_that_was_put_aside_is_told_until_it_is_taken_away(tmp_path: Path, store: Store) -> None:
    aside = tmp_path / "kiosk" / "unreadable-20261127T031500"
    bench = Bench(aside.mkdir, aside.rmdir, lambda: told_in_the_end(Upkeep(store), datetime.now(UTC)))
    bench.is_seen_and_closes(FaultCode.MEMORY_DAMAGED)


@pytest.mark.expects_log("the audit trail does not hold from row 1 on")
def test_an_audit_trail_that_was_changed_is_told_until_it_holds_again(store: Store) -> None:
    AuditTrail(store).append(AuditLine(What.STARTED))

    def say(what: str) -> None:
        with store.transaction() as connection:
            connection.execute(sa.update(audit).values(what=what))

    def says() -> set[FaultCode]:
        return told_in_the_end(Upkeep(store), datetime.now(UTC))

    bench = Bench(lambda: say(What.OPENED.value), lambda: say(What.STARTED.value), says)
    bench.is_seen_and_closes(FaultCode.AUDIT_BROKEN)


BENCHES = {*CARDS, *DEEDS, *ENDS, FaultCode.DISK_FULL, FaultCode.CLOCK_BACK, FaultCode.STAFF_CARD_REFUSED}
BENCHES |= {
    FaultCode.MEMORY_DAMAGED,
    FaultCode.AUDIT_BROKEN,
    FaultCode.CARD_REMOVED,
    FaultCode.READER_LOST,
    FaultCode.NOTHING_INSIDE,
    FaultCode.OUT_OF_SERVICE,
}
