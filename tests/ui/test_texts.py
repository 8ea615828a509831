"""A sentence comes out in the language that was asked for, and no language stays behind."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import time
from pathlib import Path

import pytest
from msgspec import Struct, structs

import ui
from config.settings import Language, Service, ServiceKind, Translated, load
from hardware.faults import FAULTS
from kiosk_app.doors import Thing
from kiosk_app.events import LanguageChosen, LanguagesAsked
from kiosk_app.maintenance import compartments, printers, work
from kiosk_app.step import step
from kiosk_app.visit import Asking, Details, Product, Purpose, Visit
from ui import hours, phrases, texts
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, Sample, samples
from ui.screens import screen_for
from ui.texts import NBSP, texts_in

DUTCH, ENGLISH = texts_in(Language.NL), texts_in(Language.EN)
BOTH = structs.replace(load(EXAMPLE), languages=(Language.NL, Language.EN))
PAIRS = tuple(zip(samples(BOTH), samples(BOTH, Language.EN), strict=True))
EVERY = structs.replace(load(EXAMPLE), languages=tuple(Language))
TRANSLATED = tuple(
    (language, *pair)
    for language in Language
    if language is not Language.NL
    for pair in zip(samples(EVERY), samples(EVERY, language), strict=True)
)
# What may read the same in two languages: whoever is served, names, codes, signs; and words that one shares with Dutch.
SHARED = r".* .*Peeters|Maria.*|Gemeente Lindeveld|https://.*|Nederlands|[0-9A-Z]{4}-[0-9A-Z]{4}|"
SHARED += r"|[0-9]+|[A-ZÀ-Ü]|\W+|English|Deutsch|Français|Scanner|(\d\. )?§(\n(\d\. )?§)*"
WORDS = {
    Language.EN: r"Help|Open|Kiosk LV-01|Letters|Printer",
    Language.FR: r"",
    Language.DE: r"Reinigen|Ja",
}
# What is not the kiosk's to translate: the back end's words for its documents, and what the resident typed.
NOT_OURS = {
    Product: ("title", "description"),
    Thing: ("title",),
    Purpose: ("label",),
    Details: ("recipient",),
    Asking: ("typed",),
}
# Nor what technicians read in Dutch alone: the words of `kiosk check`.
NOT_OURS |= dict.fromkeys((compartments.Act, compartments.Expected, compartments.Lying), ("title",))
NOT_OURS |= {work.Testing: ("lines", "question"), work.Tested: ("lines",), work.Supplies: ("lines",)}
NOT_OURS |= {work.ReportCode: ("text",), printers.FoundPrinter: ("model",)}
NOT_OURS |= dict.fromkeys((printers.PrinterTrial, printers.PrinterTried), ("lines",))


# A code reads alike in every language.
CODE = r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b"


def said(part: object) -> set[str]:
    """Every text of a screen."""
    if isinstance(part, str):
        return {part}
    if isinstance(part, tuple):
        return {text for one in part for text in said(one)}
    apart = ("id", "event", "template", "icon", "picture", "sign", "look", "mark", "role", "colour")
    names = [name for name in part.__struct_fields__ if name not in apart] if isinstance(part, Struct) else []
    return {text for name in names for text in said(getattr(part, name))}


def not_ours(part: object) -> set[str]:
    """Every text in a visit that the kiosk shows as it came."""
    if isinstance(part, tuple):
        return {text for one in part for text in not_ours(one)}
    if isinstance(part, Struct):
        names = part.__struct_fields__
    elif is_dataclass(part):
        names = tuple(f.name for f in fields(part))
    else:
        return set()
    inside = {text for name in names for text in not_ours(getattr(part, name))}
    return inside | {text.strip() for name in NOT_OURS.get(type(part), ()) for text in said(getattr(part, name))} - {""}


def ours(sample: Sample) -> set[str]:
    """Every text of a screen, with a sign in the place of what is not the kiosk's to translate."""
    others = not_ours(sample.visit) | {"§"}
    theirs = "|".join(re.escape(text) for text in sorted(others, key=len, reverse=True)) + f"|{CODE}"
    texts_ = said(screen_for(sample.visit, sample.settings, sample.now))
    return {re.sub(theirs, "§", text) for text in texts_}


def test_every_language_of_the_settings_has_a_catalogue_but_dutch() -> None:
    folders = {path.name for path in (Path(ui.__file__).parent / "locale").iterdir() if path.is_dir()}
    assert folders == {language.value for language in Language} - {"nl"} | {"nl@u"}


def test_a_catalogue_is_read_when_its_language_is_first_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_LOCALE", Path("nowhere"))
    texts_in.cache_clear()
    for sample in samples(load(EXAMPLE)):
        assert screen_for(sample.visit, sample.settings, EVENING).title
    with pytest.raises(FileNotFoundError):
        texts_in(Language.EN)


def test_a_number_chooses_between_one_and_many() -> None:
    said = [ENGLISH.plural("{n}~blad uit de printer", "{n}~bladen uit de printer", n) for n in (0, 1, 2)]
    assert said == [f"{n}{NBSP}sheet{s} out of the printer" for n, s in ((0, "s"), (1, ""), (2, "s"))]


def test_what_is_filled_in_stays_as_it_is() -> None:
    assert ENGLISH.say("Dag {name}.", name="{n}~<b>An</b>") == "Hello {n}~<b>An</b>."


