"""What a kiosk counts for its town: each visit and each thing wanted once, whatever happens; also over a restart."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from msgspec import structs

from config.figures import Ending, Faulty, Month, Place, Stopped, Subject, Wanted
from config.settings import OpenHours, Settings, load
from hardware.credentials import StaffCard
from hardware.devices import Applet, Certificate, Signature
from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app import effects as wishes
from kiosk_app import events
from kiosk_app.doors import Collect, DoorFailed, DoorGranted, DoorOpened, DoorShut
from kiosk_app.figures import _PLACE_OF, Figures
from kiosk_app.step import step
from kiosk_app.visit import (
    CardBack,
    Challenge,
    Document,
    Goodbye,
    JobPhase,
    Later,
    Notice,
    Offer,
    Person,
    Portal,
    Product,
    Progress,
    StaffAtWork,
    State,
    Visit,
)

PROJECT = Path(__file__).parents[2]
TICKETS = (UUID(int=1), UUID(int=2))
DOOR = UUID(int=31)
HOUSEHOLD = Product("householdComposition", "Attest van gezinssamenstelling", "")
BADGE = Product("parkingCard", "Bewonerskaart", "")
PASSPORT = Product("compartment", "Paspoort", "", claim=UUID(int=21), compartment=7, ticket=DOOR)
# A Friday morning in Lindeveld, in the hours of its counter: 10 o'clock there.
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
SIGNED_IN: tuple[events.Event, ...] = (
    events.CardInserted(),
    events.CardRecognised(0, Applet.V1_8, 3),
    events.CertificateRead(0, Certificate(b"der", "ES384", expired=False)),
    events.ChallengeReceived(0, Challenge("id", "nonce")),
    *[events.DigitTyped()] * 4,
    events.PinEntered(),
    events.ChallengeSigned(0, Signature(b"signature")),
    events.SignedIn(0, Person("An", "Peeters"), (HOUSEHOLD, BADGE)),
)
ORDERED = (*SIGNED_IN, events.Chose(HOUSEHOLD.code), events.Confirmed(TICKETS[:1]))
AT_PRINTER = (*ORDERED, events.CardRemoved(), events.DocumentReady(0, Document(TICKETS[0], HOUSEHOLD, b"%PDF", 1)))
DONE = events.TimedOut(events.Clock.STEP)


def job(phase: JobPhase, fault: FaultCode | None = None) -> events.JobChanged:
    return events.JobChanged(0, TICKETS[0], Progress(phase, 1, fault))


class Kiosk:
    """A visit, the book of its kiosk, and a clock. What is written is on disk at once."""

    def __init__(self, folder: Path) -> None:
        own = load(PROJECT / "config" / "example.toml")
        hours = (OpenHours(weekday=4, opens=time(9), closes=time(12)),)
        self.settings: Settings = structs.replace(own, counter=hours, closed=())
        self.file, self.passed_s, self.now = folder / "figures.json", 0.0, FRIDAY
        self.visit = Visit(offer=Offer(doors=None))
        self.figures = self.begun()

    def begun(self) -> Figures:
        return Figures(self.file, self.settings, lambda write: write(), lambda: self.passed_s, lambda: self.now)

    def restart(self) -> None:
        self.visit, self.figures = Visit(offer=Offer(doors=None)), self.begun()

    def wait(self, seconds: float, *faults: FaultCode, offers: bool = True) -> None:
        """Let time pass as a kiosk does: with a look each five seconds."""
        for _ in range(round(seconds / 5)):
            self.passed_s += 5
            self.now += timedelta(seconds=5)
            self.figures.passed(self.settings, faults, offers=offers)

    def play(self, *said: events.Event) -> tuple[wishes.Effect, ...]:
        wished: tuple[wishes.Effect, ...] = ()
        for one in said:
            event = structs.replace(one, visit=self.visit.number) if isinstance(one, events.Answer) else one
            before = self.visit
            self.visit, effects = step(before, event)
            self.figures.saw(before, event, self.visit, effects)
            wished += effects
        return wished

    def home(self) -> None:
        while not isinstance(self.visit.state, Portal):
            self.play(events.StopPressed(), events.CardRemoved(), DONE)

    @property
    def heard(self) -> list[int]:
        """How many visits the agent has heard of, month by month."""
        return [one.visits for one in self.figures.told]

    @property
    def month(self) -> Month:
        """This month, as it stands on disk."""
        self.figures.keep()
        return Figures(self.file, self.settings, lambda _: None, lambda: 0.0, lambda: self.now).told[-1]


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def wanted(kiosk: Kiosk) -> list[tuple[str, str, int, int]]:
    return sorted((one.subject, one.ending, one.times, one.outside) for one in kiosk.month.wanted)


# --- what became of it -----------------------------------------------------------------------------------------------


def test_a_certificate_on_paper_is_one_visit_and_one_document(kiosk: Kiosk) -> None:
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), job(JobPhase.PRINTED))
    kiosk.passed_s += 150
    kiosk.play(events.PaperTaken(yes=True), DONE)
    month = kiosk.month
    assert (month.month, month.visits, month.outside, month.stopped) == (202611, 1, 0, ())
    assert month.wanted == (Wanted(Subject.HOUSEHOLD, Ending.GIVEN, 1, 0),)
    assert month.spans == (0, 0, 1, 0, 0, 0), "between two and three minutes"


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        (job(JobPhase.FAILED, FaultCode.PAPER_JAM), Ending.FAILED),
        (job(JobPhase.UNKNOWN, FaultCode.PRINT_UNKNOWN), Ending.UNKNOWN),
        (job(JobPhase.FAILED, FaultCode.PRINT_STOPPED), Ending.DROPPED),
    ],
)
def test_what_became_of_a_document_is_what_the_resident_was_told(
    kiosk: Kiosk, last: events.Event, ending: Ending
) -> None:
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), last)
    kiosk.home()
    assert wanted(kiosk) == [("householdComposition", ending, 1, 0)]
    stopped = (Stopped(Place.WAITING, 1),) if ending is Ending.DROPPED else ()
    assert kiosk.month.stopped == stopped


def test_a_printer_that_falls_silent_counts_as_unknown_and_its_late_word_changes_nothing(kiosk: Kiosk) -> None:
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), events.TimedOut(events.Clock.STEP))
    kiosk.play(job(JobPhase.PRINTED))
    kiosk.home()
    assert wanted(kiosk) == [("householdComposition", "unknown", 1, 0)]


def test_who_leaves_the_card_gave_it_up_and_what_comes_later_is_no_failure(kiosk: Kiosk) -> None:
    kiosk.play(*ORDERED)
    kiosk.home()
    kiosk.play(*ORDERED, events.OrderTaken(0, TICKETS[0], Later(delivered=False)))
    kiosk.home()
    kiosk.play(*ORDERED, events.OrderFailed(0, TICKETS[0], FaultCode.BACKEND_DOWN))
    kiosk.home()
    assert [(ending, times) for _, ending, times, _ in wanted(kiosk)] == [("dropped", 1), ("failed", 1), ("later", 1)]
    assert kiosk.month.stopped == (Stopped(Place.WAITING, 1),)


def test_a_product_that_only_this_town_knows_is_counted_among_the_others(kiosk: Kiosk) -> None:
    """Its code is a word of the town's; a check-in has room for words of the list alone."""
    kiosk.play(*SIGNED_IN, events.Chose(BADGE.code), events.Confirmed(TICKETS[:1]))
    kiosk.home()
    assert wanted(kiosk) == [("other", "dropped", 1, 0)]


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        (
            (DoorGranted(0, DOOR), DoorOpened(0, DOOR), DoorShut(0, DOOR, ThingWord.NONE)),
            "given",
        ),
        ((DoorGranted(0, DOOR), DoorFailed(0, DOOR, FaultCode.DOOR_STUCK)), "failed"),
        ((DoorGranted(0, DOOR), DoorFailed(0, DOOR, FaultCode.DOOR_UNKNOWN)), "unknown"),
        ((events.BackEndFailed(0, FaultCode.BACKEND_DOWN),), "failed"),
        ((DoorGranted(0, DOOR), DoorOpened(0, DOOR), *[DONE] * 3), "unknown"),
        ((events.StopPressed(),), "dropped"),
    ],
)
def test_a_thing_behind_a_door(kiosk: Kiosk, said: tuple[events.Event, ...], ending: str) -> None:
    kiosk.play(events.CodeScanned("4F7K-9XQR"), events.CodeOpened(0, (PASSPORT,)), events.Confirmed(()), *said)
    kiosk.home()
    assert [(subject, end) for subject, end, _, _ in wanted(kiosk)] == [("compartment", ending)]


