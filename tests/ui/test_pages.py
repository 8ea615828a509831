"""Every screen, upright and on its side, measured as it is painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pytest
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtQuick import QQuickItem

from config.settings import Settings, load
from ui.app import App
from ui.gallery import landscape
from ui.sample import EXAMPLE, Sample, samples
from ui.screens import screen_for
from ui.theme import contrast

UPRIGHT = load(EXAMPLE)
PANELS = {"upright": UPRIGHT, "landscape": landscape(UPRIGHT)}
CASES = [(way, sample) for way, settings in PANELS.items() for sample in samples(settings)]
RIGHT, CENTRE = 0x2, 0x4  # Qt::AlignRight, Qt::AlignHCenter


@dataclass(frozen=True)
class Word:
    """A text as painted: where its letters are, where it may be, and its colours."""

    text: str
    letters: QRectF
    room: QRectF
    cut: bool
    colour: str
    ground: str
    size_mm: float


@dataclass(frozen=True)
class Touchable:
    """Something to touch, or a plain cell in its place. Sizes in mm."""

    name: str
    place: QRectF
    live: bool
    in_bar: bool
    role: QAccessible.Role
    spoken: str
    value: str


@dataclass(frozen=True)
class Painted:
    words: tuple[Word, ...]
    targets: tuple[Touchable, ...]
    pictures: tuple[tuple[str, QRectF], ...]
    window: QRectF
    sample: Sample


def visible(item: QQuickItem) -> Iterator[QQuickItem]:
    """The item and all that is in it, as far as it is seen."""
    if not item.isVisible() or item.width() < 0:
        return
    yield item
    for child in item.childItems():
        yield from visible(child)


def place(item: QQuickItem, inner: QRectF | None = None) -> QRectF:
    return item.mapRectToScene(inner if inner is not None else QRectF(0, 0, item.width(), item.height()))


def word(item: QQuickItem, app: App, image: object) -> Word:
    wide, high = item.property("contentWidth"), item.property("contentHeight")
    align = int(item.property("horizontalAlignment"))
    left = item.width() - wide if align == RIGHT else (item.width() - wide) / 2 if align == CENTRE else 0
    room = place(item)
    corner = image.pixelColor(round(room.left()), round(room.top()))  # type: ignore[attr-defined]
    font_px = item.property("font").pixelSize()
    return Word(
        item.property("text"),
        place(item, QRectF(left, (item.height() - high) / 2, wide, high)),
        room,
        bool(item.property("truncated")),
        QColor(item.property("color")).name(),
        corner.name(),
        font_px / app.density,
    )


def touchable(item: QQuickItem, app: App) -> Touchable:
    at = place(item)
    spoken = QAccessible.queryAccessibleInterface(item)
    choice = item.property("choice")
    plain = choice.toVariant() if hasattr(choice, "toVariant") else choice
    return Touchable(
        item.objectName(),
        QRectF(*(side / app.density for side in (at.x(), at.y(), at.width(), at.height()))),
        plain is None or bool(plain["live"]),
        plain is not None and plain["role"] == "bar",
        spoken.role(),
        spoken.text(QAccessible.Text.Name),
        spoken.text(QAccessible.Text.Value),
    )


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1].name}")
def painted(request: pytest.FixtureRequest, the_app: App) -> Painted:
    way, sample = request.param
    settings: Settings = PANELS[way]
    the_app.lay_out(settings.screen)
    the_app.bridge.paint(screen_for(sample.visit, sample.settings, sample.now))
    the_app.settle()
    image = the_app.grab()
    items = list(visible(the_app.window.contentItem()))
    texts = [item for item in items if item.property("contentWidth") is not None and item.property("text")]
    return Painted(
        tuple(word(item, the_app, image) for item in texts),
        tuple(touchable(item, the_app) for item in items if item.objectName()),
        tuple((_source(item), place(item)) for item in items if _source(item)),
        QRectF(0, 0, the_app.window.width(), the_app.window.height()),
        sample,
    )


def _source(item: QObject) -> str:
    source = item.property("source")
    text = source.toString() if hasattr(source, "toString") else ""
    return text if text.startswith("image:") else ""


def test_every_text_fits_where_it_stands(painted: Painted) -> None:
    for one in painted.words:
        assert not one.cut, one.text
        assert one.room.adjusted(-1, -1, 1, 1).contains(one.letters), one.text
        assert painted.window.contains(one.letters), one.text


def test_no_text_lies_over_another(painted: Painted) -> None:
    for one, other in combinations(painted.words, 2):
        assert not one.letters.adjusted(2, 4, -2, -4).intersects(other.letters), (one.text, other.text)


def test_no_text_reaches_out_of_what_is_touched(painted: Painted, app: App) -> None:
    for target in painted.targets:
        box = QRectF(*(side * app.density for side in target.place.getRect()))
        for one in painted.words:
            if box.contains(one.letters.center()):
                assert box.adjusted(-1, -1, 1, 1).contains(one.letters), (target.name, one.text)
            else:
                assert not box.adjusted(1, 1, -1, -1).intersects(one.letters.adjusted(2, 4, -2, -4)), one.text


def test_every_text_stands_out_at_least_seven_to_one(painted: Painted) -> None:
    for one in painted.words:
        assert contrast(one.colour, one.ground) >= 7, (one.text, one.colour, one.ground)


def test_no_capital_is_lower_than_the_smallest_role(painted: Painted) -> None:
    # 4.9 mm: the least of the look's tokens; 0.668 is the capital's share of Atkinson Hyperlegible's em.
    for one in painted.words:
        assert one.size_mm * 0.668 >= 4.85, one.text


def test_targets_are_twenty_millimetres_and_four_apart(painted: Painted) -> None:
    live = [target for target in painted.targets if target.live]
    for target in live:
        assert min(target.place.width(), target.place.height()) >= 20, target
    for one, other in combinations(live, 2):
        if not (one.in_bar and other.in_bar):
            near = one.place.adjusted(-3.7, -3.7, 3.7, 3.7)  # 4 mm, less what whole pixels round off
            assert not near.intersects(other.place), (one.name, other.name)


def test_every_target_is_on_the_glass_with_a_name_of_its_own(painted: Painted, app: App) -> None:
    names = [target.name for target in painted.targets]
    assert len(names) == len(set(names))
    expected = {choice.id for choice in _screen(painted).choices}
    assert expected <= set(names)
    assert set(names) - expected <= {f"digit{n}" for n in range(10)}
    glass = QRectF(0, 0, painted.window.width() / app.density, painted.window.height() / app.density)
    for target in painted.targets:
        assert glass.adjusted(-0.1, -0.1, 0.1, 0.1).contains(target.place), target.name


def _screen(painted: Painted):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return screen_for(painted.sample.visit, painted.sample.settings, painted.sample.now)


def test_every_target_says_what_it_is_and_no_value(painted: Painted) -> None:
    labels = {choice.id: choice.label for choice in _screen(painted).choices}
    for target in painted.targets:
        assert target.role == (QAccessible.Role.Button if target.live else QAccessible.Role.StaticText)
        assert target.spoken == labels.get(target.name, target.name.removeprefix("digit"))
        assert target.value == ""


def test_there_is_one_qr_code_at_most(painted: Painted) -> None:
    assert sum("image://qr/" in source for source, _ in painted.pictures) <= 1


def test_no_picture_lies_over_a_text(painted: Painted) -> None:
    for source, box in painted.pictures:
        if "/dashed/" not in source:
            for one in painted.words:
                assert not box.adjusted(2, 2, -2, -2).intersects(one.letters.adjusted(2, 4, -2, -4)), (source, one.text)
