"""Owns Qt: the application, the engine, the window, and the clock. The rest of the kiosk never sees any of them.

Everything runs on this one thread; `call_soon` is the way in from others. At rest nothing wakes up but the clock, once
a minute. Taken down in this order: window, engine, bridge (the engine's bindings still look at what a bridge holds).
"""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

# A software rasteriser beats OpenGL on one by fifteen times; and no idle wait of 5 ms before each frame. A platform or
# a back end that was asked for stays.
os.environ.setdefault("QT_QUICK_BACKEND", "software")
os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")

from msgspec import structs
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QObject,
    QSize,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QColor, QCursor, QFontDatabase, QGuiApplication, QImage, QPixmap
from PySide6.QtQml import QQmlComponent, QQmlEngine, QQmlError
from PySide6.QtQuick import QQuickView

from config.settings import Screen as Panel
from config.settings import Settings, Town
from ui import theme
from ui.drawn import Drawings, Pages, QrCodes
from ui.signals import noticed

if TYPE_CHECKING:
    from kiosk_app.touches import Steer
    from kiosk_app.visit import Ease
    from ui.bridge import Bridge

log = logging.getLogger(__name__)

_UI = Path(__file__).parent
_FAMILY = "Atkinson Hyperlegible"
_WARNINGS = 50  # the latest: a kiosk runs for months
# Until the page of who has gone is taken down: then QML's own memory of its words is given up.
FORGET_MS = 300
_WINDOW_SHARE = 0.9  # of the desktop's height, for a window beside other things


class _Calls(QObject):
    """Carries calls to the thread of the screen."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Callable[[], None]] = deque()

    def ask(self, fn: Callable[[], None]) -> None:
        """Have `fn` called; from any thread."""
        self._waiting.append(fn)
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def customEvent(self, _event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Make one call: there is an event for each."""
        self._waiting.popleft()()


