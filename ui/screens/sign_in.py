"""From card to name: put in the card, type the PIN, wait for the town hall."""

from __future__ import annotations

from kiosk_app.events import AllErased, LastErased, PinEntered, StopPressed, TriedAnyway
from kiosk_app.visit import CardSlot, EnterPin, PinOnReader
from ui import dutch
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens.scene import CARD, Scene, bar

_PIN_MIN = 4
# With more tries than this left, nobody needs to be told.
_FEW_TRIES = 2


def ask_card(scene: Scene) -> Screen:
    """Ask for the card, and say what will be read from it before it goes in."""
    stale = scene.visit.slot is CardSlot.STALE
    place = scene.settings.card_reader.place if scene.settings.card_reader is not None else ""
    how = f"Je identiteitskaart, met de chip eerst. De lezer zit {place}. Laat je kaart zitten."
    return Screen(
        Template.CARD,
        scene.header,
        "Steek je kaart in de lezer",
        lead=("Er zit nog een kaart in de lezer. Neem die eerst weg en steek dan jouw kaart erin.",)
        if stale
        else (how,),
        step=CARD,
        picture="card-out" if stale else "card-in",
        sections=(
            Section(
                "Dit lezen we van je kaart",
                "Alleen het certificaat waarmee je je aanmeldt. Daarin staan je naam en je rijksregisternummer. "
                "Je foto, je adres en je vingerafdrukken lezen we niet.",
            ),
        ),
        actions=(Choice("back", "Terug", StopPressed(), icon="icon-back"),),
        bar=bar(),
    )


def recognising(scene: Scene) -> Screen:
    """Say that the card is being looked at."""
    return Screen(
        Template.BUSY,
        scene.header,
        "We bekijken je kaart",
        lead=("Laat je kaart zitten.",),
        step=CARD,
        picture="card-out",
        bar=bar(),
    )


def enter_pin(scene: Scene, state: EnterPin) -> Screen:
    """Ask for the PIN. Digits go to the core by themselves; only how many there are stands here."""
    enough = state.typed >= _PIN_MIN
    return Screen(
        Template.PIN,
        scene.header,
        "Typ je pincode",
        lead=("Dek de toetsen af met je andere hand.", "Zo kijkt niemand mee."),
        step=CARD,
        picture="hand",
        typed=state.typed,
        hint=f"{dutch.count(state.typed, 'cijfer', 'cijfers')} getypt" if state.typed else "Minstens 4 cijfers",
        warning=_tries(state),
        keys=(
            Choice("eraseAll", "Alles wissen", AllErased(), enabled=state.typed > 0),
            Choice("eraseLast", "Laatste wissen", LastErased(), enabled=state.typed > 0),
        ),
        actions=(
            Choice(
                "pinDone",
                "Verder",
                PinEntered(),
                Role.PRIMARY,
                "icon-forward",
                description="" if enough else "Typ eerst je pincode",
                enabled=enough,
            ),
        ),
        bar=bar(),
    )


def pin_on_reader(scene: Scene, state: PinOnReader) -> Screen:
    """Send the hands to the reader, which has keys of its own: the PIN is typed there and never comes here."""
    how = "Typ je pincode op het toetsenbord van de kaartlezer. Druk daarna op OK."
    return Screen(
        Template.BUSY,
        scene.header,
        "Typ je pincode op de kaartlezer" if state.signing else "We bekijken je kaart",
        lead=tuple(part for part in (_tries(state), how if state.signing else "Laat je kaart zitten.") if part),
        step=CARD,
        picture="hand" if state.signing else "card-out",
        hint="Dek de toetsen af met je andere hand." if state.signing else "",
        bar=bar(),
    )


def _tries(state: EnterPin | PinOnReader) -> str:
    few = state.tries_left is not None and state.tries_left <= _FEW_TRIES
    left = f"Je hebt nog {dutch.count(state.tries_left or 0, 'poging', 'pogingen')}." if few else ""
    return " ".join(part for part in ("Die code klopt niet." if state.wrong_before else "", left) if part)


def last_try(scene: Scene) -> Screen:
    """Say calmly that one try is left; stopping is what the large button does."""
    lost = "De balie helpt je aan een nieuwe pincode. Breng je identiteitskaart mee."
    hours = " ".join(section.text for section in scene.counter_section)
    return Screen(
        Template.NOTICE,
        scene.header,
        f"Nog 1{dutch.NBSP}poging.",
        lead=(
            "Ben je niet zeker van je code? Stop dan nu.",
            f"Na 3{dutch.NBSP}foute codes is je pincode geblokkeerd. Je identiteitskaart blijft geldig.",
        ),
        step=CARD,
        sign="sign-warning",
        sections=(
            Section("Ligt je code thuis?", "Kom gerust terug. Dit loket is dag en nacht open."),
            Section("Ben je je code kwijt?", f"{lost} {hours}".strip()),
        ),
        actions=(
            Choice("tryAnyway", "Probeer toch", TriedAnyway()),
            Choice("stopNow", "Stoppen", StopPressed(), Role.PRIMARY, "icon-close"),
        ),
        bar=bar(),
    )


def signing_in(scene: Scene) -> Screen:
    """Say whom we wait for."""
    return Screen(
        Template.BUSY,
        scene.header,
        "We melden je aan",
        lead=("Laat je kaart zitten.",),
        step=CARD,
        picture="card-out",
        hint="We wachten op het antwoord van het gemeentehuis.",
        bar=bar(),
    )