def test_a_text_without_a_translation_is_said_in_dutch() -> None:
    assert ENGLISH.say("Dit staat in geen catalogus.") == "Dit staat in geen catalogus."


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.NL])
def test_every_fault_has_its_title_its_text_and_its_steps_in_every_language(language: Language) -> None:
    """The sentence of a resident and the steps to mend it come from one table, and both are translated."""
    for code, fault in FAULTS.items():
        for text in (fault.title, fault.text, *fault.steps):
            assert texts_in(language).say(text, municipality="Lindeveld") != text, (language, code, text)


def test_english_says_times_and_days_in_its_own_way() -> None:
    assert phrases.clock(ENGLISH, EVENING) == "20:41"
    assert phrases.day(ENGLISH, EVENING.date()) == f"Monday 23{NBSP}November"
    assert phrases.joined(ENGLISH, ["a", "b", "c"]) == "a, b and c"


def test_one_visit_s_language_is_not_the_next_one_s() -> None:
    sample = next(iter(samples(load(EXAMPLE))))
    english = replace(sample.visit, language=Language.EN)
    titles = [screen_for(v, sample.settings, EVENING).title for v in (sample.visit, english, sample.visit)]
    assert titles == ["Goedenavond.", "Good evening.", "Goedenavond."]


# --- what is not Dutch -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "dutch", "other"), TRANSLATED, ids=[f"{language} {sample.name}" for language, sample, _ in TRANSLATED]
)
def test_no_dutch_is_left_on_a_translated_screen(language: Language, dutch: Sample, other: Sample) -> None:
    both = [ours(one) for one in (dutch, other)]
    assert {text for text in both[0] & both[1] if not re.fullmatch(f"{SHARED}|{WORDS[language]}", text)} == set()
    assert not [text for text in both[1] if "!" in text or "~" in text or "{" in text]


def test_a_translation_says_that_it_is_one_in_both_languages_where_there_is_room() -> None:
    dutch, english = PAIRS[0]
    on_its_side = landscape(BOTH)
    assert screen_for(dutch.visit, BOTH, EVENING).header.name == "Loket 24/7"
    marked = [screen_for(english.visit, panel, EVENING).header.name for panel in (BOTH, on_its_side)]
    assert marked[0] == "Translation – the Dutch text prevails"
    assert marked[1] == "Translation – the Dutch text prevails · Vertaling – de Nederlandse tekst geldt"


@pytest.mark.parametrize(("sample", "offered"), [(PAIRS[0][0], "English"), (PAIRS[0][1], "Nederlands")])
def test_every_other_language_is_offered_under_its_own_name(sample: Sample, offered: str) -> None:
    choice = screen_for(sample.visit, BOTH, EVENING).bar[2]
    assert choice.label == offered
    assert isinstance(choice.event, LanguageChosen)
    assert choice.event.language is not sample.visit.language


def test_a_town_with_dutch_alone_offers_no_language() -> None:
    for sample in samples(load(EXAMPLE)):
        bar = screen_for(sample.visit, sample.settings, EVENING).bar
        assert not [choice for choice in bar if isinstance(choice.event, LanguageChosen)]


def test_what_the_town_gave_in_dutch_alone_stays_dutch() -> None:
    service = Service(kind=ServiceKind.CASH, name="Automaat", place=Translated(nl="Links", en="Left"))
    row = hours.service_row(ENGLISH, service, 0, EVENING)
    assert (row.name, row.place) == ("Automaat", "Left, day and night")


def test_an_hour_that_is_not_whole_is_said_with_its_minutes() -> None:
    said_at = [[phrases.at(one, time(h, m)) for h, m in ((9, 0), (9, 30))] for one in (DUTCH, ENGLISH)]
    assert said_at == [[f"9{NBSP}uur", f"9.30{NBSP}uur"], ["9:00", "9:30"]]


def test_the_document_s_language_is_not_the_screen_s() -> None:
    checking = next(english for _, english in PAIRS if english.name == "checking")
    facts = {fact.name: fact.values[0].text for fact in screen_for(checking.visit, BOTH, EVENING).facts}
    assert facts["Language"] == "Dutch"


def test_the_portal_is_dutch_for_whoever_comes_first() -> None:
    assert Visit().language is Language.NL


# --- French, German, and several languages ---------------------------------------------------------------------------


def test_several_other_languages_share_one_cell_that_leads_to_each_under_its_own_name() -> None:
    cell = screen_for(Visit(), EVERY, EVENING).bar[2]
    assert (cell.label, cell.event) == ("FR DE EN", LanguagesAsked())
    visit, _ = step(Visit(), LanguagesAsked())
    page = screen_for(visit, EVERY, EVENING)
    assert [row.label for row in page.rows] == ["Nederlands", "Français", "Deutsch", "English"]
    chosen, _ = step(visit, LanguageChosen(Language.FR))
    assert (chosen.overlay, chosen.language) == (None, Language.FR)
    header = screen_for(chosen, EVERY, EVENING).header
    assert header.name == "Traduction – le texte néerlandais fait foi"


def test_french_says_times_and_days_in_its_own_way() -> None:
    french = texts_in(Language.FR)
    assert phrases.clock(french, EVENING) == "20h41"
    assert phrases.at(french, time(9)) == f"9{NBSP}h"
    assert phrases.day(french, EVENING.date()) == f"lundi 23{NBSP}novembre"


def test_german_says_times_and_days_in_its_own_way_and_that_it_is_a_translation() -> None:
    german = texts_in(Language.DE)
    assert phrases.clock(german, EVENING) == f"20.41{NBSP}Uhr"
    assert phrases.at(german, time(9)) == f"9{NBSP}Uhr"
    assert phrases.day(german, EVENING.date()) == f"Montag, 23.{NBSP}November"
    header = screen_for(Visit(language=Language.DE), EVERY, EVENING).header
    assert header.name == "Übersetzung – es gilt Niederländisch"
