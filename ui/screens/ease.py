"""How a resident wants to see the screen, and in which language: one touch, seen at once, gone with the resident."""

from __future__ import annotations

from msgspec import structs

from kiosk_app.touches import EaseChosen, LanguageChosen, StillHere
from ui.screen import Choice, Role, Screen, Template
from ui.screens import hearing
from ui.screens.scene import OWN_NAMES, Scene


def ease_page(scene: Scene) -> Screen:
    """Offer the ways to see it, ticked where one holds now."""
    ease = scene.visit.ease
    bigger, starker = structs.replace(ease, large=not ease.large), structs.replace(ease, contrast=not ease.contrast)
    lower = structs.replace(ease, low=not ease.low)
    panel = scene.settings.screen
    high = panel.height_mm > panel.width_mm  # one on its side has everything low already
    down = Choice("low", scene.say("Knoppen lager"), EaseChosen(lower), Role.ROW, ticked=ease.low)
    loudness, turns = hearing.volume(scene)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Hoe lees en tik je het liefst?"),
        lead=(scene.say("Dit geldt alleen voor jou, tot je klaar bent."),),
        rows=(
            Choice("large", scene.say("Grotere tekst"), EaseChosen(bigger), Role.ROW, ticked=ease.large),
            Choice("contrast", scene.say("Meer contrast"), EaseChosen(starker), Role.ROW, ticked=ease.contrast),
            *((down,) if high else ()),
            *hearing.rows(scene),
        ),
        hint=loudness,
        extra=turns,
        actions=(Choice("goOn", scene.say("Verder"), StillHere(), Role.PRIMARY, "icon-forward"),),
        bar=scene.own_bar,
    )


def languages_page(scene: Scene) -> Screen:
    """Offer every language of this kiosk under its own name."""
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Kies je taal"),
        rows=tuple(
            Choice(f"language-{one}", OWN_NAMES[one], LanguageChosen(one), Role.ROW, "icon-chevron")
            for one in scene.settings.languages
        ),
        actions=(Choice("goOn", scene.say("Terug"), StillHere(), icon="icon-back"),),
        bar=scene.own_bar,
    )
