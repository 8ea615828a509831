"""Reporting that something does not work: what it is, and whether that was kept. It names a kiosk and a screen."""

from __future__ import annotations

from collections.abc import Iterator

from config.settings import ServiceKind
from kiosk_app.defects import About, DefectNamed
from kiosk_app.touches import StillHere
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens.scene import Scene
from ui.texts import mark

_NAMES = {
    About.CARD: mark("De kaartlezer"),
    About.PAPER: mark("De printer of het papier"),
    About.COMPARTMENT: mark("Een vakje"),
    About.MACHINE: mark("Geld- of pakjesautomaat"),
    About.SCREEN: mark("Het scherm of het geluid"),
    About.OTHER: mark("Iets anders"),
}
_MACHINES = (ServiceKind.CASH, ServiceKind.PARCELS)


def defect_page(scene: Scene) -> Screen:
    """Ask what does not work, among what there is here."""
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Wat werkt er niet?"),
        lead=(scene.say("We melden dit loket en dit scherm. Over jou melden we niets."),),
        rows=tuple(
            Choice(f"defect-{about.value}", scene.say(_NAMES[about]), DefectNamed(about), Role.ROW, "icon-chevron")
            for about in _here(scene)
        ),
        actions=(Choice("goOn", scene.say("Terug"), StillHere(), icon="icon-back"),),
        bar=scene.own_bar,
    )


def _here(scene: Scene) -> Iterator[About]:
    settings = scene.settings
    there = {
        About.CARD: settings.card_reader is not None,
        About.PAPER: settings.printer is not None,
        About.COMPARTMENT: settings.lockers is not None,
        About.MACHINE: any(service.kind in _MACHINES for service in settings.services),
    }
    return (about for about in About if there.get(about, True))


def kept_page(scene: Scene) -> Screen:
    """Say that it was written down, and who will see it."""
    reader = scene.say("Ze gaat naar de gemeente.")
    if scene.settings.back_end is None:
        reader = scene.say("Wie dit loket onderhoudt, krijgt ze te zien.")
    which = scene.say("Erin staat dat het over kiosk {kiosk} gaat. Over jou staat er niets in.", kiosk=_kiosk(scene))
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Bedankt voor je melding."),
        lead=(reader, which),
        sign="sign-done",
        sections=(_in_danger(scene),),
        actions=(_on(scene),),
        bar=scene.own_bar,
    )


def lost_page(scene: Scene) -> Screen:
    """Say that it could not be written down, and who can be told."""
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Je melding is niet bewaard."),
        lead=(scene.say("Meld het aan de balie. Zeg erbij: kiosk {kiosk}.", kiosk=_kiosk(scene)),),
        sign="sign-warning",
        sections=(*scene.counter_section, _in_danger(scene)),
        actions=(_on(scene),),
        bar=scene.own_bar,
    )


def _in_danger(scene: Scene) -> Section:
    number = scene.settings.town.emergency_number
    return Section(scene.say("Is er iemand in nood?"), scene.say("Bel {number}.", number=number))


def _on(scene: Scene) -> Choice:
    return Choice("goOn", scene.say("Verder"), StillHere(), Role.PRIMARY, "icon-forward")


def _kiosk(scene: Scene) -> str:
    return scene.settings.kiosk
