"""Whoever of staff stands before a whole kiosk that runs: what they do with cards and fingers, and what they see."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.audit import AuditTrail
from kiosk_app.maintenance import happenings, work
from kiosk_app.visit import CardSlot, Notice, Portal, StaffAtWork, Visit
from kiosk_app.wiring import Kiosk
from simulators.eid.plug import Plug
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

    def takes_card(self) -> None:
        """Take the card out, whatever comes of that."""
        assert self._plug is not None
        self._plug.pull()
        self._plug = None
        self.until(lambda visit: visit.slot is CardSlot.EMPTY)

    def changes_card(self, name: str) -> None:
        """Put another card in, in the middle of it."""
        self.takes_card()
        self._plug = Plug(self.world.pcscd.slot(), self.cards[name])

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
