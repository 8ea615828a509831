"""Pages with a message: what stops a visit and what does work, a question before going on, help, and goodbye."""

from __future__ import annotations

from hardware.devices import Applet
from hardware.faults import FaultCode, Mender
from kiosk_app.doors import AskTaken, NextDoor
from kiosk_app.touches import DefectAsked, PaperGone, StillHere, StopPressed
from kiosk_app.visit import CardBack, CardSlot, Notice, NotTaken, Portal
from ui import phrases
from ui.screen import Choice, Qr, Role, Screen, Section, Template
from ui.screens.scene import Scene, words_at_door
from ui.texts import mark

# How a PIN is renewed depends on the card's generation (eID cards from 2022 on need no PUK).
_PIN_BLOCKED = {
    Applet.V1_8: mark("Je identiteitskaart blijft geldig. Aan de balie krijg je meteen een nieuwe code."),
    Applet.V1_7: mark(
        "Je identiteitskaart blijft geldig. Breng je kaart en je brief met de PUK-code mee naar de balie."
    ),
}
# Their words ask for a card in the reader, the chip first.
_ASK_FOR_THE_CARD = {
    *(FaultCode.NOT_AN_EID, FaultCode.CARD_MUTE, FaultCode.CARD_UNREADABLE),
    *(FaultCode.CARD_REMOVED, FaultCode.CODE_NEEDS_CARD),
}


def notice(scene: Scene, state: Notice) -> Screen:
    """Say what stops the visit here, what it means, and the ways out that do work."""
    fault = scene.fault(state.fault)
    text = words_at_door(fault) if state.at_door else fault.text
    if state.fault is FaultCode.PIN_BLOCKED and state.applet is not None:
        text = _PIN_BLOCKED[state.applet]
    own_to_mend = fault.mender is Mender.RESIDENT
    # A reader that is lost says nothing of its slot any more: the card may still be in it.
    not_known = state.fault is FaultCode.READER_LOST
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.words(fault.title),
        lead=(scene.words(text),),
        sign="sign-warning",
        picture=_picture(scene, state.fault, not_known=not_known),
        sections=(
            *_card(scene, again=fault.retry, not_known=not_known),
            *(() if own_to_mend else scene.counter_section),
        ),
        qr=scene.online if "online" in text else None,  # the words send people there: show the way
        actions=(scene.to_the_beginning,),
        bar=scene.bar,
    )


def _picture(scene: Scene, fault: FaultCode, *, not_known: bool) -> str:
    """Show which way the card goes: out where it may still be in, in where the words ask for it."""
    if scene.visit.slot is not CardSlot.EMPTY or not_known:
        return "card-out"
    return "card-in" if fault in _ASK_FOR_THE_CARD else ""


def _card(scene: Scene, *, again: bool, not_known: bool) -> tuple[Section, ...]:
    """Say what to do with the card, which may still be in the reader."""
    if not_known:
        return (Section(scene.say("Zit je kaart nog in de lezer?"), scene.say("Neem je kaart terug.")),)
    if scene.visit.slot is CardSlot.EMPTY:
        return ()
    then = scene.say("Neem je kaart terug.")
    if again:
        then = scene.say("Neem je kaart terug. Daarna kan je het opnieuw proberen.")
    return (Section(scene.say("Je kaart zit nog in de lezer"), then),)


def paper_left(scene: Scene) -> Screen:
    """Ask to take somebody else's paper away before anything new is printed on top of it."""
    place = scene.slot
    return Screen(
        Template.CARD,
        scene.header,
        scene.say("Ligt hier nog papier?"),
        lead=(
            scene.say("Kijk in de gleuf {place}. Misschien liet iemand een document liggen.", place=place),
            scene.say("Lees het niet. Leg het in de brievenbus van het gemeentehuis, of geef het af aan de balie."),
        ),
        picture="paper-left",
        actions=(
            Choice("paperGone", scene.say("De gleuf is leeg, verder"), PaperGone(), Role.PRIMARY, "icon-forward"),
        ),
        bar=scene.bar,
    )


def not_taken(scene: Scene) -> Screen:
    """The printer says printed, the resident says no paper: look once more, then the counter helps."""
    place = scene.slot
    moment = scene.say(
        "{day} om {hour}, kiosk {kiosk}.",
        day=phrases.day(scene.texts, scene.now.date()),
        hour=phrases.clock(scene.texts, scene.now),
        kiosk=scene.settings.kiosk,
    )
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Ontbreekt er iets?"),
        lead=(
            scene.say("De printer meldt dat alles is afgedrukt. Kijk nog eens in de gleuf {place}.", place=place),
            scene.say("Ligt het er niet? Dan helpt de balie je verder."),
        ),
        sign="sign-warning",
        sections=(*scene.counter_section, Section(scene.say("Zeg erbij"), phrases.capital(moment))),
        actions=(scene.to_the_beginning,),
        bar=scene.bar,
    )


