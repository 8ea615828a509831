"""One screen for all tests of a process: an engine made and destroyed per test crashes now and then in its teardown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from config.settings import load
from demo.hand import Hand
from ui.app import App
from ui.sample import EXAMPLE


@pytest.fixture(scope="session")
def the_app() -> App:
    # A process has one application of Qt: this kind serves the window of the dock too, whose tests may run here.
    QApplication.instance() or QApplication(["kiosk"])
    settings = load(EXAMPLE)
    app = App(settings, size_px=(settings.screen.width_px, settings.screen.height_px))
    app.settle()
    app.hold_clock()
    return app


@pytest.fixture
def app(the_app: App) -> Iterator[App]:
    """The screen; a test in which QML complains fails."""
    the_app.warnings.clear()
    yield the_app
    assert not the_app.warnings


@pytest.fixture(scope="session")
def finger(the_app: App) -> Hand:
    """A hand before the screen. One, for its clock goes ahead of the real one, and a later hand would lag behind it."""
    assert the_app.window.isVisible()
    return Hand(the_app.window)
