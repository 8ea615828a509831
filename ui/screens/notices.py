"""Pages with a message: what stops a visit and what does work, a question before going on, help, and goodbye."""

from __future__ import annotations

from hardware.devices import Applet
from hardware.faults import FaultCode, Mender
from kiosk_app.events import PaperGone, StillHere, StopPressed
from kiosk_app.visit import CardBack, CardSlot, Notice, Portal
from ui import dutch
from ui.screen import Choice, Qr, Role, Screen, Section, Template
from ui.screens.scene import Scene, bar, to_the_beginning

# How a PIN is renewed depends on the card's generation (eID cards from 2022 on need no PUK).
_PIN_BLOCKED = {
    Applet.V1_8: "Je identiteitskaart blijft geldig. Aan de balie krijg je meteen een nieuwe code.",
    Applet.V1_7: "Je identiteitskaart blijft geldig. Breng je kaart en je brief met de PUK-code mee naar de balie.",
}


def notice(scene: Scene, state: Notice) -> Screen:
    """Say what stops the visit here, what it means, and the ways out that do work."""
    fault = scene.fault(state.fault)
    text = fault.text
    if state.fault is FaultCode.PIN_BLOCKED and state.applet is not None:
        text = _PIN_BLOCKED[state.applet]
    own_to_mend = fault.mender is Mender.RESIDENT
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.words(fault.title),
        lead=(scene.words(text),),
        sign="sign-warning",
        picture="" if scene.visit.slot is CardSlot.EMPTY else "card-out",
        sections=(*_card(scene, again=fault.retry), *(() if own_to_mend else scene.counter_section)),
        qr=scene.online if "online" in text else None,  # the words send people there: show the way
        actions=(to_the_beginning(),),
        bar=bar(),
    )


def _card(scene: Scene, *, again: bool) -> tuple[Section, ...]:
    """Say what to do with the card, which may still be in the reader."""
    if scene.visit.slot is CardSlot.EMPTY:
        return ()
    then = "Daarna kan je het opnieuw proberen." if again else ""
    return (Section("Je kaart zit nog in de lezer", f"Neem je kaart terug. {then}".strip()),)


def paper_left(scene: Scene) -> Screen:
    """Ask to take somebody else's paper away before anything new is printed on top of it."""
    place = scene.settings.printer.place if scene.settings.printer is not None else ""
    return Screen(
        Template.CARD,
        scene.header,
        "Ligt hier nog papier?",
        lead=(
            f"Kijk in de gleuf {place}. Misschien liet iemand een document liggen.",
            "Lees het niet. Leg het in de brievenbus van het gemeentehuis, of geef het af aan de balie.",
        ),
        picture="paper-left",
        actions=(Choice("paperGone", "De gleuf is leeg, verder", PaperGone(), Role.PRIMARY, "icon-forward"),),
        bar=bar(),
    )


def not_taken(scene: Scene) -> Screen:
    """The printer says printed, the resident says no paper: look once more, then the counter helps."""
    place = scene.settings.printer.place if scene.settings.printer is not None else ""
    moment = f"{dutch.day(scene.now.date())} om {dutch.clock(scene.now)}, kiosk {scene.settings.kiosk}"
    return Screen(
        Template.NOTICE,
        scene.header,
        "Ontbreekt er iets?",
        lead=(
            f"De printer meldt dat alles is afgedrukt. Kijk nog eens in de gleuf {place}.",
            "Ligt het er niet? Dan helpt de balie je verder.",
        ),
        sign="sign-warning",
        sections=(*scene.counter_section, Section("Zeg erbij", f"{dutch.capital(moment)}.")),
        actions=(to_the_beginning(),),
        bar=bar(),
    )


def card_back(scene: Scene, state: CardBack) -> Screen:
    """Ask for a forgotten card; a reminder is said more strongly each time."""
    reminders = (
        "Je bezoek is afgelopen. Je kaart zit nog in de lezer.",
        "Vergeet je kaart niet. Ze zit nog in de lezer.",
        "Neem je kaart nu mee. Straks kan iemand anders ze vinden.",
    )
    return Screen(
        Template.HANDS,
        scene.header,
        "Neem je kaart terug",
        lead=(reminders[min(state.reminders, 2)],),
        picture="card-out",
        bar=scene.portal_bar,
    )


def goodbye(scene: Scene) -> Screen:
    """Give a last word."""
    return Screen(
        Template.NOTICE,
        scene.header,
        "Tot ziens.",
        lead=("Je naam en je documenten zijn van dit toestel gewist.",),
        sign="sign-done",
        actions=(to_the_beginning(),),
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
        "Hulp",
        sections=(
            Section(
                "Zo krijg je een document",
                "Steek je identiteitskaart in de lezer en typ je pincode. Kies je document en kijk het na. "
                "Neem je kaart terug. Daarna komt je document uit de printer.",
            ),
            Section("Wat we onthouden", "Niets van jou. Na je bezoek wissen we je naam en je documenten."),
            Section("Lukt het niet?", f"Vraag het aan de balie. {counter}".strip()),
            Section(
                "Werkt er iets niet?",
                f"Meld het aan de balie. Zeg erbij: kiosk {scene.settings.kiosk}. Bel 112 bij nood.",
            ),
        ),
        qr=Qr(town.online_desk, "Regel het online"),
        actions=(Choice("goOn", "Verder", StillHere(), Role.PRIMARY, "icon-forward"),),
        bar=scene.portal_bar if isinstance(scene.visit.state, Portal) else bar(),
    )


def still_there(scene: Scene) -> Screen:
    """Ask whether somebody is still there; going on takes one touch."""
    seconds = dutch.count(round(scene.settings.timeouts.still_there), "seconde", "seconden")
    return Screen(
        Template.NOTICE,
        scene.header,
        "Ben je er nog?",
        lead=(f"Als je niets doet, stoppen we na {seconds}. Zo ziet niemand je gegevens.",),
        sign="sign-question",
        actions=(
            Choice("stopNow", "Stoppen", StopPressed(), icon="icon-close"),
            Choice("goOn", "Ja, verder", StillHere(), Role.PRIMARY, "icon-forward"),
        ),
        bar=bar(),
    )
