from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from config.settings import Language, load
from hardware.devices import Applet
from kiosk_app import events
from kiosk_app.step import step
from kiosk_app.touches import Steer
from kiosk_app.visit import AskCard, Checking, Ease, EnterPin, Goodbye, Overlay, Portal, State, Visit, Voice
from ui.app import App
from ui.bridge import Bridge
from ui.sample import EVENING, EXAMPLE, samples
from ui.screens import screen_for

SETTINGS = load(EXAMPLE)
BY_NAME = {sample.name: sample.visit for sample in samples(SETTINGS)}


@dataclass
class Core:
    """Remembers what the resident did; shows the next visit where a test gives one."""

    bridge: Bridge
    then: Visit | None = None
    touches: list[events.Touch] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)

    def post(self, event: events.Touch) -> None:
        self.touches.append(event)
        if self.then is not None:
            self.bridge.show(self.then)

    def type_digit(self, digit: int) -> None:
        self.digits.append(digit)


@dataclass
class Clock:
    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def core(app: App) -> Iterator[Core]:
    app.lay_out(SETTINGS.screen)
    app.bridge._struck = None
    core = Core(app.bridge)
    app.bridge.serve(core)
    yield core
    app.bridge.show(Visit())


@pytest.fixture(scope="session")
def finger(the_app: App) -> QPointingDevice:
    assert the_app.window.isVisible()
    return QTest.createTouchDevice()


def show(app: App, visit: Visit | State) -> None:
    app.bridge.show(visit if isinstance(visit, Visit) else Visit(1, visit))
    app.settle()


def find(app: App, name: str) -> QQuickItem:
    waiting = [app.window.contentItem()]
    while waiting:
        item = waiting.pop()
        if item.objectName() == name and item.isVisible():
            return item
        waiting += item.childItems()
    raise LookupError(name)


def centre(app: App, name: str) -> QPoint:
    item = find(app, name)
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()


def press(app: App, finger: QPointingDevice, at: QPoint) -> None:
    QTest.touchEvent(app.window, finger).press(0, at, app.window).commit()


def release(app: App, finger: QPointingDevice, at: QPoint) -> None:
    QTest.touchEvent(app.window, finger).release(0, at, app.window).commit()
    app.settle()


def tap(app: App, finger: QPointingDevice, name: str) -> None:
    at = centre(app, name)
    press(app, finger, at)
    release(app, finger, at)


@pytest.mark.parametrize(
    ("screen", "choice", "event"),
    [
        ("portal", "documents", events.DocumentsAsked()),
        ("portal", "help", events.HelpAsked()),
        ("portal", "service1", events.ServiceAsked(1)),
        ("portal", "ease", events.EaseAsked()),
        ("ease-on-portal", "contrast", events.EaseChosen(Ease(contrast=True))),
        ("ease-on-portal", "low", events.EaseChosen(Ease(low=True))),
        ("service-cash-1", "leave", events.StopPressed()),
        ("paper-left", "paperGone", events.PaperGone()),
        ("ask-card", "stop", events.StopPressed()),
        ("ask-card", "offerings", events.OfferingsAsked()),
        ("ask-card", "code", events.CodeAsked()),
        ("offerings", "documents", events.DocumentsAsked()),
        ("code-some", "signX", events.SignTyped("X")),
        ("code-some", "eraseLast", events.LastErased()),
        ("code-some", "eraseAll", events.AllErased()),
        ("code-whole", "typed", events.TypingDone()),
        ("asking-purpose", "answer-abroad", events.Answered("abroad")),
        ("asking-recipient", "signZ", events.SignTyped("Z")),
        ("asking-recipient", "sign'", events.SignTyped("'")),
        ("asking-recipient", "space", events.SignTyped(" ")),
        ("asking-recipient", "otherKeys", events.PageTurned(1)),
        ("asking-recipient", "typed", events.TypingDone()),
        ("asking-recipient-digits", "signÉ", events.SignTyped("É")),
        ("asking-recipient-digits", "otherKeys", events.PageTurned(0)),
        ("asking-recipient", "change", events.ChangeAsked()),
        ("asking-channel", "answer-eBox", events.Answered("eBox")),
        ("pin-two", "pinUnknown", events.PinUnknown()),
        ("pin-unknown", "pinBack", events.StillHere()),
        ("pin-two", "eraseLast", events.LastErased()),
        ("pin-two", "eraseAll", events.AllErased()),
        ("pin-four", "pinDone", events.PinEntered()),
        ("last-try", "tryAnyway", events.TriedAnyway()),
        ("choosing", "product-residence", events.Chose("residence")),
        ("choosing-several", "pageAfter", events.PageTurned(1)),
        ("choosing-several", "chosen", events.ChoiceDone()),
        ("checking", "another", events.AnotherAsked()),
        ("checking", "change", events.ChangeAsked()),
        ("checking", "confirm", events.Confirmed()),
        ("printing-one", "stop", events.StopPressed()),
        ("printed-one", "slip", events.SlipAsked()),
        ("printed-one", "paperTaken", events.PaperTaken(yes=True)),
        ("printed-one", "paperMissing", events.PaperTaken(yes=False)),
        ("still-there", "goOn", events.StillHere()),
    ],
)
def test_a_touch_posts_what_the_choice_stands_for(
    app: App, core: Core, finger: QPointingDevice, screen: str, choice: str, event: events.Touch
) -> None:
    show(app, BY_NAME[screen])
    tap(app, finger, choice)
    assert core.touches == [event]


