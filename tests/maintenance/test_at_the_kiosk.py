"""Staff at a whole kiosk without a screen: a PIV card behind the real pcscd, the gate, problems as they are."""

from __future__ import annotations

import threading
import time

import pytest

from hardware.doors import DoorWord
from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.maintenance import happenings, work
from kiosk_app.parts import Part
from kiosk_app.visit import Notice, Visit
from simulators.eid.plug import Plug
from tests.maintenance.at_kiosk import HAND_SECONDS, PIN, SECONDS, Site, app_code, is_written, troubles

pytestmark = pytest.mark.usefixtures("left_as_found")


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
    site.touch(happenings.ReasonAsked(work.Closing.REPAIR))
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
    before = len(site.world.lockers.pulses)
    site.tries(work.Subject.LOCKERS)
    page = site.page_is(work.Tested).page
    assert isinstance(page, work.Tested)
    assert page.well, page.lines
    assert len(site.world.lockers.pulses) == before
    site.touch(happenings.BackAsked())
    is_written(site, ("testPassed", "T-03"))
    assert site.kiosk._bank is not None
    looks = site.kiosk._bank.look().values()
    assert {look.door for look in looks} == {DoorWord.CLOSED}, "the kiosk has its compartments still"


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

    out, over, one_hand = threading.Event(), threading.Event(), threading.Lock()

    def hands(line: str) -> None:
        with one_hand:
            time.sleep(HAND_SECONDS)
            if line.startswith("Neem de kaart"):
                site.world.cards.pull()
            elif line.startswith("Steek "):
                out.wait(SECONDS)  # the reader says that a card is out before the hand has let go of it
                site.world.cards.insert("1.8:an")

    def listen(_before: Visit, event: events.Event, _after: Visit, _effects: object) -> None:
        if over.is_set():  # the kiosk goes on to other tests, and keeps who listens
            return
        if isinstance(event, events.WorkAnswered) and isinstance(event.what, happenings.TestSaid):
            threading.Thread(target=hands, args=(event.what.line,)).start()

    site.kiosk.core.listen(listen)  # before there is anything to say: who hears nothing does nothing
    plug.pull()
    out.set()
    page = site.page_is(work.Returning).page
    over.set()
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
