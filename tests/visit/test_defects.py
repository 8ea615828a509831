"""A resident says that something does not work: kept on disk with kiosk and screen, told to the town, and no person."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from hardware.devices import Applet
from kiosk_app import effects, events
from kiosk_app.defect_book import DefectBook
from kiosk_app.defect_worker import DefectWorker
from kiosk_app.defects import About, KeepDefect
from kiosk_app.step import step
from kiosk_app.store import Store
from kiosk_app.tables import defects
from kiosk_app.visit import CardSlot, EnterPin, Overlay, Portal, Visit
from tests.visit.test_workers import Told

PAD = Visit(3, EnterPin(Applet.V1_8, 3, typed=4), slot=CardSlot.IN)


def asked(visit: Visit) -> Visit:
    """Help, and then the button that reports."""
    for touch in (events.HelpAsked(), events.DefectAsked()):
        visit, _ = step(visit, touch)
    assert visit.overlay is Overlay.DEFECT
    return visit


@pytest.mark.parametrize(("visit", "screen"), [(Visit(), "portal"), (PAD, "enterPin")])
def test_it_is_kept_with_the_screen_on_which_it_was_said_and_the_visit_goes_on(visit: Visit, screen: str) -> None:
    named, wished = step(asked(visit), events.DefectNamed(About.CARD))
    assert [one for one in wished if isinstance(one, KeepDefect)] == [KeepDefect(visit.number, About.CARD, screen)]
    for lost, page in ((False, Overlay.DEFECT_KEPT), (True, Overlay.DEFECT_LOST)):
        told, _ = step(named, events.DefectKept(visit.number, lost))
        assert (told.overlay, told.state) == (page, visit.state)
        back, _ = step(told, events.StillHere())
        assert back == visit


def test_who_went_back_before_it_was_kept_is_not_called_back() -> None:
    named, _ = step(asked(Visit()), events.DefectNamed(About.OTHER))
    gone, _ = step(named, events.StillHere())
    assert step(gone, events.DefectKept(0))[0] == gone == Visit()


def test_nothing_is_reported_but_on_its_own_page() -> None:
    assert step(Visit(), events.DefectAsked())[0] == Visit()
    assert step(Visit(), events.DefectNamed(About.OTHER)) == (Visit(), ())
    assert isinstance(step(Visit(), events.DefectNamed(About.OTHER))[0].state, Portal)


def test_who_says_the_same_ten_times_says_it_once_and_something_else_counts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    book = DefectBook(store)
    for _ in range(10):
        book.keep(About.PAPER, "printed")
    book.keep(About.CARD, "portal")
    assert [(one.about, one.screen) for one in book.unreported()] == [(About.PAPER, "printed"), (About.CARD, "portal")]
    store.close()


def test_it_is_said_again_when_it_still_does_not_work_and_a_clock_that_was_set_back_hides_nothing(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    book = DefectBook(store)
    book.keep(About.PAPER, "printed")
    for elsewhen in ("2026-01-02T00:00:00+00:00", "2099-01-02T00:00:00+00:00"):
        with store.transaction() as connection:
            connection.execute(sa.update(defects).values(seen_at=elsewhen))
        book.keep(About.PAPER, "portal")
        assert [one.screen for one in book.unreported() if one.screen == "portal"] == ["portal"]
        with store.transaction() as connection:
            connection.execute(sa.delete(defects))
        book.keep(About.PAPER, "printed")
    store.close()


def test_what_the_town_confirmed_is_not_told_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    book = DefectBook(store)
    book.keep(About.PAPER, "printed")
    (one,) = book.unreported()
    book.reported(one.id)
    assert book.unreported() == []
    book.keep(About.PAPER, "printed")  # the same resident a minute later
    assert book.unreported() == []
    store.close()


KEEPS = """
import sys
from pathlib import Path
from kiosk_app.defect_book import DefectBook
from kiosk_app.defects import About
from kiosk_app.store import Store
DefectBook(Store(Path(sys.argv[1]))).keep(About.MACHINE, "portal")
print("kept", flush=True)
input()
"""


def test_what_was_called_kept_is_there_after_a_power_cut(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KEEPS, tmp_path], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "kept\n"
    child.kill()
    child.communicate(timeout=20)
    store = Store(tmp_path)
    assert [one.about for one in DefectBook(store).unreported()] == [About.MACHINE]
    store.close()


@pytest.mark.expects_log(r"the kiosk's memory cannot be written: .*")
def test_a_disk_that_takes_nothing_is_told_as_it_is(tmp_path: Path) -> None:
    store, told = Store(tmp_path), Told()
    reported: list[bool] = []
    worker = DefectWorker(DefectBook(store), told.post, lambda: reported.append(True))
    worker.start()
    worker.do(effects.ForgetPin())  # somebody else's
    with store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    worker.do(KeepDefect(1, About.PAPER, "portal"))
    told.until(lambda: told.posted == [events.DefectKept(1, lost=True)])
    assert reported == []
    with store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
    worker.do(KeepDefect(1, About.PAPER, "portal"))
    told.until(lambda: told.posted[-1] == events.DefectKept(1))
    worker.stop()
    assert reported == [True]
    store.close()


def test_a_report_holds_nothing_of_who_made_it() -> None:
    signed_in = replace(PAD, number=9)
    _, wished = step(asked(signed_in), events.DefectNamed(About.SCREEN))
    (kept,) = [one for one in wished if isinstance(one, KeepDefect)]
    assert set(KeepDefect.__struct_fields__) == {"visit", "about", "screen"}
    assert kept.screen == "enterPin"
