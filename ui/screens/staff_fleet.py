"""Maintenance and the fleet: pair by a code, settings from a stick, the log on one; with what went wrong in words."""

from __future__ import annotations

from config.errands import Ended, Errand
from kiosk_app.maintenance.errands import (
    PAIRING_LENGTH,
    ErrandDone,
    FleetAsked,
    FleetPage,
    FleetRoom,
    PairCode,
    Waiting,
)
from kiosk_app.touches import SignTyped, WorkTouched
from ui.screen import Choice, Role, Screen, Template
from ui.screens import staff_rooms
from ui.screens.opening import erasers, typing_done
from ui.screens.scene import Scene
from ui.texts import mark

# The signs that a fleet's code is made of (fleet.service.enrolment), ten keys a row.
_SIGNS = "23456789ABCDEFGHJKMNPQRTUVWXYZ"
_COLUMNS, _GROUP = 10, 4
# What each errand came to: a title, and what to do now.
_DONE = {
    Errand.PAIR: (
        mark("Dit loket is gekoppeld"),
        mark("Het meldt zich vanaf nu elke minuut, en vernieuwt zelf zijn certificaat."),
    ),
    Errand.STICK: (
        mark("De instellingen zijn gelezen"),
        mark("Ze gaan in zodra je weg bent. Werkt er een kwartier later iets niet meer, dan keert het loket terug."),
    ),
    Errand.EXPORT: (
        mark("Het logboek staat op de stick"),
        mark("Er staat niets van inwoners in, en alleen de beheerder kan het openen."),
    ),
}
_WRONG = {
    Ended.NOTHING_NEW: (
        mark("Er is niets nieuws"),
        mark("Wat op de stick staat, had dit loket al."),
    ),
    Ended.NO_AGENT: (
        mark("De agent antwoordt niet"),
        mark("Kijk aan de machine na of loket247-agent draait, en of /etc/loket247-agent/agent.toml er staat."),
    ),
    Ended.NO_FLEET: (
        mark("Dit loket kent geen vloot"),
        mark("In agent.toml staat een map als adres. Vraag de beheerder het adres van de vloot."),
    ),
    Ended.UNREACHABLE: (
        mark("De vloot antwoordt niet"),
        mark("Kijk de netwerkkabel na, en test bij Testen en verslag het netwerk. Je code blijft geldig."),
    ),
    Ended.BAD_CODE: (
        mark("Die code klopt niet"),
        mark("Ze is verkeerd getypt, al gebruikt of ouder dan een dag. Vraag de beheerder een nieuwe."),
    ),
    Ended.NO_STICK: (
        mark("Er is geen stick"),
        mark("Steek de stick in de machine, en probeer opnieuw."),
    ),
    Ended.EMPTY: (
        mark("Er staan geen instellingen op"),
        mark("De map repository van de vloot hoort bovenaan op de stick te staan."),
    ),
    Ended.GONE: (
        mark("De stick is niet helemaal te lezen"),
        mark("Ze is eruit getrokken, of er ontbreekt iets. Er is niets veranderd. Probeer het opnieuw."),
    ),
    Ended.REFUSED: (
        mark("Deze stick is niet van je gemeente"),
        mark("De handtekening klopt niet. Er is niets veranderd. Zeg het aan de beheerder."),
    ),
    Ended.OLDER: (
        mark("Deze stick is te oud"),
        mark("Dit loket kreeg al iets nieuwers. Er is niets veranderd. Laat de stick opnieuw maken."),
    ),
    Ended.EXPIRED: (
        mark("Wat op de stick staat, geldt niet meer"),
        mark("Een stick geldt drie dagen. Er is niets veranderd. Laat ze opnieuw maken."),
    ),
    Ended.NO_SETTINGS: (
        mark("Deze instellingen kloppen niet"),
        mark("Ze zijn wel getekend. Er is niets veranderd. De beheerder ziet met fleet validate wat er mis is."),
    ),
    Ended.TOO_NEW: (
        mark("Deze instellingen zijn voor een nieuwer loket"),
        mark("Er is niets veranderd. Dit loket heeft eerst zijn nieuwe versie nodig."),
    ),
    Ended.NO_KEY: (
        mark("De beheerder gaf nog geen sleutel"),
        mark("Zonder die sleutel gaat er niets op een stick. Vraag om operator in de instellingen te zetten."),
    ),
    Ended.NOT_WRITTEN: (
        mark("Er kan niets op deze stick"),
        mark("Ze is vol, beveiligd, of van een soort die deze machine niet kent. Neem een andere."),
    ),
    Ended.DISK: (
        mark("Er kan niets geschreven worden"),
        mark("De schijf van de machine is vol of stuk. Er is niets veranderd."),
    ),
}

_WITHOUT_STICK = (Ended.NO_STICK, Ended.NO_KEY, Ended.NO_AGENT)


def fleet(scene: Scene, page: FleetPage) -> Screen:
    """Give a page of this room."""
    match page:
        case FleetRoom():
            return room(scene)
        case PairCode(typed):
            return pair_code(scene, typed)
        case Waiting(errand):
            return waiting(scene, errand)
        case ErrandDone():
            return done(scene, page)


def room(scene: Scene) -> Screen:
    """Give what can be done here."""
    ways = (
        (Errand.PAIR, scene.say("Koppel dit loket"), scene.say("Met de code die de beheerder je gaf")),
        (Errand.STICK, scene.say("Instellingen van een stick"), scene.say("Getekend door je gemeente")),
        (Errand.EXPORT, scene.say("Logboek op een stick"), scene.say("Zonder inwoners, alleen voor de beheerder")),
    )
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Vloot en stick"),
        rows=tuple(
            Choice(f"errand-{errand}", label, WorkTouched(FleetAsked(errand)), Role.ROW, "icon-chevron", text)
            for errand, label, text in ways
        ),
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )


def pair_code(scene: Scene, typed: str) -> Screen:
    """Ask for the code; the keys have only the signs that such a code can have."""
    groups = (typed[start : start + _GROUP] for start in range(0, len(typed), _GROUP))
    lacks = "" if len(typed) == PAIRING_LENGTH else scene.say("De code heeft 12~tekens")
    return Screen(
        Template.TYPE,
        scene.header,
        scene.say("Typ de code van de vloot"),
        lead=(scene.say("Je kreeg ze van de beheerder. Ze is een dag geldig, en maar één keer."),),
        field="-".join(groups),
        keys=tuple(Choice(f"sign{sign}", sign, SignTyped(sign)) for sign in _SIGNS),
        columns=_COLUMNS,
        extra=erasers(scene, typed),
        actions=(staff_rooms.back(scene), typing_done(scene, lacks)),
        bar=scene.staff_bar,
        said=scene.say("Typ de code van de vloot"),
    )


def waiting(scene: Scene, errand: Errand) -> Screen:
    """Say whom we wait for."""
    pairing = errand is Errand.PAIR
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We koppelen dit loket") if pairing else scene.say("Steek de stick in de machine"),
        picture="sheet",
        hint=scene.say("We wachten op de vloot.")
        if pairing
        else scene.say("Laat ze zitten tot hier staat dat het mag."),
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )


def done(scene: Scene, page: ErrandDone) -> Screen:
    """Say how it went, and what to do now."""
    well = page.ended is Ended.DONE
    title, text = _DONE[page.errand] if well else _WRONG[page.ended]
    is_in = page.errand is not Errand.PAIR and page.ended not in _WITHOUT_STICK
    stick = (scene.say("Neem de stick er nu uit."),) if is_in else ()
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say(title),
        lead=(scene.say(text), *stick),
        sign="sign-done" if well else "sign-warning",
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )
