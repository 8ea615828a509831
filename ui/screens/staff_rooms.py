"""Maintenance: trying devices out, and the report. What is used up, and the rest, stands in `staff_upkeep`."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.words import SUBJECTS
from kiosk_app.maintenance.work import (
    ReportCode,
    Returning,
    Subject,
    Tested,
    Testing,
    TestResult,
    Tests,
)
from kiosk_app.touches import WorkTouched
from ui.screen import Choice, Qr, Role, Screen, Template
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import back, moment, what_it_said
from ui.texts import mark

_WHAT_COMES = {
    Subject.PRINTER: mark("Er komt een testblad uit."),
    Subject.RECEIPT: mark("Er komt een testbon uit."),
    Subject.CARD_READER: mark("Je hebt er een identiteitskaart voor nodig."),
    Subject.LOCKERS: mark("Er gaat geen deur open."),
    Subject.EACH_LOCK: mark("Voor elke deur vragen we of ze open mag."),
    Subject.SCANNER: mark("Je hebt er een QR-code voor nodig."),
    Subject.KEYPAD: mark("Je drukt op elke toets."),
    Subject.SPEECH: mark("Je luistert, ook met een hoofdtelefoon."),
    Subject.BACK_END: mark("We vragen of ze werkt."),
    Subject.NETWORK: mark("Naam, lijn, certificaten en klok."),
    Subject.WATCHDOG: mark("Wie herstart het loket als het vastloopt?"),
    Subject.SCREEN: mark("Kleuren, en hoe juist het aanraken is."),
}


def room(scene: Scene, page: Tests | Testing | Tested | Returning | ReportCode) -> Screen:
    """Give a page of these rooms."""
    match page:
        case Tests():
            return tests(scene, page)
        case Testing():
            return testing(scene, page)
        case Tested():
            return tested(scene, page)
        case Returning():
            return returning(scene)
        case ReportCode():
            return report_code(scene, page)


def tests(scene: Scene, page: Tests) -> Screen:
    """List what can be tried out here, and how that ended last; and make the report."""
    rows = [_test(scene, subject, page.results) for subject in _subjects(scene)]
    shown = page_of(scene, (*rows, _as_code(scene)), page.page, button=True)
    said = {
        None: scene.say("Kies wat je wil testen. Het verslag zegt hoe je het loket achterlaat."),
        True: scene.say("Het verslag is afgedrukt. Laat het in het loket liggen."),
        False: scene.say("Het verslag kwam niet uit de printer."),
    }
    event = WorkTouched(happenings.ReportAsked())
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Testen en verslag"),
        lead=(said[page.reported],),
        rows=shown.rows,
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene), Choice("report", scene.say("Verslag afdrukken"), event, Role.PRIMARY, "icon-forward")),
        bar=scene.staff_bar,
    )


def _as_code(scene: Scene) -> Choice:
    asked, said = WorkTouched(happenings.ReportCodeAsked()), scene.say("Om met je telefoon te lezen, zonder papier.")
    return Choice("reportCode", scene.say("Het verslag als QR-code"), asked, Role.ROW, "icon-chevron", said)


def _subjects(scene: Scene) -> Iterator[Subject]:
    have = {
        Subject.PRINTER: scene.settings.printer,
        Subject.RECEIPT: scene.settings.receipt_printer,
        Subject.CARD_READER: scene.settings.card_reader,
        Subject.LOCKERS: scene.settings.lockers,
        Subject.EACH_LOCK: scene.settings.lockers,
        Subject.SCANNER: scene.settings.scanner,
        Subject.KEYPAD: scene.settings.keypad,
        Subject.SPEECH: scene.settings.speech,
        Subject.BACK_END: scene.settings.back_end,
        Subject.NETWORK: scene.settings.back_end,
        Subject.WATCHDOG: scene.settings.kiosk,
        Subject.SCREEN: scene.settings.screen,
    }
    yield from (subject for subject, setting in have.items() if setting is not None)


def _test(scene: Scene, subject: Subject, results: tuple[TestResult, ...]) -> Choice:
    last = next((one for one in results if one.subject is subject), None)
    said = [scene.say(_WHAT_COMES[subject])]
    if last is not None:
        when = moment(scene, last.at)
        text = scene.say("Laatst gelukt: {when}.", when=when) if last.well else scene.say("Mislukt: {when}.", when=when)
        said += [text, f"{last.figure}."] if last.figure else [text]
    event = WorkTouched(happenings.TestAsked(subject))
    return Choice(
        f"test-{subject.value}", scene.say(SUBJECTS[subject]), event, Role.ROW, "icon-chevron", " ".join(said)
    )


def testing(scene: Scene, page: Testing) -> Screen:
    """Say what a test sees as it goes on, or ask what it asks."""
    if page.question:
        return _asking(scene, page)
    last = page.lines[-1].strip() if page.lines else scene.say("De test begint.")
    return Screen(
        Template.BUSY,
        scene.header,
        scene.say("We testen: {what}", what=scene.say(SUBJECTS[page.subject])),
        lead=(last,),
        picture="card-in" if page.other_card else "sheet",
        actions=() if page.other_card else (back(scene),),
        bar=scene.staff_bar,
    )


def _asking(scene: Scene, page: Testing) -> Screen:
    said = page.lines[-1].strip() if page.lines else ""
    yes, no = (WorkTouched(happenings.TestAnswered(answer)) for answer in (True, False))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("We testen: {what}", what=scene.say(SUBJECTS[page.subject])),
        lead=(*((said,) if said else ()), page.question),
        rows=(
            Choice("yes", scene.say("Ja"), yes, Role.ROW, "icon-tick"),
            Choice("no", scene.say("Nee"), no, Role.ROW, "icon-close"),
        ),
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def tested(scene: Scene, page: Tested) -> Screen:
    """Say how a test ended, and all that it said."""
    section, more = what_it_said(scene, page.lines, page.page)
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("De test is gelukt") if page.well else scene.say("De test is niet gelukt"),
        lead=(scene.say(SUBJECTS[page.subject]),),
        sign="sign-done" if page.well else "sign-warning",
        sections=(section,),
        actions=(back(scene), *more),
        bar=scene.staff_bar,
    )


def returning(scene: Scene) -> Screen:
    """Ask for the card of who began the test."""
    return Screen(
        Template.HANDS,
        scene.header,
        scene.say("Steek je eigen kaart in de lezer"),
        lead=(scene.say("Dan zie je hoe de test ging. Een andere kaart opent hier niets."),),
        picture="card-in",
        bar=scene.staff_bar,
    )


def report_code(scene: Scene, page: ReportCode) -> Screen:
    """Show the report as a code, for whoever has no paper, or wants it on a phone."""
    lead = scene.say("Scan de code met je telefoon. Er staat in wat in orde is, wat niet, en wat je testte.")
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("Het verslag als QR-code"),
        lead=(lead,) if page.text else (scene.say("Het verslag wordt gemaakt."),),
        qr=Qr(page.text, scene.say("Verslag"), "") if page.text else None,
        actions=(back(scene),),
        bar=scene.staff_bar,
    )
