"""What a visit looks like: `screen_for(visit, settings, now)`, pure Python, one file for each stretch of the visit.

`portal` is where nobody is served; `sign_in` goes from card to name; `documents` from choice to documents made;
`delivery` from "Neem je kaart terug" to the paper; `notices` are the pages that say what stops a visit, and help.
Dutch words stand here and in `hardware.faults`, nowhere else: `scene.say("Neem je {wat}.", wat=…)`, and where it counts
`scene.plural("{n}~blad", "{n}~bladen", n)`. `./dev texts` then takes them up in the catalogues, to be translated.
"""

from __future__ import annotations

from datetime import datetime

from config.settings import Settings
from kiosk_app.visit import (
    AskCard,
    CardBack,
    Checking,
    Choosing,
    EnterPin,
    Goodbye,
    LastTry,
    Notice,
    NotTaken,
    Ordering,
    Overlay,
    PaperLeft,
    Portal,
    Printed,
    Printing,
    Recognising,
    SigningIn,
    TakeCard,
    Visit,
)
from ui.screen import Screen
from ui.screens import delivery, documents, notices, portal, sign_in
from ui.screens.scene import Scene


def screen_for(visit: Visit, settings: Settings, now: datetime) -> Screen:
    """Give the one screen of this visit at this moment."""
    scene = Scene(visit, settings, now)
    match visit.overlay:
        case Overlay.HELP:
            return notices.help_page(scene)
        case Overlay.STILL_THERE:
            return notices.still_there(scene)
        case None:
            return _of_state(scene)


def _of_state(scene: Scene) -> Screen:
    match scene.visit.state:
        case Portal():
            return portal.portal(scene)
        case PaperLeft():
            return notices.paper_left(scene)
        case AskCard():
            return sign_in.ask_card(scene)
        case Recognising():
            return sign_in.recognising(scene)
        case LastTry():
            return sign_in.last_try(scene)
        case EnterPin() as state:
            return sign_in.enter_pin(scene, state)
        case SigningIn():
            return sign_in.signing_in(scene)
        case Choosing() as state:
            return documents.choosing(scene, state)
        case Checking() as state:
            return documents.checking(scene, state)
        case Ordering() as state:
            return documents.ordering(scene, state)
        case TakeCard() as state:
            return delivery.take_card(scene, state)
        case Printing() as state:
            return delivery.printing(scene, state)
        case Printed() as state:
            return delivery.printed(scene, state)
        case NotTaken():
            return notices.not_taken(scene)
        case Notice() as state:
            return notices.notice(scene, state)
        case CardBack() as state:
            return notices.card_back(scene, state)
        case Goodbye():
            return notices.goodbye(scene)
