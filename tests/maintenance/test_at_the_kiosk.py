"""Staff at a whole kiosk without a screen: a PIV card behind the real pcscd, the gate, problems as they are."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from config.settings import load
from demo import settings_file
from hardware.devices import Health
from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.audit import AuditTrail
from kiosk_app.loop import PlainLoop
from kiosk_app.maintenance import happenings, secret, work
from kiosk_app.parts import Part
from kiosk_app.visit import CardSlot, Notice, Portal, StaffAtWork, Visit
from kiosk_app.wiring import Kiosk
from simulators.eid.plug import Plug
from simulators.pcscd import QUICK_READER
from simulators.piv import PivCard
from simulators.world import World

SECONDS = 60.0  # the printer is looked at every quarter of a minute
SEED = b"12345678901234567890"
PIN = "493751"
# A hand is no quicker: one that pulls while the card is reset leaves pcscd with a mute card (hardware/eid/slot.py).
HAND_SECONDS = 1.0


class Site:
    """A kiosk that runs, and whoever stands before it."""

    def __init__(self, world: World, kiosk: Kiosk, cards: dict[str, PivCard], data: Path) -> None:
        self.world, self.kiosk, self.cards, self.data = world, kiosk, cards, data
        self._changed = threading.Condition()
        self._plug: Plug | None = None
        kiosk.core.listen(self._tell)

    def insert(self, name: str) -> None:
        self.pull()
        self._plug = Plug(self.world.pcscd.slot(), self.cards[name])

    def pull(self) -> None:
        if self._plug is not None:
            self._plug.pull()
            self._plug = None
            self.until(lambda visit: visit.slot is CardSlot.EMPTY)
            if isinstance(self.kiosk.core.visit.state, Notice):
                self.kiosk.core.post(events.StopPressed())
            self.until(lambda visit: isinstance(visit.state, Portal))

    def code(self, digits: str) -> None:
        for digit in digits:
            self.kiosk.core.type_digit(int(digit))
        self.touch(happenings.CodeTyped())

    def comes_in(self, name: str = "T-03", digits: str = PIN) -> None:
        self.insert(name)
        self.page_is(work.EnterCode)
        self.code(digits)
        self.page_is(work.Menu)

    def touch(self, what: happenings.WorkTouch) -> None:
        self.kiosk.core.post(events.WorkTouched(what))

    def page_is(self, page: type, fact: Callable[[work.Page], bool] = lambda _: True) -> work.Work:
        def there(visit: Visit) -> bool:
            if not isinstance(visit.state, StaffAtWork):
                return False
            return isinstance(visit.state.work.page, page) and fact(visit.state.work.page)

        state = self.until(there).state
        assert isinstance(state, StaffAtWork)
        return state.work

    def until(self, fact: Callable[[Visit], bool]) -> Visit:
        with self._changed:
            until = time.monotonic() + SECONDS
            while not fact(self.kiosk.core.visit):  # not all of it is told to who listens
                assert time.monotonic() < until, self.kiosk.core.visit
                self._changed.wait(0.1)
            return self.kiosk.core.visit

    def _tell(self, *_: object) -> None:
        with self._changed:
            self._changed.notify_all()


def troubles(visit: Visit) -> set[FaultCode]:
    return {one.code for one in visit.state.work.told.troubles} if isinstance(visit.state, StaffAtWork) else set()


def app_code() -> str:
    return TOTP(SEED, 6, SHA1(), 30).generate(int(time.time())).decode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), reader=QUICK_READER) as world:
        yield world


@pytest.fixture(scope="module")
def site(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, loop = tmp_path_factory.mktemp("kiosk"), PlainLoop()
    cards = {name: PivCard.new(name) for name in ("T-03", "T-04", "S-01", "ended", "stranger")}
    (folder / "T-04.totp").write_text(base64.b32encode(SEED).decode(), encoding="ascii")
    soon = datetime.now(UTC).date() + timedelta(days=9)
    right = {"role": "technician", "until": soon}
    pin = secret.pin_hash(PIN)
    staff = [
        {**right, "name": "T-03", "public_key": cards["T-03"].public_key(), "pin": pin},
        {**right, "name": "T-04", "public_key": cards["T-04"].public_key(), "totp": str(folder / "T-04.totp")},
        {**right, "name": "S-01", "public_key": cards["S-01"].public_key(), "pin": pin, "role": "siteStaff"},
        {**right, "name": "ended", "public_key": cards["ended"].public_key(), "pin": pin}
        | {"until": soon - timedelta(days=20)},
    ]
    with world.pcscd.used_here():
        settings_file.write(folder / "kiosk.toml", world, folder / "kiosk", staff=staff)
        kiosk = Kiosk(load(folder / "kiosk.toml"), loop)
        site = Site(world, kiosk, cards, folder / "kiosk")
        loop.call_soon(kiosk.start)
        thread = threading.Thread(target=loop.run)
        thread.start()
        devices = (Part.BACK_END, Part.CARD_READER, Part.PRINTER, Part.RECEIPT_PRINTER)
        site.until(lambda _: all(kiosk.health.statuses[part].health is Health.OK for part in devices))
        yield site
        loop.call_soon(kiosk.stop)
        loop.stop()
        thread.join()


@pytest.fixture(autouse=True)
def left_as_found(site: Site) -> Iterator[None]:
    yield
    site.pull()
    site.kiosk.core.post(events.StopPressed())
    site.until(lambda visit: isinstance(visit.state, Portal))


def written(site: Site) -> list[tuple[str, str | None]]:
    """What the audit trail says, as far as the scribe has written it."""
    rows = AuditTrail(site.kiosk._store).latest(500)
    return [(row.what, row.staff or None) for row in reversed(rows)]


def is_written(site: Site, *rows: tuple[str, str]) -> None:
    """Wait until these rows stand in the trail, in this order."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        left = iter(written(site))
        if all(row in left for row in rows):
            return
    pytest.fail(f"never written: {rows}")


