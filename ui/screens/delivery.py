"""From "Neem je kaart terug" to the paper: true progress, and an honest word on every document."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kiosk_app.events import PaperTaken, SlipAsked
from kiosk_app.visit import Job, JobPhase, Order, Printed, Printing, RemedyOffer, SlipState, TakeCard
from ui import dutch
from ui.screen import Choice, Item, Mark, Role, Screen, Section, Template
from ui.screens.scene import PRINT, Scene, bar, to_the_beginning

# Past this, a list takes the place of pictures.
_PICTURE_THEM = 4
# More printed documents than this are counted, not listed, where something else went wrong.
_LIST_THEM = 3
_DOCUMENT, _DOCUMENTS = "document", "documenten"
# While the device has not said that it prints, nothing is shown to come out.
_NOT_YET = {JobPhase.REQUESTED: "Gaat naar de printer", JobPhase.HANDED: "Wacht op de printer"}


def take_card(scene: Scene, state: TakeCard) -> Screen:
    """Ask for the card first: printing starts once it is out. A reminder is said more strongly each time."""
    after = _after_the_card(state)
    reminders = (
        after,
        f"Je kaart zit nog in de lezer. {after}",
        "Neem je kaart nu. Anders drukken we niets af.",
    )
    return Screen(
        Template.HANDS,
        scene.header,
        "Neem je kaart terug",
        lead=(reminders[min(state.reminders, 2)], *_not_had(state.orders)),
        step=PRINT,
        picture="card-out",
        bar=bar(),
    )


def _after_the_card(state: TakeCard) -> str:
    """Say what is being done meanwhile, and what comes next."""
    had = sum(order.fault is None for order in state.orders)
    if len(state.documents) < had:
        return f"Intussen halen we je {_DOCUMENT if had == 1 else _DOCUMENTS} op."
    these = _DOCUMENT if had == 1 else dutch.count(had, _DOCUMENT, _DOCUMENTS)
    return f"Daarna drukken we je {these} af."


def _not_had(orders: tuple[Order, ...]) -> tuple[str, ...]:
    """Name what could not be had, before anything is printed."""
    missing = [order.product.title for order in orders if order.fault is not None]
    return (f"Dit lukt nu niet: {dutch.joined(missing)}.",) if missing else ()


# --- printing ------------------------------------------------------------------------------------------------------


def printing(scene: Scene, state: Printing) -> Screen:
    """Give each document with what the device itself says of it."""
    number = len(state.jobs)
    paused = next((job for job in state.jobs if job.progress.phase is JobPhase.PAUSED), None)
    return Screen(
        Template.PROGRESS,
        scene.header,
        _printing_title(state, number),
        lead=(_printing_lead(scene, state, paused),),
        step=PRINT,
        sign="sign-warning" if paused is not None else "",
        items=_progress_items(scene, state.jobs),
        footer="Je kaart heb je al terug. De printer meldt dit zelf.",
        bar=bar(),
    )


def _printing_title(state: Printing, number: int) -> str:
    paused = any(job.progress.phase is JobPhase.PAUSED for job in state.jobs)
    if state.stopping:
        return "We stoppen"
    if paused:
        return "De printer wacht"
    ended = sum(job.progress.phase.ended for job in state.jobs)
    current = min(ended + 1, number)
    return "We drukken je document af" if number == 1 else f"We drukken af: {current} van {number}"


def _printing_lead(scene: Scene, state: Printing, paused: Job | None) -> str:
    if state.stopping:
        under_way = [j.document.product.title for j in state.jobs if not j.progress.phase.ended]
        return f"Dit kan nog uit de printer komen: {dutch.joined(under_way)}."
    if paused is not None and paused.progress.fault is not None:
        cause = scene.words(scene.fault(paused.progress.fault).title)
        return f"{cause}. Het afdrukken gaat vanzelf verder als dit opgelost is."
    return f"Je papier komt uit de gleuf {_slot(scene)}."


def _slot(scene: Scene) -> str:
    return scene.settings.printer.place if scene.settings.printer is not None else ""


def _progress_items(scene: Scene, jobs: tuple[Job, ...]) -> tuple[Item, ...]:
    """Give a picture for each document; of many, those that wait or are done are counted, not listed."""
    if len(jobs) <= _PICTURE_THEM:
        return tuple(_progress_item(scene, job, n) for n, job in enumerate(jobs, 1))
    done = [job for job in jobs if job.progress.phase is JobPhase.PRINTED]
    waiting = [job for job in jobs if job.progress.phase is JobPhase.WAITING]
    between = [job for job in jobs if job not in done and job not in waiting]
    return (
        *_counted(done, "Afgedrukt", Mark.OPEN),
        *(_progress_item(scene, job, 0) for job in between),
        *_counted(waiting, "Hierna", Mark.COMING),
    )


def _counted(jobs: list[Job], status: str, mark: Mark) -> tuple[Item, ...]:
    number = dutch.count(len(jobs), _DOCUMENT, _DOCUMENTS)
    return (Item(number, status, mark, "", 0),) if jobs else ()


def _progress_item(scene: Scene, job: Job, number: int) -> Item:
    title, progress = job.document.product.title, job.progress
    sheets = f"{dutch.count(progress.sheets, 'blad', 'bladen')} uit de printer" if progress.sheets else ""
    match progress.phase:
        case JobPhase.WAITING:
            return Item(title, "Hierna", Mark.COMING, "waiting", number)
        case JobPhase.REQUESTED | JobPhase.HANDED as phase:
            return Item(title, _NOT_YET[phase], Mark.NOW, "sheet-slot", number, active=True)
        case JobPhase.PRINTING:
            return Item(title, "Wordt nu afgedrukt", Mark.NOW, "sheet-printing", number, active=True, detail=sheets)
        case JobPhase.PAUSED:
            cause = scene.words(scene.fault(progress.fault).title) if progress.fault is not None else "Wacht"
            return Item(title, cause, Mark.WARNING, "sheet-slot", number, active=True, detail=sheets)
        case JobPhase.PRINTED:
            return Item(title, "Afgedrukt", Mark.OPEN, "sheet-done", number, detail=sheets)
        case JobPhase.FAILED:
            return Item(title, "Niet afgedrukt", Mark.OUT, "waiting", number, detail=sheets)
        case JobPhase.UNKNOWN:
            return Item(title, "Niet zeker", Mark.COMING, "waiting", number, detail=sheets)


# --- printed, or not -----------------------------------------------------------------------------------------------


def printed(scene: Scene, state: Printed) -> Screen:
    """Give the hands screen when every document is on paper; else an honest word on each."""
    had_all = all(order.fault is None for order in state.orders)
    if had_all and all(job.progress.phase is JobPhase.PRINTED for job in state.jobs):
        return _take_paper(scene, state)
    return _outcome(scene, state)


def _take_paper(scene: Scene, state: Printed) -> Screen:
    one = len(state.jobs) == 1
    counted = [job.progress.sheets for job in state.jobs if job.progress.sheets]
    sheets = sum(counted)
    known = len(counted) == len(state.jobs)
    lies = f"Je {dutch.count(sheets, 'blad ligt', 'bladen liggen')}" if known and sheets > 1 else "Je papier ligt"
    noun = _DOCUMENT if one else _DOCUMENTS
    slip = _slip_word(state.slip)
    return Screen(
        Template.HANDS,
        scene.header,
        f"Neem je {noun}",
        lead=(f"{lies} in de gleuf {_slot(scene)}.", *((slip,) if slip else ())),
        step=PRINT,
        picture="paper-one" if one and sheets <= 1 else "paper-more",
        extra=_slip_choice(scene, state.slip),
        question=f"Heb je je {noun}?",
        actions=_taken("Nee, niet alles", "Ja, ik heb alles"),
        bar=bar(),
    )


def _taken(no: str, yes: str) -> tuple[Choice, ...]:
    return (
        Choice("paperMissing", no, PaperTaken(yes=False)),
        Choice("paperTaken", yes, PaperTaken(yes=True), Role.PRIMARY, "icon-tick"),
    )


def _slip_choice(scene: Scene, slip: SlipState) -> tuple[Choice, ...]:
    wanted = scene.visit.offer.slips and slip is SlipState.NOT_ASKED
    return (Choice("slip", "Ik wil een bewijs", SlipAsked(), icon="icon-slip"),) if wanted else ()


def _slip_word(slip: SlipState) -> str:
    match slip:
        case SlipState.NOT_ASKED:
            return ""
        case SlipState.PRINTING:
            return "Je bewijs wordt afgedrukt."
        case SlipState.PRINTED:
            return "Je bewijs is afgedrukt."
        case SlipState.FAILED:
            return "Je bewijs is niet afgedrukt."


def _outcome(scene: Scene, state: Printed) -> Screen:
    codes = {ticket: offer for ticket, offer in state.remedies if offer.code}
    slip = _slip_word(state.slip)
    return Screen(
        Template.OUTCOME,
        scene.header,
        _outcome_title(state),
        step=PRINT,
        sign="sign-warning",
        items=_endings(scene, state, codes),
        sections=_ways_out(scene, tuple(codes.values())),
        hint=slip,
        extra=_slip_choice(scene, state.slip),
        question="Heb je je papier?" if _may_lie(state.jobs) else "",
        actions=_taken("Er ligt niets", "Ja, verder") if _may_lie(state.jobs) else (to_the_beginning(),),
        bar=bar(),
    )


def _outcome_title(state: Printed) -> str:
    phases = [job.progress.phase for job in state.jobs]
    if JobPhase.UNKNOWN in phases:
        return "We zijn niet zeker."
    return "Niet alles is afgedrukt." if JobPhase.PRINTED in phases else "Het afdrukken is mislukt."


def _may_lie(jobs: tuple[Job, ...]) -> bool:
    return any(j.progress.phase in (JobPhase.PRINTED, JobPhase.UNKNOWN) or j.progress.sheets for j in jobs)


def _endings(scene: Scene, state: Printed, codes: dict[UUID, RemedyOffer]) -> tuple[Item, ...]:
    """Give a row for each document; many that are printed share one, so that the bad news stays on the page."""
    done = [job for job in state.jobs if job.progress.phase is JobPhase.PRINTED]
    rest = [job for job in state.jobs if job.progress.phase is not JobPhase.PRINTED]
    refused = tuple(_refused(scene, order) for order in state.orders if order.fault is not None)
    lies = f"In de gleuf {_slot(scene)}."
    if len(done) > _LIST_THEM:
        number = dutch.count(len(done), _DOCUMENT, _DOCUMENTS)
        good: tuple[Item, ...] = (Item(number, "Afgedrukt", Mark.OPEN, "sheet-done", 0, detail=lies),)
    else:
        titles = [job.document.product.title for job in done]
        good = tuple(Item(title, "Afgedrukt", Mark.OPEN, "sheet-done", 0, detail=lies) for title in titles)
    bad = tuple(_ending(scene, job, codes if len(codes) > 1 else {}) for job in rest)
    return (*good, *bad, *refused)


def _ending(scene: Scene, job: Job, codes: dict[UUID, RemedyOffer]) -> Item:
    """Say what became of a document that is not printed, or not surely; its code where there are several."""
    title, progress = job.document.product.title, job.progress
    offer = codes.get(job.document.ticket)
    code = offer.code or "" if offer is not None else ""
    why = f"{scene.words(scene.fault(progress.fault).title)}." if progress.fault is not None else ""
    if progress.phase is JobPhase.UNKNOWN:
        look = "Kijk of er papier ligt."
        return Item(title, "We weten niet of dit is afgedrukt", Mark.COMING, "waiting", 0, detail=look, code=code)
    if progress.sheets:
        partly = f"Er kwam {dutch.count(progress.sheets, 'blad', 'bladen')} uit. {why}".strip()
        return Item(title, "Niet volledig afgedrukt", Mark.OUT, "waiting", 0, detail=partly, code=code)
    return Item(title, "Niet afgedrukt", Mark.OUT, "waiting", 0, detail=why, code=code)


def _refused(scene: Scene, order: Order) -> Item:
    why = f"{scene.words(scene.fault(order.fault).title)}." if order.fault is not None else ""
    return Item(order.product.title, "Niet gekregen", Mark.OUT, "waiting", 0, detail=why)


def _ways_out(scene: Scene, offers: tuple[RemedyOffer, ...]) -> tuple[Section, ...]:
    """Give the code for a new print where the back end gave one, and what to do with it."""
    counter = " ".join(section.text for section in scene.counter_section)
    if not offers:
        return (Section("De balie helpt je verder", counter or "Vraag je document daar opnieuw."),)
    until = offers[0].valid_until
    limit = f", tot {dutch.full_date(date.fromisoformat(until))}" if until else ""
    free = f"Hiermee krijg je je document gratis aan de balie{limit}. {counter}".strip()
    one = len(offers) == 1
    return (Section("Je code" if one else "Je codes", free, (offers[0].code or "") if one else ""),)
