"""One screen for all tests of a process: an engine made and destroyed per test crashes now and then in its teardown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication

from config.settings import load
from demo.hand import Hand
from kiosk_app import events
from kiosk_app.visit import Visit
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


@dataclass
class Core:
    """What a screen posts to: keeps what was touched."""

    touches: list[events.Touch] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)

    def post(self, event: events.Touch) -> None:
        self.touches.append(event)

    def type_digit(self, digit: int) -> None:
        self.digits.append(digit)


@pytest.fixture
def core(app: App) -> Iterator[Core]:
    """The screen as the example's settings have it, and what is touched there."""
    app.lay_out(load(EXAMPLE).screen)
    app.bridge._struck = None
    core = Core()
    app.bridge.serve(core)
    yield core
    app.bridge.show(Visit())
