"""Maintenance at the compartments: what is to be put in, taken out and looked at. One door is `staff_door`'s."""

from __future__ import annotations

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.compartments import (
    Checking,
    Deed,
    Expected,
    Found,
    Place,
    PuttingIn,
    SecondCard,
    Shelf,
    ShelfPage,
    Shelves,
    TakingBack,
)
from kiosk_app.maintenance.work import Work
from kiosk_app.touches import WorkTouched
from ui.screen import Choice, Role, Screen, Template
from ui.screens import staff_door
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import back
from ui.texts import mark

_DEEDS = {
    Deed.PUT_IN: mark("Iets in een vakje leggen"),
    Deed.TAKE_BACK: mark("Terugnemen wat over tijd is"),
    Deed.CHECK: mark("Nakijken wat er ligt"),
}


def lockers(scene: Scene, work: Work, page: ShelfPage) -> Screen:
    """Give a page at the compartments."""
    match page:
        case Shelves():
            return _shelves(scene, work, page)
        case PuttingIn():
            return _putting_in(scene, work, page)
        case TakingBack():
            return _taking_back(scene, work, page)
        case Checking():
            return _checking(scene, work, page)
        case SecondCard():
            return _second_card(scene, page)
        case _:
            return staff_door.door(scene, work, page)


# --- what can be done ------------------------------------------------------------------------------------------------


def _shelves(scene: Scene, work: Work, page: Shelves) -> Screen:
    out = () if work.is_kept_at_doors else (back(scene),)
    if page.fault is not None:
        fault, again = scene.fault(page.fault), happenings.ShelvesAsked()
        return Screen(
            Template.NOTICE,
            scene.header,
            scene.words(fault.title),
            lead=(scene.say("Zonder het gemeentehuis gaat hier geen deur open. Probeer het straks opnieuw."),),
            sign="sign-warning",
            actions=(*out, staff_door.do("again", scene.say("Probeer opnieuw"), again, Role.PRIMARY)),
            bar=scene.staff_bar,
        )
    shelf = work.round.shelf
    if shelf is None:
        return staff_door.busy(scene, scene.say("We vragen wat waar ligt"))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Vakjes"),
        lead=(scene.say("Wat wil je doen? Neem je kaart mee als je klaar bent."),),
        rows=tuple(
            staff_door.do(
                f"deed-{deed.value}",
                scene.say(label),
                happenings.DeedAsked(deed),
                Role.ROW,
                _how_much(scene, shelf, deed),
            )
            for deed, label in _DEEDS.items()
        ),
        actions=out,
        bar=scene.staff_bar,
    )


def _how_much(scene: Scene, shelf: Shelf, deed: Deed) -> str:
    match deed:
        case Deed.PUT_IN if shelf.expected:
            return scene.plural("{n}~stuk wordt verwacht", "{n}~stukken worden verwacht", len(shelf.expected))
        case Deed.PUT_IN:
            return scene.say("Er wordt niets verwacht")
        case Deed.TAKE_BACK:
            number = len(_overdue(shelf))
            if not number:
                return scene.say("Er ligt niets dat weg moet")
            return scene.plural("{n}~stuk moet weg", "{n}~stukken moeten weg", number)
        case Deed.CHECK:
            return scene.say("Deur na deur: ligt er wat er hoort te liggen?")


def _overdue(shelf: Shelf) -> tuple[Place, ...]:
    return tuple(one for one in shelf.places if one.lying is not None and one.lying.overdue)


