from __future__ import annotations

from datetime import date, datetime, time

import pytest
from msgspec import structs

from config.settings import Language, OpenHours, Service, ServiceKind, ServiceState, Settings, load
from ui import hours, phrases
from ui.sample import EXAMPLE
from ui.screen import Mark
from ui.texts import texts_in

NBSP = "\N{NO-BREAK SPACE}"
DUTCH = texts_in(Language.NL)


@pytest.fixture
def settings() -> Settings:
    return load(EXAMPLE)


def cash(**fields: object) -> Service:
    return Service(kind=ServiceKind.CASH, name="Geldautomaat", place="Links", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-23T20:41", f"De balie is morgen open van 9 tot 12{NBSP}uur en van 13 tot 16{NBSP}uur."),
        ("2026-11-24T09:00", f"De balie is nu open, tot 12{NBSP}uur."),
        ("2026-11-24T12:00", f"De balie is vandaag open van 13 tot 16{NBSP}uur."),
        ("2026-11-25T19:00", f"De balie is vrijdag 27{NBSP}november open van 9 tot 12.30{NBSP}uur."),  # 26th: closed
        ("2026-11-28T10:00", f"De balie is maandag 30{NBSP}november open van 9 tot 12{NBSP}uur."),
    ],
)
def test_the_counter_says_when_it_is_open(settings: Settings, moment: str, said: str) -> None:
    assert hours.counter_sentence(DUTCH, settings, datetime.fromisoformat(moment)) == said


def test_a_town_without_counter_hours_promises_none(settings: Settings) -> None:
    bare = structs.replace(settings, counter=())
    now = datetime.fromisoformat("2026-11-23T10:00")
    assert hours.counter_sentence(DUTCH, bare, now) == ""
    assert hours.counter(DUTCH, bare, now) is None


def test_a_counter_that_is_closed_for_months_promises_no_day(settings: Settings) -> None:
    never = structs.replace(settings, counter=(OpenHours(weekday=0, opens=time(9), closes=time(12)),))
    mondays = tuple(date.fromordinal(date(2026, 11, 23).toordinal() + 7 * week) for week in range(8))
    shut = structs.replace(never, closed=mondays)
    assert hours.counter_sentence(DUTCH, shut, datetime.fromisoformat("2026-11-23T08:00")) == ""


@pytest.mark.parametrize(
    ("service", "at", "mark", "state"),
    [
        (cash(), "03:00", Mark.OPEN, "Open"),
        (cash(open_from=time(6), open_until=time(22)), "21:59", Mark.UNTIL, f"Open tot 22{NBSP}uur"),
        (cash(open_from=time(6), open_until=time(22)), "22:00", Mark.CLOSED, "Nu gesloten"),
        (cash(open_from=time(18), open_until=time(2)), "01:30", Mark.UNTIL, f"Open tot 2{NBSP}uur"),
        (cash(open_from=time(18), open_until=time(2)), "02:00", Mark.CLOSED, "Nu gesloten"),
        (cash(state=ServiceState.OUT_OF_ORDER), "12:00", Mark.OUT, "Buiten dienst"),
        (cash(state=ServiceState.COMING, coming_from=date(2027, 2, 1)), "12:00", Mark.COMING, "Binnenkort"),
    ],
)
def test_a_service_says_whether_it_works_now(service: Service, at: str, mark: Mark, state: str) -> None:
    row = hours.service_row(DUTCH, service, 0, datetime.fromisoformat(f"2026-11-23T{at}"))
    assert (row.mark, row.state) == (mark, state)


def test_out_of_order_is_said_in_the_town_s_name() -> None:
    noon = datetime.fromisoformat("2026-11-23T12:00")
    row = hours.service_row(DUTCH, cash(state=ServiceState.OUT_OF_ORDER), 0, noon)
    assert "Volgens de gemeente" in row.place


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(0, "Goedenacht"), (5, "Goedenacht"), (6, "Goedemorgen"), (12, "Goedemiddag"), (18, "Goedenavond")],
)
def test_the_greeting_goes_with_the_hour(hour: int, greeting: str) -> None:
    assert phrases.greeting(DUTCH, datetime.fromisoformat(f"2026-11-23T{hour:02}:00")) == f"{greeting}."


def test_a_number_and_its_unit_never_part() -> None:
    assert phrases.clock(DUTCH, datetime.fromisoformat("2026-11-23T20:41")) == f"20.41{NBSP}uur"
    assert DUTCH.plural("{n}~blad", "{n}~bladen", 1) == f"1{NBSP}blad"
    assert DUTCH.plural("{n}~blad", "{n}~bladen", 2) == f"2{NBSP}bladen"


def test_an_enumeration_ends_in_en() -> None:
    assert [phrases.joined(DUTCH, "abc"[:n]) for n in range(4)] == ["", "a", "a en b", "a, b en c"]
