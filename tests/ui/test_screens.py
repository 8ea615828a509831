from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import get_args
from uuid import UUID

import pytest
from msgspec import Struct, structs

from config.settings import Settings, load
from hardware.devices import Applet
from hardware.faults import FAULTS, FaultCode
from kiosk_app import events
from kiosk_app.maintenance.work import Cleaning
from kiosk_app.step import step
from kiosk_app.visit import (
    AskCard,
    CardBack,
    CardSlot,
    Checking,
    Choosing,
    EnterPin,
    Job,
    JobPhase,
    Notice,
    Offer,
    Overlay,
    PaperLeft,
    Portal,
    Printed,
    Printing,
    Progress,
    SlipState,
    StaffAtWork,
    State,
    TakeCard,
    Visit,
)
from ui.bridge import to_map
from ui.narration import sentences
from ui.sample import EVENING, EXAMPLE, Sample, samples
from ui.screen import Role, Screen, Template
from ui.screens import screen_for

SETTINGS = load(EXAMPLE)
ALL = tuple(samples(SETTINGS))
BY_NAME = {sample.name: sample for sample in ALL}


def painted(sample: Sample) -> Screen:
    return screen_for(sample.visit, sample.settings, sample.now)


def sample_screen(name: str) -> Screen:
    return painted(BY_NAME[name])


def of(
    state: State,
    slot: CardSlot = CardSlot.EMPTY,
    offer: Offer | None = None,
    overlay: Overlay | None = None,
    *,
    settings: Settings = SETTINGS,
    now: datetime = EVENING,
) -> Screen:
    return screen_for(Visit(1, state, slot, offer or Offer(), overlay), settings, now)


