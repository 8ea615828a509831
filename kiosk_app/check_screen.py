"""`kiosk check screen`: the test of the screen by itself, by the same rules and pages as in maintenance."""

from __future__ import annotations

from collections.abc import Callable

from config.settings import Settings, StaffRole
from kiosk_app.check_words import TERMINAL, Say
from kiosk_app.effects import DoWork
from kiosk_app.events import Event
from kiosk_app.maintenance import glass
from kiosk_app.maintenance.wishes import KeepResult
from kiosk_app.maintenance.work import Tested, Tests, Work
from kiosk_app.step import step
from kiosk_app.visit import StaffAtWork, Visit
from ui.app import App


class _Looker:
    """Somebody before the screen: a visit by the kiosk's own rules, without any device behind it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.tested: Tested | None = None
        self.figure = ""
        self._visit = Visit(1, StaffAtWork(Work(TERMINAL, StaffRole.TECHNICIAN, glass.GlassTold())))
        app.bridge.serve(self)
        app.bridge.show(self._visit)

    def post(self, event: Event) -> None:
        """Take a touch; the end of the test, or of the visit, ends it all."""
        self._visit, effects = step(self._visit, event)
        for effect in effects:
            if isinstance(effect, DoWork) and isinstance(effect.wish, KeepResult):
                self.figure = effect.wish.figure
        page = self._visit.state.work.page if isinstance(self._visit.state, StaffAtWork) else None
        if isinstance(page, Tested):
            self.tested = page
        if page is None or isinstance(page, Tested | Tests):
            self._app.quit()
            return
        self._app.bridge.show(self._visit)

    def type_digit(self, digit: int) -> None:
        """No digit is asked for."""


def check_screen(settings: Settings, say: Say, measured: Callable[[str], None], *, windowed: bool) -> bool:
    """Show it and wait for the end. False where the panel is not good enough, or nobody went through all of it."""
    app = App(settings, windowed=windowed, cursor=windowed)
    looker = _Looker(app)
    app.run()
    if looker.tested is None:
        say("FOUT: de test is niet afgemaakt.")
        return False
    for line in looker.tested.lines:
        say(line)
    measured(looker.figure)
    return looker.tested.well