# --- where people stop, and when -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ((events.DocumentsAsked(),), Place.CARD),
        (SIGNED_IN[:3], Place.PIN),
        (SIGNED_IN, Place.CHOOSING),
        ((*SIGNED_IN, events.Chose(HOUSEHOLD.code)), Place.CHECKING),
        ((events.CodeScanned(""),), Place.CODE),
        ((events.DocumentsAsked(), events.OfferingsAsked()), Place.LIST),
        ((events.OfferChanged(Offer(FaultCode.PAPER_EMPTY)), events.DocumentsAsked()), Place.REFUSED),
    ],
)
def test_where_somebody_left_with_nothing(kiosk: Kiosk, said: tuple[events.Event, ...], place: Place) -> None:
    kiosk.play(*said)
    kiosk.home()
    assert kiosk.month.stopped == (Stopped(place, 1),)
    assert kiosk.month.visits == 1


def test_every_screen_of_a_resident_is_somewhere() -> None:
    nowhere = {Portal, Notice, CardBack, Goodbye, StaffAtWork}
    states = {kind for one in get_args(State) for kind in get_args(one) or (one,)}
    assert set(_PLACE_OF) == states - nowhere


def test_whoever_mends_it_is_no_visitor(kiosk: Kiosk) -> None:
    kiosk.play(events.CardInserted(), events.StaffCardSeen(0, StaffCard("T-03", "technician")))
    assert isinstance(kiosk.visit.state, StaffAtWork)
    kiosk.home()
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    assert kiosk.month.visits == 1


