"""Maintenance, as whoever mends the kiosk sees it: the way in, the first page, and what is wrong.

The other rooms stand in `staff_rooms`. Screens are in Dutch first; the steps to mend something stand in
`hardware.faults`, beside the sentence that residents read.
"""

from __future__ import annotations

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.errands import ErrandDone, FleetRoom, PairCode, Waiting
from kiosk_app.maintenance.words import HEALTH, PARTS
from kiosk_app.maintenance.work import (
    CheckingCode,
    Cleaning,
    EnterCode,
    Factor,
    History,
    HowLong,
    Knocking,
    Menu,
    Parts,
    PartTold,
    Problem,
    Problems,
    Refusal,
    Refused,
    ReportCode,
    Returning,
    Room,
    Service,
    Supplies,
    Tested,
    Testing,
    Tests,
    Trouble,
    Work,
)
from kiosk_app.parts import Part
from kiosk_app.touches import AllErased, LastErased, WorkTouched
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens import staff_fleet, staff_lockers, staff_rooms, staff_upkeep
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import HEALTH_MARKS, moment
from ui.texts import mark

_DIGITS = 6
_ROOMS = {
    Room.LOCKERS: (mark("Vakjes"), mark("Iets erin leggen, terugnemen of nakijken")),
    Room.PROBLEMS: (mark("Wat is er mis?"), ""),
    Room.PARTS: (mark("Alle toestellen"), mark("Hoe het met elk toestel gaat")),
    Room.TESTS: (mark("Testen en verslag"), mark("Elk toestel proberen, en een verslag op papier")),
    Room.SUPPLIES: (mark("Papier en inkt"), mark("Wat er nog is, en wat je bijvulde")),
    Room.CLEANING: (mark("Reinigen"), mark("Een minuut lang doet aanraken niets")),
    Room.SERVICE: (mark("Buiten dienst of herstarten"), mark("Met een reden, en tot wanneer")),
    Room.FLEET: (mark("Vloot en stick"), mark("Koppelen, en instellingen van een stick")),
    Room.HISTORY: (mark("Geschiedenis"), mark("Wat hier de laatste tijd gebeurde")),
}
_REFUSALS = {
    Refusal.BLOCKED: (
        mark("Deze kaart is geblokkeerd"),
        mark("Er is te vaak een foute code getypt. Vraag wie het loket beheert om een nieuwe code."),
    ),
    Refusal.ENDED: (
        mark("Je recht is verlopen"),
        mark("Vraag wie het loket beheert om een nieuwe einddatum voor deze kaart."),
    ),
    Refusal.NO_CODE: (
        mark("Deze kaart heeft nog geen code"),
        mark("Vraag wie het loket beheert om er een in te stellen."),
    ),
    Refusal.OTHER_CARD: (
        mark("Dit is niet dezelfde kaart"),
        mark("Steek je eigen kaart in de lezer en begin opnieuw."),
    ),
}
_OTHERWISE = (mark("Dit lukt niet"), mark("Begin opnieuw met je eigen kaart."))


def staff(scene: Scene, work: Work) -> Screen:
    """Give the page on which somebody of staff is."""
    match work.page:
        case Knocking() | EnterCode() | CheckingCode() | Refused() as page:
            return _outside(scene, page)
        case Menu() as page:
            return menu(scene, work, page)
        case Problems() as page:
            return problems(scene, work, page)
        case Problem(trouble):
            return problem(scene, trouble)
        case Parts() as page:
            return parts(scene, work, page)
        case Cleaning(left):
            return cleaning(scene, left)
        case Supplies() | Service() | HowLong() | History() as page:
            return staff_upkeep.room(scene, page)
        case Tests() | Testing() | Tested() | Returning() | ReportCode() as page:
            return staff_rooms.room(scene, page)
        case FleetRoom() | PairCode() | Waiting() | ErrandDone() as page:
            return staff_fleet.fleet(scene, page)
        case page:
            return staff_lockers.lockers(scene, work, page)


def _outside(scene: Scene, page: Knocking | EnterCode | CheckingCode | Refused) -> Screen:
    match page:
        case EnterCode():
            return enter_code(scene, page)
        case Refused():
            return refused(scene, page)
        case _:
            title = scene.say("We bekijken je kaart")
            lead = (scene.say("Laat je kaart zitten."),)
            return Screen(Template.BUSY, scene.header, title, lead=lead, picture="card-out", bar=scene.staff_bar)


def enter_code(scene: Scene, page: EnterCode) -> Screen:
    """Ask for the code that goes with the card. Digits go to the core by themselves."""
    enough = page.typed == _DIGITS
    of_app = page.factor is Factor.TOTP
    lead = scene.say("Typ de code uit je app.") if of_app else scene.say("Typ de pincode van je dienstkaart.")
    warnings = {
        Refusal.WRONG: scene.say("Die code klopt niet."),
        Refusal.USED: scene.say("Die code is al gebruikt. Wacht op de volgende."),
    }
    return Screen(
        Template.PIN,
        scene.header,
        scene.say("Onderhoud"),
        lead=(lead, scene.say("Dit loket is nu buiten dienst voor inwoners.")),
        picture="hand",
        typed=page.typed,
        hint=scene.plural("{n}~cijfer getypt", "{n}~cijfers getypt", page.typed)
        if page.typed
        else scene.say("6~cijfers"),
        warning=warnings.get(page.refused, "") if page.refused else "",
        keys=(
            Choice("eraseAll", scene.say("Alles wissen"), AllErased(), enabled=page.typed > 0),
            Choice("eraseLast", scene.say("Laatste wissen"), LastErased(), enabled=page.typed > 0),
        ),
        actions=(
            Choice(
                "codeDone",
                scene.say("Verder"),
                WorkTouched(happenings.CodeTyped()),
                Role.PRIMARY,
                "icon-forward",
                description="" if enough else scene.say("Typ eerst je code"),
                enabled=enough,
            ),
        ),
        bar=scene.staff_bar,
    )


