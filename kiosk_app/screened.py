"""A kiosk with its screen: the portal first, then everything else, so that a resident sees it at once."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from config.settings import Language, Settings, SettingsError
from kiosk_app.heart import Heart
from kiosk_app.starts import REST_SECONDS, Starts
from ui.app import App

if TYPE_CHECKING:
    from pathlib import Path

    from hardware.sound import Speaker
    from kiosk_app.effects import Effect
    from kiosk_app.events import Event, Touch
    from kiosk_app.told import ToldSettings
    from kiosk_app.visit import Visit
    from kiosk_app.wiring import Kiosk
    from ui.narration import Narrator

log = logging.getLogger(__name__)

# A worker with a card's or the town's answer in hand waits no longer than this for the thread that paints (Python's own
# default of 5 ms is a third of a page change, ten times a visit).
SWITCH_SECONDS = 0.0005
# A disk that is full or a folder that is not there yet may be mended meanwhile; nobody is there to restart the kiosk.
RETRY_SECONDS = 60.0
# How often a kiosk looks for other settings: a glance at one file. With the agent's minute it is soon enough for news.
LOOK_SECONDS = 5.0


class Screened:
    """The window and, once it is painted, the kiosk behind it. Lives on Qt's thread."""

    def __init__(
        self,
        settings: Settings,
        *,
        windowed: bool = False,
        size_px: tuple[int, int] | None = None,
        told: ToldSettings | None = None,
        said: Path | None = None,
    ) -> None:
        self._settings, self._told, self._said = settings, told, said
        self._kiosk: Kiosk | None = None
        self._painted: list[Callable[[Visit], None]] = []
        self._heart = Heart.of_service()
        self._starts = Starts(settings.data)
        self._answered = True
        self._leaving = False
        self._narrator: Narrator | None = None
        self.app = App(settings, windowed=windowed, cursor=windowed, size_px=size_px)
        self.app.bridge.serve(self)

    def on_painted(self, listener: Callable[[Visit], None]) -> None:
        """Call `listener(visit)` after each step of the visit, when its screen was given to the window."""
        self._painted.append(listener)

    def run(self) -> int:
        """Show the portal, wire the rest behind it, and serve until `quit` or SIGTERM. Gives the exit code."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self.app.when_painted(self._begin)
        self.app.when_asked_to_begin_anew(self._leave_when_idle)
        try:
            code = self.app.run()
        finally:
            if self._kiosk is not None:
                self._kiosk.stop()
            self._log_warnings()
        self._starts.ended()
        return code

    @property
    def visit(self) -> Visit:
        """The visit as it stands."""
        return self._kiosk.core.visit if self._kiosk is not None else self.app.bridge.visit

    @property
    def knows_its_devices(self) -> bool:
        """Whether every part has said how it does."""
        return self._kiosk is not None and self._kiosk.health.complete

    def quit(self) -> None:
        """End `run`."""
        self.app.quit()

    # --- what the screen needs of the visit --------------------------------------------------------------------------

    def post(self, event: Touch) -> None:
        """Pass a touch on; before the kiosk is wired nothing can be touched yet."""
        if self._kiosk is not None:
            self._kiosk.core.post(event)

    def type_digit(self, digit: int) -> None:
        """Pass a digit of the PIN on."""
        if self._kiosk is not None:
            self._kiosk.core.type_digit(digit)

    # --- its heart, and its nightly rest -----------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._heart is not None:
            self._heart.ready()
            if self._heart.every is not None:
                self.app.pulse(self._heart.every, self._look)
        if self._starts.begin():
            self._rest()
        else:
            self._wire()
        if self._told is not None:
            self.app.every(LOOK_SECONDS, self._attend)

    def _attend(self) -> None:
        """Say how it goes, and look for other settings between visits."""
        if self._told is None or self._kiosk is None:
            return
        self._kiosk.tell(self._told.in_force, self._told.settings)
        if not self._idle:
            return
        self._kiosk.obey()
        from kiosk_app.told import News

        match self._told.look(self._kiosk.health.well):
            case News.SHOWN:
                self.app.bridge.tell(self._told.settings)
            case News.BEGIN_ANEW:
                self._leave_when_idle()
            case News.NONE:
                pass

    def _look(self, painted: bool) -> None:  # noqa: FBT001 (what a pulse tells)
        """Tell systemd that all is well, if it is."""
        held_up = self._idle and self._kiosk is not None and self._kiosk.held_up
        if self._heart is not None and painted and self._answered and not held_up:
            self._heart.beat()
        self._answered = False
        self.app.call_soon(self._answer)  # the way that every touch and every answer goes

    def _answer(self) -> None:
        self._answered = True

    @property
    def _idle(self) -> bool:
        """Whether nobody is at the kiosk, and no paper waits for anybody."""
        from kiosk_app.visit import Portal

        return isinstance(self.visit.state, Portal) and self.visit.overlay is None

    def _leave_when_idle(self) -> None:
        """End once nobody is at the kiosk: whoever supervises it begins it anew."""
        self._leaving = True
        if self._idle:
            self.quit()

    def _rest(self) -> None:
        """Show the portal alone, and try once more later."""
        log.error("the kiosk was cut short too often of late: it rests for %.0f s", REST_SECONDS)
        self._show_out_of_order()
        self.app.alarm(REST_SECONDS, self._wire)
        gc.enable()

    def _show_out_of_order(self) -> None:
        """Tell the hall alone, and that nothing can be had here."""
        from hardware.faults import FaultCode
        from kiosk_app.visit import Offer, Visit

        self._show(Visit(offer=Offer(FaultCode.SETTINGS_INVALID, FaultCode.SETTINGS_INVALID, slips=False)))

    def _wire(self) -> None:
        from kiosk_app.store import StoreError  # only now: these imports take longer than painting
        from kiosk_app.wiring import Kiosk

        try:
            self._kiosk = Kiosk(self._settings, self.app)
        except (StoreError, OSError) as error:
            # Without its memory nothing can be printed at most once: the portal alone, and the truth on it.
            log.error("the kiosk cannot begin: %s", error)
            self._show_out_of_order()
            self.app.alarm(RETRY_SECONDS, self._wire)
            return
        finally:
            gc.enable()  # from here on there is garbage
        self._kiosk.on_damage = self._leave_when_idle  # the next start puts its memory aside
        self._kiosk.core.listen(self._stepped)
        self._kiosk.core.steer = self.app.steer
        if self._kiosk.speaker is not None:
            self._listen(self._kiosk.speaker)
        if self._said is not None:
            self._kiosk.tell_in(self._said, self._settings)
        if self._told is not None:
            self._kiosk.obey_in(self._told.folder)
        if self._told is not None and self._said is not None:
            self._kiosk.ask_in(self._said.parent, self._told.folder)
        self._kiosk.start()
        self._show(self._kiosk.core.visit)
        gc.freeze()  # what the start made is none: no page waits for it to be looked at

    def _stepped(self, before: Visit, _event: Event, after: Visit, effects: tuple[Effect, ...]) -> None:
        from kiosk_app.effects import Forget, Say

        self._show(after, aloud=Say() in effects)
        if after.number != before.number or any(isinstance(effect, Forget) for effect in effects):
            self.app.forget()

    def _listen(self, speaker: Speaker) -> None:
        """Have what is painted from now on read aloud, to who asks for it."""
        from ui.narration import Narrator

        self._narrator = Narrator(speaker, self._settings.form_of_address)
        self.app.bridge.come_to = self._narrator.come_to

    def _show(self, visit: Visit, *, aloud: bool = False) -> None:
        self.app.bridge.show(visit)
        if self._narrator is not None and (shown := self.app.bridge.shown) is not None:
            self._narrator.show(shown, visit, aloud=aloud)
        self._log_warnings()
        for listener in self._painted:
            listener(visit)
        if self._leaving and self._idle:
            self.quit()

    def _log_warnings(self) -> None:
        """Tell what QML complained of, which it never should; it names places in our files, and no text on them."""
        while self.app.warnings:
            log.warning("screen: %s", self.app.warnings.popleft())


def run_with_screen(settings: Settings, *, windowed: bool) -> int:
    """Run a kiosk until SIGTERM."""
    return Screened(settings, windowed=windowed).run()


def run_as_told(machine: Path, folder: Path, said: Path | None, *, windowed: bool) -> int:
    """Run a kiosk on what the agent's folder offers, over the installer's own settings. Raises SettingsError.

    `said` is the file in which it tells the agent how it does.
    """
    from kiosk_app.told import ToldSettings

    told = ToldSettings(machine, folder, dry_run)
    return Screened(told.settings, windowed=windowed, told=told, said=said).run()


def picture(settings: Settings, language: Language, out: Path) -> tuple[str, ...]:
    """Paint the portal into a PNG, for who thinks of changing these settings; gives what is wrong with them."""
    from ui.picture import portal

    try:
        dry_run(settings)
    except SettingsError as error:
        return (str(error),)
    return portal(settings, language, out)


def dry_run(settings: Settings) -> None:
    """Try what settings have to do before they are let near the screen. Raises SettingsError."""
    from kiosk_app.visit import Visit
    from ui import theme
    from ui.screens import screen_for

    try:
        theme.colours(settings.town)
        for language in settings.languages:
            screen_for(Visit(language=language), settings, settings.town.now())
    except Exception as error:  # whatever it is, these settings would have broken the portal
        raise SettingsError(f"the portal cannot be made with them ({type(error).__name__}: {error})") from error
