"""The other services of the hall: whether each works, who says so, how it works, and where else to go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from msgspec import structs

from config.settings import Service, ServiceState, Settings, Translated, load
from kiosk_app.step import step
from kiosk_app.touches import LanguageChosen, ServiceAsked, StopPressed
from kiosk_app.visit import Choosing, Language, Overlay, Visit
from ui.sample import EVENING, EXAMPLE
from ui.screen import Screen
from ui.screens import screen_for
from ui.texts import NBSP

SETTINGS = load(EXAMPLE)
CASH = SETTINGS.services[1]


def page(service: Service, *, now: datetime = EVENING, language: Language = Language.NL) -> Screen:
    visit = Visit(overlay=Overlay.SERVICE, language=language)
    return screen_for(visit, structs.replace(SETTINGS, services=(service,)), now)


def titles(screen: Screen) -> list[str]:
    return [section.title for section in screen.sections]


def touched(settings: Settings, number: int) -> Screen:
    """The page behind the row of a service, by the touch that the portal offers."""
    rows = [*screen_for(Visit(), settings, EVENING).coming, *screen_for(Visit(), settings, EVENING).services]
    choice = next(row.choice for row in rows if row.choice.id == f"service{number}")
    assert isinstance(choice.event, ServiceAsked)
    visit, effects = step(Visit(), choice.event)
    assert all(type(effect).__name__ in ("Start", "Cancel") for effect in effects)
    return screen_for(visit, settings, EVENING)


@pytest.mark.parametrize(("number", "service"), list(enumerate(SETTINGS.services)))
def test_each_row_of_the_portal_leads_to_its_own_page(number: int, service: Service) -> None:
    name = service.name
    assert isinstance(name, Translated)
    screen = touched(SETTINGS, number)
    assert screen.title == name.nl
    assert len(screen.sections[0].text.splitlines()) == 3


def test_back_leads_to_the_portal_and_another_language_stays_on_the_page() -> None:
    visit, _ = step(Visit(), ServiceAsked(1))
    assert step(visit, StopPressed())[0] == replace(visit, overlay=None)
    other, _ = step(visit, LanguageChosen(Language.EN))
    assert (other.overlay, other.service) == (Overlay.SERVICE, 1)


def test_during_a_visit_no_page_of_the_hall_opens() -> None:
    visit = Visit(1, Choosing(None, ()))
    assert step(visit, ServiceAsked(0))[0] == visit


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("03:12", f"Nu gesloten. Weer open om 6{NBSP}uur."),
        ("06:00", f"Nu open, tot 22{NBSP}uur."),
        ("22:00", f"Nu gesloten. Weer open om 6{NBSP}uur."),
    ],
)
def test_a_service_with_hours_says_until_or_from_when(at: str, said: str) -> None:
    screen = page(SETTINGS.services[2], now=datetime.fromisoformat(f"2026-11-23T{at}"))
    assert screen.lead == (said,)


def test_out_of_order_says_who_says_so_and_when_and_where_else_to_go() -> None:
    noon = datetime.fromisoformat("2026-11-23T12:05")
    screen = page(structs.replace(CASH, state=ServiceState.OUT_OF_ORDER, updated=noon))
    assert screen.lead == (
        f"Buiten dienst, volgens de gemeente. Bijgewerkt maandag 23{NBSP}november om 12.05{NBSP}uur.",
    )
    assert "Hier kan je nu wel terecht" in titles(screen)
    undated = page(structs.replace(CASH, state=ServiceState.OUT_OF_ORDER))
    assert undated.lead == ("Buiten dienst, volgens de gemeente.",)


def test_out_of_order_with_an_end_says_until_when_on_the_portal() -> None:
    out = structs.replace(CASH, state=ServiceState.OUT_OF_ORDER, out_until=date(2026, 11, 30))
    (row,) = screen_for(Visit(), structs.replace(SETTINGS, services=(out,)), EVENING).services
    assert (row.state, row.place) == ("Buiten dienst", f"Tot en met maandag 30{NBSP}november")


def test_nobody_is_sent_elsewhere_while_it_works() -> None:
    assert "Hier kan je nu wel terecht" not in titles(page(CASH))
    assert "Hier kan je nu wel terecht" not in titles(page(structs.replace(SETTINGS.services[2], nearest="Markt")))
    shut = page(structs.replace(SETTINGS.services[2], nearest="Markt"), now=datetime.fromisoformat("2026-11-23T03:12"))
    assert "Hier kan je nu wel terecht" in titles(shut)


def test_the_town_s_own_steps_take_the_place_of_the_usual_ones() -> None:
    screen = page(structs.replace(CASH, steps=("Eerst dit.", "Dan dat.")))
    assert screen.sections[0].text == "1. Eerst dit.\n2. Dan dat."


def test_what_comes_says_from_when_until_that_day_has_come() -> None:
    lockers = SETTINGS.services[0]
    assert page(lockers).lead == (f"Binnenkort, vanaf 1{NBSP}februari{NBSP}2027.",)
    assert page(lockers, now=datetime.fromisoformat("2027-02-01T09:00")).lead == ("Dit komt binnenkort.",)