@pytest.mark.parametrize(
    ("at", "closed", "outside"),
    [
        (FRIDAY, False, 0),
        (FRIDAY + timedelta(hours=2), False, 1),  # noon
        (FRIDAY - timedelta(hours=1, seconds=30), False, 1),
        (FRIDAY + timedelta(days=1), False, 1),
        (FRIDAY, True, 1),
    ],
)
def test_hours_are_those_of_the_counter(kiosk: Kiosk, at: datetime, closed: bool, outside: int) -> None:  # noqa: FBT001
    kiosk.now = at
    kiosk.settings = structs.replace(kiosk.settings, closed=(date(2026, 11, 27),) if closed else ())
    kiosk.wait(5)  # a day on which it stays closed may be set while the kiosk runs
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), job(JobPhase.PRINTED))
    kiosk.home()
    assert kiosk.month.outside == outside
    assert wanted(kiosk) == [("householdComposition", "given", 1, outside)]


# --- the book --------------------------------------------------------------------------------------------------------


def test_a_restart_in_the_middle_of_a_visit_loses_no_count_and_makes_none(kiosk: Kiosk) -> None:
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), job(JobPhase.PRINTED))
    book = kiosk.month.book
    kiosk.restart()
    kiosk.play(*AT_PRINTER, job(JobPhase.HANDED), job(JobPhase.PRINTED), events.PaperTaken(yes=True), DONE)
    kiosk.restart()
    assert (kiosk.month.book, kiosk.month.visits) == (book, 1), "the visit that was cut off never ended"
    assert wanted(kiosk) == [("householdComposition", "given", 2, 0)]


def test_the_agent_hears_once_an_hour_and_of_nothing_that_is_not_on_disk(kiosk: Kiosk) -> None:
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    kiosk.wait(3595)
    assert kiosk.heard == []
    kiosk.wait(5)
    assert kiosk.heard == [1]
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    assert kiosk.heard == [1]
    kiosk.restart()
    assert kiosk.heard == [2], "a start says what is in the book"


