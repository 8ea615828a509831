"""From choice to documents: the list, the check screen, and the wait while the town hall makes them."""

from __future__ import annotations

from kiosk_app.events import AnotherAsked, ChangeAsked, ChoiceDone, Chose, Confirmed, PageTurned
from kiosk_app.visit import Checking, Choosing, Ordering, Person, Product
from ui import dutch
from ui.screen import Choice, Fact, Role, Screen, Template, Value
from ui.screens.scene import CHECK, CHOOSE, PRINT, Scene, bar

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
    question = "Wat wil je afdrukken?"
    return Screen(
        Template.CHOOSE,
        scene.header,
        f"{_hello(state.person)}{question}",
        lead=("Tik op één of meer documenten." if state.several else "Tik op het document dat je nodig hebt.",),
        step=CHOOSE,
        rows=tuple(_row(scene, product, state) for product in shown),
        hint=_range(first + 1, len(shown), len(products)) if last_page else "",
        extra=_pager(page, last_page),
        actions=_done(len(state.chosen)) if state.several else (),
        bar=bar(),
        said=question,
    )


def _hello(person: Person) -> str:
    name = person.given_name if len(person.given_name) <= _LONG_NAME else person.given_name.split(" ")[0]
    return f"Dag {name}. " if 0 < len(name) <= _LONG_NAME else ""


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


def _range(first: int, shown: int, total: int) -> str:
    last = first + shown - 1
    these = f"{first} tot {last}" if shown > 1 else f"{last}"
    return f"{these} van {dutch.count(total, 'document', 'documenten')}"


def _pager(page: int, last_page: int) -> tuple[Choice, ...]:
    between = 0 < page < last_page
    earlier = Choice("pageBefore", "Vorige" if between else "Vorige documenten", PageTurned(page - 1))
    later = Choice("pageAfter", "Meer" if between else "Meer documenten", PageTurned(page + 1))
    return (*((earlier,) if page > 0 else ()), *((later,) if page < last_page else ()))


def _done(chosen: int) -> tuple[Choice, ...]:
    if not chosen:
        why = "Kies eerst een document"
        return (Choice("chosen", "Verder", ChoiceDone(), Role.PRIMARY, "icon-forward", why, enabled=False),)
    label = f"Verder met {dutch.count(chosen, 'document', 'documenten')}"
    return (Choice("chosen", label, ChoiceDone(), Role.PRIMARY, "icon-forward"),)


def checking(scene: Scene, state: Checking) -> Screen:
    """Give what was chosen, for whom, in which language; the sentence above the buttons says what happens next."""
    products = [product for product in state.products if product.code in state.chosen]
    languages = {dutch.LANGUAGES.get(product.languages[0], product.languages[0]) for product in products}
    more = any(product.refusal is None and product.code not in state.chosen for product in state.products)
    number = len(products)
    label = "Druk af" if number == 1 else f"Druk {dutch.count(number, 'document', 'documenten')} af"
    return Screen(
        Template.CHECK,
        scene.header,
        "Klopt dit?",
        step=CHECK,
        facts=(
            Fact("Voor", (Value(f"{state.person.given_name} {state.person.family_name}", strong=True),)),
            Fact("Je krijgt", tuple(Value(product.title, strong=True) for product in products)),
            Fact("Taal", (Value(dutch.joined(sorted(languages))),)),
            Fact("Hoe", (Value("Op papier, A4"),)),
            Fact("Prijs", (Value("Gratis"),)),
        ),
        extra=(Choice("another", "Nog een document", AnotherAsked(), icon="icon-plus"),) if more else (),
        footer="Eerst neem je je kaart terug. Daarna drukken we af.",
        actions=(
            Choice("change", "Wijzigen", ChangeAsked(), icon="icon-back"),
            Choice("confirm", label, Confirmed(), Role.PRIMARY, "icon-forward"),
        ),
        bar=bar(),
        said=f"Klopt dit? {dutch.joined([product.title for product in products])}.",
    )


def ordering(scene: Scene, state: Ordering) -> Screen:
    """Say honestly how many are here, and that nothing was printed. The card is out already."""
    number = len(state.orders)
    here = f"{len(state.documents)} van {dutch.count(number, 'document', 'documenten')} klaar"
    return Screen(
        Template.BUSY,
        scene.header,
        "We halen je document op" if number == 1 else "We halen je documenten op",
        lead=("Je kaart heb je al terug. Er is nog niets afgedrukt.",),
        step=PRINT,
        picture="sheet",
        hint="We wachten op het gemeentehuis." if number == 1 else f"We wachten op het gemeentehuis. {here}.",
        bar=bar(),
    )
