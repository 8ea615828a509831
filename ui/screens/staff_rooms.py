"""Maintenance: trying devices out, what is used up, out of service, and what happened here."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.work import (
    Closing,
    History,
    Returning,
    Row,
    Service,
    Subject,
    Supplies,
    Tested,
    Testing,
    TestResult,
    Tests,
)
from kiosk_app.parts import Part
from kiosk_app.touches import PageTurned, WorkTouched
from ui import phrases
from ui.screen import Choice, Role, Screen, Section, Template
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import CLOSINGS, SUBJECTS, happened, moment
from ui.texts import mark

# For how many hours the kiosk is out of service, by its reason: what each usually takes.
_HOURS = {Closing.REPAIR: 4, Closing.DELIVERY: 1, Closing.EVENT: 24}
# Lines of a test on one page, and rows of the past in one block: each may take two lines.
_LINES, _BLOCK = 7, 2
_WHAT_COMES = {
    Subject.PRINTER: mark("Er komt een testblad uit."),
    Subject.RECEIPT: mark("Er komt een testbon uit."),
    Subject.CARD_READER: mark("Je hebt er een identiteitskaart voor nodig."),
    Subject.LOCKERS: mark("Er gaat geen deur open."),
}


def room(scene: Scene, page: Tests | Testing | Tested | Returning | Supplies | Service | History) -> Screen:
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
        case Supplies():
            return supplies(scene, page)
        case Service():
            return service(scene, page)
        case History():
            return history(scene, page)


def back(scene: Scene) -> Choice:
    """Give the way to the page before."""
    return Choice("back", scene.say("Terug"), WorkTouched(happenings.BackAsked()), icon="icon-back")


def tests(scene: Scene, page: Tests) -> Screen:
    """List what can be tried out here, and how that ended last; and make the report."""
    shown = page_of(scene, tuple(_subjects(scene)), page.page, button=True)
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
        rows=tuple(_test(scene, subject, page.results) for subject in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene), Choice("report", scene.say("Verslag afdrukken"), event, Role.PRIMARY, "icon-forward")),
        bar=scene.staff_bar,
    )


def _subjects(scene: Scene) -> Iterator[Subject]:
    have = {
        Subject.PRINTER: scene.settings.printer,
        Subject.RECEIPT: scene.settings.receipt_printer,
        Subject.CARD_READER: scene.settings.card_reader,
        Subject.LOCKERS: scene.settings.lockers,
    }
    yield from (subject for subject, setting in have.items() if setting is not None)


def _test(scene: Scene, subject: Subject, results: tuple[TestResult, ...]) -> Choice:
    last = next((one for one in results if one.subject is subject), None)
    said = [scene.say(_WHAT_COMES[subject])]
    if last is not None:
        when = moment(scene, last.at)
        text = scene.say("Laatst gelukt: {when}.", when=when) if last.well else scene.say("Mislukt: {when}.", when=when)
        said.append(text)
    event = WorkTouched(happenings.TestAsked(subject))
    return Choice(
        f"test-{subject.value}", scene.say(SUBJECTS[subject]), event, Role.ROW, "icon-chevron", " ".join(said)
    )


def testing(scene: Scene, page: Testing) -> Screen:
    """Say what a test sees as it goes on."""
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


def tested(scene: Scene, page: Tested) -> Screen:
    """Say how a test ended, and all that it said."""
    last_page = max(len(page.lines) - 1, 0) // _LINES
    number = min(max(page.page, 0), last_page)
    said = "\n".join(line.strip() for line in page.lines[number * _LINES : (number + 1) * _LINES])
    more = Choice("pageAfter", scene.say("Meer"), PageTurned(number + 1), Role.PRIMARY, "icon-forward")
    return Screen(
        Template.NOTICE,
        scene.header,
        scene.say("De test is gelukt") if page.well else scene.say("De test is niet gelukt"),
        lead=(scene.say(SUBJECTS[page.subject]),),
        sign="sign-done" if page.well else "sign-warning",
        sections=(Section(scene.say("Dit zei de test"), said),),
        actions=(back(scene), *((more,) if number < last_page else ())),
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


def supplies(scene: Scene, page: Supplies) -> Screen:
    """Say what is left, and take note of what was filled."""
    waiting = (scene.say("We vragen het aan de printer."),)
    rows = [("filled-printer", mark("Ik heb papier bijgevuld"), Part.PRINTER)]
    if scene.settings.receipt_printer is not None:
        rows.append(("filled-receipt", mark("Ik heb de bonrol vervangen"), Part.RECEIPT_PRINTER))
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Papier en inkt"),
        lead=page.lines if page.lines is not None else waiting,
        rows=tuple(
            Choice(
                name,
                scene.say(label),
                WorkTouched(happenings.Filled(part)),
                Role.ROW,
                "icon-tick",
                scene.say("Genoteerd") if page.filled is part else "",
            )
            for name, label, part in rows
        ),
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def service(scene: Scene, page: Service) -> Screen:
    """Put the kiosk out of service or back; begin its program or machine anew."""
    if page.closing is not None and page.closed_until is not None:
        reason, until = scene.say(CLOSINGS[page.closing]), moment(scene, page.closed_until)
        lead = scene.say("Buiten dienst tot {until}: {reason}.", until=until, reason=reason)
    else:
        lead = scene.say("Als je weggaat, is het loket weer in dienst.")
    failed = scene.say("Herstarten mag niet vanaf het scherm: doe het aan de machine zelf.")
    shown = page_of(scene, tuple(_works(scene, page)), page.page, button=True)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Buiten dienst of herstarten"),
        lead=(failed,) if page.failed else (lead,),
        rows=shown.rows,
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _works(scene: Scene, page: Service) -> Iterator[Choice]:
    if page.closing is not None:
        event = WorkTouched(happenings.OpenAsked())
        yield Choice("open", scene.say("Weer in dienst"), event, Role.ROW, "icon-chevron")
    else:
        for closing, hours in _HOURS.items():
            asked = WorkTouched(happenings.CloseAsked(closing, hours))
            label = scene.say("Buiten dienst: {reason}", reason=scene.say(CLOSINGS[closing]))
            lasts = scene.plural("{n}~uur lang", "{n}~uur lang", hours)
            yield Choice(f"close-{closing.value}", label, asked, Role.ROW, "icon-chevron", lasts)
    restart, reboot = WorkTouched(happenings.RestartAsked()), WorkTouched(happenings.RebootAsked())
    yield Choice("restart", scene.say("Herstart het programma"), restart, Role.ROW, "icon-chevron")
    yield Choice("reboot", scene.say("Herstart de machine"), reboot, Role.ROW, "icon-chevron")


def history(scene: Scene, page: History) -> Screen:
    """Say what happened here, newest first, and whether the chain of what is written down holds."""
    if page.rows is None:
        return Screen(
            Template.BUSY,
            scene.header,
            scene.say("Geschiedenis"),
            picture="sheet",
            hint=scene.say("We kijken na of niemand er iets aan veranderde."),
            actions=(back(scene),),
            bar=scene.staff_bar,
        )
    blocks = [page.rows[start : start + _BLOCK] for start in range(0, len(page.rows), _BLOCK)]
    shown = page_of(scene, blocks, page.page, button=True)
    whole = scene.say("Niemand veranderde iets aan wat hier staat: de keten klopt.")
    broken = scene.say("Let op: de keten klopt niet vanaf rij~{row}.", row=page.broken_at)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Geschiedenis"),
        lead=(whole if page.broken_at is None else broken,),
        rows=tuple(_block(scene, block) for block in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


def _block(scene: Scene, block: tuple[Row, ...]) -> Choice:
    day = phrases.day(scene.texts, scene.settings.town.clock(block[0].at).date())
    said = "\n".join(happened(scene, row) for row in block)
    return Choice(f"rows-{block[0].number}", phrases.capital(day), None, Role.ROW, "mark-now", said)
