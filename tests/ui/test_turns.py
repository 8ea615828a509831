"""What the portal says in turn while nobody is there: it moves nothing, stops for a touch, and fits on a line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs
from PySide6.QtQuick import QQuickItem

from config.settings import Language, Settings, Speech, load
from kiosk_app.visit import Ease, Overlay, Visit, Voice
from tests.ui.test_pages import paint, visible
from ui.app import App
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, Sample
from ui.screens import screen_for

EVERY = structs.replace(load(EXAMPLE), languages=tuple(Language), speech=Speech())
PANELS = {"upright": EVERY, "landscape": landscape(EVERY)}


def portal_of(app: App) -> QQuickItem:
    return next(item for item in visible(app.window.rootObject()) if item.property("turn") is not None)


@pytest.mark.parametrize("way", PANELS)
def test_nothing_moves_while_the_sentence_changes(app: App, way: str) -> None:
    settings = PANELS[way]
    sample = Sample("portal", Visit(), settings, EVENING)
    turns = screen_for(sample.visit, settings, EVENING).turns
    assert {"Aussi en français", "Also in English", "Ook in grote letters", "Ook met voorlezen"} <= set(turns)
    still = paint(app, settings, sample)
    seen = set()
    for turn, sentence in enumerate(turns, 1):
        portal_of(app).setProperty("turn", turn)
        app.settle()
        moved = paint(app, settings, sample)
        assert [one.room for one in moved.words] == [one.room for one in still.words]
        assert moved.targets == still.targets
        assert any(one.text.endswith(f"\n{sentence}") for one in moved.words)
        seen.add(sentence)
    assert seen == set(turns)


def by_touch(visit: Visit) -> dict[str, Visit]:
    return {
        "language": replace(visit, language=Language.FR),
        "letters": replace(visit, ease=Ease(contrast=True)),
        "voice": replace(visit, voice=Voice(on=True)),
        "page": replace(visit, overlay=Overlay.HELP),
    }


@pytest.mark.parametrize("touched", by_touch(Visit()))
def test_it_stops_for_whoever_touches_and_begins_again_after(app: App, touched: str) -> None:
    app.bridge.paint(screen_for(Visit(), EVERY, EVENING))
    app.settle()
    portal_of(app).setProperty("turn", 2)
    assert screen_for(by_touch(Visit())[touched], EVERY, EVENING).turns == ()
    app.bridge.paint(screen_for(by_touch(Visit())[touched], EVERY, EVENING))
    app.settle()
    app.bridge.paint(screen_for(Visit(), EVERY, EVENING))
    app.settle()
    assert portal_of(app).property("turn") == 0


def test_a_town_says_what_it_has() -> None:
    plain: Settings = structs.replace(EVERY, languages=(Language.NL,), speech=None)
    assert screen_for(Visit(), plain, EVENING).turns == ("Ook in grote letters",)
