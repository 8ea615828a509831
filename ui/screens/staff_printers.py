"""Maintenance: another printer in the place of this one, step by step."""

from __future__ import annotations

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.printers import (
    FoundPrinter,
    PrinterChanged,
    PrinterPage,
    PrinterSearch,
    PrinterTrial,
    PrinterTried,
)
from kiosk_app.touches import WorkTouched
from ui.screen import Choice, Role, Screen, Template
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import back, what_it_said


def printers(scene: Scene, page: PrinterPage) -> Screen:
    """Give a page of these steps."""
    match page:
        case PrinterSearch(None):
            return _asking(scene)
        case PrinterSearch():
            return _found(scene, page)
        case PrinterTrial():
            return _trying(scene, page)
        case PrinterTried():
            return _tried(scene, page)
        case PrinterChanged(model):
            return _changed(scene, model)


def _asking(scene: Scene) -> Screen:
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("Een andere printer"),
        lead=(scene.say("We kijken welke printers aan deze machine hangen."),),
        picture="sheet",
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _found(scene: Scene, page: PrinterSearch) -> Screen:
    found = page.found or ()
    others = [one for one in found if not one.used]
    lead = (
        scene.say("Kies de printer die je wil proberen. De oude blijft in dienst tot de nieuwe een blad afdrukte.")
        if others
        else scene.say("Er is geen andere printer gevonden. Sluit hem aan met USB, zet hem aan en kijk opnieuw.")
    )
    rows = [_row(scene, one) for one in found]
    if page.chosen:
        old = WorkTouched(happenings.OldPrinterAsked())
        said = scene.say("Die in de instellingen staat.")
        rows.append(
            Choice("oldPrinter", scene.say("Terug naar de gewone printer"), old, Role.ROW, "icon-chevron", said)
        )
    shown = page_of(scene, rows, page.page, button=True)
    again = Choice("again", scene.say("Kijk opnieuw"), WorkTouched(happenings.ReplaceAsked()))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Een andere printer"),
        lead=(lead,),
        rows=shown.rows,
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene), again),
        bar=scene.staff_bar,
    )


def _row(scene: Scene, one: FoundPrinter) -> Choice:
    name = f"printer-{one.device}"
    model = one.model or scene.say("Printer zonder naam")
    if one.used:
        return Choice(name, model, None, Role.ROW, "mark-open", scene.say("Deze is in dienst."))
    event = WorkTouched(happenings.PrinterAsked(one.device))
    return Choice(name, model, event, Role.ROW, "icon-chevron", scene.say("Proberen: er komt een testblad uit."))


def _trying(scene: Scene, page: PrinterTrial) -> Screen:
    last = page.lines[-1].strip() if page.lines else scene.say("De test begint.")
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We proberen: {what}", what=page.printer.model or scene.say("Printer zonder naam")),
        lead=(last,),
        picture="sheet",
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _tried(scene: Scene, page: PrinterTried) -> Screen:
    use = WorkTouched(happenings.UseAsked())
    section, more = what_it_said(scene, page.lines, page.page)
    actions = (Choice("use", scene.say("Gebruik deze vanaf nu"), use, Role.PRIMARY, "icon-forward"),)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Deze printer werkt") if page.well else scene.say("Deze printer werkt hier niet"),
        lead=(
            scene.say("Kies je hem niet, dan blijft de oude in dienst.")
            if page.well
            else scene.say("De oude printer blijft in dienst. Er is niets veranderd."),
        ),
        sign="sign-done" if page.well else "sign-warning",
        sections=(section,),
        actions=(back(scene), *(actions if page.well else more)),
        bar=scene.staff_bar,
    )


def _changed(scene: Scene, model: str) -> Screen:
    said = (
        scene.say("Het loket drukt vanaf nu af op {what}.", what=model)
        if model
        else scene.say("Het loket drukt weer af op de printer die in de instellingen staat.")
    )
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("De printer is gekozen"),
        lead=(said, scene.say("Meld het aan wie het loket beheert: de instellingen noemen nog de oude printer."))
        if model
        else (said,),
        sign="sign-done",
        actions=(back(scene),),
        bar=scene.staff_bar,
    )
