"""Maintenance at one door: which it is, that it opens, what lay behind it, and how the town took that."""

from __future__ import annotations

from hardware.doors import ThingWord
from hardware.faults import FaultCode
from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.compartments import (
    NOT_WRITTEN,
    TIMES,
    ActEnded,
    AskFound,
    Deed,
    DoorMoves,
    DoorStands,
    Errand,
    Found,
    How,
    NoPlace,
    Place,
    Proposal,
    TellingTown,
)
from kiosk_app.maintenance.work import Work
from kiosk_app.touches import WorkTouched
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens.collecting import wall_of
from ui.screens.scene import Scene
from ui.screens.staff_words import back
from ui.texts import mark

# Why the town never takes what was done; by the last word of the problem's type.
_PROBLEMS = {
    "compartmentTaken": mark("Volgens het gemeentehuis ligt er al iets in dit vakje."),
    "resourceNotFound": mark("Dit kenmerk wordt niet meer verwacht."),
    "productUnavailable": mark("Dit mag hier niet in een vakje liggen."),
    "secondKeyNeeded": mark("Hiervoor zijn twee dienstkaarten nodig."),
    "codeUsed": mark("De inwoner heeft het al opgehaald."),
    NOT_WRITTEN: mark("Dit loket kon het niet opschrijven. Meld dat aan de technicus."),
}
_OTHERWISE = mark("Vraag aan de balie wat er mis is.")


def door(
    scene: Scene, work: Work, page: Proposal | DoorMoves | DoorStands | AskFound | TellingTown | NoPlace | ActEnded
) -> Screen:
    """Give a page at one door."""
    match page:
        case Proposal():
            return _proposal(scene, work, page)
        case DoorMoves(errand, act):
            title = scene.say("Vakje {number} gaat open", number=act.compartment)
            return _wall(scene, act.compartment, title, _about(scene, errand))
        case DoorStands():
            return _door_stands(scene, page)
        case AskFound():
            return _ask_found(scene, page)
        case TellingTown():
            return busy(scene, scene.say("We zeggen het aan het gemeentehuis"))
        case NoPlace() | ActEnded():
            return _over(scene, page)


def do(id_: str, label: str, what: happenings.ShelfTouch, role: Role = Role.SECONDARY, description: str = "") -> Choice:
    """Give a choice that touches something here."""
    icon = "icon-forward" if role is Role.PRIMARY else "icon-chevron" if role is Role.ROW else ""
    return Choice(id_, label, WorkTouched(what), role, icon, description)


def busy(scene: Scene, title: str) -> Screen:
    """Say that the town is waited for."""
    wait = scene.say("We wachten op het gemeentehuis.")
    return Screen(Template.BUSY, scene.header, title, picture="sheet", hint=wait, bar=scene.staff_bar)


def should(scene: Scene, place: Place | None) -> str:
    """Say what should lie in a compartment."""
    lying = place.lying if place is not None else None
    if lying is None:
        return scene.say("Hoort leeg te zijn")
    return scene.say("Hier hoort te liggen: {title}, {reference}", title=lying.title, reference=lying.reference)


# --- the door --------------------------------------------------------------------------------------------------------


def _wall(
    scene: Scene,
    number: int,
    title: str,
    lead: tuple[str, ...],
    actions: tuple[Choice, ...] = (),
    extra: tuple[Choice, ...] = (),
) -> Screen:
    """Show the wall with one door lit."""
    return Screen(
        Template.WALL,
        scene.header,
        title,
        lead=lead,
        wall=wall_of(scene, number),
        extra=extra,
        actions=actions,
        bar=scene.staff_bar,
    )


def _about(scene: Scene, errand: Errand) -> tuple[str, ...]:
    """Say what it is about."""
    if errand.deed is Deed.CHECK:
        return (should(scene, errand.place),)
    return (scene.say("{title}, kenmerk {reference}", title=errand.title, reference=errand.reference),)


