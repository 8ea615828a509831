"""At the compartments: which door it is, that it opens, what to do with it, and whether everything was taken."""

from __future__ import annotations

from msgspec import structs

from config.settings import CompartmentSize
from hardware.doors import ThingWord
from kiosk_app.doors import (
    TIMES,
    AskTaken,
    AtDoor,
    Collecting,
    DoorAsked,
    DoorOpen,
    DoorOpening,
    FoundNothing,
    NextDoor,
    Thing,
    Took,
)
from kiosk_app.visit import CardSlot
from ui.screen import Cell, Choice, Role, Screen, Template
from ui.screens.scene import Scene, words_at_door

# How high a compartment is in the picture, beside the others.
_UNITS = {CompartmentSize.SMALL: 2, CompartmentSize.MEDIUM: 3, CompartmentSize.LARGE: 5}


def at_door(scene: Scene, state: AtDoor) -> Screen:
    """Give the screen of a state in which something is collected."""
    match state:
        case Collecting(thing) if scene.visit.slot is CardSlot.IN:
            return _card_first(scene, thing, state.reminders)
        case Collecting(thing):
            return _wall(scene, thing, _where(scene, thing), (scene.say("We wachten op het gemeentehuis."),))
        case DoorOpening(thing):
            title = scene.say("Vakje {number} gaat open", number=thing.compartment)
            return _wall(scene, thing, title, (), what=thing.title)
        case DoorOpen(thing):
            return _open(scene, state, thing)
        case AskTaken(thing):
            return _ask(scene, state, thing)
        case NextDoor(rest):
            return _next(scene, state, rest[0])


def _where(scene: Scene, thing: Thing) -> str:
    return scene.say("Je bestelling ligt in vakje {number}", number=thing.compartment)


def _card_first(scene: Scene, thing: Thing, reminders: int) -> Screen:
    """Ask for the card before a door opens; a reminder is said more strongly each time."""
    after = scene.say("Daarna gaat vakje {number} open.", number=thing.compartment)
    leads = (
        after,
        f"{scene.say('Je kaart zit nog in de lezer.')} {after}",
        scene.say("Neem je kaart nu. Anders gaat je vakje niet open."),
    )
    return Screen(
        Template.HANDS,
        scene.header,
        scene.say("Neem je kaart terug"),
        lead=(leads[min(reminders, 2)],),
        picture="card-out",
        bar=scene.bar,
    )


def _open(scene: Scene, state: DoorOpen, thing: Thing) -> Screen:
    """Say what to do; a door that stays open is spoken of more strongly each time."""
    title = scene.say("Vakje {number} is open", number=thing.compartment)
    leads = (
        scene.say("Neem alles eruit en doe de deur dicht."),
        scene.say("De deur staat nog open. Neem alles eruit en doe ze dicht."),
        scene.say("Doe de deur nu dicht. Straks kan iemand anders in je vakje."),
    )
    return _wall(scene, thing, title, (leads[min(state.reminders, 2)],), what=thing.title)


def _ask(scene: Scene, state: AskTaken, thing: Thing) -> Screen:
    """Ask what no sensor can tell; where one still sees something, say so."""
    closed = scene.say("Vakje {number} is dicht.", number=thing.compartment)
    left = scene.say("Er ligt nog iets in vakje {number}.", number=thing.compartment)
    again = Choice("doorAgain", scene.say("Open nog eens"), DoorAsked())
    nothing = Choice("foundNothing", scene.say("Er lag niets in"), FoundNothing())
    yes = Choice("took", scene.say("Ja, ik heb het"), Took(), Role.PRIMARY, "icon-forward")
    lead = (left if state.sensed is ThingWord.THERE else closed,)
    screen = _wall(scene, thing, scene.say("Heb je alles?"), lead, (nothing, yes), what=thing.title)
    return structs.replace(screen, sign="sign-question", extra=(again,) if state.times < TIMES else ())


def _next(scene: Scene, state: NextDoor, thing: Thing) -> Screen:
    """Say what went wrong with the last door, if it did, and where the next thing is."""
    more = scene.say("Er ligt nog iets voor je in vakje {number}.", number=thing.compartment)
    label = scene.say("Open vakje {number}", number=thing.compartment)
    action = Choice("doorNext", label, DoorAsked(), Role.PRIMARY, "icon-forward")
    if state.fault is None:
        return _wall(scene, thing, scene.say("Nog een vakje"), (more,), (action,), what=thing.title)
    fault = scene.fault(state.fault)
    return _wall(scene, thing, scene.words(fault.title), (scene.words(words_at_door(fault)), more), (action,))


def _wall(
    scene: Scene, thing: Thing, title: str, words: tuple[str, ...], actions: tuple[Choice, ...] = (), *, what: str = ""
) -> Screen:
    """Show the wall with one door lit. `what` somebody collects is read, and never said to the hall."""
    return Screen(
        Template.WALL,
        scene.header,
        title,
        lead=(what, *words) if what else words,
        said=" ".join((title if title.endswith("?") else f"{title}.", *words)) if what else "",
        wall=wall_of(scene, thing.compartment),
        actions=actions,
        bar=scene.bar,
    )


def wall_of(scene: Scene, lit: int) -> tuple[tuple[Cell, ...], ...]:
    """Give the doors as they hang, by the settings."""
    lockers = scene.settings.lockers
    doors = lockers.compartments if lockers is not None else ()
    columns = sorted({one.column for one in doors})
    return tuple(
        tuple(Cell(str(one.number), _UNITS[one.size], lit=one.number == lit) for one in doors if one.column == column)
        for column in columns
    )