def refused(scene: Scene, page: Refused) -> Screen:
    """Say why somebody with a card does not come in, and what to do."""
    title, text = _REFUSALS.get(page.refusal, _OTHERWISE)
    said = scene.say(text)
    if page.refusal is Refusal.WAIT and page.until is not None:
        title = mark("Wacht even")
        until = moment(scene, page.until)
        said = scene.say("Er is te vaak een foute code getypt. Probeer het opnieuw na {until}.", until=until)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say(title),
        lead=(said,),
        sign="sign-warning",
        picture="card-out",
        actions=(scene.to_the_beginning,),
        bar=scene.staff_bar,
    )


def menu(scene: Scene, work: Work, page: Menu) -> Screen:
    """Give the ways from here, those that this one may go."""
    has_doors = scene.settings.lockers is not None and scene.settings.back_end is not None
    rooms = tuple(room for room in work.rooms if room is not Room.LOCKERS or has_doors)
    shown = page_of(scene, rooms, page.page, button=False)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Onderhoud"),
        lead=(scene.say("Dit loket is nu buiten dienst voor inwoners. Neem je kaart mee als je klaar bent."),),
        rows=tuple(_way_to(scene, work, room) for room in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        bar=scene.staff_bar,
    )


def _way_to(scene: Scene, work: Work, room: Room) -> Choice:
    label, text = _ROOMS[room]
    said = scene.say(text) if text else _how_much(scene, work)
    event = WorkTouched(happenings.RoomAsked(room))
    return Choice(f"room-{room.value}", scene.say(label), event, Role.ROW, "icon-chevron", said)


def _how_much(scene: Scene, work: Work) -> str:
    number = len(work.told.troubles)
    if not number:
        return scene.say("Niets: alles is in orde.")
    return scene.plural("{n}~ding vraagt aandacht", "{n}~dingen vragen aandacht", number)


def problems(scene: Scene, work: Work, page: Problems) -> Screen:
    """List what is wrong, worst first; what was mended says so."""
    shown = page_of(scene, work.told.troubles, page.page, button=True)
    lead = []
    if page.mended is not None:
        lead.append(scene.say("Opgelost: {what}.", what=scene.words(scene.fault(page.mended).title)))
    if not work.told.troubles:
        lead.append(scene.say("Alle toestellen zeggen dat alles in orde is."))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Wat is er mis?"),
        lead=tuple(lead),
        rows=tuple(_trouble(scene, trouble) for trouble in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )


def _trouble(scene: Scene, trouble: Trouble) -> Choice:
    event = WorkTouched(happenings.ProblemAsked(trouble.part, trouble.code))
    said = scene.say("{part}, sinds {when}", part=scene.say(PARTS[trouble.part]), when=moment(scene, trouble.since))
    title = scene.words(scene.fault(trouble.code).title)
    return Choice(f"problem-{trouble.part.value}-{trouble.code.value}", title, event, Role.ROW, "icon-chevron", said)


def problem(scene: Scene, trouble: Trouble) -> Screen:
    """Say what a resident notices, and the steps to mend it; it goes away by itself."""
    fault = scene.fault(trouble.code)
    part, since = scene.say(PARTS[trouble.part]), moment(scene, trouble.since)
    steps = "\n".join(f"{n}. {scene.words(step)}" for n, step in enumerate(fault.steps, 1))
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.words(fault.title),
        lead=(scene.say("{part}, sinds {when}", part=part, when=since),),
        sections=(
            Section(scene.say("Zo los je het op"), steps),
            Section(scene.say("Dit merkt een inwoner"), scene.words(fault.text)),
            Section(scene.say("Opgelost?"), scene.say("Dan gaat deze pagina vanzelf weg, zodra het toestel het zegt.")),
        ),
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )


def parts(scene: Scene, work: Work, page: Parts) -> Screen:
    """Say how each part does."""
    shown = page_of(scene, work.told.parts, page.page, button=True)
    rows = tuple(
        Choice(
            f"part-{one.part.value}",
            scene.say(PARTS[one.part]),
            None,
            Role.ROW,
            HEALTH_MARKS[one.health],
            _does(scene, work, one),
        )
        for one in shown.rows
    )
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Alle toestellen"),
        rows=rows,
        hint=shown.hint,
        extra=shown.turns,
        actions=(staff_rooms.back(scene),),
        bar=scene.staff_bar,
    )


def _does(scene: Scene, work: Work, one: PartTold) -> str:
    """Say how a part does; of the machine also how warm it is, where it measures."""
    health = scene.say(HEALTH[one.health])
    if one.part is not Part.MACHINE or work.told.degrees is None:
        return health
    return scene.say("{health}; de machine is {degrees}~°C", health=health, degrees=work.told.degrees)


def cleaning(scene: Scene, left: int) -> Screen:
    """Count down; nothing here can be touched."""
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("Nu mag je reinigen"),
        lead=(scene.say("Aanraken doet nu niets. Gebruik een zachte doek die niet nat is."),),
        picture="hand",
        hint=scene.plural("Nog {n}~seconde", "Nog {n}~seconden", left),
    )
