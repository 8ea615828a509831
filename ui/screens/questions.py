"""What has to be known about a document first: which language, for what, for whom, paper or eBox, how many."""

from __future__ import annotations

from typing import Any

from kiosk_app.touches import Answered, ChangeAsked, PageTurned, SignTyped
from kiosk_app.visit import Asking, Channel, Question
from ui import phrases
from ui.screen import Choice, Role, Screen, Template
from ui.screens.opening import erasers, typing_done
from ui.screens.paging import Page, page_of
from ui.screens.scene import CHOOSE, Scene

# The keyboard of this country, ten keys a row: letters first, and a page of what a name rarely has.
_LETTERS = "AZERTYUIOPQSDFGHJKLMWXCVBN-'&."
_OTHERS = "1234567890ÀÂÄÇÉÈÊËÏÔÖÜ+/,:()°@"
_COLUMNS = 10


def asking(scene: Scene, state: Asking) -> Screen:
    """Give the page of the question that is open."""
    match state.question:
        case Question.LANGUAGE:
            return _language(scene, state)
        case Question.PURPOSE:
            return _purpose(scene, state)
        case Question.RECIPIENT:
            return _recipient(scene, state)
        case Question.CHANNEL:
            return _channel(scene, state)
        case Question.COPIES:
            return _copies(scene, state)


def _back(scene: Scene) -> Choice:
    return Choice("change", scene.say("Terug"), ChangeAsked(), icon="icon-back")


def _listed(scene: Scene, state: Asking, title: str, rows: tuple[Choice, ...], page: Page[Any] | None = None) -> Screen:
    """Ask a question whose answers stand below each other; `page` where they may be more than one screen holds."""
    return Screen(
        Template.CHOOSE,
        scene.header,
        title,
        lead=(state.product.title,),
        step=CHOOSE,
        rows=rows,
        hint=page.hint if page else "",
        extra=page.turns if page else (),
        actions=(_back(scene),),
        bar=scene.bar,
    )


def _answer(code: str, label: str, description: str = "") -> Choice:
    return Choice(f"answer-{code}", label, Answered(code), Role.ROW, "icon-chevron", description)


def _language(scene: Scene, state: Asking) -> Screen:
    """Ask in which of the languages that the law allows here; the town says which, Dutch first."""
    rows = tuple(_answer(one, phrases.language(scene.texts, one)) for one in state.product.languages)
    return _listed(scene, state, scene.say("In welke taal?"), rows)


def _purpose(scene: Scene, state: Asking) -> Screen:
    page = page_of(scene, state.product.purposes, state.page, button=True)
    rows = tuple(_answer(one.code, one.label) for one in page.rows)
    return _listed(scene, state, scene.say("Waarvoor heb je het nodig?"), rows, page)


def _recipient(scene: Scene, state: Asking) -> Screen:
    some = bool(state.typed.strip())
    return Screen(
        Template.TYPE,
        scene.header,
        scene.say("Aan wie geef je het?"),
        lead=(scene.say("Typ de naam van je werkgever, school of vereniging."),),
        step=CHOOSE,
        field=state.typed,
        keys=tuple(Choice(f"sign{sign}", sign, SignTyped(sign)) for sign in (_OTHERS if state.page else _LETTERS)),
        columns=_COLUMNS,
        extra=_below_the_keys(scene, state),
        actions=(
            _back(scene),
            typing_done(scene, "" if some else scene.say("Typ eerst een naam")),
        ),
        bar=scene.bar,
        said=scene.say("Aan wie geef je het?"),
    )


def _below_the_keys(scene: Scene, state: Asking) -> tuple[Choice, ...]:
    """Give the lowest row of the keyboard. One space is enough: the key then says that it was heard."""
    erase_all, erase_last = erasers(scene, state.typed)
    other = scene.say("Letters") if state.page else scene.say("Cijfers, É")
    spaced = state.typed[-1:].strip() == ""
    return (
        erase_all,
        Choice("otherKeys", other, PageTurned(0 if state.page else 1)),
        Choice("space", scene.say("Spatie"), SignTyped(" "), enabled=not spaced),
        erase_last,
    )


def _channel(scene: Scene, state: Asking) -> Screen:
    """Ask what the law has us ask (KB 13 September 2022): paper comes only when the resident says so."""
    paper = scene.say("Meteen, uit deze printer")
    if state.product.deferred:
        paper = scene.say("Later, als het klaar is")
    online = scene.say("Je leest het online, in je beveiligde brievenbus van de overheid")
    rows = (
        _answer(Channel.PAPER.value, scene.say("Op papier"), paper),
        _answer(Channel.EBOX.value, scene.say("In mijn eBox"), online),
    )
    return _listed(scene, state, scene.say("Op papier of in je eBox?"), rows)


def _copies(scene: Scene, state: Asking) -> Screen:
    """Ask how many come out, where there may be more than one; one stands first, for that is what most need."""
    page = page_of(scene, range(1, state.product.max_copies + 1), state.page, button=True)
    rows = tuple(_answer(str(number), phrases.copies(scene.texts, number)) for number in page.rows)
    return _listed(scene, state, scene.say("Hoeveel exemplaren?"), rows, page)
