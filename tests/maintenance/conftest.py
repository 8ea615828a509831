"""A whole kiosk without a screen, in its world, and whoever of staff stands before it."""

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

    def leaves(self) -> None:
        """Take the card out and go, whatever is on the screen."""
        self.pull()
        self.kiosk.core.post(events.StopPressed())
        self.until(lambda visit: isinstance(visit.state, Portal))

    def tries(self, subject: work.Subject) -> None:
        """Come in, and begin a test."""
        self.comes_in()
        self.touch(happenings.RoomAsked(work.Room.TESTS))
        self.touch(happenings.TestAsked(subject))

    def says(self, words: str) -> None:
        """Wait until the test under way has said that."""
        self.page_is(work.Testing, lambda page: any(words in line for line in getattr(page, "lines", ())))

    def answers(self, words: str, *, yes: bool = True) -> None:
        """Wait until the test asks that, and answer."""
        self.page_is(work.Testing, lambda page: words in getattr(page, "question", ""))
        self.touch(happenings.TestAnswered(yes))

    def tested(self) -> work.Tested:
        """Wait until the test has ended."""
        page = self.page_is(work.Tested).page
        assert isinstance(page, work.Tested)
        return page

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


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), reader=QUICK_READER) as world:
        yield world


@pytest.fixture(scope="package")
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
