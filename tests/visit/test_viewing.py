"""Looking at a document before it is printed: what the resident meets, and what the child that draws has seen."""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from uuid import UUID

import psutil
import pytest

import printing
from hardware.devices import Health, Status
from kiosk_app import effects, events
from kiosk_app.back_end_worker import BackEndWorker
from kiosk_app.journal import Journal
from kiosk_app.step import step
from kiosk_app.store import Store
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.visit import CardSlot, Document, Drawing, Order, Overlay, Printing, Product, TakeCard, Viewing, Visit
from printing.document_check import DocumentChecker
from tests.visit.test_workers import Told

TICKETS = UUID(int=1), UUID(int=2)
PRODUCT = Product("residence", "Attest van hoofdverblijfplaats", "")
PDF = (Path(printing.__file__).parent / "rehearsal.pdf").read_bytes()  # a sealed page of nobody
DOCUMENTS = Document(TICKETS[0], PRODUCT, PDF, 2), Document(TICKETS[1], PRODUCT, PDF, 1)
ORDERS = tuple(Order(ticket, PRODUCT) for ticket in TICKETS)
TAKE_CARD = Visit(1, TakeCard(ORDERS, DOCUMENTS, reminders=1), CardSlot.IN)
DRAWING = Drawing(1, 1, bytes(4))


def looking(*then: events.Event) -> tuple[Viewing, tuple[effects.Effect, ...]]:
    """Look at the documents, and do what comes then; the state, and the last wishes."""
    visit, wished = step(TAKE_CARD, events.LookAsked())
    for event in then:
        visit, wished = step(visit, event)
    assert isinstance(visit.state, Viewing)
    return visit.state, wished


def drawn(wished: tuple[effects.Effect, ...]) -> list[tuple[UUID, int]]:
    return [(e.document.ticket, e.sheet) for e in wished if isinstance(e, effects.DrawPage)]


def test_looking_begins_at_the_first_page_in_a_blur_and_a_touch_takes_it_away_and_gives_it_back() -> None:
    state, wished = looking()
    assert (state.page, state.clear, drawn(wished)) == (0, False, [(TICKETS[0], 0)])
    assert looking(events.SheetTouched())[0].clear
    assert not looking(events.SheetTouched(), events.SheetTouched())[0].clear


@pytest.mark.parametrize(("page", "place"), [(1, (TICKETS[0], 1)), (2, (TICKETS[1], 0))])
def test_the_pages_of_all_documents_are_turned_one_after_the_other(page: int, place: tuple[UUID, int]) -> None:
    state, wished = looking(events.PageDrawn(1, 0, DRAWING), events.SheetTurned(page))
    assert (state.page, state.drawing, drawn(wished)) == (page, None, [place])


def test_a_picture_that_comes_late_is_not_taken_for_another_page() -> None:
    assert looking(events.SheetTurned(1), events.PageDrawn(1, 0, DRAWING))[0].drawing is None


def test_the_other_half_of_a_page_needs_no_new_picture() -> None:
    state, wished = looking(events.PageDrawn(1, 0, DRAWING), events.SheetTurned(0, lower=True))
    assert (state.lower, state.drawing, drawn(wished)) == (True, DRAWING, [])


@pytest.mark.parametrize("page", [-1, 3])
def test_there_is_no_page_before_the_first_or_after_the_last(page: int) -> None:
    assert looking(events.SheetTurned(page))[0].page == 0


def test_whoever_has_looked_is_asked_for_the_card_as_if_for_the_first_time() -> None:
    visit, _ = step(TAKE_CARD, events.LookAsked())
    visit, _ = step(visit, events.LookedEnough())
    assert visit == replace(TAKE_CARD, state=TakeCard(ORDERS, DOCUMENTS))


def test_the_card_taken_while_looking_prints() -> None:
    visit, _ = step(TAKE_CARD, events.LookAsked())
    visit, wished = step(visit, events.CardRemoved())
    assert isinstance(visit.state, Printing)
    assert effects.Print(1, DOCUMENTS[0]) in wished


def test_whoever_walks_off_while_looking_is_asked_for_and_then_forgotten() -> None:
    visit, _ = step(TAKE_CARD, events.LookAsked())
    visit, _ = step(visit, events.TimedOut(events.Clock.IDLE))
    assert visit.overlay is Overlay.STILL_THERE
    visit, wished = step(visit, events.TimedOut(events.Clock.GONE))
    assert effects.Forget(1) in wished
    assert {e.ticket for e in wished if isinstance(e, effects.Abandon)} == set(TICKETS)


def test_looking_waits_until_every_document_is_here() -> None:
    some = replace(TAKE_CARD, state=TakeCard(ORDERS, DOCUMENTS[:1]))
    assert step(some, events.LookAsked())[0] == some


# --- the child that draws --------------------------------------------------------------------------------------------


class Quiet:
    """A town hall of which nothing is asked."""

    async def health(self) -> Status:
        """Be well."""
        return Status(Health.OK)

    def forget(self) -> None:
        """Have nothing to forget."""

    async def close(self) -> None:
        """Have nothing to close."""


@dataclass(frozen=True)
class Desk:
    """A back-end worker with a real child, and what it posts."""

    worker: BackEndWorker
    told: Told
    others: set[int]

    def readers(self) -> set[int]:
        """The children that read documents for this worker; other tests of this process may have some too."""
        return readers() - self.others

    def answers(self) -> list[events.PageDrawn]:
        return [event for event in self.told.posted if isinstance(event, events.PageDrawn)]

    def draw(self, visit: int) -> events.PageDrawn:
        """Have the first page drawn; the answer."""
        before = len(self.answers())
        self.worker.do(effects.DrawPage(visit, DOCUMENTS[0], 0, 0))
        self.told.until(lambda: len(self.answers()) > before)
        return self.answers()[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    told, store, others = Told(), Store(tmp_path), readers()
    checker = DocumentChecker(tmp_path / "no-ca.pem")
    worker = BackEndWorker(cast("TownHallClient", Quiet()), checker, Journal(store), told.post, told.note)
    checker.draw(PDF, 0, timeout=60)  # by then it has started, however busy the machine
    worker.start()
    yield Desk(worker, told, others)
    worker.stop()
    store.close()


def readers() -> set[int]:
    """The children that read documents."""
    found = psutil.Process().children()
    return {child.pid for child in found if re.search("pdf_child", " ".join(child.cmdline()))}


def wait_until_gone(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], 10)[0])


def test_a_page_is_drawn_and_whoever_drew_it_ends_with_the_visit(desk: Desk) -> None:
    answer = desk.draw(visit=1)
    assert answer.drawing is not None
    assert sorted((answer.drawing.width, answer.drawing.height)) == pytest.approx([1240, 1754], abs=2)
    seen = desk.readers()
    assert seen
    desk.worker.do(effects.Forget(1))
    assert all(wait_until_gone(pid) for pid in seen)


def test_a_page_that_is_drawn_after_the_resident_left_leaves_no_child_that_saw_it(desk: Desk) -> None:
    seen = desk.readers()
    assert seen
    desk.worker.do(effects.Forget(1))
    desk.draw(visit=1)
    assert all(wait_until_gone(pid) for pid in seen)