def card_back(scene: Scene, state: CardBack) -> Screen:
    """Ask for a forgotten card; a reminder is said more strongly each time."""
    reminders = (
        scene.say("Je bezoek is afgelopen. Je kaart zit nog in de lezer."),
        scene.say("Vergeet je kaart niet. Ze zit nog in de lezer."),
        scene.say("Neem je kaart nu mee. Straks kan iemand anders ze vinden."),
    )
    return Screen(
        Template.HANDS,
        scene.header,
        scene.say("Neem je kaart terug"),
        lead=(reminders[min(state.reminders, 2)],),
        picture="card-out",
        bar=scene.portal_bar,
    )


def goodbye(scene: Scene) -> Screen:
    """Give a last word."""
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Tot ziens."),
        lead=(scene.say("Je naam en je documenten zijn van dit toestel gewist."),),
        sign="sign-done",
        actions=(scene.to_the_beginning,),
        bar=scene.portal_bar,
    )


# --- over a state --------------------------------------------------------------------------------------------------


def help_page(scene: Scene) -> Screen:
    """Say how it works, who helps, and what this kiosk keeps (nothing)."""
    town = scene.settings.town
    counter = " ".join(section.text for section in scene.counter_section)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Hulp"),
        sections=(
            *_how_it_works(scene),
            Section(scene.say("Lukt het niet?"), f"{scene.say('Vraag het aan de balie.')} {counter}".strip()),
            Section(
                scene.say("Werkt er iets niet?"),
                scene.say(
                    "Meld het hieronder. Dit is kiosk {kiosk}. Bel {number} bij nood.",
                    kiosk=scene.settings.kiosk,
                    number=town.emergency_number,
                ),
            ),
        ),
        qr=_help_code(scene),
        actions=(
            Choice("defect", scene.say("Meld een probleem"), DefectAsked(), icon="icon-news"),
            Choice("goOn", scene.say("Verder"), StillHere(), Role.PRIMARY, "icon-forward"),
        ),
        bar=scene.own_bar,
    )


def _help_code(scene: Scene) -> Qr | None:
    """Lead to an appointment; in large letters that code stands beside the counter, and there is room for one less."""
    if not scene.visit.ease.large:
        return scene.appointment
    return None if scene.makes_documents else scene.desk


def _how_it_works(scene: Scene) -> tuple[Section, ...]:
    """Say how a document is had, and what is kept of that; where none can be had, what else this screen is for."""
    if scene.makes_documents:
        how = scene.say(
            "Steek je identiteitskaart in de lezer en typ je pincode. Kies je document en kijk het na. "
            "Neem je kaart terug. Daarna komt je document uit de printer."
        )
        kept = scene.say("Niets van jou. Na je bezoek wissen we je naam en je documenten.")
        return Section(scene.say("Zo krijg je een document"), how), Section(scene.say("Wat we onthouden"), kept)
    how = scene.say(
        "Het eerste scherm toont wat er in deze hal is. Tik erop. Dan lees je hoe het werkt en waar het is."
    )
    kept = scene.say("Niets van jou. We vragen hier geen naam en geen kaart.")
    shown = (Section(scene.say("Zo werkt het"), how),) if scene.settings.services else ()
    # In large letters the code that leads online takes the room of what is asked for nowhere.
    return shown if scene.visit.ease.large else (*shown, Section(scene.say("Wat we onthouden"), kept))


def still_there(scene: Scene) -> Screen:
    """Ask whether somebody is still there; going on takes one touch."""
    seconds = round(scene.settings.timeouts.still_there)
    if isinstance(scene.visit.state, Portal | Notice | NotTaken | NextDoor | AskTaken):  # nobody's name stands there
        lead = scene.plural(
            "Als je niets doet, gaan we na {n}~seconde terug naar het begin.",
            "Als je niets doet, gaan we na {n}~seconden terug naar het begin.",
            seconds,
        )
    else:
        lead = scene.plural(
            "Als je niets doet, stoppen we na {n}~seconde. Zo ziet niemand je gegevens.",
            "Als je niets doet, stoppen we na {n}~seconden. Zo ziet niemand je gegevens.",
            seconds,
        )
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Ben je er nog?"),
        lead=(lead,),
        sign="sign-question",
        actions=(
            Choice("stopNow", scene.say("Stoppen"), StopPressed(), icon="icon-close"),
            Choice("goOn", scene.say("Ja, verder"), StillHere(), Role.PRIMARY, "icon-forward"),
        ),
        bar=scene.bar,
    )