def test_it_acts_on_release_and_shows_the_press_at_once(app: App, core: Core, finger: QPointingDevice) -> None:
    show(app, BY_NAME["checking"])
    at = centre(app, "confirm")
    probe = find(app, "confirm").mapToScene(QPointF(20, 20)).toPoint()
    rest = app.grab().pixelColor(probe)
    press(app, finger, at)
    assert app.grab().pixelColor(probe) != rest
    assert core.touches == []
    release(app, finger, at)
    assert core.touches == [events.Confirmed()]


def test_a_finger_that_slides_off_does_nothing(app: App, core: Core, finger: QPointingDevice) -> None:
    show(app, BY_NAME["checking"])
    press(app, finger, centre(app, "confirm"))
    away = centre(app, "confirm") - QPoint(0, 400)
    QTest.touchEvent(app.window, finger).move(0, away, app.window).commit()
    release(app, finger, away)
    assert core.touches == []


def test_a_disabled_button_posts_nothing(app: App, core: Core, finger: QPointingDevice) -> None:
    show(app, BY_NAME["pin-two"])
    tap(app, finger, "pinDone")
    show(app, BY_NAME["choosing-refused"])
    tap(app, finger, "product-cohabitation")
    assert core.touches == []


def test_digits_go_to_the_core_and_nowhere_else(app: App, core: Core, finger: QPointingDevice) -> None:
    show(app, EnterPin(Applet.V1_8, 3))
    for digit in (1, 1, 9, 0):
        tap(app, finger, f"digit{digit}")
    assert core.digits == [1, 1, 9, 0]
    assert core.touches == []
    assert app.bridge.shown is not None
    assert app.bridge.shown.typed == 0, "only the core's word counts digits"


@pytest.mark.usefixtures("core")
def test_a_key_survives_the_digit_it_types(app: App) -> None:
    show(app, EnterPin(Applet.V1_8, 3))
    key = find(app, "digit5")
    show(app, EnterPin(Applet.V1_8, 3, typed=1))
    assert find(app, "digit5") is key


def test_a_choice_that_is_no_longer_on_screen_posts_nothing(app: App, core: Core) -> None:
    show(app, BY_NAME["checking"])
    show(app, Goodbye())
    app.bridge.touch("confirm", 10.0, 10.0)
    app.bridge.touch("unheard-of", 10.0, 10.0)
    assert core.touches == []


def test_a_finger_that_trembles_does_not_confirm_what_it_has_not_seen(
    app: App, core: Core, finger: QPointingDevice
) -> None:
    """ "Verder met 2 documenten" and "Druk 2 documenten af" stand in the same place."""
    show(app, BY_NAME["choosing-several"])
    core.then = BY_NAME["checking-two"]
    at = centre(app, "chosen") + QPoint(120, 0)  # where "confirm" comes
    for _ in range(2):
        press(app, finger, at)
        release(app, finger, at)
    assert core.touches == [events.ChoiceDone()]


