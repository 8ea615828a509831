"""Maintenance: what is used up, out of service and for how long, and what happened here."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk_app.maintenance import happenings
from kiosk_app.maintenance.words import is_shown
from kiosk_app.maintenance.work import Closing, History, HowLong, Only, Row, Service, Supplies
from kiosk_app.parts import Part
from kiosk_app.touches import WorkTouched
from ui import phrases
from ui.screen import Choice, Role, Screen, Template
from ui.screens.paging import page_of
from ui.screens.scene import Scene
from ui.screens.staff_words import CLOSINGS, back, happened, moment
from ui.texts import mark

# For how long the kiosk may be out of service, in hours; a kiosk that somebody forgot opens by itself after the last.
_HOURS = (1, 4, 24, 72)
# Rows of the past in one block: most take one line, and one with a fault takes two.
_BLOCK, _FAULTS_IN_BLOCK = 2, 1
_ONLY = {
    Only.ALL: mark("alles"),
    Only.FAULTS: mark("storingen"),
    Only.STAFF: mark("onderhoud"),
    Only.PAPER: mark("papier"),
}


def room(scene: Scene, page: Supplies | Service | HowLong | History) -> Screen:
    """Give a page of these rooms."""
    match page:
        case Supplies():
            return supplies(scene, page)
        case Service():
            return service(scene, page)
        case HowLong():
            return how_long(scene, page)
        case History():
            return history(scene, page)


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
        for closing in Closing:
            asked = WorkTouched(happenings.ReasonAsked(closing))
            label = scene.say("Buiten dienst: {reason}", reason=scene.say(CLOSINGS[closing]))
            yield Choice(f"close-{closing.value}", label, asked, Role.ROW, "icon-chevron", scene.say("Kies hoelang"))
    if scene.settings.printer is not None:
        asked, said = WorkTouched(happenings.ReplaceAsked()), scene.say("Zoeken, proberen, en dan pas gebruiken")
        yield Choice("replace", scene.say("Een andere printer"), asked, Role.ROW, "icon-chevron", said)
    restart, reboot = WorkTouched(happenings.RestartAsked()), WorkTouched(happenings.RebootAsked())
    yield Choice("restart", scene.say("Herstart het programma"), restart, Role.ROW, "icon-chevron")
    yield Choice("reboot", scene.say("Herstart de machine"), reboot, Role.ROW, "icon-chevron")


def how_long(scene: Scene, page: HowLong) -> Screen:
    """Ask for how long the kiosk is out of service."""
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Hoelang buiten dienst?"),
        lead=(scene.say("Daarna gaat het loket vanzelf weer open. Eerder mag ook: zet het hier weer in dienst."),),
        rows=tuple(
            Choice(
                f"hours-{hours}",
                scene.plural("{n}~uur lang", "{n}~uur lang", hours),
                WorkTouched(happenings.CloseAsked(page.closing, hours)),
                Role.ROW,
                "icon-chevron",
                scene.say(CLOSINGS[page.closing]),
            )
            for hours in _HOURS
        ),
        actions=(back(scene),),
        bar=scene.staff_bar,
    )


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
    rows = [row for row in page.rows if is_shown(row, page.only)]
    size = _FAULTS_IN_BLOCK if page.only is Only.FAULTS else _BLOCK
    blocks = [tuple(rows[start : start + size]) for start in range(0, len(rows), size)]
    shown = page_of(scene, blocks, page.page, button=True)
    whole = scene.say("Niemand veranderde iets aan wat hier staat: de keten klopt.")
    broken = scene.say("Let op: de keten klopt niet vanaf rij~{row}.", row=page.broken_at)
    return Screen(
        Template.CHOOSE,
        scene.header,
        scene.say("Geschiedenis"),
        lead=(whole if page.broken_at is None else broken, *_shown(scene, page.only, found=bool(rows))),
        rows=tuple(_block(scene, block) for block in shown.rows),
        hint=shown.hint,
        extra=shown.turns,
        actions=(back(scene), _next_filter(scene, page.only)),
        bar=scene.staff_bar,
    )


def _shown(scene: Scene, only: Only, *, found: bool) -> Iterator[str]:
    """Say that not every row is shown, where that is so; or that there is none."""
    if not found:
        yield scene.say("Er is niets over {what}.", what=scene.say(_ONLY[only]))
    elif only is not Only.ALL:
        yield scene.say("Je ziet alleen {what}.", what=scene.say(_ONLY[only]))


def _next_filter(scene: Scene, only: Only) -> Choice:
    """Give the button that shows the next kind of rows."""
    kinds = tuple(Only)
    after = kinds[(kinds.index(only) + 1) % len(kinds)]
    label = scene.say("Toon {what}", what=scene.say(_ONLY[after]))
    return Choice("only", label, WorkTouched(happenings.OnlyAsked(after)))


def _block(scene: Scene, block: tuple[Row, ...]) -> Choice:
    day = phrases.day(scene.texts, scene.settings.town.clock(block[0].at).date())
    said = "\n".join(happened(scene, row) for row in block)
    return Choice(f"rows-{block[0].number}", phrases.capital(day), None, Role.ROW, "mark-now", said)