def test_card_and_pin_come_in_and_the_card_pulled_ends_it(site: Site) -> None:
    site.comes_in()
    site.pull()
    is_written(site, ("staffCardIn", "T-03"), ("staffEntered", "T-03"), ("staffLeft", "T-03"))


def test_card_and_app_come_in_once_with_one_code(site: Site) -> None:
    digits = app_code()
    site.comes_in("T-04", digits)
    site.insert("T-04")
    site.page_is(work.EnterCode)
    site.code(digits)
    site.page_is(work.EnterCode, lambda page: getattr(page, "refused", None) is work.Refusal.USED)
    is_written(site, ("staffEntered", "T-04"), ("staffCodeUsed", "T-04"))


def test_a_wrong_code_is_said_and_written_down(site: Site) -> None:
    site.insert("S-01")
    site.page_is(work.EnterCode)
    site.code("000000")
    site.page_is(work.EnterCode, lambda page: getattr(page, "refused", None) is work.Refusal.WRONG)
    site.code(PIN)
    site.page_is(work.Menu)
    is_written(site, ("staffCodeWrong", "S-01"), ("staffEntered", "S-01"))


def test_a_digit_too_many_is_not_taken(site: Site) -> None:
    site.insert("S-01")
    site.page_is(work.EnterCode)
    site.code(f"{PIN}7")
    site.page_is(work.Menu)


def test_a_right_that_has_ended_opens_nothing(site: Site) -> None:
    site.insert("ended")
    site.page_is(work.Refused, lambda page: getattr(page, "refusal", None) is work.Refusal.ENDED)
    is_written(site, ("staffCardIn", "ended"), ("staffRefused", "ended"))


def test_a_card_that_is_not_listed_is_no_card_of_staff(site: Site) -> None:
    site.insert("stranger")
    visit = site.until(lambda visit: isinstance(visit.state, Notice))
    assert isinstance(visit.state, Notice)
    assert visit.state.fault is FaultCode.NOT_AN_EID


def test_a_card_that_signs_wrongly_after_it_was_known_is_not_let_in(site: Site) -> None:
    site.insert("T-03")
    site.page_is(work.EnterCode)
    site.cards["T-03"].broken = True
    site.code(PIN)
    site.page_is(work.Refused, lambda page: getattr(page, "refusal", None) is work.Refusal.OTHER_CARD)
    site.cards["T-03"].broken = False


def test_with_an_empty_tray_the_technician_comes_in_and_the_problem_closes_by_itself(site: Site) -> None:
    """Every FaultCode on the screen is the device's own word: the tray is emptied and filled, nothing is told."""
    site.world.printer.empty_tray()
    site.until(lambda visit: visit.offer.documents is FaultCode.PAPER_EMPTY)
    site.comes_in()
    site.until(lambda v: FaultCode.PAPER_EMPTY in troubles(v))
    site.touch(happenings.RoomAsked(work.Room.PROBLEMS))
    site.touch(happenings.ProblemAsked(Part.PRINTER, FaultCode.PAPER_EMPTY))
    site.page_is(work.Problem)
    site.world.printer.refill()
    told = site.page_is(work.Problems)
    assert told.page == work.Problems(mended=FaultCode.PAPER_EMPTY)
    assert FaultCode.PAPER_EMPTY not in {trouble.code for trouble in told.told.troubles}


