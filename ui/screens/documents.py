"""From choice to documents: the list, the check screen, and the wait while the town hall makes them."""

from __future__ import annotations

from kiosk_app.events import AnotherAsked, ChangeAsked, ChoiceDone, Chose, Confirmed, PageTurned
from kiosk_app.visit import Checking, Choosing, Ordering, Person, Product
from ui import phrases
from ui.screen import Choice, Fact, Role, Screen, Template, Value
from ui.screens.scene import CHECK, CHOOSE, PRINT, Scene

# Rows a page: what fits without scrolling, upright and on its side.
_UPRIGHT, _ON_ITS_SIDE, _ON_ITS_SIDE_WITH_A_BUTTON = 5, 3, 2
_LONG_NAME = 18  # letters: past it the greeting would push the question to a third line


def choosing(scene: Scene, state: Choosing) -> Screen:
    """Give the list: rows with an arrow for one document, boxes where several are being chosen."""
    products = sorted(state.products, key=lambda product: product.refusal is not None)
    panel = scene.settings.screen
    on_its_side = _ON_ITS_SIDE_WITH_A_BUTTON if state.several else _ON_ITS_SIDE
    rows = _UPRIGHT if panel.height_mm > panel.width_mm else on_its_side
    last_page = max(len(products) - 1, 0) // rows
    page = min(max(state.page, 0), last_page)
    first = page * rows
    shown = products[first : first + rows]
    question = scene.say("Wat wil je afdrukken?")
    return Screen(
        Template.CHOOSE,
        scene.header,
        " ".join(part for part in (_hello(scene, state.person), question) if part),
        lead=(
            scene.say("Tik op één of meer documenten.")
            if state.several
            else scene.say("Tik op het document dat je nodig hebt."),
        ),
        step=CHOOSE,
        rows=tuple(_row(scene, product, state) for product in shown),
        hint=_range(scene, first + 1, len(shown), len(products)) if last_page else "",
        extra=_pager(scene, page, last_page),
        actions=_done(scene, len(state.chosen)) if state.several else (),
        bar=scene.bar,
        said=question,
    )


def _hello(scene: Scene, person: Person) -> str:
    name = person.given_name if len(person.given_name) <= _LONG_NAME else person.given_name.split(" ")[0]
    return scene.say("Dag {name}.", name=name) if 0 < len(name) <= _LONG_NAME else ""


def _row(scene: Scene, product: Product, state: Choosing) -> Choice:
    if product.refusal is not None:
        reason = f"{scene.words(scene.fault(product.refusal).title)}."
        return Choice(f"product-{product.code}", product.title, None, Role.ROW, "mark-closed", reason, enabled=False)
    ticked = product.code in state.chosen if state.several else None
    icon = "" if state.several else "icon-chevron"
    return Choice(
        f"product-{product.code}",
        product.title,
        Chose(product.code),
        Role.ROW,
        icon,
        product.description,
        ticked=ticked,
    )


def _range(scene: Scene, first: int, shown: int, total: int) -> str:
    if shown == 1:
        return scene.plural("{first} van {n}~document", "{first} van {n}~documenten", total, first=first)
    last = first + shown - 1
    return scene.plural(
        "{first} tot {last} van {n}~document", "{first} tot {last} van {n}~documenten", total, first=first, last=last
    )


def _pager(scene: Scene, page: int, last_page: int) -> tuple[Choice, ...]:
    between = 0 < page < last_page
    before = scene.say("Vorige") if between else scene.say("Vorige documenten")
    after = scene.say("Meer") if between else scene.say("Meer documenten")
    earlier = Choice("pageBefore", before, PageTurned(page - 1))
    later = Choice("pageAfter", after, PageTurned(page + 1))
    return (*((earlier,) if page > 0 else ()), *((later,) if page < last_page else ()))


def _done(scene: Scene, chosen: int) -> tuple[Choice, ...]:
    if not chosen:
        why = scene.say("Kies eerst een document")
        return (Choice("chosen", scene.say("Verder"), ChoiceDone(), Role.PRIMARY, "icon-forward", why, enabled=False),)
    label = scene.plural("Verder met {n}~document", "Verder met {n}~documenten", chosen)
    return (Choice("chosen", label, ChoiceDone(), Role.PRIMARY, "icon-forward"),)


def checking(scene: Scene, state: Checking) -> Screen:
    """Give what was chosen, for whom, in which language; the sentence above the buttons says what happens next."""
    products = [product for product in state.products if product.code in state.chosen]
    languages = {phrases.language(scene.texts, product.languages[0]) for product in products}
    more = any(product.refusal is None and product.code not in state.chosen for product in state.products)
    number = len(products)
    label = scene.plural("Druk af", "Druk {n}~documenten af", number)
    return Screen(
        Template.CHECK,
        scene.header,
        scene.say("Klopt dit?"),
        step=CHECK,
        facts=(
            Fact(scene.say("Voor"), (Value(f"{state.person.given_name} {state.person.family_name}", strong=True),)),
            Fact(scene.say("Je krijgt"), tuple(Value(product.title, strong=True) for product in products)),
            Fact(scene.say("Taal"), (Value(phrases.joined(scene.texts, sorted(languages))),)),
            Fact(scene.say("Hoe"), (Value(scene.say("Op papier, A4")),)),
            Fact(scene.say("Prijs"), (Value(scene.say("Gratis")),)),
        ),
        extra=(Choice("another", scene.say("Nog een document"), AnotherAsked(), icon="icon-plus"),) if more else (),
        footer=scene.say("Eerst neem je je kaart terug. Daarna drukken we af."),
        actions=(
            Choice("change", scene.say("Wijzigen"), ChangeAsked(), icon="icon-back"),
            Choice("confirm", label, Confirmed(), Role.PRIMARY, "icon-forward"),
        ),
        bar=scene.bar,
        said=f"{scene.say('Klopt dit?')} {phrases.joined(scene.texts, [product.title for product in products])}.",
    )


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
