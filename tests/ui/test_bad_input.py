"""The longest and oddest that a town may write, painted: nothing is cut or covered, and no sign is a box."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from msgspec import structs
from PySide6.QtGui import QFont, QRawFont

from config.settings import Announcement, Language, Service, ServiceKind, ServiceState, Settings, StaffRole, load
from config.wording import refuse_unfit
from hardware.devices import Health
from hardware.faults import FAULTS, FaultCode
from kiosk_app.maintenance import work
from kiosk_app.parts import Part
from kiosk_app.visit import Ease, Overlay, StaffAtWork, Visit
from tests.ui.test_pages import Painted, inked, paint
from ui import theme
from ui.app import App, _readable
from ui.gallery import landscape
from ui.sample import EVENING, EXAMPLE, NOON, Sample
from ui.screens import screen_for
from ui.texts import texts_in

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
    town = structs.replace(EXAMPLE_SETTINGS.town, name=text[:40], municipality=text[:28])
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


def test_what_stood_low_or_large_stands_again_as_usual_without_chasing_itself(app: App) -> None:
    told = wordy()
    app.lay_out(told.screen)
    for before, after in permutations((Ease(), Ease(low=True), Ease(large=True)), 2):
        for ease in (before, after):  # QML complains where two places are each computed from the other
            app.bridge.paint(screen_for(Visit(1, ease=ease), told, EVENING))
            app.settle()


@pytest.mark.parametrize("way", ["upright", "landscape"])
@pytest.mark.parametrize("language", list(Language))
def test_the_longest_steps_to_mend_something_fit_on_the_glass(app: App, language: Language, way: str) -> None:
    """Of all faults those with the most to say in this language, on the page of a technician."""
    settings = EXAMPLE_SETTINGS if way == "upright" else landscape(EXAMPLE_SETTINGS)
    say = texts_in(language).say

    def length(code: FaultCode) -> int:
        fault = FAULTS[code]
        return sum(len(say(text, municipality=settings.town.municipality)) for text in (fault.text, *fault.steps))

    for code in sorted(FaultCode, key=length)[-4:]:
        problem = work.Problem(work.Trouble(Part.HEADSET, code, Health.DOWN, EVENING))
        state = StaffAtWork(work.Work("T-03", StaffRole.TECHNICIAN, problem))
        fits(paint(app, settings, Sample("longest", Visit(1, state, language=language), settings, EVENING)))


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