def _proposal(scene: Scene, work: Work, page: Proposal) -> Screen:
    errand, number = page.errand, page.act.compartment
    opens = do("openDoor", scene.say("Open vakje {number}", number=number), happenings.OpenTouched(), Role.PRIMARY)
    if errand.deed is not Deed.PUT_IN:
        title = scene.say("Neem het uit vakje {number}", number=number)
        return _wall(scene, number, title, _about(scene, errand), (back(scene), opens))
    lead = _about(scene, errand)
    if errand.place is not None and errand.place.unsure:
        lead = (*lead, scene.say("Misschien ligt er al iets in: kijk eerst."))
    other = do("otherPlace", scene.say("Ander vakje"), happenings.OtherAsked())
    places = work.round.shelf.places if work.round.shelf is not None else ()
    lower = not page.low and not (errand.place is not None and errand.place.low) and any(one.low for one in places)
    low = do("lowPlace", scene.say("Lager vakje"), happenings.LowAsked())
    title = scene.say("Leg het in vakje {number}", number=number)
    return _wall(scene, number, title, lead, (back(scene), opens), (low, other) if lower else (other,))


def _door_stands(scene: Scene, page: DoorStands) -> Screen:
    number, errand = page.act.compartment, page.errand
    todo = {
        Deed.PUT_IN: scene.say("Leg het erin en doe de deur dicht."),
        Deed.TAKE_BACK: scene.say("Neem het eruit en doe de deur dicht."),
        Deed.CHECK: scene.say("Laat het liggen en doe de deur dicht. Ligt er iets anders? Neem het eruit."),
    }[errand.deed]
    if page.reminders:
        todo = scene.say("De deur staat nog open. Doe ze dicht.")
    if page.gone:
        todo = scene.say("Je kaart is eruit. Doe de deur dicht: daarna is het onderhoud voorbij.")
    title = scene.say("Vakje {number} is open", number=number)
    return _wall(scene, number, title, (*_about(scene, errand), todo))


def _ask_found(scene: Scene, page: AskFound) -> Screen:
    number, errand = page.act.compartment, page.errand
    again = do("doorAgain", scene.say("Open nog eens"), happenings.OpenTouched())
    extra = [again] if page.times < TIMES else []
    if errand.place is not None and errand.deed is Deed.CHECK and errand.place.lying is not None:
        extra.append(do("other", scene.say("Iets anders"), happenings.FoundSaid(None)))
    lead = _about(scene, errand)
    if errand.deed is Deed.PUT_IN and page.sensed is ThingWord.NONE:
        lead = (*lead, scene.say("De voeler ziet niets liggen."))
    if errand.deed is Deed.TAKE_BACK and page.sensed is ThingWord.THERE:
        lead = (*lead, scene.say("De voeler ziet nog iets liggen."))
    title = {
        Deed.PUT_IN: scene.say("Ligt het in vakje {number}?", number=number),
        Deed.TAKE_BACK: scene.say("Heb je het?"),
        Deed.CHECK: scene.say("Wat lag er in vakje {number}?", number=number),
    }[errand.deed]
    return _wall(scene, number, title, lead, _answers(scene, errand), tuple(extra))


def _answers(scene: Scene, errand: Errand) -> tuple[Choice, ...]:
    there, empty, other = (happenings.FoundSaid(word) for word in (Found.THING, Found.EMPTY, None))
    match errand.deed:
        case Deed.PUT_IN:
            no, yes = scene.say("Nee"), scene.say("Ja, het ligt erin")
            return do("notThere", no, other), do("there", yes, there, Role.PRIMARY)
        case Deed.TAKE_BACK:
            nothing, yes = scene.say("Er lag niets in"), scene.say("Ja, ik heb het")
            return do("empty", nothing, empty), do("there", yes, there, Role.PRIMARY)
        case Deed.CHECK:
            nothing = scene.say("Niets")
            if errand.place is None or errand.place.lying is None:
                return do("other", scene.say("Iets"), other), do("empty", nothing, empty, Role.PRIMARY)
            right = do("there", scene.say("Dat klopt"), there, Role.PRIMARY)
            return do("empty", nothing, empty), right


# --- how it ended ----------------------------------------------------------------------------------------------------