@pytest.mark.expects_log("the figures cannot be kept")
def test_what_could_not_be_written_is_not_told(kiosk: Kiosk) -> None:
    """After a restart it would be told less than it was told before."""
    kiosk.file.mkdir()  # no file can take its place
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    kiosk.wait(3600)
    assert kiosk.heard == []
    kiosk.file.rmdir()
    kiosk.wait(3600)
    assert kiosk.heard == [1]


def test_time_counts_while_documents_can_be_had(kiosk: Kiosk) -> None:
    kiosk.wait(7200)
    kiosk.wait(3600, offers=False)
    kiosk.wait(1800)
    assert kiosk.month.open_minutes == 149, "less a look at each change, and what is left of a minute"
    kiosk.passed_s += 86_400  # the machine slept
    kiosk.wait(5)
    assert kiosk.month.open_minutes == 149


def test_a_fault_counts_when_it_begins_and_not_each_time_it_flickers_or_the_kiosk_does(kiosk: Kiosk) -> None:
    kiosk.wait(60, FaultCode.PAPER_EMPTY)
    kiosk.wait(300)
    kiosk.wait(60, FaultCode.PAPER_EMPTY, FaultCode.TONER_LOW)
    kiosk.restart()
    kiosk.wait(60, FaultCode.PAPER_EMPTY)
    kiosk.wait(700)
    kiosk.wait(60, FaultCode.PAPER_EMPTY)
    assert set(kiosk.month.faults) == {Faulty(FaultCode.PAPER_EMPTY, 2), Faulty(FaultCode.TONER_LOW, 1)}


def test_each_month_has_its_own_page_and_the_one_before_stays(kiosk: Kiosk) -> None:
    for _ in range(3):
        kiosk.play(events.DocumentsAsked())
        kiosk.home()
        kiosk.now += timedelta(days=31)
    kiosk.figures.keep()
    kiosk.restart()
    assert [(one.month, one.visits) for one in kiosk.figures.told] == [(202612, 1), (202701, 1)]


def test_the_month_begins_at_midnight_in_the_town(kiosk: Kiosk) -> None:
    kiosk.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # half past twelve there
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    assert kiosk.month.month == 202612


def test_a_clock_that_lost_its_time_counts_nothing_and_spoils_nothing(kiosk: Kiosk) -> None:
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    kiosk.now = datetime(1970, 1, 1, tzinfo=UTC)
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    kiosk.now = FRIDAY
    assert (kiosk.month.month, kiosk.month.visits) == (202611, 1)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 10_000, b'{"name": "An Peeters"}'])
def test_a_book_that_cannot_be_read_is_begun_anew_under_another_name(kiosk: Kiosk, content: bytes) -> None:
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    book = kiosk.month.book
    kiosk.file.write_bytes(content)
    kiosk.restart()
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    assert kiosk.month.book != book
    assert kiosk.month.visits == 1


@pytest.mark.expects_log("the figures cannot be kept")
def test_a_disk_without_room_stops_nobody(kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.file = tmp_path / "nowhere" / "figures.json"
    kiosk.restart()
    kiosk.play(events.DocumentsAsked())
    kiosk.home()
    assert not kiosk.file.exists()


# --- whatever happens ------------------------------------------------------------------------------------------------


def test_whatever_happens_each_visit_counts_once_and_nothing_wanted_counts_twice(
    kiosk: Kiosk, letters: tuple[events.Event, ...]
) -> None:
    """Three thousand events at random, of the alphabet of the whole chart."""
    chance = random.Random(9)
    ordered = visits = 0
    for _ in range(3000):
        before = kiosk.visit
        wished = kiosk.play(chance.choice(letters))
        ordered += sum(isinstance(one, wishes.OrderDocument | Collect) for one in wished)
        visits += kiosk.visit.number - before.number
    kiosk.home()
    month = kiosk.month
    assert sum(month.spans) == month.visits
    assert 0 < month.visits <= visits
    assert sum(one.times for one in month.wanted) <= ordered
    assert sum(one.times for one in month.stopped) <= month.visits
