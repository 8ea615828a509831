"""The screens around a document: what can be had, a code, what has to be known first, and what comes later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from msgspec import structs
from PySide6.QtCore import QPointF
from PySide6.QtQml import QQmlEngine, QQmlExpression
from PySide6.QtQuick import QQuickItem

from config.settings import load
from hardware.devices import Applet
from hardware.faults import FAULTS, FaultCode
from kiosk_app import events
from kiosk_app.visit import (
    AskCard,
    Asking,
    Checking,
    Choosing,
    EnterCode,
    EnterPin,
    Offer,
    Offerings,
    Person,
    PinOnReader,
    Portal,
    Product,
    Question,
    State,
    Visit,
)
from ui.app import App
from ui.narration import sentences
from ui.sample import EVENING, EXAMPLE, samples
from ui.screen import Choice, Role, Screen, Template
from ui.screens import screen_for

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample for sample in samples(SETTINGS)}
CONTRACT = Path(__file__).parents[2] / "docs" / "openapi" / "kiosk-service.yaml"
MARKUP = "<b>An</b> &amp; <img src=x>"


def sample_screen(name: str) -> Screen:
    sample = BY_NAME[name]
    return screen_for(sample.visit, sample.settings, sample.now)


def of(state: State, offer: Offer | None = None) -> Screen:
    return screen_for(Visit(1, state, offer=offer or Offer()), SETTINGS, EVENING)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def choice(screen: Screen, name: str) -> Choice:
    return next(one for one in screen.choices if one.id == name)


def asking(name: str) -> Asking:
    state = BY_NAME[name].visit.state
    assert isinstance(state, Asking)
    return state


# --- before anybody signs in -------------------------------------------------------------------------------------


def test_the_list_says_what_is_free_for_whom_with_what_and_how_long_it_takes() -> None:
    screen = sample_screen("offerings")
    assert screen.lead == ("Gratis, en alleen voor jezelf. Neem je identiteitskaart en je pincode mee.",)
    said = {row.label: plain(row.description) for row in screen.rows}
    assert said["Attest van nationaliteit"] == "Welke nationaliteit je hebt. Meteen."
    assert said["Uittreksel uit het strafregister, model 596.2"].endswith("werkt. Duurt hoogstens 14 dagen.")


def test_the_list_shows_the_way_to_an_appointment_or_the_online_desk() -> None:
    qr = sample_screen("offerings").qr
    assert qr is not None
    assert (qr.text, qr.caption) == ("https://loket.lindeveld.example", "Maak een afspraak, of regel het online")


def test_the_list_is_there_to_be_read_and_leads_to_card_or_code() -> None:
    screen = sample_screen("offerings")
    assert all(row.event is None for row in screen.rows)
    assert [(one.event, one.role) for one in screen.actions] == [
        (events.CodeAsked(), Role.SECONDARY),
        (events.DocumentsAsked(), Role.PRIMARY),
    ]


@pytest.mark.parametrize(
    ("lead_time", "said"),
    [
        ("P1D", "Duurt hoogstens 1 dag."),
        ("P3W", "Duurt hoogstens 3 weken."),
        ("P1M", "Duurt hoogstens 1 maand."),
        ("", "Je krijgt het later."),
        ("PT36H", "Je krijgt het later."),
        ("P1Y2M", "Je krijgt het later."),
    ],
)
def test_a_lead_time_is_said_in_days_weeks_or_months_or_not_at_all(lead_time: str, said: str) -> None:
    product = Product("x", "Uittreksel", "Wat er staat", deferred=True, lead_time=lead_time)
    assert plain(of(Offerings((product,))).rows[0].description) == f"Wat er staat. {said}"


# 6 o'clock in Belgium is 5 in winter by UTC and 4 in summer; the clock of these samples stands at 23 November, 20.41.
@pytest.mark.parametrize(
    ("opens_at", "said"),
    [
        ("2026-11-24T05:00:00+00:00", "dinsdag 24 november, 6 uur."),
        ("2026-11-23T21:30:00Z", "22.30 uur."),
        ("2026-11-23T23:30:00Z", "dinsdag 24 november, 0.30 uur."),
        ("2027-06-01T04:00:00Z", "dinsdag 1 juni, 6 uur."),
        ("2026-11-24T12:00:00+07:00", "dinsdag 24 november, 6 uur."),
    ],
)
@pytest.mark.parametrize("machine", ["UTC", "America/New_York", "Europe/Brussels"])
def test_a_source_that_is_closed_says_from_when_it_works_again_by_the_town_s_own_clock(
    monkeypatch: pytest.MonkeyPatch, machine: str, opens_at: str, said: str
) -> None:
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    product = Product("x", "Attest", "", refusal=FaultCode.SOURCE_CLOSED, opens_at=opens_at)
    rows = (of(Offerings((product,))).rows[0], of(Choosing(None, (product,))).rows[0])
    monkeypatch.undo()
    time.tzset()
    assert [(plain(row.description), row.enabled) for row in rows] == [(f"Opnieuw vanaf {said}", False)] * 2


def test_who_waits_for_the_list_is_told_whom_we_wait_for() -> None:
    screen = sample_screen("offerings-awaited")
    assert (screen.template, screen.hint) == (Template.BUSY, "We wachten op het gemeentehuis.")


def test_the_card_is_asked_for_beside_two_ways_without_it() -> None:
    screen = of(AskCard())
    assert [one.event for one in screen.actions] == [events.OfferingsAsked(), events.CodeAsked()]
    assert all(one.role is not Role.PRIMARY for one in screen.actions), "the card is the action"


def test_the_portal_takes_a_code_where_no_card_can_be_read() -> None:
    hero = of(Portal(), Offer(documents=FaultCode.READER_LOST)).hero
    assert hero is not None
    assert hero.choice is not None
    assert hero.choice.event == events.CodeAsked()


# --- a code ------------------------------------------------------------------------------------------------------


def test_the_keys_are_the_signs_a_code_can_have_and_no_other() -> None:
    """The pattern of the contract: signs that are not taken for each other."""
    schema = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]["Code"]
    labels = "".join(key.label for key in sample_screen("code-empty").keys)
    assert labels == "CDFGHJKMNPQRTWXY34679"
    assert labels in schema["pattern"]


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("", (("", "", "", ""), ("", "", "", ""))),
        ("4F7K9", (("4", "F", "7", "K"), ("9", "", "", ""))),
        ("4F7K9XQR", (("4", "F", "7", "K"), ("9", "X", "Q", "R"))),
    ],
)
def test_a_code_stands_in_its_groups_with_a_place_for_each_sign_to_come(
    typed: str, groups: tuple[tuple[str, ...], ...]
) -> None:
    assert of(EnterCode(typed)).groups == groups


@pytest.mark.parametrize(("typed", "enabled"), [("", False), ("4F7K9XQ", False), ("4F7K9XQR", True)])
def test_verder_waits_for_eight_signs_and_says_so(typed: str, *, enabled: bool) -> None:
    button = choice(of(EnterCode(typed)), "typed")
    assert button.enabled is enabled
    assert plain(button.description) == ("" if enabled else "Een code heeft 8 tekens")


def test_a_code_is_never_spoken() -> None:
    for typed in ("4", "4F7K9", "4F7K9XQR"):
        said = sentences(of(EnterCode(typed)), private=False)
        assert said[0] == "Typ je code"
        assert typed not in " ".join(said)


def test_a_code_that_is_unknown_is_said_where_it_can_be_typed_again() -> None:
    screen = of(EnterCode(refused=FaultCode.CODE_UNKNOWN))
    fault = FAULTS[FaultCode.CODE_UNKNOWN]
    assert screen.template is Template.TYPE
    assert screen.warning == f"{fault.title}. {fault.text}"
    assert of(EnterCode()).warning == ""


def test_a_code_without_a_card_asks_nobody_to_take_one_back() -> None:
    screen = sample_screen("code-checking")
    assert "Voor" not in [fact.name for fact in screen.facts]
    assert screen.footer == "Daarna drukken we af."


def test_what_waits_for_somebody_comes_first_and_says_why_it_is_there() -> None:
    rows = sample_screen("choosing-claims").rows
    assert [row.description for row in rows[:2]] == ["Ligt klaar voor jou", "Opnieuw, gratis"]


# --- what has to be known ----------------------------------------------------------------------------------------


def test_each_purpose_of_the_town_hall_is_an_answer() -> None:
    rows = sample_screen("asking-purpose").rows
    assert [(row.label, row.event) for row in rows] == [
        ("Voor een job", events.Answered("job")),
        ("Voor vrijwilligerswerk", events.Answered("volunteering")),
        ("Voor een verblijf in het buitenland", events.Answered("abroad")),
        ("Iets anders", events.Answered("other")),
    ]


def test_every_letter_is_a_key_as_on_the_keyboards_of_this_country_and_figures_are_a_page_away() -> None:
    letters, others = sample_screen("asking-recipient"), sample_screen("asking-recipient-digits")
    assert "".join(key.label for key in letters.keys).startswith("AZERTYUIOPQSDFGHJKLMWXCVBN")
    assert {key.label for key in others.keys} >= set("0123456789ÉÈËÏÇ")
    assert choice(letters, "otherKeys").event == events.PageTurned(1)
    assert choice(others, "otherKeys").event == events.PageTurned(0)


@pytest.mark.parametrize(
    ("typed", "space", "verder"), [("", False, False), (" ", False, False), ("A", True, True), ("A ", False, True)]
)
def test_a_name_begins_with_a_sign_and_has_one_space_between_words(typed: str, *, space: bool, verder: bool) -> None:
    screen = of(replace(asking("asking-recipient"), typed=typed))
    assert choice(screen, "space").enabled is space
    assert choice(screen, "typed").enabled is verder


def test_a_recipient_is_never_spoken() -> None:
    assert sample_screen("asking-recipient").field == "JEUGDHUIS DE KRING"
    said = sentences(sample_screen("asking-recipient"), private=False)
    assert said[0] == "Aan wie geef je het?"
    assert "KRING" not in " ".join(said)


def test_paper_or_ebox_is_asked_without_leaning_to_either() -> None:
    now, later = sample_screen("asking-channel"), sample_screen("asking-channel-deferred")
    assert [row.event for row in now.rows] == [events.Answered("paper"), events.Answered("eBox")]
    assert all(one.role is not Role.PRIMARY for one in now.choices)
    assert [screen.rows[0].description for screen in (now, later)] == [
        "Meteen, uit deze printer",
        "Later, als het klaar is",
    ]


@pytest.mark.parametrize("question", Question)
def test_every_question_has_a_way_back_to_the_list(question: Question) -> None:
    screen = of(replace(asking("asking-purpose"), question=question))
    assert choice(screen, "change").event == events.ChangeAsked()


@pytest.mark.parametrize(
    ("name", "how", "verb", "footer"),
    [
        ("checking-record", "Op papier, A4", "Druk af", "Eerst neem je je kaart terug. Daarna drukken we af."),
        ("checking-ebox", "In je eBox", "Vraag aan", "Eerst neem je je kaart terug. Er komt nu geen papier uit."),
        (
            "checking-later",
            "Later, je krijgt bericht",
            "Vraag aan",
            "Eerst neem je je kaart terug. Er komt nu geen papier uit.",
        ),
    ],
)
def test_the_check_screen_promises_paper_only_where_it_comes_now(name: str, how: str, verb: str, footer: str) -> None:
    screen = sample_screen(name)
    facts = {fact.name: [value.text for value in fact.values] for fact in screen.facts}
    assert facts["Hoe"] == [how]
    assert facts["Je krijgt"][1].startswith("Voor een job: ")
    assert choice(screen, "confirm").label == verb
    assert screen.footer == footer


def test_with_several_documents_each_purpose_stands_below_its_own_document() -> None:
    screen = sample_screen("checking-two-purposes")
    facts = {fact.name: [plain(value.text) for value in fact.values] for fact in screen.facts}
    assert facts["Je krijgt"] == [
        "Uittreksel uit het strafregister, model 595",
        "Voor een job: JEUGDHUIS DE KRING",
        "Uittreksel uit het strafregister, model 596.2",
        "Voor een job: SCHOOL",
    ]


def test_what_nobody_asked_for_stands_on_no_check_screen() -> None:
    got = next(fact.values for fact in sample_screen("checking").facts if fact.name == "Je krijgt")
    assert [plain(value.text) for value in got] == ["Attest van gezinssamenstelling"]


# --- what comes later, and who has no PIN --------------------------------------------------------------------------


def test_what_comes_later_says_when_how_it_is_told_and_where_it_is_to_be_had() -> None:
    screen = sample_screen("later-deferred")
    (item,) = screen.items
    assert (item.status, plain(item.detail)) == ("Aangevraagd", "Klaar tegen 7 december 2026.")
    assert (
        screen.sections[0].text == "Je krijgt bericht in je eBox als het klaar is. Daarna haal je het op aan de balie."
    )
    assert screen.question == "", "no paper lies anywhere"


def test_what_went_to_the_ebox_is_not_called_printed() -> None:
    screen = sample_screen("later-delivered")
    assert [item.status for item in screen.items] == ["In je eBox"]
    assert screen.title == "Dat is in orde."


def test_paper_that_did_come_is_still_asked_after() -> None:
    screen = sample_screen("later-and-printed")
    assert screen.title == "Neem je papier. De rest komt later."
    assert [item.status for item in screen.items] == ["Afgedrukt", "Aangevraagd"]
    assert screen.question == "Heb je je papier?"


def test_who_does_not_know_the_pin_hears_what_works_without_and_spends_no_try() -> None:
    page = sample_screen("pin-unknown")
    for pad in (of(EnterPin(Applet.V1_8, 3)), of(PinOnReader(Applet.V1_8, 3, signing=True))):
        assert choice(pad, "pinUnknown").event == events.PinUnknown()
    assert [section.title for section in page.sections] == ["Met een code", "Een nieuwe pincode"]
    assert "van 9 tot 12" in plain(page.sections[1].text)
    assert [one.event for one in page.actions] == [events.StillHere()]


# --- as painted ----------------------------------------------------------------------------------------------------


def everything(app: App) -> Iterator[QQuickItem]:
    waiting = [app.window.contentItem()]
    while waiting:
        item = waiting.pop()
        waiting += item.childItems()
        yield item


def text_format(item: QQuickItem) -> int:
    """How Qt reads a text: 0 is plain."""
    context = QQmlEngine.contextForObject(item)
    value, _ = QQmlExpression(context, item, "textFormat").evaluate()
    return int(value)


def test_a_name_that_is_markup_is_plain_text(app: App) -> None:
    product = structs.replace(asking("asking-purpose").product, title=MARKUP)
    checking = BY_NAME["checking"].visit.state
    assert isinstance(checking, Checking)
    states: tuple[State, ...] = (
        replace(asking("asking-recipient"), typed=MARKUP),
        replace(asking("asking-channel"), product=product),
        replace(checking, person=Person(MARKUP, "Peeters")),
        Offerings((product,)),
    )
    for state in states:
        app.bridge.show(Visit(1, state))
        app.settle()
        shown = [item for item in everything(app) if MARKUP in str(item.property("text")) and item.isVisible()]
        assert shown, type(state)
        assert {text_format(item) for item in shown} == {0}, type(state)


def test_a_key_stays_and_stays_where_it_is_while_signs_are_typed(app: App) -> None:
    """A finger that is down on a key while the screen is painted anew must not lose it, nor find another under it."""
    app.lay_out(SETTINGS.screen)
    keys, places = [], set()
    for typed in ("", "X", "4F7K9XQR"):
        app.bridge.show(Visit(1, EnterCode(typed)))
        app.settle()
        keys.append(next(item for item in everything(app) if item.objectName() == "signX"))
        places.add(keys[-1].mapToScene(QPointF()).toTuple())
    assert keys[0] is keys[1] is keys[2]
    assert len(places) == 1
