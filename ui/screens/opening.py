"""Ways in without a card: what can be had here, and typing a code."""

from __future__ import annotations

import re

from kiosk_app.touches import AllErased, CodeAsked, DocumentsAsked, LastErased, SignTyped, TypingDone
from kiosk_app.visit import EnterCode, Offerings, Product
from ui.screen import Choice, Role, Screen, Template
from ui.screens.documents import refusal
from ui.screens.paging import page_of
from ui.screens.scene import CARD, Scene

# The signs of a code [docs/openapi/kiosk-service.yaml, Code], as they stand on the keys.
_SIGNS = "CDFGHJKMNPQRTWXY34679"
_LENGTH, _GROUP = 8, 4
_COLUMNS = 7
# Durations that a sentence can say [ISO 8601]: of days, weeks or months. Any other is "later".
_LEAD_TIME = re.compile(r"P(\d{1,3})([DWM])")


def offerings(scene: Scene, state: Offerings) -> Screen:
    """Say what can be had here, what it costs, what is needed and how long it takes, to whoever wants to know first."""
    if state.products is None:
        return Screen(
            Template.BUSY,
            scene.header,
            scene.say("We halen de lijst op"),
            picture="sheet",
            hint=scene.say("We wachten op het gemeentehuis."),
            bar=scene.bar,
        )
    page = page_of(scene, state.products, state.page, button=True, qr=True)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Dit krijg je hier"),
        lead=(scene.say("Gratis, en alleen voor jezelf. Neem je identiteitskaart en je pincode mee."),),
        rows=tuple(_offering(scene, product) for product in page.rows),
        hint=page.hint,
        extra=page.turns,
        actions=(
            Choice("code", scene.say("Ik heb een code"), CodeAsked()),
            Choice("documents", scene.say("Begin met je kaart"), DocumentsAsked(), Role.PRIMARY, "icon-forward"),
        ),
        qr=scene.desk,
        bar=scene.bar,
    )


def _offering(scene: Scene, product: Product) -> Choice:
    """Give one line of the list: nothing to touch, only to read."""
    why = refusal(scene, product)
    said = why or f"{product.description}. {_how_long(scene, product)}"
    icon = "mark-closed" if why else "mark-until" if product.deferred else "mark-open"
    return Choice(f"product-{product.key}", product.title, None, Role.ROW, icon, said, enabled=not why)


def _how_long(scene: Scene, product: Product) -> str:
    if not product.deferred:
        return scene.say("Meteen.")
    known = _LEAD_TIME.fullmatch(product.lead_time)
    number, unit = (int(known[1]), known[2]) if known else (0, "")
    match unit:
        case "D":
            return scene.plural("Duurt hoogstens {n}~dag.", "Duurt hoogstens {n}~dagen.", number)
        case "W":
            return scene.plural("Duurt hoogstens {n}~week.", "Duurt hoogstens {n}~weken.", number)
        case "M":
            return scene.plural("Duurt hoogstens {n}~maand.", "Duurt hoogstens {n}~maanden.", number)
        case _:
            return scene.say("Je krijgt het later.")


def enter_code(scene: Scene, state: EnterCode) -> Screen:
    """Ask for a code; the keys have only the signs that a code can have."""
    whole = len(state.typed) == _LENGTH
    fault = scene.fault(state.refused) if state.refused is not None else None
    lead = [scene.say("De code staat op je bewijs of in het bericht van de gemeente.")]
    if scene.settings.scanner is not None:
        lead.append(scene.say("Of houd je QR-code voor de scanner."))
    return Screen(
        Template.TYPE,
        scene.header,
        scene.say("Typ je code"),
        lead=tuple(lead),
        step=CARD,
        picture="slip-code",
        groups=_grouped(state.typed),
        warning=f"{scene.words(fault.title)}. {scene.words(fault.text)}" if fault is not None else "",
        keys=tuple(Choice(f"sign{sign}", sign, SignTyped(sign)) for sign in _SIGNS),
        columns=_COLUMNS,
        extra=erasers(scene, state.typed),
        actions=(typing_done(scene, "" if whole else scene.say("Een code heeft 8~tekens")),),
        bar=scene.bar,
        said=scene.say("Typ je code"),
    )


def typing_done(scene: Scene, lacks: str) -> Choice:
    """Give the way on from what was typed; disabled with what it lacks, where it lacks something."""
    word = scene.say("Verder")
    return Choice("typed", word, TypingDone(), Role.PRIMARY, "icon-forward", lacks, enabled=not lacks)


def erasers(scene: Scene, typed: str) -> tuple[Choice, ...]:
    """Give the two keys that take back what was typed."""
    return (
        Choice("eraseAll", scene.say("Alles wissen"), AllErased(), enabled=bool(typed)),
        Choice("eraseLast", scene.say("Laatste wissen"), LastErased(), enabled=bool(typed)),
    )


def _grouped(typed: str) -> tuple[tuple[str, ...], ...]:
    """Give the code in groups, as it stands on paper."""
    signs = [*typed, *[""] * (_LENGTH - len(typed))]
    return tuple(tuple(signs[start : start + _GROUP]) for start in range(0, _LENGTH, _GROUP))


def opening_code(scene: Scene) -> Screen:
    """Say whom we wait for."""
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We kijken je code na"),
        step=CARD,
        picture="sheet",
        hint=scene.say("We wachten op het gemeentehuis."),
        bar=scene.bar,
    )
