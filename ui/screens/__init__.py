"""What a visit looks like: `screen_for(visit, settings, now)`, pure Python, one file for each stretch of the visit.

`portal` is where nobody is served, `hall` tells about another service there, `ease` asks how to see and hear it all,
and `hearing` tells who listens how to go on;
`sign_in` goes from card to name, `opening` are the ways in without a card;
`documents` goes from choice to documents made, `questions` asks what has to be known of one; `paging` cuts long lists;
`delivery` from "Neem je kaart terug" to the paper, with `viewing` for who wants to see it first; `collecting` is what
happens at a door; `notices` are the pages that say what stops a visit, and help; `defects` takes a report of what does
not work. `staff`, `staff_rooms` and `staff_lockers` (with `staff_door`) are maintenance, in the words of `staff_words`.
Dutch words stand here and in `hardware.faults`, nowhere else: `scene.say("Neem je {wat}.", wat=…)`, and where it counts
`scene.plural("{n}~blad", "{n}~bladen", n)`. `./dev texts` then takes them up in the catalogues, to be translated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from msgspec import structs

from config.settings import Settings
from kiosk_app.doors import AskTaken, Collecting, DoorOpen, DoorOpening, NextDoor
from kiosk_app.visit import (
    AskCard,
    Asking,
    CardBack,
    Checking,
    Choosing,
    Ease,
    EnterCode,
    EnterPin,
    Goodbye,
    LastTry,
    Notice,
    NotTaken,
    Offerings,
    OpeningCode,
    Ordering,
    Overlay,
    PaperLeft,
    PinOnReader,
    Portal,
    Printed,
    Printing,
    Recognising,
    SigningIn,
    StaffAtWork,
    TakeCard,
    Viewing,
    Visit,
)
from ui.screen import Screen
from ui.screens import delivery, documents, notices, opening, portal, questions, sign_in, viewing
from ui.screens.scene import Scene


def screen_for(visit: Visit, settings: Settings, now: datetime) -> Screen:
    """Give the one screen of this visit at this moment."""
    if isinstance(visit.state, StaffAtWork):  # its steps and lines fit in letters of one size
        visit = replace(visit, ease=Ease(contrast=visit.ease.contrast))
    scene = Scene(visit, settings, now)
    screen = _screen(scene)
    if visit.voice.on:
        from ui.screens import hearing  # when somebody first listens

        screen = structs.replace(screen, guide=hearing.guide(scene, screen))
    return structs.replace(screen, ease=visit.ease) if visit.ease != screen.ease else screen


def _screen(scene: Scene) -> Screen:
    match scene.visit.overlay:
        case Overlay.HELP:
            return notices.help_page(scene)
        case Overlay.DEFECT | Overlay.DEFECT_KEPT | Overlay.DEFECT_LOST as page:
            from ui.screens import defects

            pages = {Overlay.DEFECT_KEPT: defects.kept_page, Overlay.DEFECT_LOST: defects.lost_page}
            return pages.get(page, defects.defect_page)(scene)
        case Overlay.SERVICE:
            from ui.screens import hall  # when it is first asked for: the portal stands before

            return hall.service_page(scene)
        case Overlay.TOWN:
            from ui.screens import hall

            return hall.town_page(scene)
        case Overlay.EASE:
            from ui.screens import ease

            return ease.ease_page(scene)
        case Overlay.LANGUAGES:
            from ui.screens import ease

            return ease.languages_page(scene)
        case Overlay.STILL_THERE:
            return notices.still_there(scene)
        case Overlay.PIN_UNKNOWN:
            return sign_in.pin_unknown(scene)
        case None:
            return _of_state(scene)


def _of_state(scene: Scene) -> Screen:
    match scene.visit.state:
        case Viewing() as state:
            return viewing.viewing(scene, state)
        case Choosing() | Asking() | Checking() | Ordering() | TakeCard() | Printing() | Printed() as state:
            return _of_document(scene, state)
        case Portal():
            return portal.portal(scene)
        case PaperLeft():
            return notices.paper_left(scene)
        case AskCard():
            return sign_in.ask_card(scene)
        case Offerings() as state:
            return opening.offerings(scene, state)
        case EnterCode() as state:
            return opening.enter_code(scene, state)
        case OpeningCode():
            return opening.opening_code(scene)
        case Recognising():
            return sign_in.recognising(scene)
        case LastTry():
            return sign_in.last_try(scene)
        case EnterPin() as state:
            return sign_in.enter_pin(scene, state)
        case PinOnReader() as state:
            return sign_in.pin_on_reader(scene, state)
        case SigningIn():
            return sign_in.signing_in(scene)
        case NotTaken():
            return notices.not_taken(scene)
        case Collecting() | DoorOpening() | DoorOpen() | AskTaken() | NextDoor() as state:
            from ui.screens import collecting  # when a door is first asked for: the portal stands before

            return collecting.at_door(scene, state)
        case Notice() as state:
            return notices.notice(scene, state)
        case StaffAtWork(work):
            from ui.screens import staff  # when somebody of staff first comes: residents stand before

            return staff.staff(scene, work)
        case CardBack() as state:
            return notices.card_back(scene, state)
        case Goodbye():
            return notices.goodbye(scene)


def _of_document(
    scene: Scene, state: Choosing | Asking | Checking | Ordering | TakeCard | Printing | Printed
) -> Screen:
    match state:
        case Choosing():
            return documents.choosing(scene, state)
        case Asking():
            return questions.asking(scene, state)
        case Checking():
            return documents.checking(scene, state)
        case Ordering():
            return documents.ordering(scene, state)
        case TakeCard():
            return delivery.take_card(scene, state)
        case Printing():
            return delivery.printing(scene, state)
        case Printed():
            return delivery.printed(scene, state)
