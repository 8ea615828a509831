"""The portal: what works now comes first, then the other services in the hall, then the counter."""

from __future__ import annotations

from msgspec import structs

from hardware.faults import FaultCode
from kiosk_app.touches import CodeAsked, DocumentsAsked, TownAsked
from kiosk_app.visit import CardSlot
from ui import hours, phrases
from ui.screen import Choice, Hero, Qr, Role, Screen, Section, Template
from ui.screens.scene import ALSO_IN, Scene


def portal(scene: Scene) -> Screen:
    """Give the portal. Without reader, printer or back end the services stand alone."""
    settings = scene.settings
    doors = scene.visit.offer.doors
    rows = [(s, hours.service_row(scene.texts, s, n, scene.now, doors)) for n, s in enumerate(settings.services)]
    own = [row for service, row in rows if hours.is_own(service)]
    others = [row for service, row in rows if not hours.is_own(service)]
    hero = _hero(scene)
    screen = Screen(
        Template.PORTAL,
        scene.header,
        phrases.greeting(scene.texts, scene.now),
        lead=(scene.say("Wat wil je doen?") if hero is not None else scene.say("Welkom in deze hal."),),
        turns=() if scene.visit.is_touched else _turns(scene),
        hero=hero,
        coming=tuple(own),
        services=tuple(others),
        subtitle=scene.say("Ook in deze hal") if hero is not None else scene.say("In deze hal"),
        warning=_stale(scene) if scene.visit.slot is CardSlot.STALE and hero is None else "",
        news=news(scene),
        counter=hours.counter(scene.texts, settings, scene.now),
        qr=_qr(scene, hero),
        bar=scene.portal_bar,
    )
    return _in_large(scene, screen) if scene.visit.ease.large else screen


def _turns(scene: Scene) -> tuple[str, ...]:
    """Give what whoever walks past may want to know, in turn: the languages, and that it can be seen and heard better.

    Each is so short that it stands on one line: nothing else moves.
    """
    languages = (ALSO_IN[one] for one in scene.settings.languages if one in ALSO_IN)
    aloud = (scene.say("Ook met voorlezen"),) if scene.settings.speech is not None else ()
    return (*languages, scene.say("Ook in grote letters"), *aloud)


def _in_large(scene: Scene, screen: Screen) -> Screen:
    """Give the portal in large letters: one thing a line, and the town's news and counter behind a button."""
    hero, question = screen.hero, screen.lead[0]
    more = Choice("town", scene.say("Balie en nieuws"), TownAsked(), icon="icon-news")
    return structs.replace(
        screen,
        title=question,
        lead=(),
        hero=structs.replace(hero, text="") if hero is not None else None,
        coming=(),
        services=(*screen.coming, *screen.services),
        subtitle="",
        news=None,
        counter=None,
        qr=None,
        extra=(more,),
    )


def _hero(scene: Scene) -> Hero | None:
    if not scene.makes_documents:
        return None
    fault = scene.visit.offer.documents
    if fault is not None:
        return _no_documents(scene, fault)
    stale = scene.visit.slot is CardSlot.STALE
    return Hero(
        scene.say("Een document afdrukken"),
        scene.say("Bijvoorbeeld een attest van gezinssamenstelling. Gratis."),
        _stale(scene) if stale else scene.say("Steek je kaart in de lezer, of tik hier"),
        Choice("documents", scene.say("Een document afdrukken"), DocumentsAsked(), Role.PRIMARY),
    )


def _stale(scene: Scene) -> str:
    return scene.say("Er zit nog een kaart in de lezer. Neem die eerst weg.")


def _no_documents(scene: Scene, code: FaultCode) -> Hero:
    """Give the hero where a card cannot be used now: why, and the ways that do work."""
    if scene.visit.offer.codes is not None and scene.visit.offer.doors is None:
        title = scene.say("Ophalen met een code")
        why = f"{scene.words(scene.fault(code).title)}. {scene.say('Met een code kan je wel iets ophalen.')}"
        return _by_code(scene, title, why)
    if scene.visit.offer.codes is None:
        title = scene.say("Afdrukken met een code")
        why = f"{scene.words(scene.fault(code).title)}. {scene.say('Met een code kan je wel afdrukken.')}"
        return _by_code(scene, title, why)
    ways = hours.online_or_counter(scene.texts, scene.settings, scene.now)
    return Hero(scene.words(scene.fault(code).title), ways, "", None, status=scene.say("Afdrukken kan nu niet"))


def _by_code(scene: Scene, title: str, why: str) -> Hero:
    touch = Choice("code", title, CodeAsked(), Role.PRIMARY)
    return Hero(title, why, scene.say("Tik hier"), touch, picture="slip-code")


def news(scene: Scene) -> Section | None:
    """Give the announcement of today; several take turns, a minute each, where there is room for one."""
    today = scene.now.date()
    current = [a for a in scene.settings.announcements if a.first_day <= today <= a.last_day]
    if not current:
        return None
    now = current[scene.now.minute % len(current)]
    return Section(scene.texts.local(now.title), scene.texts.local(now.text))


def _qr(scene: Scene, hero: Hero | None) -> Qr:
    """One QR code: to documents online where the kiosk cannot give them, else to the online desk."""
    if hero is not None and hero.choice is None:
        return scene.online
    return scene.desk
