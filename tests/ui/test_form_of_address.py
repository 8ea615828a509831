"""A town says je or u to its residents: on every screen, in every sentence that is read aloud, one of the two."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from config.settings import Address, Language, Speech, load
from hardware.faults import FAULTS
from kiosk_app.visit import Ease, Voice
from tests.ui.test_texts import said
from ui.sample import EVENING, EXAMPLE, Sample, samples
from ui.screens import screen_for
from ui.texts import texts_in

PROJECT = Path(__file__).parents[2]
JE = re.compile(r"\b(je|jij|jou|jouw|jouwe|jezelf|jullie)\b", re.IGNORECASE)
U = re.compile(r"\b(u|uw|uwe|uzelf)\b|\b(U|Uw)\b(?=\W)")  # a key of the keyboard is a U too
SAYS_JE = load(EXAMPLE)
SAYS_U = structs.replace(SAYS_JE, form_of_address=Address.U)
WAYS = (Ease(), Ease(large=True), Ease(low=True))


def spoken(sample: Sample) -> Sample:
    """The same screen for who has it read aloud, with the guide by keys."""
    settings = structs.replace(sample.settings, speech=Speech())
    return replace(sample, settings=settings, visit=replace(sample.visit, voice=Voice(on=True)))


def sentences(settings_says: Address, language: Language = Language.NL) -> dict[str, set[str]]:
    """Every text of every screen, by the screen's name."""
    settings = SAYS_U if settings_says is Address.U else SAYS_JE
    every = [sample for ease in WAYS for sample in samples(settings, language, ease)]
    return {
        f"{sample.name} {sample.visit.ease} {sample.visit.voice.on}": said(
            screen_for(sample.visit, sample.settings, sample.now)
        )
        for shown in every
        for sample in (shown, spoken(shown))
    }


@pytest.mark.parametrize(("says", "never", "always"), [(Address.U, JE, U), (Address.JE, U, JE)])
def test_no_screen_says_je_and_another_u(says: Address, never: re.Pattern[str], always: re.Pattern[str]) -> None:
    every = sentences(says)
    assert {name: text for name, texts in every.items() for text in texts if never.search(text)} == {}
    assert sum(any(map(always.search, texts)) for texts in every.values()) > len(every) / 2


def test_both_forms_have_the_same_screens_in_any_other_language() -> None:
    assert sentences(Address.JE, Language.EN) == sentences(Address.U, Language.EN)


def test_every_sentence_of_a_fault_has_both_forms() -> None:
    polite = texts_in(Language.NL, Address.U)
    for fault in FAULTS.values():
        for text in (fault.title, fault.text):
            other = polite.say(text, municipality="Lindeveld")
            assert not JE.search(other)
            assert bool(U.search(other)) is bool(JE.search(text)), other


def test_what_reads_the_same_in_every_town_addresses_nobody() -> None:
    shown = [step for fault in FAULTS.values() for step in fault.steps]  # a technician's
    offered = tomllib.loads((PROJECT / "townhall" / "catalogue.toml").read_text(encoding="utf-8"))["products"]
    shown += [product[key] for product in offered for key in ("title", "description")]
    shown += [purpose["label"] for product in offered for purpose in product.get("purposes", ())]
    assert [text for text in shown if JE.search(text) or U.search(text)] == []


def test_a_town_s_u_is_said_as_people_say_it() -> None:
    titles = {sample.name: screen_for(sample.visit, sample.settings, EVENING).title for sample in samples(SAYS_U)}
    assert titles["portal"].startswith("Goedenavond.")
    assert titles["take-card"] == "Neem uw kaart terug"
    assert titles["still-there"] == "Bent u er nog?"
    assert titles["choosing"] == "Dag An. Wat wilt u afdrukken?"
