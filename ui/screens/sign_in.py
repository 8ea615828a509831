"""From card to name: put in the card, type the PIN, wait for the town hall."""

from __future__ import annotations

from msgspec import structs

from kiosk_app.touches import (
    AllErased,
    CodeAsked,
    LastErased,
    OfferingsAsked,
    PinEntered,
    PinUnknown,
    StillHere,
    StopPressed,
    TriedAnyway,
)
from kiosk_app.visit import CardSlot, EnterPin, PinOnReader
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens.scene import CARD, Scene

_PIN_MIN = 4
# With more tries than this left, nobody needs to be told.
_FEW_TRIES = 2


def ask_card(scene: Scene) -> Screen:
    """Ask for the card, and say what will be read from it before it goes in."""
    stale = scene.visit.slot is CardSlot.STALE
    reader = scene.settings.card_reader
    place = scene.texts.local(reader.place) if reader is not None else ""
    how = scene.say("Je identiteitskaart, met de chip eerst. De lezer zit {place}. Laat je kaart zitten.", place=place)
    first = scene.say("Er zit nog een kaart in de lezer. Neem die eerst weg en steek dan jouw kaart erin.")
    return Screen(
        Template.CARD,
        scene.header,
        scene.say("Steek je kaart in de lezer"),
        lead=(first if stale else how,),
        step=CARD,
        picture="card-out" if stale else "card-in",
        sections=(
            Section(
                scene.say("Dit lezen we van je kaart"),
                scene.say(
                    "Alleen het certificaat waarmee je je aanmeldt. Daarin staan je naam en je rijksregisternummer. "
                    "Je foto, je adres en je vingerafdrukken lezen we niet."
                ),
            ),
        ),
        actions=(
            Choice("offerings", scene.say("Wat krijg je hier?"), OfferingsAsked()),
            Choice("code", scene.say("Ik heb een code"), CodeAsked()),
        ),
        bar=scene.bar,
    )


def recognising(scene: Scene) -> Screen:
    """Say that the card is being looked at."""
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We bekijken je kaart"),
        lead=(scene.say("Laat je kaart zitten."),),
        step=CARD,
        picture="card-out",
        bar=scene.bar,
    )


def enter_pin(scene: Scene, state: EnterPin) -> Screen:
    """Ask for the PIN. Digits go to the core by themselves; only how many there are stands here."""
    enough = state.typed >= _PIN_MIN
    return Screen(
        Template.PIN,
        scene.header,
        scene.say("Typ je pincode"),
        lead=(scene.say("Dek de toetsen af met je andere hand."), scene.say("Zo kijkt niemand mee.")),
        step=CARD,
        picture="hand",
        typed=state.typed,
        hint=scene.plural("{n}~cijfer getypt", "{n}~cijfers getypt", state.typed)
        if state.typed
        else scene.say("Minstens 4~cijfers"),
        warning=_tries(scene, state),
        keys=(
            Choice("eraseAll", scene.say("Alles wissen"), AllErased(), enabled=state.typed > 0),
            Choice("eraseLast", scene.say("Laatste wissen"), LastErased(), enabled=state.typed > 0),
        ),
        actions=(
            Choice("pinUnknown", scene.say("Ik ken mijn pincode niet"), PinUnknown()),
            Choice(
                "pinDone",
                scene.say("Verder"),
                PinEntered(),
                Role.PRIMARY,
                "icon-forward",
                description="" if enough else scene.say("Typ eerst je pincode"),
                enabled=enough,
            ),
        ),
        bar=scene.bar,
    )


def pin_unknown(scene: Scene) -> Screen:
    """Say what works without a PIN, and how to get a new one; then back to the pad, where nothing was spent."""
    code = scene.say(
        "Kreeg je een code van de gemeente? Neem je kaart terug, raak het scherm aan en kies: ik heb een code."
    )
    lost = scene.say("De balie helpt je aan een nieuwe pincode. Breng je identiteitskaart mee.")
    hours = " ".join(section.text for section in scene.counter_section)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Je kent je pincode niet?"),
        lead=(scene.say("Zonder pincode kan je je hier niet aanmelden."), scene.say("Dit kan wel:")),
        step=CARD,
        sections=(
            Section(scene.say("Met een code"), code),
            Section(scene.say("Een nieuwe pincode"), f"{lost} {hours}".strip()),
        ),
        qr=scene.online,
        actions=(Choice("pinBack", scene.say("Terug naar de pincode"), StillHere(), Role.PRIMARY, "icon-back"),),
        bar=scene.bar,
    )


def pin_on_reader(scene: Scene, state: PinOnReader) -> Screen:
    """Send the hands to the reader, which has keys of its own: the PIN is typed there and never comes here."""
    tries = tuple(part for part in (_tries(scene, state),) if part)
    if not state.signing:
        return structs.replace(recognising(scene), lead=(*tries, scene.say("Laat je kaart zitten.")))
    how = scene.say("Typ je pincode op het toetsenbord van de kaartlezer. Druk daarna op OK.")
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("Typ je pincode op de kaartlezer"),
        lead=(*tries, how),
        step=CARD,
        picture="hand",
        hint=scene.say("Dek de toetsen af met je andere hand."),
        actions=(Choice("pinUnknown", scene.say("Ik ken mijn pincode niet"), PinUnknown()),),
        bar=scene.bar,
    )


def _tries(scene: Scene, state: EnterPin | PinOnReader) -> str:
    tries = state.tries_left
    few = tries is not None and tries <= _FEW_TRIES
    left = scene.plural("Je hebt nog {n}~poging.", "Je hebt nog {n}~pogingen.", tries or 0) if few else ""
    wrong = scene.say("Die code klopt niet.") if state.wrong_before else ""
    return " ".join(part for part in (wrong, left) if part)


def last_try(scene: Scene) -> Screen:
    """Say calmly that one try is left; stopping is what the large button does."""
    lost = scene.say("De balie helpt je aan een nieuwe pincode. Breng je identiteitskaart mee.")
    hours = " ".join(section.text for section in scene.counter_section)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Nog 1~poging."),
        lead=(
            scene.say("Ben je niet zeker van je code? Stop dan nu."),
            scene.say("Na 3~foute codes is je pincode geblokkeerd. Je identiteitskaart blijft geldig."),
        ),
        step=CARD,
        sign="sign-warning",
        sections=(
            Section(scene.say("Ligt je code thuis?"), scene.say("Kom gerust terug. Dit loket is dag en nacht open.")),
            Section(scene.say("Ben je je code kwijt?"), f"{lost} {hours}".strip()),
        ),
        actions=(
            Choice("tryAnyway", scene.say("Probeer toch"), TriedAnyway()),
            Choice("stopNow", scene.say("Stoppen"), StopPressed(), Role.PRIMARY, "icon-close"),
        ),
        bar=scene.bar,
    )


def signing_in(scene: Scene) -> Screen:
    """Say whom we wait for."""
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We melden je aan"),
        lead=(scene.say("Laat je kaart zitten."),),
        step=CARD,
        picture="card-out",
        hint=scene.say("We wachten op het antwoord van het gemeentehuis."),
        bar=scene.bar,
    )