def test_out_of_service_is_offered_to_nobody_until_it_is_opened_again(site: Site) -> None:
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.SERVICE))
    site.touch(happenings.CloseAsked(work.Closing.REPAIR, 4))
    site.until(lambda visit: visit.offer.documents is FaultCode.OUT_OF_SERVICE)
    site.pull()
    site.comes_in()  # a closed kiosk lets in who closed it
    site.touch(happenings.RoomAsked(work.Room.SERVICE))
    site.page_is(work.Service, lambda page: getattr(page, "closing", None) is work.Closing.REPAIR)
    site.touch(happenings.OpenAsked())
    site.until(lambda visit: visit.offer.documents is None)
    is_written(site, ("closed", "T-03"), ("opened", "T-03"))


def test_the_compartments_are_tested_while_the_kiosk_watches_them_and_no_door_opens(site: Site) -> None:
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.TESTS))
    site.touch(happenings.TestAsked(work.Subject.LOCKERS))
    page = site.page_is(work.Tested).page
    assert isinstance(page, work.Tested)
    assert page.well, page.lines
    assert site.world.lockers.pulses == []
    site.touch(happenings.BackAsked())
    is_written(site, ("testPassed", "T-03"))


def test_the_receipt_printer_is_tested_and_the_result_is_kept(site: Site) -> None:
    before = len(site.world.slips.slips)
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.TESTS))
    site.touch(happenings.TestAsked(work.Subject.RECEIPT))
    page = site.page_is(work.Tested).page
    assert isinstance(page, work.Tested)
    assert page.well, page.lines
    assert len(site.world.slips.slips) == before + 1
    site.touch(happenings.BackAsked())
    page = site.page_is(work.Tests, lambda page: bool(getattr(page, "results", ()))).page
    assert isinstance(page, work.Tests)
    assert (work.Subject.RECEIPT, True) in [(one.subject, one.well) for one in page.results]
    is_written(site, ("testPassed", "T-03"))


def test_the_reader_is_tested_with_another_card_and_only_the_first_one_opens_the_result(site: Site) -> None:
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.TESTS))
    site.touch(happenings.TestAsked(work.Subject.CARD_READER))
    site.page_is(work.Testing, lambda page: bool(getattr(page, "lines", ())))
    plug, site._plug = site._plug, None
    assert plug is not None

    out, one_hand = threading.Event(), threading.Lock()

    def hands(line: str) -> None:
        with one_hand:
            time.sleep(HAND_SECONDS)
            if line.startswith("Neem de kaart"):
                site.world.cards.pull()
            elif line.startswith("Steek "):
                out.wait(SECONDS)  # the reader says that a card is out before the hand has let go of it
                site.world.cards.insert("1.8:an")

    def listen(_before: Visit, event: events.Event, _after: Visit, _effects: object) -> None:
        if isinstance(event, events.WorkAnswered) and isinstance(event.what, happenings.TestSaid):
            threading.Thread(target=hands, args=(event.what.line,)).start()

    site.kiosk.core.listen(listen)  # before there is anything to say: who hears nothing does nothing
    plug.pull()
    out.set()
    page = site.page_is(work.Returning).page
    assert isinstance(page, work.Returning)
    assert page.tested.well, page.tested.lines
    site.world.cards.pull()
    site._plug = Plug(site.world.pcscd.slot(), site.cards["T-03"])
    site.page_is(work.Tested)


def test_the_history_is_read_and_its_chain_holds(site: Site) -> None:
    site.comes_in()
    site.touch(happenings.RoomAsked(work.Room.HISTORY))
    page = site.page_is(work.History, lambda page: getattr(page, "rows", None) is not None).page
    assert isinstance(page, work.History)
    assert page.broken_at is None
    assert page.rows is not None
    assert "staffEntered" in {row.what for row in page.rows}


def test_a_code_of_staff_stays_nowhere(site: Site) -> None:
    site.comes_in()
    kept = b"".join(file.read_bytes() for file in site.data.iterdir() if file.is_file())
    assert PIN.encode() not in kept
