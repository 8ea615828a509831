"""From scene.say("Neem je kaart terug") to the paper: true progress, and an honest word on every document."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import structs

from kiosk_app.touches import LookAsked, PaperTaken, SlipAsked
from kiosk_app.visit import Job, JobPhase, Later, Order, Printed, Printing, RemedyOffer, SlipState, TakeCard
from ui import phrases
from ui.screen import Choice, Item, Mark, Role, Screen, Section, Template
from ui.screens.scene import PRINT, Scene
from ui.texts import mark

# Past this, a list takes the place of pictures.
_PICTURE_THEM = 4
# More printed documents than this are counted, not listed, where something else went wrong.
_LIST_THEM = 3
# Past this, large letters leave room for what became of each, not for why.
_DETAIL_IN_LARGE = 2
# While the device has not said that it prints, nothing is shown to come out.
_NOT_YET = {JobPhase.REQUESTED: mark("Gaat naar de printer"), JobPhase.HANDED: mark("Wacht op de printer")}


def take_card(scene: Scene, state: TakeCard) -> Screen:
    """Ask for the card first: printing starts once it is out. A reminder is said more strongly each time."""
    after = _after_the_card(scene, state)
    reminders = (
        after,
        f"{scene.say('Je kaart zit nog in de lezer.')} {after}",
        scene.say("Neem je kaart nu. Anders drukken we niets af."),
    )
    return Screen(
        Template.HANDS,
        scene.header,
        scene.say("Neem je kaart terug"),
        lead=(reminders[min(state.reminders, 2)], *_not_had(scene, state.orders)),
        step=PRINT,
        picture="card-out",
        extra=_look(scene, state),
        bar=scene.bar,
    )


def _look(scene: Scene, state: TakeCard) -> tuple[Choice, ...]:
    """Offer to look at the documents first, once they are all here."""
    number = len(state.documents)
    awaited = sum(order.fault is None and order.later is None for order in state.orders) - number
    if awaited or not number:
        return ()
    return (Choice("look", scene.plural("Bekijk", "Bekijk je documenten", number), LookAsked(), icon="icon-look"),)


def _after_the_card(scene: Scene, state: TakeCard) -> str:
    """Say what is being done meanwhile, and what comes next."""
    had = sum(order.fault is None and order.later is None for order in state.orders)
    if not had:
        return scene.say("Er komt nu geen papier uit.")
    if len(state.documents) < had:
        return scene.plural("Intussen halen we je document op.", "Intussen halen we je documenten op.", had)
    return scene.plural("Daarna drukken we je document af.", "Daarna drukken we je {n}~documenten af.", had)


def _not_had(scene: Scene, orders: tuple[Order, ...]) -> tuple[str, ...]:
    """Name what could not be had, before anything is printed."""
    missing = [order.product.title for order in orders if order.fault is not None]
    titles = phrases.joined(scene.texts, missing)
    return (scene.say("Dit lukt nu niet: {documents}.", documents=titles),) if missing else ()


# --- printing ------------------------------------------------------------------------------------------------------


def printing(scene: Scene, state: Printing) -> Screen:
    """Give each document with what the device itself says of it."""
    number = len(state.jobs)
    paused = next((job for job in state.jobs if job.progress.phase is JobPhase.PAUSED), None)
    return Screen(
        Template.PROGRESS,
        scene.header,
        _printing_title(scene, state, number),
        lead=(_printing_lead(scene, state, paused),),
        step=PRINT,
        sign="sign-warning" if paused is not None else "",
        items=_progress_items(scene, state.jobs),
        footer=scene.say("Je kaart heb je al terug. De printer meldt dit zelf."),
        bar=scene.bar,
    )


def _printing_title(scene: Scene, state: Printing, number: int) -> str:
    paused = any(job.progress.phase is JobPhase.PAUSED for job in state.jobs)
    if state.stopping:
        return scene.say("We stoppen")
    if paused:
        return scene.say("De printer wacht")
    ended = sum(job.progress.phase.ended for job in state.jobs)
    current = min(ended + 1, number)
    return scene.plural("We drukken je document af", "We drukken af: {current} van {n}", number, current=current)


def _printing_lead(scene: Scene, state: Printing, paused: Job | None) -> str:
    if state.stopping:
        under_way = [j.document.product.title for j in state.jobs if not j.progress.phase.ended]
        titles = phrases.joined(scene.texts, under_way)
        return scene.say("Dit kan nog uit de printer komen: {documents}.", documents=titles)
    if paused is not None and paused.progress.fault is not None:
        cause = scene.words(scene.fault(paused.progress.fault).title)
        return f"{cause}. {scene.say('Het afdrukken gaat vanzelf verder als dit opgelost is.')}"
    return scene.say("Je papier komt uit de gleuf {place}.", place=scene.slot)


def _progress_items(scene: Scene, jobs: tuple[Job, ...]) -> tuple[Item, ...]:
    """Give a picture for each document; of many, those that wait or are done are counted, not listed."""
    if len(jobs) <= (1 if scene.visit.ease.large else _PICTURE_THEM):
        return tuple(_progress_item(scene, job, n) for n, job in enumerate(jobs, 1))
    done = [job for job in jobs if job.progress.phase is JobPhase.PRINTED]
    waiting = [job for job in jobs if job.progress.phase is JobPhase.WAITING]
    between = [job for job in jobs if job not in done and job not in waiting]
    return (
        *_counted(scene, done, scene.say("Afgedrukt"), Mark.OPEN),
        *(_progress_item(scene, job, 0) for job in between),
        *_counted(scene, waiting, scene.say("Hierna"), Mark.COMING),
    )


def _counted(scene: Scene, jobs: list[Job], status: str, mark: Mark) -> tuple[Item, ...]:
    number = _documents(scene, len(jobs))
    return (Item(number, status, mark, "", 0),) if jobs else ()


def _documents(scene: Scene, number: int) -> str:
    return scene.plural("{n}~document", "{n}~documenten", number)


def _on_two_sides(scene: Scene, job: Job) -> bool:
    """Whether the settings ask for two sides: then only the printer knows how many sheets there will be."""
    printer = scene.settings.printer
    return printer is not None and printer.paper_for(job.document.product.code).two_sided


def _progress_item(scene: Scene, job: Job, number: int) -> Item:
    title, progress = job.document.product.title, job.progress
    sheets = ""
    whole = None if _on_two_sides(scene, job) else job.document.sheets
    if progress.sheets and whole is not None and progress.sheets < whole:
        sheets = scene.say("{done} van {whole}~bladen uit de printer", done=progress.sheets, whole=whole)
    elif progress.sheets:
        sheets = scene.plural("{n}~blad uit de printer", "{n}~bladen uit de printer", progress.sheets)
    match progress.phase:
        case JobPhase.WAITING:
            return Item(title, scene.say("Hierna"), Mark.COMING, "waiting", number)
        case JobPhase.REQUESTED | JobPhase.HANDED as phase:
            return Item(title, scene.say(_NOT_YET[phase]), Mark.NOW, "sheet-slot", number, active=True)
        case JobPhase.PRINTING:
            status = scene.say("Wordt nu afgedrukt")
            return Item(title, status, Mark.NOW, "sheet-printing", number, active=True, detail=sheets)
        case JobPhase.PAUSED:
            cause = scene.words(scene.fault(progress.fault).title) if progress.fault is not None else scene.say("Wacht")
            return Item(title, cause, Mark.WARNING, "sheet-slot", number, active=True, detail=sheets)
        case JobPhase.PRINTED:
            return Item(title, scene.say("Afgedrukt"), Mark.OPEN, "sheet-done", number, detail=sheets)
        case JobPhase.FAILED:
            return Item(title, scene.say("Niet afgedrukt"), Mark.OUT, "waiting", number, detail=sheets)
        case JobPhase.UNKNOWN:
            return Item(title, scene.say("Niet zeker"), Mark.COMING, "waiting", number, detail=sheets)


# --- printed, or not -----------------------------------------------------------------------------------------------


def printed(scene: Scene, state: Printed) -> Screen:
    """Give the hands screen when every document is on paper; else an honest word on each."""
    if state.complete:
        return _take_paper(scene, state)
    return _outcome(scene, state)


def _take_paper(scene: Scene, state: Printed) -> Screen:
    one = len(state.jobs) == 1
    counted = [job.progress.sheets for job in state.jobs if job.progress.sheets]
    sheets = sum(counted)
    known = len(counted) == len(state.jobs)
    lies = scene.say("Je papier ligt in de gleuf {place}.", place=scene.slot)
    if known and sheets > 1:
        lies = scene.plural(
            "Je {n}~blad ligt in de gleuf {place}.",
            "Je {n}~bladen liggen in de gleuf {place}.",
            sheets,
            place=scene.slot,
        )
    if state.reminders:
        lies = scene.say("Je papier ligt nog in de gleuf {place}. Vergeet het niet.", place=scene.slot)
    number = len(state.jobs)
    slip = _slip_word(scene, state.slip)
    return Screen(
        Template.HANDS,
        scene.header,
        scene.plural("Neem je document", "Neem je documenten", number),
        lead=(lies, *((slip,) if slip else ())),
        step=PRINT,
        picture="paper-one" if one and sheets <= 1 else "paper-more",
        extra=_slip_choice(scene, state.slip),
        question=scene.plural("Heb je je document?", "Heb je je documenten?", number),
        actions=_taken(scene.say("Nee, niet alles"), scene.say("Ja, ik heb alles")),
        bar=scene.bar,
    )


def _taken(no: str, yes: str) -> tuple[Choice, ...]:
    return (
        Choice("paperMissing", no, PaperTaken(yes=False)),
        Choice("paperTaken", yes, PaperTaken(yes=True), Role.PRIMARY, "icon-tick"),
    )


def _slip_choice(scene: Scene, slip: SlipState) -> tuple[Choice, ...]:
    wanted = scene.visit.offer.slips and slip is SlipState.NOT_ASKED
    return (Choice("slip", scene.say("Ik wil een bewijs"), SlipAsked(), icon="icon-slip"),) if wanted else ()


def _slip_word(scene: Scene, slip: SlipState) -> str:
    match slip:
        case SlipState.NOT_ASKED:
            return ""
        case SlipState.PRINTING:
            return scene.say("Je bewijs wordt afgedrukt.")
        case SlipState.PRINTED:
            return scene.say("Je bewijs is afgedrukt.")
        case SlipState.FAILED:
            return scene.say("Je bewijs is niet afgedrukt.")


def _outcome(scene: Scene, state: Printed) -> Screen:
    codes = {ticket: offer for ticket, offer in state.remedies if offer.code}
    endings = _endings(scene, state, codes)
    crowded = scene.visit.ease.large and len(endings) > _DETAIL_IN_LARGE
    return Screen(
        Template.OUTCOME,
        scene.header,
        _outcome_title(scene, state),
        step=PRINT,
        sign="sign-warning" if _went_wrong(state) else "sign-done",
        items=endings,
        sections=_ways_out(scene, tuple(codes.values())) if _went_wrong(state) else _what_next(scene, state),
        hint="" if crowded else _slip_word(scene, state.slip),
        extra=_slip_choice(scene, state.slip),
        question=scene.say("Heb je je papier?") if _may_lie(state.jobs) else "",
        actions=_taken(scene.say("Er ligt niets"), scene.say("Ja, verder"))
        if _may_lie(state.jobs)
        else (scene.to_the_beginning,),
        bar=scene.bar,
    )


def _went_wrong(state: Printed) -> bool:
    printed_all = all(job.progress.phase is JobPhase.PRINTED for job in state.jobs)
    return not printed_all or any(order.fault is not None for order in state.orders)


def _outcome_title(scene: Scene, state: Printed) -> str:
    phases = [job.progress.phase for job in state.jobs]
    if not _went_wrong(state):
        only_later = not state.jobs
        return scene.say("Dat is in orde.") if only_later else scene.say("Neem je papier. De rest komt later.")
    if JobPhase.UNKNOWN in phases:
        return scene.say("We zijn niet zeker.")
    if JobPhase.PRINTED in phases:
        return scene.say("Niet alles is afgedrukt.")
    return scene.say("Het afdrukken is mislukt.")


def _may_lie(jobs: tuple[Job, ...]) -> bool:
    return any(j.progress.phase in (JobPhase.PRINTED, JobPhase.UNKNOWN) or j.progress.sheets for j in jobs)


def _endings(scene: Scene, state: Printed, codes: dict[UUID, RemedyOffer]) -> tuple[Item, ...]:
    """Give a row for each document; many that are printed share one, so that the bad news stays on the page."""
    done = [job for job in state.jobs if job.progress.phase is JobPhase.PRINTED]
    rest = [job for job in state.jobs if job.progress.phase is not JobPhase.PRINTED]
    refused = tuple(_refused(scene, order) for order in state.orders if order.fault is not None)
    lies = scene.say("In de gleuf {place}.", place=scene.slot)
    if len(done) > (1 if scene.visit.ease.large else _LIST_THEM):
        number = _documents(scene, len(done))
        good: tuple[Item, ...] = (Item(number, scene.say("Afgedrukt"), Mark.OPEN, "sheet-done", 0, detail=lies),)
    else:
        titles = [job.document.product.title for job in done]
        good = tuple(Item(title, scene.say("Afgedrukt"), Mark.OPEN, "sheet-done", 0, detail=lies) for title in titles)
    bad = tuple(_ending(scene, job, codes if len(codes) > 1 else {}) for job in rest)
    later = tuple(_comes_later(scene, order, order.later) for order in state.orders if order.later is not None)
    every = (*good, *bad, *refused, *later)
    if scene.visit.ease.large and len(every) > _DETAIL_IN_LARGE:
        return tuple(structs.replace(item, detail="") for item in every)
    return every


def _comes_later(scene: Scene, order: Order, later: Later) -> Item:
    """Say what happens next to a document of which no paper comes now."""
    title = order.product.title
    if later.delivered:
        detail = scene.say("Je leest het online, op ebox.belgium.be.")
        return Item(title, scene.say("In je eBox"), Mark.OPEN, "sheet-done", 0, detail=detail)
    if not later.expected_on:
        return Item(title, scene.say("Aangevraagd"), Mark.COMING, "waiting", 0)
    day = phrases.full_date(scene.texts, date.fromisoformat(later.expected_on))
    detail = scene.say("Klaar tegen {date}.", date=day)
    return Item(title, scene.say("Aangevraagd"), Mark.COMING, "waiting", 0, detail=detail)


_NOTICES = {
    "eBox": mark("Je krijgt bericht in je eBox als het klaar is."),
    "letter": mark("Je krijgt een brief als het klaar is."),
}
_PLACES = {
    "kiosk": mark("Daarna haal je het hier op, met je identiteitskaart."),
    "counter": mark("Daarna haal je het op aan de balie."),
    "eBox": mark("Je leest het dan in je eBox."),
}


def _what_next(scene: Scene, state: Printed) -> tuple[Section, ...]:
    """Say how the resident hears of what comes later, and where it is to be had."""
    deferred = [order.later for order in state.orders if order.later is not None and not order.later.delivered]
    ways = dict.fromkeys((later.notice, later.collect_at) for later in deferred)
    return tuple(
        Section(
            scene.say("Hoe het verder gaat"),
            " ".join(scene.say(word) for word in (_NOTICES.get(notice, ""), _PLACES.get(place, "")) if word),
        )
        for notice, place in ways
    )


def _ending(scene: Scene, job: Job, codes: dict[UUID, RemedyOffer]) -> Item:
    """Say what became of a document that is not printed, or not surely; its code where there are several."""
    title, progress = job.document.product.title, job.progress
    offer = codes.get(job.document.ticket)
    code = offer.code or "" if offer is not None else ""
    why = f"{scene.words(scene.fault(progress.fault).title)}." if progress.fault is not None else ""
    if progress.phase is JobPhase.UNKNOWN:
        status, look = scene.say("We weten niet of dit is afgedrukt"), scene.say("Kijk of er papier ligt.")
        return Item(title, status, Mark.COMING, "waiting", 0, detail=look, code=code)
    if progress.sheets:
        status = scene.say("Niet volledig afgedrukt")
        partly = scene.plural("Er kwam {n}~blad uit.", "Er kwamen {n}~bladen uit.", progress.sheets)
        return Item(title, status, Mark.OUT, "waiting", 0, detail=f"{partly} {why}".strip(), code=code)
    return Item(title, scene.say("Niet afgedrukt"), Mark.OUT, "waiting", 0, detail=why, code=code)


def _refused(scene: Scene, order: Order) -> Item:
    why = f"{scene.words(scene.fault(order.fault).title)}." if order.fault is not None else ""
    return Item(order.product.title, scene.say("Niet gekregen"), Mark.OUT, "waiting", 0, detail=why)


def _ways_out(scene: Scene, offers: tuple[RemedyOffer, ...]) -> tuple[Section, ...]:
    """Give the code for a new print where the back end gave one, and what to do with it."""
    counter = " ".join(section.text for section in scene.counter_section)
    if not offers:
        again = counter or scene.say("Vraag je document daar opnieuw.")
        return (Section(scene.say("De balie helpt je verder"), again),)
    title = scene.plural("Je code", "Je codes", len(offers))
    text = f"{_free(scene, offers[0])} {counter}".strip()
    return (Section(title, text, (offers[0].code or "") if len(offers) == 1 else ""),)


def _free(scene: Scene, offer: RemedyOffer) -> str:
    if not offer.valid_until:
        return scene.say("Hiermee krijg je je document gratis aan de balie of hier.")
    day = phrases.full_date(scene.texts, date.fromisoformat(offer.valid_until))
    return scene.say("Hiermee krijg je je document gratis aan de balie of hier, tot {date}.", date=day)
