"""A code that was scanned does what the same code does when it is typed, and no more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from queue import Queue

import pytest
from msgspec.structs import replace

from config.settings import Scanner, load
from hardware.faults import FaultCode
from hardware.scanner import Form, KeyboardScanner
from kiosk_app.effects import Effect, OpenCode
from kiosk_app.events import CodeAsked, CodeScanned, DocumentsAsked, Event, HelpAsked, OfferingsAsked, SignTyped
from kiosk_app.scanner_worker import ScannerWorker
from kiosk_app.step import step
from kiosk_app.visit import (
    Checking,
    EnterCode,
    Notice,
    Offer,
    Offerings,
    OpeningCode,
    Overlay,
    PaperLeft,
    Portal,
    Visit,
)
from simulators import scanner as simulated
from ui.screens import screen_for

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"
CODE = CodeScanned("4F7K-9XQR")


def played(visit: Visit, *events: Event) -> tuple[Visit, list[Effect]]:
    wishes: list[Effect] = []
    for event in events:
        visit, effects = step(visit, event)
        wishes = list(effects)
    return visit, wishes


@pytest.mark.parametrize(
    "before",
    [
        (),
        (DocumentsAsked(),),
        (DocumentsAsked(), OfferingsAsked()),
        (CodeAsked(),),
        (CodeAsked(), SignTyped("C")),
    ],
)
def test_a_code_is_opened_wherever_somebody_may_come_without_a_card(before: tuple[Event, ...]) -> None:
    visit, wishes = played(Visit(), *before, CODE)
    assert visit.state == OpeningCode()
    (asked,) = (wish for wish in wishes if isinstance(wish, OpenCode))
    assert (asked.visit, asked.code) == (visit.number, "4F7K9XQR")


@pytest.mark.parametrize("code", ["", "5400141123457", "https://loket.lindeveld.example", "4F7K-9XQ\u0665", "x" * 4096])
def test_what_can_be_no_code_of_a_town_is_refused_here_and_asks_nobody(code: str) -> None:
    visit, wishes = played(Visit(), CodeScanned(code))
    assert visit.state == EnterCode(refused=FaultCode.CODE_UNKNOWN)
    assert not any(isinstance(wish, OpenCode) for wish in wishes)


def test_two_scans_at_once_open_one_code() -> None:
    visit, wishes = played(Visit(), CODE, CODE)
    assert visit.state == OpeningCode()
    assert not any(isinstance(wish, OpenCode) for wish in wishes)


def test_a_scan_in_the_visit_of_somebody_else_does_nothing() -> None:
    checking = Visit(1, Checking(None, (), ()))
    assert step(checking, CODE)[0].state == checking.state


def test_what_cannot_be_finished_is_said_at_once() -> None:
    visit, _ = played(Visit(offer=Offer(codes=FaultCode.PAPER_EMPTY)), CODE)
    assert isinstance(visit.state, Notice)
    assert visit.state.fault is FaultCode.PAPER_EMPTY


def test_paper_of_somebody_else_is_asked_about_first() -> None:
    assert played(Visit(paper_left=True), CODE)[0].state == PaperLeft()


def test_a_scan_before_a_question_of_help_only_closes_it() -> None:
    visit, _ = played(Visit(), HelpAsked())
    assert visit.overlay is Overlay.HELP
    visit, wishes = played(visit, CODE)
    assert (visit.state, visit.overlay) == (Portal(), None)
    assert not any(isinstance(wish, OpenCode) for wish in wishes)


def test_no_event_tells_its_code() -> None:
    assert "4F7K" not in repr(CODE)


def test_a_worker_posts_what_the_scanner_reads(tmp_path: Path) -> None:
    device = simulated.KeyboardScanner(tmp_path / "scanner")
    posted: Queue[Event] = Queue()
    worker = ScannerWorker(KeyboardScanner(device.path, Form()), posted.put, lambda _: None)
    worker.start()
    device.type(*"5412345000006\r")  # the bar code of a shop, read in the same glance off the same paper
    device.type(*"4F7K-9XQR\r")
    assert posted.get(timeout=20) == CodeScanned("5412345000006")
    assert posted.get(timeout=20) == CODE, "what is no code of a town keeps none from being heard"
    worker.stop()
    device.close()


@pytest.mark.parametrize("there", [True, False])
def test_the_screen_speaks_of_a_scanner_only_where_there_is_one(*, there: bool) -> None:
    scanner = Scanner(device=Path("/dev/input/event9")) if there else None
    screen = screen_for(
        Visit(1, EnterCode()), replace(load(EXAMPLE), scanner=scanner), datetime.fromisoformat("2026-11-26T21:00")
    )
    assert ("Of houd je QR-code voor de scanner." in screen.lead) is there


def test_a_list_that_is_read_is_left_for_the_code() -> None:
    visit, _ = played(Visit(), DocumentsAsked(), OfferingsAsked())
    assert isinstance(visit.state, Offerings)
    assert played(visit, CODE)[0].state == OpeningCode()
