"""The other services of the hall: whether each works, who says so, how it works, and where else to go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from msgspec import structs

from config.settings import Service, ServiceState, Settings, Translated, load
from hardware.faults import FaultCode
from kiosk_app.step import step
from kiosk_app.touches import LanguageChosen, ServiceAsked, StopPressed
from kiosk_app.visit import CardSlot, Choosing, Ease, Language, Notice, Offer, Overlay, Visit
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


def words(screen: Screen) -> str:
    return " ".join(section.text for section in screen.sections)


def test_several_announcements_of_a_day_take_turns_a_minute_each() -> None:
    first = SETTINGS.announcements[0]
    other = structs.replace(first, title="Kermis in het dorp")
    told = structs.replace(SETTINGS, announcements=(first, other))
    shown = [screen_for(Visit(), told, EVENING.replace(minute=minute)).news for minute in range(60)]
    titles = [section.title for section in shown if section is not None]
    assert len(titles) == 60
    assert titles[0::2] == [titles[0]] * 30
    assert titles[1::2] == ["Kermis in het dorp"] * 30
    assert titles[0] != titles[1]


def test_help_of_the_portal_alone_asks_for_no_card_and_promises_no_paper() -> None:
    alone = structs.replace(SETTINGS, back_end=None, card_reader=None, printer=None)
    said = words(screen_for(Visit(overlay=Overlay.HELP), alone, EVENING))
    assert "identiteitskaart" in words(screen_for(Visit(overlay=Overlay.HELP), SETTINGS, EVENING))
    assert "Tik erop." in said
    assert not {"identiteitskaart", "pincode", "printer", "document", "documenten"} & set(said.split())
    bare = structs.replace(alone, services=())
    assert "Zo werkt het" not in titles(screen_for(Visit(overlay=Overlay.HELP), bare, EVENING))


@pytest.mark.parametrize("large", [False, True])
def test_the_portal_alone_leads_to_the_online_desk_and_to_an_appointment_in_any_letters(*, large: bool) -> None:
    town = structs.replace(SETTINGS.town, appointment="https://afspraak.lindeveld.example")
    alone = structs.replace(SETTINGS, town=town, back_end=None, card_reader=None, printer=None)
    pages = (None, Overlay.HELP, Overlay.TOWN) if large else (None, Overlay.HELP)
    shown = [screen_for(Visit(overlay=one, ease=Ease(large=large)), alone, EVENING).qr for one in pages]
    assert {one.text for one in shown if one is not None} == {town.online_desk, town.appointment}


def test_a_tile_for_a_code_shows_no_card_going_into_a_reader_that_is_lost() -> None:
    lost = Visit(offer=Offer(FaultCode.READER_LOST))
    heroes = [screen_for(visit, SETTINGS, EVENING).hero for visit in (Visit(), lost)]
    assert [hero.picture for hero in heroes if hero is not None] == ["card-in", "slip-code"]


@pytest.mark.parametrize(("slot", "picture"), [(CardSlot.IN, "card-out"), (CardSlot.EMPTY, "card-in")])
def test_a_notice_that_asks_for_a_card_shows_which_way_it_goes(slot: CardSlot, picture: str) -> None:
    assert screen_for(Visit(1, Notice(FaultCode.CARD_MUTE), slot), SETTINGS, EVENING).picture == picture
    expired = screen_for(Visit(1, Notice(FaultCode.CERTIFICATE_EXPIRED), CardSlot.EMPTY), SETTINGS, EVENING)
    assert expired.picture == ""  # there the card is of no use


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


def test_an_end_stands_on_its_page_too_and_is_promised_no_more_once_it_is_past() -> None:
    out = structs.replace(CASH, state=ServiceState.OUT_OF_ORDER, out_until=date(2026, 11, 30))
    assert page(out).lead == (f"Buiten dienst tot en met maandag 30{NBSP}november, volgens de gemeente.",)
    after = datetime.fromisoformat("2026-12-01T09:00")
    assert page(out, now=after).lead == ("Buiten dienst, volgens de gemeente.",)
    (row,) = screen_for(Visit(), structs.replace(SETTINGS, services=(out,)), after).services
    assert row.place == "Volgens de gemeente"


@pytest.mark.parametrize("service", [SETTINGS.services[0], structs.replace(CASH, state=ServiceState.OUT_OF_ORDER)])
def test_what_does_not_work_is_nowhere_said_to_be_open(service: Service) -> None:
    where = next(section for section in page(service).sections if section.title == "Waar")
    assert "open" not in where.text


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
