from __future__ import annotations

import itertools

import pytest

from config.settings import Screen, Town
from ui import theme

# The look's own table: a town's colour and the accent that was measured for it.
EXAMPLES = {
    "#0F6478": "#045567",
    "#E2001A": "#8C2D28",
    "#6AA82D": "#315801",
    "#009FE3": "#005278",
    "#EE7F00": "#7A3E02",
    "#6C2C86": "#68337F",
}
# Ratios of the look's table (WCAG 2.x formula), to two decimals.
RATIOS = {
    ("ink", "ground"): 14.59,
    ("ink", "surface"): 16.54,
    ("ink", "tint"): 14.18,
    ("mute", "ground"): 7.66,
    ("mute", "surface"): 8.69,
    ("accent", "ground"): 7.41,
    ("accent", "surface"): 8.40,
    ("accent", "tint"): 7.20,
    ("white", "accent"): 8.40,
    ("white", "accentDeep"): 12.20,
    ("ink", "attention"): 11.55,
    ("open", "surface"): 8.09,
    ("out", "surface"): 8.15,
    ("ink", "steel"): 11.69,
}


def town(colour: str) -> Town:
    return Town(name="Gemeente X", municipality="X", colour=colour, online_desk="https://x.example")


@pytest.mark.parametrize(("colour", "accent"), EXAMPLES.items())
def test_a_town_s_colour_gives_the_accent_that_was_measured_for_it(colour: str, accent: str) -> None:
    assert theme.accent_of(town(colour)).accent == accent


def test_a_yellow_works_in_ink_and_stays_itself_in_the_ribbon() -> None:
    own = theme.accent_of(town("#FFD200"))
    assert (own.accent, own.ribbon) == (theme.INK, "#FFD200")


def test_the_demo_town_has_the_deep_and_the_tint_of_the_look() -> None:
    own = theme.accent_of(town("#0F6478"))
    assert (own.deep, own.tint) == ("#023B48", "#DDF1F7")


def test_every_pair_of_the_look_measures_what_its_table_says() -> None:
    colours = theme.colours(town("#0F6478"))
    for (front, back), ratio in RATIOS.items():
        assert theme.contrast(colours[front], colours[back]) == pytest.approx(ratio, abs=0.005)


def test_any_colour_of_a_town_can_be_read_or_is_refused() -> None:
    steps = ("00", "33", "66", "99", "CC", "FF")
    for red, green, blue in itertools.product(steps, repeat=3):
        try:
            colours = theme.colours(town(f"#{red}{green}{blue}"))
        except theme.ThemeError:
            continue
        for front, back in (("white", "accent"), ("accent", "ground"), ("accent", "tint"), ("mute", "tint")):
            assert theme.contrast(colours[front], colours[back]) >= 7, (red, green, blue, front, back)


def test_a_colour_that_cannot_be_read_is_refused_with_its_figures() -> None:
    with pytest.raises(theme.ThemeError, match=r"accent/tint 6\.97 < 7"):
        theme.accent_of(town("#CC6666"))


def test_type_has_the_pixels_of_the_look_on_its_panel() -> None:
    density = theme.px_per_mm(Screen(), 1080, 1920)
    expected = {"act": 88, "digit": 72, "title": 64, "head": 48, "button": 40, "body": 34, "small": 30}
    assert theme.type_sizes(density) == pytest.approx(expected, abs=1)