def test_a_finger_that_waits_or_goes_elsewhere_is_believed(
    app: App, core: Core, finger: QPointingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(app.bridge, "_monotonic", clock)
    show(app, BY_NAME["choosing-several"])
    core.then = BY_NAME["checking-two"]
    at = centre(app, "chosen") + QPoint(120, 0)
    press(app, finger, at)
    release(app, finger, at)
    core.then = None
    clock.seconds += 0.6
    tap(app, finger, "confirm")
    tap(app, finger, "change")
    assert core.touches == [events.ChoiceDone(), events.Confirmed(), events.ChangeAsked()]


def test_ticking_boxes_quickly_is_not_a_tremble(app: App, core: Core, finger: QPointingDevice) -> None:
    show(app, BY_NAME["choosing-several"])
    core.then = BY_NAME["choosing-several-none"]
    tap(app, finger, "product-residence")
    tap(app, finger, "product-residence")
    assert core.touches == [events.Chose("residence")] * 2


@pytest.mark.usefixtures("core")
def test_an_unchanged_visit_repaints_nothing(app: App) -> None:
    show(app, Portal())
    painted: list[bool] = []
    app.bridge.screenChanged.connect(lambda: painted.append(True))
    app.bridge.show(Visit(7, Portal()))
    app.bridge.tick()
    assert painted == []
    app.bridge.show(Visit(7, AskCard()))
    assert painted == [True]


def test_the_keyboard_reaches_what_a_finger_does(app: App, core: Core) -> None:
    show(app, Visit(1, AskCard(), overlay=Overlay.STILL_THERE))
    find(app, "goOn").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(app.window, Qt.Key.Key_Space)
    app.settle()
    assert core.touches == [events.StillHere()]


@pytest.mark.usefixtures("core")
def test_a_check_of_two_can_follow_a_check_of_one_on_the_same_page(app: App) -> None:
    one, two = BY_NAME["checking"], BY_NAME["checking-two"]
    show(app, one)
    show(app, two)
    assert isinstance(two.state, Checking)
    assert find(app, "confirm").property("choice")["label"] == "Druk 2\N{NO-BREAK SPACE}documenten af"


def test_a_language_that_is_touched_is_the_screen_s_and_the_other_one_is_offered(
    app: App, core: Core, finger: QPointingDevice
) -> None:
    both = structs.replace(SETTINGS, languages=(Language.NL, Language.EN))
    app.bridge.paint(screen_for(Visit(), both, EVENING))
    app.settle()
    tap(app, finger, "language-en")
    assert core.touches == [events.LanguageChosen(Language.EN)]
    english, _ = step(Visit(), core.touches[0])
    app.bridge.paint(screen_for(english, both, EVENING))
    app.settle()
    assert find(app, "documents").isVisible()
    assert app.bridge.shown is not None
    assert app.bridge.shown.title == "Good evening."
    app.bridge._struck = None  # half a second later
    tap(app, finger, "language-nl")
    assert step(english, core.touches[1])[0].language is Language.NL


def test_who_is_read_to_hears_with_the_first_touch_and_acts_with_the_second(
    app: App, core: Core, finger: QPointingDevice
) -> None:
    heard: list[str] = []
    app.bridge.come_to = lambda choice: heard.append(choice.label)
    listens = Visit(1, AskCard(), voice=Voice(on=True))
    show(app, listens)
    for name in ("code", "offerings", "offerings"):
        tap(app, finger, name)
    assert heard == ["Ik heb een code", "Wat krijg je hier?"]
    assert core.touches == [events.OfferingsAsked()]
    show(app, Visit(1, EnterPin(Applet.V1_8, 3), voice=Voice(on=True)))
    tap(app, finger, "digit5")
    assert (core.digits, len(heard)) == ([5], 2), "a digit of the PIN is told to nobody"
    app.bridge.come_to = lambda _choice: None


def test_keys_go_over_a_page_from_choice_to_choice_and_tell_each(app: App, core: Core) -> None:
    heard: list[str] = []
    app.bridge.come_to = lambda choice: heard.append(choice.id)
    show(app, Visit(1, AskCard(), voice=Voice(on=True)))
    for way in (Steer.NEXT, Steer.NEXT, Steer.NEXT, Steer.PREVIOUS, Steer.CHOOSE):
        app.steer(way)
        app.settle()
    assert heard == ["offerings", "code", "stop", "code"]
    assert core.touches == [events.CodeAsked()]
    app.bridge.come_to = lambda _choice: None


@pytest.mark.usefixtures("core")
def test_the_focus_is_seen_and_stays_where_it_was_when_the_page_is_painted_anew(app: App) -> None:
    show(app, BY_NAME["choosing-several-none"])
    app.steer(Steer.NEXT)
    app.settle()
    item = app.window.activeFocusItem()
    name = item.objectName()
    assert name.startswith("product-")
    outside = item.mapToScene(QPointF(item.width() / 2, -1.9 * app.density)).toPoint()
    assert app.grab().pixelColor(outside).name() == "#14202a", "a ring of ink around it"
    show(app, BY_NAME["choosing-several"])
    assert app.window.activeFocusItem().objectName() == name
