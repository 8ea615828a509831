"""Several copies of one document: asked for once, said again before the yes, and counted out of all of them."""

from __future__ import annotations

from msgspec import structs

from config.settings import Paper, load
from kiosk_app import events
from ui.gallery import landscape
from ui.sample import EXAMPLE, samples
from ui.screen import Screen
from ui.screens import screen_for

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample for sample in samples(SETTINGS)}


def shown(name: str) -> Screen:
    sample = BY_NAME[name]
    return screen_for(sample.visit, sample.settings, sample.now)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_how_many_is_asked_with_one_first_and_a_way_back() -> None:
    asked = shown("asking-copies")
    assert asked.title == "Hoeveel exemplaren?"
    assert [plain(row.label) for row in asked.rows] == ["1 exemplaar", "2 exemplaren", "3 exemplaren"]
    assert [row.event for row in asked.rows] == [events.Answered(number) for number in ("1", "2", "3")]
    assert [action.event for action in asked.actions] == [events.ChangeAsked()]


def test_how_many_is_said_again_before_the_yes_where_it_is_more_than_one() -> None:
    said = [plain(value.text) for fact in shown("checking-copies").facts for value in fact.values]
    assert "3 exemplaren" in said
    assert not any("exempla" in value.text for fact in shown("checking").facts for value in fact.values)


def test_sheets_are_counted_out_of_those_of_all_copies() -> None:
    (item,) = shown("printing-copies").items
    assert plain(item.detail) == "1 van 3 bladen uit de printer"
    assert plain(shown("printed-copies").lead[0]).startswith("Je 3 bladen liggen in de gleuf")


def test_where_two_sides_are_wanted_only_what_came_out_is_said() -> None:
    """The printer may not be able to: how many sheets there will be is its own to say."""
    sample, printer = BY_NAME["printing-copies"], SETTINGS.printer
    assert printer is not None
    on_two_sides = structs.replace(SETTINGS, printer=structs.replace(printer, paper=Paper(two_sided=True)))
    (item,) = screen_for(sample.visit, on_two_sides, sample.now).items
    assert plain(item.detail) == "1 blad uit de printer"


def test_three_stand_on_one_page_on_a_panel_on_its_side_too() -> None:
    sample = BY_NAME["asking-copies"]
    screen = screen_for(sample.visit, landscape(SETTINGS), sample.now)
    assert len(screen.rows) == 3
    assert screen.extra == ()
