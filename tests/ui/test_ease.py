"""How a resident asked to see the screen: from the next frame on, on every page, and gone with the resident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.settings import Language, load
from kiosk_app.clocks import running
from kiosk_app.events import Clock, TimedOut
from kiosk_app.step import step
from kiosk_app.touches import DocumentsAsked, EaseAsked, EaseChosen, LanguageChosen, StillHere, StopPressed
from kiosk_app.visit import AskCard, Ease, Overlay, Portal, StaffAtWork, Visit
from ui.app import App
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, samples
from ui.screens import screen_for
from ui.theme import contrast

SETTINGS = load(EXAMPLE)
BOTH = Ease(large=True, contrast=True)


@pytest.fixture(autouse=True)
def as_found(app: App) -> Iterator[None]:
    app.lay_out(SETTINGS.screen)
    app.bridge.show(Visit())
    yield
    app.bridge.show(Visit())


def corner(app: App) -> str:
    """The colour of the ground, left of everything below the header."""
    app.settle()
    return app.grab().pixelColor(4, 600).name()


def test_each_way_is_one_touch_from_every_screen_and_ticked_where_it_holds() -> None:
    for sample in samples(SETTINGS):
        bar = screen_for(sample.visit, sample.settings, sample.now).bar
        of_staff = isinstance(sample.visit.state, StaffAtWork) and sample.visit.overlay is None  # letters of one size
        assert (EaseAsked() in [choice.event for choice in bar]) is not of_staff, sample.name
    visit, _ = step(Visit(), EaseAsked())
    page = screen_for(visit, SETTINGS, EVENING)
    assert [(row.id, row.ticked) for row in page.rows] == [("large", False), ("contrast", False), ("low", False)]
    wish = page.rows[1].event
    assert wish == EaseChosen(Ease(contrast=True))
    visit, _ = step(visit, EaseChosen(Ease(contrast=True)))
    ticked = screen_for(visit, SETTINGS, EVENING)
    assert [row.ticked for row in ticked.rows] == [False, True, False]
    low = EaseChosen(Ease(contrast=True, low=True))
    assert [row.event for row in ticked.rows] == [EaseChosen(BOTH), EaseChosen(Ease()), low]


def test_a_panel_on_its_side_has_everything_low_already() -> None:
    page = screen_for(Visit(overlay=Overlay.EASE), landscape(SETTINGS), EVENING)
    assert [row.id for row in page.rows] == ["large", "contrast"]


def test_it_is_seen_at_once_and_no_longer_when_the_resident_is_gone(app: App) -> None:
    usual = corner(app)
    app.bridge.show(Visit(overlay=Overlay.EASE, ease=Ease(contrast=True)))
    dark = corner(app)
    assert contrast(dark, "#FFFFFF") == 21
    app.bridge.show(Visit())
    assert corner(app) == usual != dark


def test_letters_grow_at_once_and_shrink_again(app: App) -> None:
    sizes = []
    for ease in (Ease(), Ease(large=True), Ease()):
        app.bridge.show(Visit(ease=ease))
        sizes.append(app.bridge._look["small"] / app.density)
    assert sizes[0] == sizes[2] == pytest.approx(7.4, abs=0.13)
    assert sizes[1] * 0.668 >= 7.3


def test_a_picture_is_drawn_in_the_colours_of_the_theme(app: App) -> None:
    drawn = []
    for ease in (Ease(), Ease(contrast=True)):
        app.bridge.show(Visit(1, AskCard(), ease=ease))
        app.settle()
        image = app.grab()
        drawn.append({image.pixelColor(540, y).name() for y in range(600, 1200)})
    assert "#d3dadd" in drawn[0] - drawn[1], "steel"
    assert "#ffe000" in drawn[1] - drawn[0], "the one yellow"


def test_it_goes_along_into_the_visit_and_stays_through_another_language() -> None:
    visit, _ = step(Visit(ease=BOTH), DocumentsAsked())
    assert (type(visit.state), visit.ease) == (AskCard, BOTH)
    other, _ = step(replace(visit, overlay=Overlay.EASE), LanguageChosen(Language.EN))
    assert (other.overlay, other.ease) == (Overlay.EASE, BOTH)
    back, _ = step(other, StillHere())
    assert (back.overlay, back.ease) == (None, BOTH)


def test_a_portal_that_was_left_so_is_as_usual_again_after_a_while() -> None:
    visit = Visit(ease=BOTH)
    assert Clock.STEP in running(visit)
    after, _ = step(visit, TimedOut(Clock.STEP))
    assert after == Visit()
    assert running(after) == {}


def test_stopping_a_visit_ends_it_too() -> None:
    visit = Visit(1, AskCard(), ease=BOTH)
    after, _ = step(visit, StopPressed())
    assert isinstance(after.state, Portal)
    assert after.ease == Ease()