class App:
    """One screen in one process. Make it on the main thread; `run` blocks until `quit`, SIGTERM or SIGINT."""

    def __init__(
        self,
        settings: Settings,
        *,
        windowed: bool = False,
        cursor: bool = True,
        size_px: tuple[int, int] | None = None,
    ) -> None:
        self._now = settings.town.now
        qInstallMessageHandler(_qt_says)
        self.qt = QGuiApplication.instance() or QGuiApplication(["kiosk"])
        for font in sorted((_UI / "fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(font))
        self._cursor = cursor
        self._calls = _Calls()
        self._alarm = QTimer(singleShot=True)
        self._minute = QTimer(singleShot=True)  # Qt keeps one of a minute to the second
        self._minute.timeout.connect(self._tick)
        self._settled = False
        self._when_painted: Callable[[], None] | None = None
        self._components: list[QQmlComponent] = []
        self._rang: Callable[[], None] | None = None
        self._pulse, self._regular = QTimer(), QTimer()
        self._forgetting = QTimer(singleShot=True, interval=FORGET_MS)
        self._forgetting.timeout.connect(self._let_go)
        self._repainted = False
        self._fresh_start: Callable[[], None] = self.quit
        self._alarm.timeout.connect(self._ring)
        self.density = 1.0  # pixels of one millimetre, now
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)  # what QML complained of, which it never should
        self._panel, self._touch = settings.screen, settings.touch
        size = QSize(*(size_px or self._size(windowed=windowed)))
        self._engine = QQmlEngine()
        self._engine.warnings.connect(self._warned)
        self._engine.addImportPath(str(_UI / "qml"))
        self.bridge = self._bridge(settings)
        self._town = settings.town
        self._colours = _readable(settings.town)
        self._large = False
        self.bridge.wear = self._wear
        self.bridge.dress(family=_FAMILY, **self._colours)
        self._fit(size)
        self._provide_images()
        self.bridge.tick()
        self.window = self._open(size, full=not windowed and size_px is None)

    # --- making it -----------------------------------------------------------------------------------------------

    def _size(self, *, windowed: bool) -> tuple[int, int]:
        """Give the size to paint at: the panel's own, or as much of a desktop as leaves room beside it."""
        panel = self._panel
        if not windowed:
            return panel.width_px, panel.height_px
        room = QGuiApplication.primaryScreen().availableGeometry()
        share = min(_WINDOW_SHARE * room.height() / panel.height_px, _WINDOW_SHARE * room.width() / panel.width_px, 1.0)
        return round(panel.width_px * share), round(panel.height_px * share)

    def _bridge(self, settings: Settings) -> Bridge:
        """Let Qt compile the first page in its own thread, while Python brings in the words that stand on it."""
        self._compile("Main", "PortalPage")
        reading = Thread(target=import_module, args=("ui.bridge",))
        reading.start()
        while any(component.isLoading() for component in self._components):
            self.qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        reading.join()
        from ui.bridge import Bridge

        return Bridge(settings)

    def _compile(self, *names: str) -> None:
        """Have Qt compile templates, and keep them."""
        self._components = [
            QQmlComponent(
                self._engine,
                QUrl.fromLocalFile(str(_UI / "qml" / "Loket" / f"{name}.qml")),
                QQmlComponent.CompilationMode.Asynchronous,
            )
            for name in names
        ]

    def _fit(self, size: QSize) -> None:
        """Turn millimetres into pixels for a window of this size."""
        self.density = theme.px_per_mm(self._panel, size.width(), size.height())
        self._landscape = size.width() > size.height()
        self.bridge.dress(density=self.density, landscape=self._landscape, **self._sizes())

    def _sizes(self) -> dict[str, int]:
        return theme.type_sizes(self.density, large=self._large, landscape=self._landscape)

    def _wear(self, ease: Ease) -> None:
        """Paint from here on as a resident asked to see it."""
        self._large = ease.large
        self.bridge.dress(
            contrast=ease.contrast,
            large=ease.large,
            low=ease.low,
            **(theme.high_contrast() if ease.contrast else self._colours),
            **self._sizes(),
        )

    def lay_out(self, panel: Panel) -> None:
        """Lay everything out for another panel, at its own size in pixels."""
        self._panel = panel
        self.window.resize(panel.width_px, panel.height_px)
        self._fit(self.window.size())

    def _provide_images(self) -> None:
        themes = {"own": self._colours, "contrast": theme.high_contrast()}
        self._engine.addImageProvider("drawn", Drawings(themes, self.density, _logo(self._town)))
        self._engine.addImageProvider("qr", QrCodes(theme.INK, theme.WHITE))
        self._engine.addImageProvider("page", Pages(lambda: self.bridge.drawing))

    def _open(self, size: QSize, *, full: bool) -> QQuickView:
        window: QQuickView = QQuickView(self._engine, None)  # type: ignore[call-overload]  # Qt takes None for the parent
        window.setTitle("Loket 24/7")
        window.setColor(QColor(theme.GROUND))
        window.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        window.resize(size)
        window.setInitialProperties({"python": self.bridge})
        window.loadFromModule("Loket", "Main")
        if window.status() != QQuickView.Status.Ready:
            raise RuntimeError(f"the screen cannot be loaded: {'; '.join(self.warnings)}")
        window.widthChanged.connect(lambda: self._fit(window.size()))
        window.heightChanged.connect(lambda: self._fit(window.size()))
        # Qt calls it here, or queues it where the renderer has a thread of its own.
        window.frameSwapped.connect(self._first_frame)
        if full:
            window.showFullScreen()
        else:
            window.show()
        self._wait_for_next_minute()
        return window

    def _first_frame(self) -> None:
        """Do what the first frame did not need: QR codes, and compiling the pages to come."""
        if self._settled:  # a second frame was swapped before this one's word came through
            return
        self.window.frameSwapped.disconnect(self._first_frame)
        self._settled = True
        self.bridge.dress(settled=True)
        if not self._cursor:
            _hide_cursor()
        from ui.fingers import Fingers
        from ui.glass import Glass
        from ui.screen import Template

        Glass(self.window, Fingers(self._touch, self.bridge.page_number), lambda: self.density)
        self._compile(*Template)
        if self._when_painted is not None:
            self.call_soon(self._when_painted)

    def _warned(self, errors: list[QQmlError]) -> None:
        self.warnings += [error.toString() for error in errors]

    # --- its life ------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Serve until the end; give the exit code."""
        ends = {signal.SIGTERM: self.quit, signal.SIGINT: self.quit, signal.SIGUSR1: self._begin_anew}
        with noticed(ends):
            code = self.qt.exec()
        self.close()
        return code

    def quit(self) -> None:
        """End `run`. Call it on the screen's thread."""
        self.qt.quit()

    def close(self) -> None:
        """Take everything down, in the order that leaves no binding looking at something gone."""
        self._alarm.stop()
        self._minute.stop()
        self._pulse.stop()
        self._regular.stop()
        self._forgetting.stop()
        self.window.close()
        del self.window
        self._components = []
        del self._engine

    def call_soon(self, fn: Callable[[], None]) -> None:
        """Have `fn` called on the screen's thread. Call this from any thread."""
        self._calls.ask(fn)

    def when_painted(self, fn: Callable[[], None]) -> None:
        """Call `fn` once the first frame is out: for what a resident who looks at the portal need not wait for."""
        self._when_painted = fn

    def when_asked_to_begin_anew(self, fn: Callable[[], None]) -> None:
        """Call `fn` at SIGUSR1, in place of ending at once."""
        self._fresh_start = fn

    def _begin_anew(self) -> None:
        self._fresh_start()

    def pulse(self, seconds: float, fn: Callable[[bool], None]) -> None:
        """Call `fn(painted)` again and again: whether the frame that was asked for at the call before has come."""

        def look() -> None:
            came, self._repainted = self._repainted, False
            self.window.update()
            fn(came)

        self.window.frameSwapped.connect(self._swapped)
        self._pulse.timeout.connect(look)
        self._pulse.start(round(seconds * 1000))
        self.window.update()

    def forget(self) -> None:
        """Give up what QML still holds of the pages before, once they are gone: it would keep their words for hours."""
        self._forgetting.start()

    def _let_go(self) -> None:
        self._engine.collectGarbage()

    def every(self, seconds: float, fn: Callable[[], None]) -> None:
        """Call `fn` again and again, whatever is on the screen."""
        self._regular.timeout.connect(fn)
        self._regular.start(round(seconds * 1000))

    def _swapped(self) -> None:
        self._repainted = True

    def alarm(self, seconds: float | None, fn: Callable[[], None]) -> None:
        """Call `fn` once, in that many seconds; a new alarm replaces the one before, None only takes it away."""
        self._rang = fn
        if seconds is None:
            self._alarm.stop()
        else:
            self._alarm.start(max(0, round(seconds * 1000)))

    def steer(self, way: Steer) -> None:
        """Move over the screen as a keyboard does."""
        from ui.steering import steer  # when a key is first pressed

        steer(self.window, self.bridge.shown, way)

    def grab(self) -> QImage:
        """Give what is on the screen now."""
        return self.window.grabWindow()

    def hold_clock(self) -> None:
        """Let no minute pass on the screen: whoever takes its picture wants the moment that was asked for."""
        self._minute.stop()

    def settle(self) -> None:
        """Wait until the first frame is out and nothing is left to paint. Not for use beside `run`."""
        while not self._settled:
            self.qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        rounds = QEventLoop()
        while rounds.processEvents():  # one round asks for the next frame, another paints it
            pass

    # --- the clocks ----------------------------------------------------------------------------------------------

    def _ring(self) -> None:
        if self._rang is not None:
            self._rang()

    def _tick(self) -> None:
        self.bridge.tick()
        self._wait_for_next_minute()

    def _wait_for_next_minute(self) -> None:
        now = self._now()
        self._minute.start(60_050 - now.second * 1000 - now.microsecond // 1000)


def _readable(town: Town) -> dict[str, str]:
    """Give the town's colours; the usual ones where nobody could read them, for the portal must stand all the same."""
    try:
        return theme.colours(town)
    except theme.ThemeError as error:
        log.error("town.colour: refused, %s", error)
        return theme.colours(structs.replace(town, colour=theme.USUAL))


def _logo(town: Town) -> Callable[[int], QImage] | None:
    """Give who paints the town's logo; nobody where it has none that can be shown."""
    if town.logo is None:
        return None
    from ui.logo import LogoError, tile_of

    try:
        return tile_of(town.logo)
    except LogoError as error:
        log.error("town.logo: refused, it %s", error)
        return None


def _hide_cursor() -> None:
    # Not Qt.BlankCursor: to look into that namespace takes 40 ms, and the portal's codes wait behind it.
    blank = QPixmap(1, 1)
    blank.fill(QColor(0, 0, 0, 0))
    QGuiApplication.setOverrideCursor(QCursor(blank))


def _qt_says(kind: QtMsgType, context: QMessageLogContext, _text: str) -> None:
    """Note that Qt complained, and where, but not its words: they may tell where a finger was on the PIN pad."""
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    log.log(level, "Qt: %s, %s line %s", context.category, context.file, context.line)