def _putting_in(scene: Scene, work: Work, page: PuttingIn) -> Screen:
    shelf = work.round.shelf
    if shelf is None:
        return staff_door.busy(scene, scene.say("We vragen wat verwacht wordt"))
    shown = page_of(scene, shelf.expected, page.page, button=True)
    scans = scene.settings.scanner is not None
    how = scene.say("Scan het kenmerk, of kies het hier.") if scans else scene.say("Kies het hier.")
    if not shelf.expected:
        how = scene.say("Er wordt niets verwacht. Registreer het eerst aan de balie.")
    if page.unknown:
        how = scene.say("Dat kenmerk wordt hier niet verwacht. Vraag het na aan de balie.")
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Wat leg je in een vakje?"),
        lead=(how,),
        rows=tuple(_thing(scene, one) for one in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _thing(scene: Scene, one: Expected) -> Choice:
    said = scene.say("Kenmerk {reference}", reference=one.reference)
    if one.four_eyes:
        said = scene.say("Kenmerk {reference}, met twee dienstkaarten", reference=one.reference)
    return staff_door.do(f"thing-{one.reference}", one.title, happenings.ThingChosen(one.reference), Role.ROW, said)


def _taking_back(scene: Scene, work: Work, page: TakingBack) -> Screen:
    overdue = _overdue(work.round.shelf) if work.round.shelf is not None else ()
    shown = page_of(scene, overdue, page.page, button=True)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Wat neem je terug?"),
        lead=() if overdue else (scene.say("Er ligt niets dat weg moet."),),
        rows=tuple(_lying(scene, one) for one in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _lying(scene: Scene, place: Place) -> Choice:
    title, reference = (place.lying.title, place.lying.reference) if place.lying is not None else ("", "")
    said = scene.say("Vakje {number}, kenmerk {reference}", number=place.number, reference=reference)
    return staff_door.do(f"place-{place.number}", title, happenings.PlaceChosen(place.number), Role.ROW, said)


def _checking(scene: Scene, work: Work, page: Checking) -> Screen:
    found = dict(work.round.found)
    # What was looked into goes to the end: the next one is always on the first page.
    places = sorted(work.round.shelf.places, key=lambda one: one.number in found) if work.round.shelf else ()
    shown = page_of(scene, places, page.page, button=True)
    seen = scene.plural("{n}~vakje nagekeken.", "{n}~vakjes nagekeken.", len(found))
    lead = seen if found else scene.say("Kies een vakje. De deur gaat open, en je zegt wat er ligt.")
    ready = "" if found else scene.say("Kijk eerst een vakje na")
    event = WorkTouched(happenings.StockTaken())
    done = Choice("stockTaken", scene.say("Klaar"), event, Role.PRIMARY, "icon-forward", ready, enabled=bool(found))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Nakijken wat er ligt"),
        lead=(lead,),
        rows=tuple(_checked(scene, one, found.get(one.number)) for one in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene), done),
        bar=scene.staff_bar,
    )


def _checked(scene: Scene, place: Place, found: Found | None) -> Choice:
    label = scene.say("Vakje {number}", number=place.number)
    id_, should = f"place-{place.number}", staff_door.should(scene, place)
    if found is not None:
        said = scene.say("Nagekeken: er ligt iets") if found is Found.THING else scene.say("Nagekeken: leeg")
        return Choice(id_, label, None, Role.ROW, "mark-open", said)
    if not place.works:
        return Choice(id_, label, None, Role.ROW, "mark-out", scene.say("Dit slot antwoordt niet"), enabled=False)
    return staff_door.do(id_, label, happenings.PlaceChosen(place.number), Role.ROW, should)


def _second_card(scene: Scene, page: SecondCard) -> Screen:
    lead: tuple[str, ...] = (
        scene.say("Voor {title} zijn twee dienstkaarten nodig.", title=page.errand.title),
        scene.say("Neem je kaart uit de lezer en laat een collega een andere dienstkaart insteken."),
    )
    if page.refused:
        lead = (scene.say("Dit is geen andere dienstkaart die dit mag. Steek een andere in."),)
    if page.proving:
        lead = (scene.say("We bekijken de kaart. Laat ze zitten."),)
    title = scene.say("Nu de kaart van een collega")
    return Screen(Template.HANDS, scene.header, title, lead=lead, picture="card-in", bar=scene.staff_bar)
