"""Maintenance: the test of the screen. Five colours without a word, then nine crosses, each measured in millimetres."""

from __future__ import annotations

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.glass import CROSSES, Aiming, AskSeen, GlassPage, GlassTold, Tint, Tinted
from kiosk_app.touches import SpotTouched, WorkTouched
from ui.screen import Choice, Cross, Glass, Role, Screen, Template
from ui.screens.scene import Scene
from ui.screens.staff_words import back

# What a panel shows when one kind of its points, all, or none are lit: the same whatever the theme.
_TINTS = {
    Tint.WHITE: "#FFFFFF",
    Tint.BLACK: "#000000",
    Tint.RED: "#FF0000",
    Tint.GREEN: "#00FF00",
    Tint.BLUE: "#0000FF",
}


def glass(scene: Scene, page: GlassPage) -> Screen:
    """Give a page of this test."""
    match page:
        case GlassTold():
            return _told(scene)
        case Tinted(tint):
            return _tinted(scene, tint)
        case AskSeen():
            return _ask_seen(scene)
        case Aiming():
            return _aiming(scene, page)


def _told(scene: Scene) -> Screen:
    go_on = WorkTouched(happenings.WentOn())
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Het scherm testen"),
        lead=(
            scene.say("Je ziet vijf kleuren, van rand tot rand. Raak het scherm aan voor de volgende."),
            scene.say("Kijk of er ergens een punt of een streep met een andere kleur is."),
            scene.say("Daarna raak je negen kruisjes aan. We meten hoe ver je vinger ernaast komt."),
        ),
        actions=(back(scene), Choice("begin", scene.say("Begin"), go_on, Role.PRIMARY, "icon-forward")),
        bar=scene.staff_bar,
    )


def _tinted(scene: Scene, tint: Tint) -> Screen:
    on = Choice("next", scene.say("Volgende"), WorkTouched(happenings.WentOn()), Role.ROW)
    return Screen(
        Template.GLASS, scene.header, scene.say("Het scherm testen"), rows=(on,), glass=Glass(colour=_TINTS[tint])
    )


def _ask_seen(scene: Scene) -> Screen:
    yes, no = (WorkTouched(happenings.TestAnswered(answer)) for answer in (True, False))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Het scherm testen"),
        lead=(scene.say("Zag je een punt of een streep met een andere kleur?"),),
        rows=(
            Choice("yes", scene.say("Ja"), yes, Role.ROW, "icon-tick"),
            Choice("no", scene.say("Nee"), no, Role.ROW, "icon-close"),
        ),
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _aiming(scene: Scene, page: Aiming) -> Screen:
    across, down = CROSSES[len(page.off)]
    cross = Cross(across * scene.settings.screen.width_mm, down * scene.settings.screen.height_mm)
    far = (scene.say("Dat was te ver ernaast om te tellen."),) if page.strays else ()
    number = scene.say("Kruisje {number} van {total}", number=len(page.off) + 1, total=len(CROSSES))
    return Screen(
        Template.GLASS,
        scene.header,
        scene.say("Raak het midden van het kruisje aan"),
        lead=(number, *far),
        rows=(Choice("spot", scene.say("Kruisje"), SpotTouched((cross.x, cross.y)), Role.ROW),),
        actions=(back(scene),),
        glass=Glass(cross=cross),
    )
