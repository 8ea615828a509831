"""Looking at the documents before they are printed: a detour from "Neem je kaart terug", with the card still in.

Every page begins in a blur, so that a passer-by reads nothing over a shoulder, until the resident touches it. The card
pulled meanwhile prints, as it does from "Neem je kaart terug".
"""

from __future__ import annotations

from dataclasses import replace

from kiosk_app.effects import DrawPage
from kiosk_app.events import Event, LookedEnough, PageDrawn, SheetTouched, SheetTurned
from kiosk_app.leaving import Step
from kiosk_app.visit import Document, TakeCard, Viewing, Visit


def begin(visit: Visit, state: TakeCard) -> Step:
    """Show the first page."""
    return _drawn_anew(visit, Viewing(state.orders, state.documents))


def rules(visit: Visit, state: Viewing, event: Event) -> Step:
    """Give the rules while a document is looked at."""
    match event:
        case PageDrawn(_, page, drawing) if page == state.page:
            return replace(visit, state=replace(state, drawing=drawing, failed=drawing is None)), ()
        case SheetTouched():
            return replace(visit, state=replace(state, clear=not state.clear)), ()
        case SheetTurned(page, lower) if page == state.page:
            return replace(visit, state=replace(state, lower=lower)), ()
        case SheetTurned(page, lower) if 0 <= page < sum(document.pages for document in state.documents):
            return _drawn_anew(visit, replace(state, page=page, lower=lower, drawing=None, failed=False))
        case LookedEnough():
            return replace(visit, state=TakeCard(state.orders, state.documents)), ()
        case _:
            return visit, ()


def _drawn_anew(visit: Visit, state: Viewing) -> Step:
    document, sheet = _place(state.documents, state.page)
    return replace(visit, state=state), (DrawPage(visit.number, document, sheet, state.page),)


def _place(documents: tuple[Document, ...], page: int) -> tuple[Document, int]:
    """Give the document in which a page of all pages stands, and its place there."""
    first, *rest = documents
    return (first, page) if page < first.pages else _place(tuple(rest), page - first.pages)
