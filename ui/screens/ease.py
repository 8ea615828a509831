"""How a resident wants to see the screen: each way one touch, seen at once, and gone with the resident."""

from __future__ import annotations

from msgspec import structs

from kiosk_app.touches import EaseChosen, StillHere
from ui.screen import Choice, Role, Screen, Template
from ui.screens.scene import Scene


def ease_page(scene: Scene) -> Screen:
    """Offer the ways to see it, ticked where one holds now."""
    ease = scene.visit.ease
    bigger, starker = structs.replace(ease, large=not ease.large), structs.replace(ease, contrast=not ease.contrast)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Hoe lees je het liefst?"),
        lead=(scene.say("Dit geldt alleen voor jou, tot je klaar bent."),),
        rows=(
            Choice("large", scene.say("Grotere tekst"), EaseChosen(bigger), Role.ROW, ticked=ease.large),
            Choice("contrast", scene.say("Meer contrast"), EaseChosen(starker), Role.ROW, ticked=ease.contrast),
        ),
        actions=(Choice("goOn", scene.say("Verder"), StillHere(), Role.PRIMARY, "icon-forward"),),
        bar=scene.own_bar,
    )