def words(part: object) -> list[str]:
    """Every text of a screen, also of what is inside; ids, events and names of pictures apart."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return [text for one in part for text in words(one)]
    apart = ("id", "event", "template", "icon", "picture", "sign", "look", "mark", "role", "colour")
    if isinstance(part, Struct):
        return [text for name in part.__struct_fields__ if name not in apart for text in words(getattr(part, name))]
    return []


def all_words(screen: Screen) -> str:
    return "\n".join(words(screen)).replace("\N{NO-BREAK SPACE}", " ")


def event_of(screen: Screen, choice: str) -> object:
    return next(c.event for c in screen.choices if c.id == choice)


# --- every screen ------------------------------------------------------------------------------------------------


def test_the_samples_show_every_state_overlay_fault_and_template() -> None:
    assert {type(sample.visit.state) for sample in ALL} == set(get_args(State))
    assert {sample.visit.overlay for sample in ALL} == {None, *Overlay}
    faults = {sample.visit.state.fault for sample in ALL if isinstance(sample.visit.state, Notice)}
    assert faults == set(FaultCode)
    assert {painted(sample).template for sample in ALL} == set(Template)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_every_screen_has_a_title_one_primary_at_most_and_ids_of_its_own(sample: Sample) -> None:
    screen = painted(sample)
    assert screen.title
    assert sentences(screen, private=False)
    assert sum(choice.role is Role.PRIMARY for choice in screen.choices) <= 1
    assert len({choice.id for choice in screen.choices}) == len(screen.choices)
    assert all(choice.description for choice in screen.actions if not choice.enabled), "a disabled button says why"


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_every_text_is_plain_dutch_of_a_counter(sample: Sample) -> None:
    text = all_words(structs.replace(painted(sample), keys=()))  # the letters of a keyboard are no words
    assert "!" not in text
    assert not re.search(
        r"\b(u|uw|gelieve|indien|dient|teneinde|bekomen|reeds|enkel|slechts|oeps)\b", text, re.IGNORECASE
    )
    assert not re.search(r"\{|\}|None|\bStop\b(?! dan)", text)
    assert not re.search(r"  |\.\.|,\.| \.", text)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_a_visit_can_be_stopped_at_the_bottom_left_of_every_screen_where_there_is_something_to_stop(
    sample: Sample,
) -> None:
    if painted(sample).glass is not None:  # from edge to edge: one touch leads on, or a button beside the cross back
        assert [choice.id for choice in painted(sample).choices] in (["next"], ["spot", "back"])
        return
    if isinstance(sample.visit.state, StaffAtWork) and isinstance(sample.visit.state.work.page, Cleaning):
        assert painted(sample).choices == ()  # a cloth goes over all of it
        return
    first = painted(sample).bar[0]
    nothing_to_stop = type(sample.visit.state).__name__ in ("Portal", "CardBack", "Goodbye")
    assert first.event == (None if nothing_to_stop else events.StopPressed())
    assert painted(sample).bar[1].event == events.HelpAsked()


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_no_screen_offers_a_touch_that_its_state_does_not_know(sample: Sample) -> None:
    for choice in painted(sample).choices:
        if choice.event is None or not choice.enabled or choice.role is Role.BAR:
            continue
        event = choice.event
        if isinstance(event, events.Confirmed) and isinstance(sample.visit.state, Checking):
            event = events.Confirmed(tuple(UUID(int=n) for n, _ in enumerate(sample.visit.state.chosen)))
        after, effects = step(sample.visit, event)
        assert (after, effects) != (sample.visit, ()), choice.id


def test_what_qml_gets_holds_no_event_and_no_repr_of_a_screen_holds_a_name() -> None:
    screen = sample_screen("checking")
    assert "An Peeters" in all_words(screen)
    assert "Peeters" not in repr(screen)
    assert "event" not in str(to_map(screen))


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_what_is_spoken_holds_nobody_s_name(sample: Sample) -> None:
    said = " ".join(sentences(painted(sample), private=False))
    assert not re.search(r"\bAn\b|Peeters|Maria|Broecke|4F7K|9K3M|JEUGDHUIS|KRING", said)


# --- the portal --------------------------------------------------------------------------------------------------


def test_the_portal_offers_a_document_and_says_both_ways_in() -> None:
    screen = sample_screen("portal")
    assert screen.hero is not None
    assert screen.hero.choice is not None
    assert screen.hero.choice.event == events.DocumentsAsked()
    assert screen.hero.call == "Steek je kaart in de lezer, of tik hier"
    assert [row.name for row in screen.services] == ["Geldautomaat 1", "Geldautomaat 2", "Pakjesautomaat bpost"]
    assert [row.name for row in screen.coming] == ["Ophalen met een code"]


@pytest.mark.parametrize("code", FaultCode)
def test_a_fault_is_said_on_the_portal_before_anyone_puts_in_a_card(code: FaultCode) -> None:
    screen = of(Portal(), offer=Offer(code, code))
    assert screen.hero is not None
    assert screen.hero.choice is None
    assert screen.hero.status == "Afdrukken kan nu niet"
    assert screen.hero.title == FAULTS[code].title.replace("{municipality}", "Lindeveld")
    assert "morgen vanaf 9" in screen.hero.text
    assert screen.qr is not None
    assert screen.qr.caption == "Documenten online"


@pytest.mark.parametrize("missing", ["back_end", "card_reader", "printer"])
def test_a_portal_without_reader_printer_or_back_end_shows_the_hall_alone(missing: str) -> None:
    screen = of(Portal(), settings=structs.replace(SETTINGS, **{missing: None}))
    assert screen.hero is None
    assert screen.services
    assert all(choice.event != events.DocumentsAsked() for choice in screen.choices)


def test_a_card_that_stayed_is_asked_for_first() -> None:
    assert "Neem die eerst weg" in all_words(of(Portal(), slot=CardSlot.STALE))
    assert "Neem die eerst weg" in all_words(of(AskCard(), slot=CardSlot.STALE))
    assert "Neem die eerst weg" not in all_words(of(AskCard()))


def test_an_announcement_stands_from_its_first_to_its_last_day() -> None:
    shown = {day: of(Portal(), now=datetime.fromisoformat(f"2026-11-{day}T12:00")).news for day in (19, 20, 26, 27)}
    assert [news is not None for news in shown.values()] == [False, True, True, False]


# --- card and PIN ------------------------------------------------------------------------------------------------


def test_the_screen_that_asks_for_the_card_says_what_is_read_from_it() -> None:
    said = all_words(of(AskCard()))
    assert "Alleen het certificaat waarmee je je aanmeldt" in said
    assert "rijksregisternummer" in said
    assert "rechts onder dit scherm" in said


@pytest.mark.parametrize(("typed", "enabled"), [(0, False), (3, False), (4, True), (12, True)])
def test_verder_waits_for_four_digits(typed: int, *, enabled: bool) -> None:
    screen = of(EnterPin(Applet.V1_8, 3, typed=typed))
    assert screen.actions[1].label == "Verder"
    assert screen.actions[1].enabled is enabled
    assert screen.typed == typed


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (EnterPin(Applet.V1_8, 3), ""),
        (EnterPin(Applet.V1_8, None), ""),
        (EnterPin(Applet.V1_8, None, wrong_before=True), "Die code klopt niet."),
        (EnterPin(Applet.V1_8, 2, wrong_before=True), "Die code klopt niet. Je hebt nog 2 pogingen."),
        (EnterPin(Applet.V1_8, 1), "Je hebt nog 1 poging."),
    ],
)
def test_the_tries_that_are_left_are_said(state: EnterPin, said: str) -> None:
    assert of(state).warning.replace("\N{NO-BREAK SPACE}", " ") == said


def test_stopping_is_the_large_button_before_the_last_try() -> None:
    screen = sample_screen("last-try")
    primary = next(choice for choice in screen.actions if choice.role is Role.PRIMARY)
    assert primary.event == events.StopPressed()
    assert event_of(screen, "tryAnyway") == events.TriedAnyway()
    assert "Na 3 foute codes is je pincode geblokkeerd" in all_words(screen)


def test_a_blocked_pin_is_renewed_as_the_card_s_generation_asks() -> None:
    new, old = (of(Notice(FaultCode.PIN_BLOCKED, applet)) for applet in (Applet.V1_8, Applet.V1_7))
    assert "Aan de balie krijg je meteen een nieuwe code" in all_words(new)
    assert "PUK" not in all_words(new)
    assert "brief met de PUK-code" in all_words(old)


# --- choosing ----------------------------------------------------------------------------------------------------


def test_what_cannot_be_had_comes_last_with_its_reason() -> None:
    row = sample_screen("choosing-refused").rows[-1]
    assert (row.label, row.enabled, row.event) == ("Attest van wettelijke samenwoning", False, None)
    assert row.description == "Dit document is er nu niet."


def test_one_touch_chooses_and_boxes_show_only_where_several_are_chosen() -> None:
    assert all(row.ticked is None for row in sample_screen("choosing").rows)
    several = sample_screen("choosing-several")
    assert [row.ticked for row in several.rows] == [True, True, False, False, False]
    assert several.actions[0].label == "Verder met 2\N{NO-BREAK SPACE}documenten"


@pytest.mark.parametrize("page", [-1, 0, 1, 2, 99])
def test_every_product_stands_on_a_page_whatever_page_is_asked(page: int) -> None:
    state = BY_NAME["choosing-page-2"].visit.state
    assert isinstance(state, Choosing)
    assert of(replace(state, page=page)).rows
    everything = {row.label for n in range(2) for row in of(replace(state, page=n)).rows}
    assert everything == {product.title for product in state.products}


def test_the_check_screen_says_what_for_whom_and_what_comes_next() -> None:
    screen = sample_screen("checking-two")
    assert [fact.name for fact in screen.facts] == ["Voor", "Je krijgt", "Taal", "Hoe", "Prijs"]
    assert screen.facts[0].values[0].text == "An Peeters"
    assert screen.footer == "Eerst neem je je kaart terug. Daarna drukken we af."
    assert screen.actions[1].label == "Druk 2\N{NO-BREAK SPACE}documenten af"
    assert screen.actions[1].event == events.Confirmed()


def test_another_document_is_offered_as_long_as_there_is_one() -> None:
    assert event_of(sample_screen("checking"), "another") == events.AnotherAsked()
    assert not sample_screen("checking-all").extra


# --- paper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [TakeCard((), ()), CardBack()])
def test_each_reminder_of_the_card_is_said_more_strongly(state: TakeCard | CardBack) -> None:
    said = [of(replace(state, reminders=n)).lead for n in range(3)]
    assert len(set(said)) == 3
    assert "nu" in said[2][0]


def jobs(*progresses: Progress) -> tuple[Job, ...]:
    documents = BY_NAME["printing-eight"].visit.state.jobs  # type: ignore[union-attr]
    return tuple(replace(job, progress=progress) for job, progress in zip(documents, progresses, strict=False))


@pytest.mark.parametrize("phase", [phase for phase in JobPhase if phase is not JobPhase.PRINTED])
def test_no_paper_is_never_called_printed(phase: JobPhase) -> None:
    progress = Progress(phase, None, FaultCode.PRINT_FAILED)
    for screen in (of(Printing(jobs(progress), ())), of(Printed(jobs(progress), ()))):
        assert all(item.status != "Afgedrukt" for item in screen.items)
        assert screen.template is not Template.HANDS


def test_sheets_are_counted_only_where_the_device_counts_them() -> None:
    counted, mute = (of(Printing(jobs(Progress(JobPhase.PRINTING, n)), ())).items[0] for n in (2, None))
    assert counted.detail == "2\N{NO-BREAK SPACE}bladen uit de printer"
    assert mute.detail == ""


def test_a_printer_that_waits_says_why_and_that_it_goes_on_by_itself() -> None:
    screen = sample_screen("printing-paused")
    assert screen.title == "De printer wacht"
    assert screen.lead[0] == "Het papier is op. Het afdrukken gaat vanzelf verder als dit opgelost is."


def test_stopping_says_what_may_still_come_out() -> None:
    assert (
        "Dit kan nog uit de printer komen: Attest van gezinssamenstelling." in sample_screen("printing-stopping").lead
    )


def test_the_question_is_asked_in_the_number_of_the_documents() -> None:
    assert sample_screen("printed-one").question == "Heb je je document?"
    assert sample_screen("printed-two").question == "Heb je je documenten?"
    assert sample_screen("printed-two").lead[0] == "Je 2\N{NO-BREAK SPACE}bladen liggen in de gleuf onder dit scherm."


def test_a_slip_is_offered_once_and_only_where_one_can_be_printed() -> None:
    state = BY_NAME["printed-one"].visit.state
    assert isinstance(state, Printed)
    assert event_of(of(state), "slip") == events.SlipAsked()
    assert not of(state, offer=Offer(slips=False)).extra
    assert not of(replace(state, slip=SlipState.PRINTING)).extra


def test_a_failed_print_shows_its_code_and_until_when() -> None:
    section = sample_screen("outcome-failed-code").sections[0]
    assert (section.title, section.code) == ("Je code", "4F7K-9XQR")
    assert "7 december 2026" in section.text.replace("\N{NO-BREAK SPACE}", " ")


def test_several_codes_stand_with_their_own_documents() -> None:
    codes = {item.title: item.code for item in sample_screen("outcome-mixed").items}
    assert codes["Attest van hoofdverblijfplaats"] == "4F7K-9XQR"
    assert codes["Attest van nationaliteit"] == "9K3M-7T64"


def test_paper_is_asked_for_only_where_some_may_lie() -> None:
    assert sample_screen("outcome-failed").question == ""
    assert sample_screen("outcome-partly").question == "Heb je je papier?"
    assert sample_screen("outcome-unknown").question == "Heb je je papier?"


# --- notices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", FaultCode)
def test_a_notice_has_the_words_of_its_fault(code: FaultCode) -> None:
    screen = of(Notice(code))
    assert screen.title == FAULTS[code].title.replace("{municipality}", "Lindeveld")
    assert screen.lead[0] == FAULTS[code].text.replace("{municipality}", "Lindeveld")
    assert screen.actions[0].event == events.StopPressed()


def test_a_notice_that_sends_people_online_shows_the_way() -> None:
    assert of(Notice(FaultCode.BACKEND_DOWN)).qr is not None
    assert of(Notice(FaultCode.NOT_REGISTERED)).qr is None


def test_a_card_still_in_the_reader_is_asked_for_on_the_notice() -> None:
    assert "Neem je kaart terug" in all_words(of(Notice(FaultCode.NOT_AN_EID), slot=CardSlot.IN))
    assert "Zit je kaart nog in de lezer?" in all_words(of(Notice(FaultCode.READER_LOST), slot=CardSlot.EMPTY))
    assert "Neem je kaart terug" not in all_words(of(Notice(FaultCode.CARD_REMOVED)))


def test_paper_of_somebody_else_is_asked_away_before_anything_else() -> None:
    screen = of(PaperLeft())
    assert screen.title == "Ligt hier nog papier?"
    assert event_of(screen, "paperGone") == events.PaperGone()


def test_going_on_takes_one_touch_and_the_time_is_the_real_one() -> None:
    screen = of(AskCard(), overlay=Overlay.STILL_THERE)
    primary = next(choice for choice in screen.actions if choice.role is Role.PRIMARY)
    assert (screen.title, primary.event) == ("Ben je er nog?", events.StillHere())
    assert f"{SETTINGS.timeouts.still_there:.0f} seconden" in all_words(screen)
