"""How another service of the hall works: whether it is open, in three steps, where, when, and what else there is."""

from __future__ import annotations

from collections.abc import Iterator

from config.settings import Service, ServiceKind, ServiceState
from kiosk_app.touches import CodeAsked, StopPressed
from ui import hours, phrases
from ui.screen import Choice, Mark, Role, Screen, Section, Template
from ui.screens import portal
from ui.screens.scene import Scene
from ui.texts import mark

# How a service of each kind works, where the town says nothing else.
_STEPS = {
    ServiceKind.CASH: (
        mark("Steek je bankkaart in de automaat."),
        mark("Kies wat je wil doen, en typ je pincode."),
        mark("Neem je kaart terug, en dan je geld."),
    ),
    ServiceKind.PARCELS: (
        mark("Je krijgt een code van de pakjesdienst."),
        mark("Typ die code op de automaat, of scan ze."),
        mark("Neem je pakje uit het vakje, en sluit de deur."),
    ),
    ServiceKind.LOCKERS: (
        mark("Je krijgt een bericht van het gemeentehuis, met een code."),
        mark("Typ die code op dit scherm. Staat er geen code in? Steek dan je identiteitskaart in de lezer."),
        mark("Neem je bestelling uit het vakje, en sluit de deur."),
    ),
}
# The town's things in a locker of bpost: this kiosk has no part in it.
_BPOST = (
    mark("Je krijgt een bericht van bpost, met een code."),
    mark("Typ die code op de pakjesautomaat, of scan ze daar."),
    mark("Neem je bestelling uit het vakje, en sluit de deur."),
)
_BPOST_BY_APP = (
    mark("Je krijgt een bericht van bpost."),
    mark("Open de app My bpost op je telefoon, en zet bluetooth aan. Deze pakjesautomaat heeft geen scherm."),
    mark("Open je vakje met de app. Neem je bestelling eruit, en sluit de deur."),
)


def service_page(scene: Scene) -> Screen:
    """Tell about the service that was touched."""
    service = scene.settings.services[scene.visit.service]
    shape, _, _ = hours.service_state(scene.texts, service, scene.now, scene.visit.offer.doors)
    works = shape in (Mark.OPEN, Mark.UNTIL)
    # In large letters where else to go takes the room of how it would work.
    how = () if scene.visit.ease.large and not works and service.nearest else (_how(scene, service),)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.texts.local(service.name),
        lead=(_state(scene, service, shape),),
        sign=f"icon-{service.kind}",
        sections=(
            *how,
            _where(scene, service, shape),
            *_else(scene, service, works=works),
        ),
        actions=_actions(scene, service, works=works),
        bar=scene.portal_bar,
    )


def _actions(scene: Scene, service: Service, *, works: bool) -> tuple[Choice, ...]:
    """Begin with a code where this kiosk opens the doors; else there is nothing to do here."""
    if not (service.is_ours and works):
        return (scene.to_the_beginning,)
    back = Choice("leave", scene.say("Terug"), StopPressed(), icon="icon-back")
    return back, Choice("code", scene.say("Ik heb een code"), CodeAsked(), Role.PRIMARY, "icon-forward")


def town_page(scene: Scene) -> Screen:
    """Tell what stands on the portal itself where letters are not so large: the town's news, and its counter."""
    news = portal.news(scene)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Balie en nieuws"),
        sections=(*((news,) if news is not None else ()), *scene.counter_section),
        qr=scene.appointment if scene.visit.offer.documents is None else scene.online,
        actions=(scene.to_the_beginning,),
        bar=scene.portal_bar,
    )


def _state(scene: Scene, service: Service, shape: Mark) -> str:
    """Say whether it works; of a machine that nobody here can look into, who says so and since when."""
    match service.state:
        case ServiceState.OPEN if shape is Mark.OUT and scene.visit.offer.doors is not None:
            return f"{scene.words(scene.fault(scene.visit.offer.doors).title)}."
        case ServiceState.OPEN if shape is Mark.CLOSED and service.open_from is not None:
            return scene.say("Nu gesloten. Weer open om {hour}.", hour=phrases.at(scene.texts, service.open_from))
        case ServiceState.OPEN if shape is Mark.UNTIL and service.open_until is not None:
            return scene.say("Nu open, tot {hour}.", hour=phrases.at(scene.texts, service.open_until))
        case ServiceState.OPEN:
            return scene.say("Nu open.")
        case ServiceState.COMING if service.coming_from is not None and service.coming_from > scene.now.date():
            return scene.say("Binnenkort, vanaf {date}.", date=phrases.full_date(scene.texts, service.coming_from))
        case ServiceState.COMING:
            return scene.say("Dit komt binnenkort.")
        case ServiceState.OUT_OF_ORDER:
            return " ".join(_out_of_order(scene, service))


def _out_of_order(scene: Scene, service: Service) -> Iterator[str]:
    last, looked = service.out_until, service.updated
    if last is not None and last >= scene.now.date():
        day = phrases.day(scene.texts, last)
        yield scene.say("Buiten dienst tot en met {day}, volgens de gemeente.", day=day)
    else:
        yield scene.say("Buiten dienst, volgens de gemeente.")
    if looked is not None:
        day, hour = phrases.day(scene.texts, looked.date()), phrases.clock(scene.texts, looked)
        yield scene.say("Bijgewerkt {day} om {hour}.", day=day, hour=hour)


def _how(scene: Scene, service: Service) -> Section:
    steps = [scene.texts.local(step) for step in service.steps] or [scene.say(step) for step in _usual(service)]
    return Section(scene.say("Zo werkt het"), "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)))


def _usual(service: Service) -> tuple[str, ...]:
    if service.kind is ServiceKind.LOCKERS and not service.is_ours:
        return _BPOST if service.has_screen else _BPOST_BY_APP
    return _STEPS[service.kind]


def _where(scene: Scene, service: Service, shape: Mark) -> Section:
    """Say where it is, and when it is open; of what is out of order or still to come no hours, for it is not."""
    place = phrases.capital(scene.texts.local(service.place))
    opens, closes = service.open_from, service.open_until
    if shape in (Mark.OUT, Mark.COMING):
        return Section(scene.say("Waar"), f"{place}.")
    if opens is None or closes is None:
        return Section(scene.say("Waar en wanneer"), scene.say("{place}. Dag en nacht open.", place=place))
    every_day = scene.say(
        "{place}. Elke dag open van {opens} tot {closes}.",
        place=place,
        opens=phrases.hour(scene.texts, opens),
        closes=phrases.at(scene.texts, closes),
    )
    return Section(scene.say("Waar en wanneer"), every_day)


def _else(scene: Scene, service: Service, *, works: bool) -> tuple[Section, ...]:
    """Give what the town adds: where else to go while this does not work, and what is good to know."""
    nearest, note = scene.texts.local(service.nearest), scene.texts.local(service.note)
    elsewhere = (Section(scene.say("Hier kan je nu wel terecht"), nearest),) if nearest and not works else ()
    known = (Section(scene.say("Goed om te weten"), note),) if note else ()
    return elsewhere + _five_days(scene, service) + known


def _five_days(scene: Scene, service: Service) -> tuple[Section, ...]:
    """Say how long bpost keeps a thing of the town, and that this kiosk cannot open its locker."""
    if service.kind is not ServiceKind.LOCKERS or service.is_ours:
        return ()
    text = scene.say(
        "Je bestelling ligt vijf dagen klaar. Daarna brengt bpost ze terug. Dit loket opent de vakjes niet."
    )
    return (Section(scene.say("Hoelang"), text),)
