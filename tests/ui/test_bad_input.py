"""The longest and oddest that a town may write, painted: nothing is cut or covered, and no sign is a box."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from msgspec import structs
from PySide6.QtGui import QFont, QRawFont

from config.settings import Announcement, Language, Service, ServiceKind, ServiceState, Settings, load
from config.wording import refuse_unfit
from kiosk_app.visit import Ease, Overlay, Visit
from tests.ui.test_pages import Painted, inked, paint
from ui import theme
from ui.app import App, _readable
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, NOON, Sample

EXAMPLE_SETTINGS = load(EXAMPLE)
# Dutch as towns write it, cut at what the settings take; and markup, which must stand there as it is written.
LONG = (
    "De <b>gemeenteadministratie</b> &amp; het loket zijn op deze dag uitzonderlijk gesloten "
    "wegens een opleiding van iedereen."
)


def wordy(words: str = LONG) -> Settings:
    text = words.ljust(120, ".")
    service = Service(
        kind=ServiceKind.CASH,
        name=text[:24],
        place=text[:26],
        note=text[:110],
        nearest=text[:80],
        steps=(text[:40],) * 3,
        state=ServiceState.OUT_OF_ORDER,
        updated=NOON,
    )
    news = Announcement(title=text[:60], text=text[:120], first_day=EVENING.date(), last_day=EVENING.date())
    town = structs.replace(EXAMPLE_SETTINGS.town, name=text[:32], municipality=text[:28])
    return structs.replace(
        EXAMPLE_SETTINGS,
        languages=tuple(Language),
        town=town,
        services=(EXAMPLE_SETTINGS.services[0], *(service,) * 3),
        announcements=(news,),
    )


@pytest.mark.parametrize("words", [LONG, "x" * 120])
@pytest.mark.parametrize("ease", [Ease(), Ease(large=True), Ease(low=True), Ease(large=True, low=True)])
@pytest.mark.parametrize("overlay", [None, Overlay.SERVICE, Overlay.HELP])
@pytest.mark.parametrize("way", ["upright", "landscape"])
def test_the_longest_that_is_taken_fits_on_the_glass(
    app: App, words: str, ease: Ease, overlay: Overlay | None, way: str
) -> None:
    settings = wordy(words) if way == "upright" else landscape(wordy(words))
    sample = Sample("wordy", Visit(1, overlay=overlay, service=1, ease=ease), settings, EVENING)
    page = paint(app, settings, sample)
    app.bridge.show(replace(sample.visit, overlay=Overlay.EASE))  # whoever wants to see it otherwise goes by that page
    app.settle()
    fits(page)


def fits(page: Painted) -> None:
    for one in page.words:
        assert not one.cut, one.text
        assert one.room.adjusted(-1, -1, 1, 1).contains(one.letters), one.text
        assert page.window.contains(one.letters), one.text
    for one, other in combinations(page.words, 2):
        assert not inked(one).intersects(inked(other)), (one.text, other.text)
    for target in page.targets:
        if target.live:
            assert min(target.place.width(), target.place.height()) >= 20, target


def test_markup_is_a_text_like_any_other(app: App) -> None:
    settings = wordy()
    page = paint(app, settings, Sample("wordy", Visit(), settings, EVENING))
    assert any(one.text.startswith("De <b>gemeenteadministratie</b> &amp;") for one in page.words)


@pytest.mark.usefixtures("app")
def test_every_sign_that_the_settings_take_is_in_the_letters_of_the_kiosk() -> None:
    font = QRawFont.fromFont(QFont("Atkinson Hyperlegible"))
    assert font.familyName() == "Atkinson Hyperlegible"
    taken = []
    for code in range(0x20, 0x3000):
        try:
            refuse_unfit((("sign", chr(code), 1),))
        except ValueError:
            continue
        taken.append(code)
        assert font.supportsCharacter(code), hex(code)
    assert len(taken) > 180


@pytest.mark.expects_log(r"town\.colour: refused, .* accent/tint 6\.97 < 7")
def test_a_colour_that_cannot_be_read_leaves_the_usual_one() -> None:
    unreadable = structs.replace(EXAMPLE_SETTINGS.town, colour="#CC6666")
    assert _readable(unreadable)["accent"] == theme.colours(EXAMPLE_SETTINGS.town)["accent"]
