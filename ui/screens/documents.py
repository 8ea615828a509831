"""From choice to documents: the list, the check screen, and the wait while the town hall makes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hardware.faults import FaultCode
from kiosk_app.touches import AnotherAsked, ChangeAsked, ChoiceDone, Chose, Confirmed
from kiosk_app.visit import Checking, Choosing, Details, Ordering, Person, Product, copies_of, details_of, language_of
from ui import phrases
from ui.screen import Choice, Fact, Role, Screen, Template, Value
from ui.screens.paging import page_of
from ui.screens.scene import CHECK, CHOOSE, PRINT, Scene
from ui.texts import mark

_LONG_NAME = 18  # letters: past it the greeting would push the question to a third line
# On the check screen in large letters; the list itself is one touch away.
_LISTED_IN_LARGE = 2
# What is said of a claim, where the back end does not describe it.
_CLAIMS = {
    "reprint": mark("Opnieuw, gratis"),
    "preparedDocument": mark("Ligt klaar voor jou"),
    "compartment": mark("Ligt klaar in vakje {number}"),
}


def choosing(scene: Scene, state: Choosing) -> Screen:
    """Give the list: rows with an arrow for one document, boxes where several are being chosen."""
    offered = [one for one in state.products if not (state.several and one.compartment is not None)]
    products = sorted(offered, key=lambda product: (product.refusal is not None, product.claim is None))
    page = page_of(scene, products, state.page, button=state.several)
    behind_doors = any(product.compartment is not None for product in products)
    question = scene.say("Wat wil je krijgen?") if behind_doors else scene.say("Wat wil je afdrukken?")
    return Screen(
        Template.CHOOSE,
        scene.header,
        " ".join(part for part in (_hello(scene, state.person), question) if part),
        lead=(
            scene.say("Tik op één of meer documenten.") if state.several else _one_of(scene, behind_doors=behind_doors),
        ),
        step=CHOOSE,
        rows=tuple(_row(scene, product, state) for product in page.rows),
        hint=page.hint,
        extra=page.turns,
        actions=_done(scene, len(state.chosen)) if state.several else (),
        bar=scene.bar,
        said=question,
    )


def _one_of(scene: Scene, *, behind_doors: bool) -> str:
    if behind_doors:
        return scene.say("Tik op wat je nu wil hebben.")
    return scene.say("Tik op het document dat je nodig hebt.")


def _hello(scene: Scene, person: Person | None) -> str:
    if person is None:
        return ""
    name = person.given_name if len(person.given_name) <= _LONG_NAME else person.given_name.split(" ")[0]
    return scene.say("Dag {name}.", name=name) if 0 < len(name) <= _LONG_NAME else ""


def _row(scene: Scene, product: Product, state: Choosing) -> Choice:
    name = f"product-{product.key}"
    if product.refusal is not None:
        return Choice(name, product.title, None, Role.ROW, "mark-closed", refusal(scene, product), enabled=False)
    ticked = product.key in state.chosen if state.several else None
    icon = "" if state.several else "icon-chevron"
    what = (
        scene.say(_CLAIMS[product.code], number=product.compartment)
        if product.claim is not None
        else product.description
    )
    return Choice(name, product.title, Chose(product.key), Role.ROW, icon, what, ticked=ticked)


def refusal(scene: Scene, product: Product) -> str:
    """Say in a line why a product cannot be had, and from when it can where that is known."""
    if product.refusal is None:
        return ""
    why = f"{scene.words(scene.fault(product.refusal).title)}."
    if product.refusal is not FaultCode.SOURCE_CLOSED or not product.opens_at:
        return why
    opens = scene.settings.town.clock(datetime.fromisoformat(product.opens_at))
    if opens.date() == scene.now.date():
        return scene.say("Opnieuw vanaf {hour}.", hour=phrases.at(scene.texts, opens.time()))
    day = phrases.day(scene.texts, opens.date())
    return scene.say("Opnieuw vanaf {day}, {hour}.", day=day, hour=phrases.at(scene.texts, opens.time()))


def _done(scene: Scene, chosen: int) -> tuple[Choice, ...]:
    if not chosen:
        why = scene.say("Kies eerst een document")
        return (Choice("chosen", scene.say("Verder"), ChoiceDone(), Role.PRIMARY, "icon-forward", why, enabled=False),)
    label = scene.plural("Verder met {n}~document", "Verder met {n}~documenten", chosen)
    return (Choice("chosen", label, ChoiceDone(), Role.PRIMARY, "icon-forward"),)


def checking(scene: Scene, state: Checking) -> Screen:
    """Give what was chosen, for whom, in which language; the sentence above the buttons says what happens next."""
    products = [product for product in state.products if product.key in state.chosen]
    more = any(
        product.refusal is None and product.compartment is None and product.key not in state.chosen
        for product in state.products
    )
    return Screen(
        Template.CHECK,
        scene.header,
        scene.say("Klopt dit?"),
        step=CHECK,
        facts=tuple(fact for fact in _facts(scene, state, products) if fact.values),
        extra=(Choice("another", scene.say("Nog een document"), AnotherAsked(), icon="icon-plus"),) if more else (),
        footer=_what_comes(scene, state, products),
        actions=(
            Choice("change", scene.say("Wijzigen"), ChangeAsked(), icon="icon-back"),
            Choice("confirm", _verb(scene, state, products), Confirmed(), Role.PRIMARY, "icon-forward"),
        ),
        bar=scene.bar,
        said=scene.say(
            "Klopt dit? {documents}.", documents=phrases.joined(scene.texts, [product.title for product in products])
        ),
    )


def _facts(scene: Scene, state: Checking, products: list[Product]) -> tuple[Fact, ...]:
    person = state.person
    whose = (Value(f"{person.given_name} {person.family_name}", strong=True),) if person is not None else ()
    answers = [details_of(product, state.details) for product in products]
    codes = {language_of(product, one) for product, one in zip(products, answers, strict=True)}
    languages = sorted(phrases.language(scene.texts, code) for code in codes)
    ways = dict.fromkeys(_way(scene, product, one) for product, one in zip(products, answers, strict=True))
    return (
        Fact(scene.say("Voor"), whose),
        Fact(scene.say("Je krijgt"), _as_fits(scene, products, answers)),
        Fact(scene.say("Taal"), (Value(phrases.joined(scene.texts, languages)),)),
        Fact(scene.say("Hoe"), tuple(Value(way) for way in ways)),
        Fact(scene.say("Prijs"), (Value(scene.say("Gratis")),)),
    )


def _as_fits(scene: Scene, products: list[Product], answers: list[Details]) -> tuple[Value, ...]:
    """Give all titles; in large letters, where those are many, the first ones and how many there are."""
    rest = len(products) - _LISTED_IN_LARGE
    if not scene.visit.ease.large or rest <= 0:
        return tuple(_titles(scene, products, answers))
    first = _titles(scene, products[:_LISTED_IN_LARGE], answers[:_LISTED_IN_LARGE])
    return (*first, Value(scene.plural("en nog {n}~document", "en nog {n}~documenten", rest)))


def _titles(scene: Scene, products: list[Product], answers: list[Details]) -> Iterator[Value]:
    """Give each document, and below it what it is for and how many, where that was asked: nobody guesses whose."""
    for product, one in zip(products, answers, strict=True):
        yield Value(product.title, strong=True)
        if one.purpose is not None:
            yield Value(f"{one.purpose.label}: {one.recipient}" if one.recipient else one.purpose.label)
        if copies_of(product, one) > 1:
            yield Value(phrases.copies(scene.texts, copies_of(product, one)))


def _way(scene: Scene, product: Product, answers: Details) -> str:
    if not answers.on_paper:
        return scene.say("In je eBox")
    return scene.say("Later, je krijgt bericht") if product.deferred else scene.say("Op papier, A4")


def _now(state: Checking, products: list[Product]) -> int:
    """Count what comes out of the printer now."""
    return sum(not product.deferred and details_of(product, state.details).on_paper for product in products)


def _verb(scene: Scene, state: Checking, products: list[Product]) -> str:
    """Name what the large button does: verb and object."""
    number, now = len(products), _now(state, products)
    if now == number:
        return scene.plural("Druk af", "Druk {n}~documenten af", number)
    return scene.say("Vraag aan") if now == 0 else scene.say("Vraag aan en druk af")


def _what_comes(scene: Scene, state: Checking, products: list[Product]) -> str:
    """Say what happens after the large button."""
    now = _now(state, products)
    if state.person is None:
        return scene.say("Daarna drukken we af.")
    if now:
        return scene.say("Eerst neem je je kaart terug. Daarna drukken we af.")
    return scene.say("Eerst neem je je kaart terug. Er komt nu geen papier uit.")


def ordering(scene: Scene, state: Ordering) -> Screen:
    """Say honestly how many are here, and that nothing was printed. The card is out already."""
    number = len(state.orders)
    waiting = scene.say("We wachten op het gemeentehuis.")
    here = scene.plural(
        "{here} van {n}~document klaar.", "{here} van {n}~documenten klaar.", number, here=len(state.documents)
    )
    return Screen(
        Template.BUSY,
        scene.header,
        scene.plural("We halen je document op", "We halen je documenten op", number),
        lead=(scene.say("Je kaart heb je al terug. Er is nog niets afgedrukt."),),
        step=PRINT,
        picture="sheet",
        hint=waiting if number == 1 else f"{waiting} {here}",
        bar=scene.bar,
    )
