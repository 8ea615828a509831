"""Which languages a kiosk speaks is for the town to say; what would make a screen half of each is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import Address, Language, SettingsError, Translated, load

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"


def told(tmp_path: Path, pattern: str, line: str) -> Path:
    """The example settings with one line in place of the one that matches."""
    text, changed = re.subn(pattern, line, EXAMPLE.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert changed == 1
    file = tmp_path / "kiosk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_town_that_says_nothing_of_languages_has_dutch_alone(tmp_path: Path) -> None:
    assert load(told(tmp_path, r"^languages = .*$", "")).languages == (Language.NL,)


def test_a_town_may_switch_english_on(tmp_path: Path) -> None:
    assert load(told(tmp_path, r"^languages = .*$", 'languages = ["nl", "en"]')).languages == (Language.NL, Language.EN)


@pytest.mark.parametrize("languages", ["[]", '["en"]', '["en", "nl"]', '["nl", "nl"]', '["nl", "xx"]'])
def test_languages_without_dutch_first_or_without_texts_are_refused(tmp_path: Path, languages: str) -> None:
    with pytest.raises(SettingsError, match="languages"):
        load(told(tmp_path, r"^languages = .*$", f"languages = {languages}"))


def test_a_place_that_would_stand_in_dutch_in_an_english_sentence_is_refused(tmp_path: Path) -> None:
    file = told(tmp_path, r"^languages = .*$", 'languages = ["nl", "en"]')
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"^place = .*rechts onder.*$", 'place = "rechts"', text, flags=re.MULTILINE), encoding="utf-8"
    )
    with pytest.raises(SettingsError, match=r"card_reader\.place: no text in en"):
        load(file)


def test_a_place_in_dutch_alone_will_do_where_the_screen_is_dutch_alone(tmp_path: Path) -> None:
    assert load(told(tmp_path, r"^place = .*rechts onder.*$", 'place = "rechts"')).card_reader is not None


def test_a_table_of_texts_without_dutch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="place"):
        load(told(tmp_path, r"^place = .*Links van.*$", 'place = { en = "Left" }'))


def test_a_text_of_the_town_has_room_for_every_language() -> None:
    assert set(Translated.__struct_fields__) == {language.value for language in Language}


def test_a_town_says_je_until_it_says_that_it_says_u(tmp_path: Path) -> None:
    assert load(told(tmp_path, r"^form_of_address = .*$", "")).form_of_address is Address.JE
    assert load(told(tmp_path, r"^form_of_address = .*$", 'form_of_address = "u"')).form_of_address is Address.U


def test_any_other_form_of_address_is_refused_by_its_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="form_of_address"):
        load(told(tmp_path, r"^form_of_address = .*$", 'form_of_address = "gij"'))
