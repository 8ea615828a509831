"""What a town writes wrong about its hall is refused with its key, and its portal stands all the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.hall import load_for_screen
from config.settings import ServiceKind, SettingsError, load

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"
NEWS = "[[announcements]]\ntitle = 'Kermis'\ntext = {}\nfirst_day = 2026-11-20\nlast_day = {}\n"
COMING = 'state = "coming"                      # open, outOfOrder, coming\ncoming_from = 2027-02-01\n'
SERVICE = "[[services]]\nkind = 'cash'\nname = 'Automaat'\nplace = 'Links'\n"
BAD = [
    (NEWS.format("'" + "a" * 10_000 + "'", "2026-11-26"), "announcements[1]: text: 10000 signs, and 120 fit"),
    (NEWS.format("'\u05e9\u05dc\u05d5\u05dd'", "2026-11-26"), "announcements[1]: text: U+05E9 cannot be shown"),
    (NEWS.format("'tekst \u202e tskar'", "2026-11-26"), "announcements[1]: text: U+202E cannot be shown"),
    (NEWS.format('"belletje \\u0007"', "2026-11-26"), "announcements[1]: text: U+0007 cannot be shown"),
    (
        NEWS.format("{ nl = 'goed', fr = 'b\u200bien' }", "2026-11-26"),
        "announcements[1]: text.fr: U+200B cannot be shown",
    ),
    (NEWS.format("{ fr = 'bien' }", "2026-11-26"), "announcements[1]: Object missing required field `nl`"),
    (NEWS.format("'tekst'", "2026-11-19"), "announcements[1]: last_day: before first_day"),
    (SERVICE + "state = 'dreaming'\n", "services[4]: Invalid enum value 'dreaming' - at `$.state`"),
    (SERVICE + "open_from = 06:00:00\n", "services[4]: open_from and open_until: two different hours, or neither"),
    (SERVICE + "coming_from = 2027-01-01\n", "services[4]: coming_from: its state is open"),
    (SERVICE + "steps = ['eerst', '" + "x" * 41 + "']\n", "services[4]: steps: 41 signs, and 40 fit"),
    (SERVICE + "colour = 'red'\n", "services[4]: Object contains unknown field `colour`"),
    ("[[counter]]\nweekday = 5\nopens = 12:00:00\ncloses = 09:00:00\n", "counter: closes: not after opens"),
    ("[[counter]]\nweekday = 0\nopens = 11:00:00\ncloses = 13:00:00\n", "counter: counter: two stretches of weekday 0"),
    ("[[counter]]\nweekday = 7\nopens = 11:00:00\ncloses = 13:00:00\n", "counter: Expected `int` <= 6 - at `$.counter"),
]


def written(tmp_path: Path, more: str) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8") + "\n" + more, encoding="utf-8")
    return file


@pytest.mark.parametrize(("more", "said"), BAD)
def test_it_is_refused_by_name_and_left_out_of_a_portal_that_stands(tmp_path: Path, more: str, said: str) -> None:
    file = written(tmp_path, more)
    with pytest.raises(SettingsError):
        load(file)
    settings, refused = load_for_screen(file)
    assert len(refused) == 1
    assert refused[0].startswith(said)
    good = load(EXAMPLE)
    assert (settings.services, settings.announcements) == (good.services, good.announcements)
    assert settings.counter == (() if said.startswith("counter") else good.counter)
    assert settings.closed == (() if said.startswith("counter") else good.closed)


def test_what_is_right_is_read_the_same_both_ways() -> None:
    assert load_for_screen(EXAMPLE) == (load(EXAMPLE), ())


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("online_desk", "$.town.online_desk"),
        ("name", "name: 400 signs, and 40 fit"),
        ("municipality", "municipality: 400 signs, and 28 fit"),
    ],
)
def test_whose_kiosk_it_is_cannot_be_left_out(tmp_path: Path, line: str, key: str) -> None:
    text = re.sub(
        rf'^{line} = ".*?"', f'{line} = "{"x" * 400}"', EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    file = tmp_path / "kiosk.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_for_screen(file)
    assert key in str(caught.value)


def test_a_translation_that_is_missing_leaves_dutch(tmp_path: Path) -> None:
    settings, refused = load_for_screen(written(tmp_path, NEWS.format("{ nl = 'goed', en = '' }", "2026-11-26")))
    assert refused == ()
    assert len(settings.announcements) == 2
    assert settings.services[1].kind is ServiceKind.CASH


def test_a_service_too_many_leaves_the_first_four_on_a_portal_that_stands(tmp_path: Path) -> None:
    file = written(tmp_path, '[[services]]\nkind = "cash"\nname = "Geldautomaat 5"\nplace = "Links"\n')
    with pytest.raises(SettingsError):
        load(file)
    settings, refused = load_for_screen(file)
    assert settings.services == load(EXAMPLE).services
    assert refused == ("services[4]: 4 fit",)


@pytest.mark.parametrize(
    ("was", "wrong", "said"),
    [
        (
            'colour = "#0F6478"',
            'colour = "blue"',
            "town: Expected `str` matching regex '^#[0-9A-Fa-f]{6}$' - at `$.colour`",
        ),
        ('ribbon = "#8FC04A"', "ribbon = 7", "town: Expected `str | null`, got `int` - at `$.ribbon`"),
        ('languages = ["nl"]', 'languages = ["nl", "xx"]', "languages: 'xx' is none that this screen has"),
        (COMING, 'state = "open"\n', "services[0]: compartments of this kiosk, and no [lockers]"),
    ],
)
def test_what_a_portal_can_stand_without_never_keeps_it_away(tmp_path: Path, was: str, wrong: str, said: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").replace(was, wrong, 1), encoding="utf-8")
    with pytest.raises(SettingsError):
        load(file)
    settings, refused = load_for_screen(file)
    assert refused == (said,)
    assert settings.town.name == load(EXAMPLE).town.name


def test_a_language_in_which_nobody_said_where_the_reader_is_is_not_offered(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace('languages = ["nl"]', 'languages = ["nl", "fr", "de"]', 1)
    file = tmp_path / "kiosk.toml"
    file.write_text(text.replace('fr = "en bas à droite de cet écran", ', "", 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"card_reader\.place: no text in fr"):
        load(file)
    settings, refused = load_for_screen(file)
    assert refused == ("languages: card_reader.place has no text in fr",)
    assert settings.languages == ("nl", "de")
