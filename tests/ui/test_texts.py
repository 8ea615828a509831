"""A sentence comes out in the language that was asked for, and no language stays behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import ui
from config.settings import Language, load
from ui import phrases, texts
from ui.sample import EVENING, EXAMPLE, samples
from ui.screens import screen_for
from ui.texts import NBSP, texts_in

ENGLISH = texts_in("en")


def test_every_language_of_the_settings_has_a_catalogue_but_dutch() -> None:
    folders = {path.name for path in (Path(ui.__file__).parent / "locale").iterdir() if path.is_dir()}
    assert folders == {language.value for language in Language} - {"nl"}


def test_a_catalogue_is_read_when_its_language_is_first_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_LOCALE", Path("nowhere"))
    texts_in.cache_clear()
    for sample in samples(load(EXAMPLE)):
        assert screen_for(sample.visit, sample.settings, EVENING).title
    with pytest.raises(FileNotFoundError):
        texts_in("en")


def test_a_number_chooses_between_one_and_many() -> None:
    said = [ENGLISH.plural("{n}~blad uit de printer", "{n}~bladen uit de printer", n) for n in (0, 1, 2)]
    assert said == [f"{n}{NBSP}sheet{s} out of the printer" for n, s in ((0, "s"), (1, ""), (2, "s"))]


def test_what_is_filled_in_stays_as_it_is() -> None:
    assert ENGLISH.say("Dag {name}.", name="{n}~<b>An</b>") == "Hello {n}~<b>An</b>."


def test_a_text_without_a_translation_is_said_in_dutch() -> None:
    assert ENGLISH.say("Dit staat in geen catalogus.") == "Dit staat in geen catalogus."


def test_english_says_times_and_days_in_its_own_way() -> None:
    assert phrases.clock(ENGLISH, EVENING) == "20:41"
    assert phrases.day(ENGLISH, EVENING.date()) == f"Monday 23{NBSP}November"
    assert phrases.joined(ENGLISH, ["a", "b", "c"]) == "a, b and c"


def test_one_visit_s_language_is_not_the_next_one_s() -> None:
    sample = next(iter(samples(load(EXAMPLE))))
    english = replace(sample.visit, language=Language.EN)
    titles = [screen_for(v, sample.settings, EVENING).title for v in (sample.visit, english, sample.visit)]
    assert titles == ["Goedenavond.", "Good evening.", "Goedenavond."]
