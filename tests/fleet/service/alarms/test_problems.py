"""Which problems a small town hears of, when, and how often: one letter for each, and one when it is solved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fleet.service.alarm_settings import Hours
from fleet.service.alarm_tables import alarms, messages
from tests.fleet.service.alarms.outside import PostOffice
from tests.fleet.service.alarms.watching import (
    BRUSSELS,
    EMPTY,
    LOW,
    READY,
    Made,
    Watch,
    Watching,
    clock_to,
    on_wednesday,
)

if TYPE_CHECKING:
    from tests.fleet.conftest import Fleet

# --- one letter, and one when it is solved --------------------------------------------------------------------------


@pytest.mark.usefixtures("with_alarms")
def test_who_fills_the_tray_hears_that_it_is_empty_and_that_it_no_longer_is(
    database: str, make_service: Callable[[str], Made], watching: Watching, post: PostOffice
) -> None:
    watch = on_wednesday(make_service(database), watching)
    watch.minutes(6, EMPTY)
    assert post.to == ["onthaal@lindeveld.example"]
    assert post.subjects == ["LV-01: Printer: het papier is op (Lindeveld)"]
    (letter,) = post.texts
    assert letter.splitlines()[0] == "LV-01: Printer: het papier is op."
    assert letter.splitlines()[1].startswith("Sinds woensdag ")
    assert letter.splitlines()[2] == "Inwoners hebben er last van."
    assert "https://vloot.example/meldingen" in letter
    watch.minutes(12, READY)
    assert post.subjects[1:] == ["Opgelost: LV-01: Printer: het papier is op (Lindeveld)"]
    assert post.to == ["onthaal@lindeveld.example"] * 2
    watch.minutes(5, READY)
    assert len(post.letters) == 2


def test_a_printer_that_comes_and_goes_is_one_problem(watch: Watch, post: PostOffice) -> None:
    for _ in range(10):
        watch.minutes(1, EMPTY)
        watch.minutes(1, READY)
    assert len(post.letters) == 1
    watch.minutes(15, READY)
    assert [subject.startswith("Opgelost") for subject in post.subjects] == [False, True]


def test_what_comes_back_all_day_is_called_solved_ever_later(watch: Watch, post: PostOffice) -> None:
    """A quarter of an hour out, a quarter of an hour well, five times: five problems, and not ten letters."""
    for _ in range(5):
        watch.minutes(15, EMPTY)
        watch.minutes(15, READY)
    assert len(post.letters) == 3


def test_who_stands_there_with_paper_in_hand_is_not_written_to(watch: Watch, post: PostOffice) -> None:
    watch.minutes(1, EMPTY)
    watch.minutes(13, READY)
    assert post.letters == []
    assert [one.closed is not None for one in watch.rows(alarms)] == [True]


def test_paper_that_was_low_and_is_out_is_not_solved(watch: Watch, post: PostOffice) -> None:
    watch.minutes(5, LOW)
    watch.minutes(14, EMPTY)
    assert [subject.split(" (")[0] for subject in post.subjects] == [
        "LV-01: Printer: het papier is bijna op",
        "LV-01: Printer: het papier is op",
    ]
    watch.minutes(14, READY)
    assert [subject.split(" (")[0] for subject in post.subjects[2:]] == ["Opgelost: LV-01: Printer: het papier is op"]


def test_what_is_wrong_at_once_comes_in_one_letter(watch: Watch, post: PostOffice, watching: Watching) -> None:
    lost = {"part": "backEnd", "health": "down", "fault": "backendDown"}
    others = [watching((watch.service, watch.clock), f"LV-0{number}") for number in (2, 3)]
    for _ in range(4):
        for other in others:
            other.says(lost)
        watch.minutes(1, lost)
    assert post.subjects == ["3 berichten over de loketten (Lindeveld)"]
    assert [f"LV-0{n}: Dienst van de stad: antwoordt niet." in post.texts[0] for n in (1, 2, 3)] == [True] * 3


# --- to whom, and when ----------------------------------------------------------------------------------------------


def test_at_night_what_cannot_wait_goes_to_who_is_on_call_and_the_rest_waits_for_the_desk(
    watch: Watch, post: PostOffice
) -> None:
    jam = {"part": "printer", "health": "down", "fault": "paperJam"}
    roll = {"part": "receiptPrinter", "health": "degraded", "fault": "receiptPaperLow"}
    clock_to(watch.clock, 4, 22)
    watch.minutes(5, jam, roll)
    assert (post.to, post.subjects) == (
        ["wacht@lindeveld.example"],
        ["LV-01: Printer: er zit papier vast (Lindeveld)"],
    )
    (waits,) = [one for one in watch.rows(messages) if one.sent is None]
    assert waits.target == "onthaal@lindeveld.example"
    assert waits.due.astimezone(BRUSSELS).strftime("%a %H:%M") == "Mon 08:30"
    watch.minutes(15, READY)  # solved in the same night: who was called hears it, and nobody reads of it on Monday
    assert post.to == ["wacht@lindeveld.example"] * 2
    clock_to(watch.clock, 0, 9)
    watch.minutes(2, READY)
    assert "onthaal@lindeveld.example" not in post.to


@pytest.mark.parametrize(
    ("said", "open_"),
    [
        ("2026-11-27 08:29", False),  # a Friday
        ("2026-11-27 08:30", True),
        ("2026-11-27 16:30", False),
        ("2026-11-28 10:00", False),
        ("2026-12-25 10:00", False),  # the law's ten days: Christmas
        ("2027-01-01 10:00", False),
        ("2027-03-29 10:00", False),  # Easter Monday
        ("2027-05-06 10:00", False),  # Ascension
        ("2027-05-17 10:00", False),  # Whit Monday
        ("2027-07-21 10:00", False),
        ("2027-11-01 10:00", False),
        ("2027-11-11 10:00", False),
        (
            "2027-07-12 10:00",
            True,
        ),  # the day after the feast of Flanders, which is a Sunday; and that is no day of the law
        ("2028-07-11 10:00", True),
    ],
)
def test_the_desk_is_open_in_the_towns_own_time(said: str, open_: bool) -> None:  # noqa: FBT001 (a table)
    at = dt.datetime.fromisoformat(said).replace(tzinfo=BRUSSELS)
    assert Hours().open(at.astimezone(dt.UTC)) is open_
    if not open_:
        assert Hours().next(at).astimezone(BRUSSELS).strftime("%H:%M") == "08:30"


@pytest.mark.parametrize(
    ("said", "comes"),
    [
        ("2026-12-24 17:00", "2026-12-28 08:30"),  # Christmas is a Friday
        ("2027-03-26 17:00", "2027-03-30 08:30"),  # Easter
        ("2027-05-05 20:00", "2027-05-07 08:30"),  # Ascension is a Thursday
    ],
)
def test_what_can_wait_waits_until_somebody_works_again(said: str, comes: str) -> None:
    at = dt.datetime.fromisoformat(said).replace(tzinfo=BRUSSELS)
    assert f"{Hours().next(at).astimezone(BRUSSELS):%Y-%m-%d %H:%M}" == comes


def test_a_bridge_day_is_no_day_at_the_desk_and_a_desk_that_never_opens_holds_no_letter_for_ever() -> None:
    at = dt.datetime(2027, 5, 5, 20, tzinfo=BRUSSELS)
    assert f"{Hours(closed=(dt.date(2027, 5, 7),)).next(at).astimezone(BRUSSELS):%Y-%m-%d}" == "2027-05-10"
    never = Hours(closed=tuple(at.date() + dt.timedelta(days=ahead) for ahead in range(400)))
    assert dt.timedelta(days=38) < never.next(at) - at < dt.timedelta(days=41)


def test_a_day_on_which_the_town_said_it_stays_closed_is_one_for_who_is_on_call(watch: Watch, post: PostOffice) -> None:
    """Said on the page of today, by one person; nobody has to say it a second time for the letters."""
    day = watch.clock().astimezone(BRUSSELS).date()
    watch.service.desk.close("lindeveld", "els", day)
    roll = {"part": "receiptPrinter", "health": "degraded", "fault": "receiptPaperLow"}
    watch.minutes(3, {"part": "cardReader", "health": "down", "fault": "readerLost"}, roll)
    assert post.to == ["wacht@lindeveld.example"]
    (waits,) = [one for one in watch.rows(messages) if one.sent is None]
    assert waits.due.astimezone(BRUSSELS).date() == day + dt.timedelta(days=1)


def test_closing_days_of_the_signed_settings_count_as_those_of_today_do(
    with_people: Fleet, file_database: str, make_service: Callable[[str], Made]
) -> None:
    with_people.write("lindeveld/tenant.toml", "closed = [2027-05-07]\n")
    with_people.sign("lindeveld-1")
    with_people.give_out()
    desk = make_service(file_database)[0].desk
    desk.close("lindeveld", "els", desk.today)
    assert desk.closing_days("lindeveld") == {desk.today, dt.date(2027, 5, 7)}


def test_an_audit_chain_that_went_back_goes_to_who_does_safety_at_any_hour_at_once(
    watch: Watch, post: PostOffice
) -> None:
    clock_to(watch.clock, 5, 3)
    assert watch.said.kiosk is not None
    watch.said.kiosk["audit"] = {"number": 3, "hash": "b" * 64}
    watch.minutes(1, READY)
    assert post.to == ["wacht@lindeveld.example"]
    assert "regels van het auditspoor zijn weg of veranderd" in post.texts[0]
    assert "last van" not in post.texts[0]


def test_a_kiosk_that_is_silent_is_one_letter_and_hides_no_other(watch: Watch, post: PostOffice) -> None:
    watch.minutes(4, LOW)
    watch.heard = False
    watch.minutes(9)
    assert post.to == ["onthaal@lindeveld.example"]
    watch.minutes(20)
    assert post.to[1:] == ["it@lindeveld.example"]
    assert post.subjects[1] == "LV-01 laat niets van zich horen (Lindeveld)"
    watch.heard = True
    watch.minutes(12, LOW)  # what was low is low: it was never solved
    assert post.subjects[2:] == ["Opgelost: LV-01 laat niets van zich horen (Lindeveld)"]


def test_a_service_that_slept_itself_calls_nobody_silent(watch: Watch, post: PostOffice) -> None:
    watch.clock.ahead += dt.timedelta(hours=3)
    watch.heard = False
    watch.minutes(9)
    assert post.letters == []
    watch.minutes(3)
    assert len(post.letters) == 1


def in_trial(watch: Watch) -> None:
    assert watch.said.kiosk is not None
    watch.said.kiosk["inForce"] = {"settings": None, "onTrial": False, "sentBack": 1, "daily": None}


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (in_trial, "LV-01 zette nieuwe instellingen terug: er werkte iets niet meer"),
        (lambda watch: watch.said.kiosk.update(offers=False), "LV-01 inwoners kunnen nu geen document afdrukken"),
        (
            lambda watch: watch.said.kiosk.update(
                devices=[{"part": "lockers", "health": "degraded", "fault": "doorLeftOpen"}]
            ),
            "LV-01: Vakjes: een deur staat te lang open",
        ),
        (lambda watch: setattr(watch.said, "kiosk", None), "LV-01: de machine werkt, het loket zelf zegt niets"),
    ],
)
def test_each_kind_of_problem_has_its_sentence(
    watch: Watch, post: PostOffice, happens: Callable[[Watch], None], sentence: str
) -> None:
    happens(watch)
    watch.minutes(4)
    assert post.to == ["it@lindeveld.example"]
    assert post.subjects == [f"{sentence} (Lindeveld)"]


def test_a_clock_that_is_off_and_a_certificate_that_ends_are_told(watch: Watch, post: PostOffice) -> None:
    watch.clock.ahead += dt.timedelta(days=77)
    clock_at_ten = watch.clock.ahead
    for minute in range(4):
        watch.clock.ahead = clock_at_ten + dt.timedelta(minutes=minute)
        watch.says(READY, sent=(watch.clock() - dt.timedelta(minutes=7)).isoformat())
        watch.round()
    text = "".join(post.texts)
    assert "LV-01: de klok loopt 7 minuten achter." in text
    assert "LV-01: het certificaat voor de vloot vervalt op " in text


def test_once_a_week_there_is_a_letter_about_the_week_before(watch: Watch, post: PostOffice) -> None:
    watch.minutes(30, EMPTY)
    watch.minutes(15, READY)
    clock_to(watch.clock, 0, 8)
    watch.minutes(40, READY)
    weekly = [text for text, to in zip(post.texts, post.to, strict=True) if to == "hoofd@lindeveld.example"]
    assert len(weekly) == 1
    assert "- LV-01: Printer: het papier is op: 1 keer, samen 30 minuten" in weekly[0]
    assert "nog niet opgelost" not in weekly[0]
