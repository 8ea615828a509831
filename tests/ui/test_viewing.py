"""A document on the glass: nobody reads it before its page is touched, and nothing of it stays when it is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage

from config.settings import load
from kiosk_app.events import SheetTurned
from kiosk_app.visit import Drawing, Portal, TakeCard, Viewing, Visit
from ui.app import App
from ui.bridge import to_map
from ui.drawn import Pages
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, samples
from ui.screens import screen_for

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample.visit for sample in samples(SETTINGS)}
# Letters of a document, for whoever measures: black and white columns, three pixels each.
STRIPED = Drawing(600, 850, (b"\0\0\0\0" * 3 + b"\xff\xff\xff\0" * 3) * 100 * 850)
# What a blur may leave of black on white, of 255: shades of grey.
FAINT = 51


@pytest.fixture
def glass(app: App) -> Iterator[App]:
    app.lay_out(SETTINGS.screen)
    yield app
    app.bridge.show(Visit())
    app.settle()


def looking(*, clear: bool) -> Visit:
    visit = BY_NAME["viewing-veiled"]
    assert isinstance(visit.state, Viewing)
    return replace(visit, state=replace(visit.state, clear=clear, drawing=STRIPED))


def shown(app: App, visit: Visit) -> QImage:
    app.bridge.show(visit)
    app.settle()
    return app.grab()


def contrast_on(image: QImage) -> int:
    """How far light and dark are apart on a line across the page, above the button in its middle."""
    y = round(image.height() * 0.35)
    lights = [image.pixelColor(x, y).lightness() for x in range(round(image.width() * 0.4), round(image.width() * 0.6))]
    return max(lights) - min(lights)


def test_a_page_is_a_blur_until_it_is_touched(glass: App) -> None:
    assert contrast_on(shown(glass, looking(clear=True))) > 128
    assert contrast_on(shown(glass, looking(clear=False))) < FAINT


@pytest.mark.parametrize("after", [Visit(1, Portal()), BY_NAME["take-card"]], ids=["home", "back to the card"])
def test_nothing_of_a_page_stays_when_it_is_left(glass: App, after: Visit) -> None:
    shown(glass, looking(clear=True))
    shown(glass, after)
    assert glass.bridge.drawing is None
    provider = glass._engine.imageProvider("page")
    assert isinstance(provider, Pages)
    blank = provider.requestImage("0/clear/60x85", QSize(), QSize())
    assert contrast_on(blank) == 0


def test_qml_and_the_accessibility_tree_get_no_pixel_and_no_word_of_a_page(glass: App) -> None:
    visit = looking(clear=True)
    assert "bytes" not in kinds(to_map(screen_for(visit, SETTINGS, EVENING)))
    shown(glass, visit)
    root = QAccessible.queryAccessibleInterface(glass.window)
    told = {text for text in names(root) if text}
    assert "Bladzijde 1 van 1" in told
    assert "Tik om te verbergen" in told
    screen = glass.bridge.shown
    assert screen is not None
    header = screen.header
    known = {screen.title, *screen.lead, screen.hint, *(choice.label for choice in screen.choices), *header.steps}
    assert told <= known | {header.town, header.name, header.time, header.day, glass.window.title()}


def kinds(part: object) -> set[str]:
    match part:
        case dict():
            return {kind for one in part.values() for kind in kinds(one)}
        case list():
            return {kind for one in part for kind in kinds(one)}
        case _:
            return {type(part).__name__}


def names(item: QAccessibleInterface) -> Iterator[str]:
    yield item.text(QAccessible.Text.Name)
    for number in range(item.childCount()):
        yield from names(item.child(number))


def test_looking_is_offered_once_every_document_is_here_and_in_their_number() -> None:
    def label(name: str) -> list[str]:
        screen = screen_for(BY_NAME[name], SETTINGS, EVENING)
        return [choice.label for choice in screen.choices if choice.id == "look"]

    assert isinstance(BY_NAME["take-card-awaited"].state, TakeCard)
    assert label("take-card-awaited") == []
    assert label("take-card-1") == ["Bekijk"]
    assert label("take-card") == ["Bekijk je documenten"]


def test_on_its_side_a_page_is_read_in_two_halves_and_upright_in_one() -> None:
    visit = BY_NAME["viewing-two"]  # the second page of the first of two documents, of two pages each
    upright = screen_for(visit, SETTINGS, EVENING)
    assert upright.hint == "Document 1 van 2, bladzijde 2 van 2"
    assert [c.event for c in upright.extra] == [SheetTurned(0), SheetTurned(2)]
    on_its_side = screen_for(visit, landscape(SETTINGS), EVENING)
    assert on_its_side.hint == "Document 1 van 2, bladzijde 2 van 2, bovenaan"
    assert [c.event for c in on_its_side.extra] == [SheetTurned(0, lower=True), SheetTurned(1, lower=True)]
