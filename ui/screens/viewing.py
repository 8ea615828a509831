"""The documents on the glass before they are printed: in a blur until touched, so that no passer-by reads along."""

from __future__ import annotations

from kiosk_app.touches import LookedEnough, SheetTouched, SheetTurned
from kiosk_app.visit import Viewing
from ui.screen import Choice, Role, Screen, Sheet, Template
from ui.screens.scene import PRINT, Scene


def viewing(scene: Scene, state: Viewing) -> Screen:
    """Give one page, and the ways to the next one and back to the card."""
    number, page = _place(state)
    document = state.documents[number]
    touch = scene.say("Tik om te verbergen") if state.clear else scene.say("Tik om te lezen")
    return Screen(
        Template.VIEW,
        scene.header,
        document.product.title,
        lead=(scene.say("Neem je kaart terug. Dan drukken we af."),),
        step=PRINT,
        sheet=Sheet(state.page, state.drawing, state.clear, state.lower),
        warning=scene.say("Dit kunnen we hier niet tonen.") if state.failed else "",
        rows=() if state.failed else (Choice("sheet", touch, SheetTouched(), icon="icon-look"),),
        hint=_where(scene, state, number, page),
        extra=_pager(scene, state),
        actions=(Choice("looked", scene.say("Verder"), LookedEnough(), Role.PRIMARY, "icon-forward"),),
        bar=scene.bar,
    )


def _place(state: Viewing) -> tuple[int, int]:
    """Give which document stands there, and which of its pages, both from 0."""
    page = state.page
    for number, document in enumerate(state.documents):
        if page < document.pages:
            return number, page
        page -= document.pages
    return len(state.documents) - 1, 0


def _where(scene: Scene, state: Viewing, number: int, page: int) -> str:
    """Say which page this is; of several documents, also which one; of half a page, which half."""
    parts = {"number": number + 1, "all": len(state.documents), "page": page + 1, "n": state.documents[number].pages}
    if len(state.documents) > 1:
        where = scene.say("Document {number} van {all}, bladzijde {page} van {n}", **parts)
    else:
        where = scene.say("Bladzijde {page} van {n}", **parts)
    if not _halves(scene):
        return where
    half = scene.say("onderaan") if state.lower else scene.say("bovenaan")
    return f"{where}, {half}"


def _halves(scene: Scene) -> bool:
    """On its side, a panel is too low for a page that can be read: it shows half of one."""
    panel = scene.settings.screen
    return panel.width_mm > panel.height_mm


def _pager(scene: Scene, state: Viewing) -> tuple[Choice, ...]:
    """Give the way back and on; counted in halves where halves are shown."""
    parts = 2 if _halves(scene) else 1
    here = state.page * parts + (state.lower and parts > 1)
    last = sum(document.pages for document in state.documents) * parts - 1
    earlier = Choice("pageBefore", scene.say("Vorige"), _turned(here - 1, parts))
    later = Choice("pageAfter", scene.say("Volgende"), _turned(here + 1, parts))
    return (*((earlier,) if here > 0 else ()), *((later,) if here < last else ()))


def _turned(part: int, parts: int) -> SheetTurned:
    return SheetTurned(part // parts, lower=part % parts > 0)