def _over(scene: Scene, page: NoPlace | ActEnded) -> Screen:
    if isinstance(page, NoPlace):
        title = scene.say("Er is geen vakje vrij waarin het past")
        lead = scene.say("Neem eerst terug wat over tijd is, of breng dit terug naar de balie.")
        return _notice(scene, title, (lead,), (back(scene),), "sign-warning")
    match page.how:
        case How.TOLD:
            return _told(scene, page)
        case How.WAITS:
            title = scene.say("Het staat hier opgeschreven")
            leads: tuple[str, ...] = (
                scene.say("Het gemeentehuis antwoordt nu niet. We zeggen het zodra dat weer kan."),
            )
            if page.errand is not None and page.errand.deed is Deed.PUT_IN:
                leads = (*leads, scene.say("Tot dan weet de inwoner nog niet dat het hier ligt."))
            return _notice(scene, title, leads, _next(scene, page), "sign-question")
        case How.REFUSED:
            title = scene.say("Het gemeentehuis neemt dit niet aan")
            text = _PROBLEMS.get(page.problem, _OTHERWISE)
            why = scene.say(text)
            if page.errand is None or page.errand.deed is not Deed.PUT_IN:
                return _notice(scene, title, (why,), (back(scene),), "sign-warning")
            out = scene.say("Neem het er weer uit.")
            label = scene.say("Open vakje {number}", number=page.compartment)
            opens = do("openDoor", label, happenings.OpenTouched(), Role.PRIMARY)
            return _notice(scene, title, (why, out), (back(scene), opens), "sign-warning")
        case How.NOT_OPENED:
            return _not_opened(scene, page)


def _told(scene: Scene, page: ActEnded) -> Screen:
    number = page.compartment
    if page.errand is None:
        title = scene.say("Het gemeentehuis weet wat er ligt")
        lines = tuple(_differs(scene, one.compartment, one.reference) for one in page.disagreements[:_LINES])
        same = scene.say("Wat je vond, klopt met wat het gemeentehuis wist.")
        return _notice(scene, title, lines or (same,), (back(scene),), "sign-question" if lines else "sign-done")
    if page.errand.deed is Deed.PUT_IN:
        title = scene.say("Het ligt in vakje {number}", number=number)
        lead = scene.say("Het gemeentehuis weet het, en kan het nu aan de inwoner zeggen.")
    else:
        title = scene.say("Vakje {number} is weer vrij", number=number)
        lead = scene.say("Het gemeentehuis weet het. Breng wat je meenam naar de balie.")
    return _notice(scene, title, (lead,), _next(scene, page), "sign-done")


# So many differences fit on a screen; the page of the counter has them all.
_LINES = 4


def _differs(scene: Scene, number: int, reference: str) -> str:
    if reference:
        return scene.say("Vakje {number}: {reference} lag er niet.", number=number, reference=reference)
    return scene.say("Vakje {number}: daar hoorde niets te liggen.", number=number)


def _not_opened(scene: Scene, page: ActEnded) -> Screen:
    code = page.fault or FaultCode.DOOR_UNKNOWN
    fault = scene.fault(code)
    steps = "\n".join(f"{n}. {scene.words(step)}" for n, step in enumerate(fault.steps, 1))
    lead = scene.say(
        "Vakje {number} ging niet open, en het gemeentehuis hoort hier niets van.", number=page.compartment
    )
    if code is FaultCode.DOOR_UNKNOWN:
        lead = scene.say(
            "Kijk of vakje {number} open is. Het gemeentehuis hoort hier niets van.", number=page.compartment
        )
    actions = [back(scene)]
    if page.errand is not None and page.errand.thing is not None:
        actions.append(do("otherPlace", scene.say("Ander vakje"), happenings.OtherAsked(), Role.PRIMARY))
    sections = (Section(scene.say("Zo los je het op"), steps),)
    title = scene.words(fault.title)
    return _notice(scene, title, (lead,), tuple(actions), "sign-warning", sections)


def _next(scene: Scene, page: ActEnded) -> tuple[Choice, ...]:
    """Give the ways on; after something was put in, straight to the next."""
    if page.errand is None or page.errand.deed is not Deed.PUT_IN:
        return (back(scene),)
    more = do("nextThing", scene.say("Nog iets"), happenings.DeedAsked(Deed.PUT_IN), Role.PRIMARY)
    return back(scene), more


def _notice(
    scene: Scene,
    title: str,
    lead: tuple[str, ...],
    actions: tuple[Choice, ...],
    sign: str,
    sections: tuple[Section, ...] = (),
) -> Screen:
    return Screen(
        Template.NOTICE,
        scene.header,
        title,
        lead=lead,
        sign=sign,
        sections=sections,
        actions=actions,
        bar=scene.staff_bar,
    )
