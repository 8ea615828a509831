"""From paper to goodbye: print one document after the other, then say honestly what came of each."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hardware.faults import FaultCode
from kiosk_app.effects import Abandon, CancelPrint, Effect, EndSession, Print, PrintSlip
from kiosk_app.events import Event, JobChanged, PaperTaken, RemedyGiven, SlipAsked, SlipEnded, TimedOut
from kiosk_app.leaving import REMINDERS, Step, leave, letting_go
from kiosk_app.visit import (
    Document,
    Job,
    JobPhase,
    NotTaken,
    Order,
    Printed,
    Printing,
    Progress,
    SlipState,
    TrayView,
    Visit,
)

# As long as nothing can have left the printer, stopping may still call a job back.
_RECALLABLE = (JobPhase.REQUESTED, JobPhase.PAUSED)
# Of a job in one of these the device has not said a word yet.
_UNSEEN = (JobPhase.REQUESTED, JobPhase.HANDED)


def rules(visit: Visit, state: Printing | Printed, event: Event) -> Step:
    """Give the rules from the first sheet to the end."""
    match state, event:
        case Printing(), JobChanged(_, ticket, progress):
            return _job_changed(visit, state, ticket, progress)
        case Printing(), TimedOut():
            return _no_news(visit, state)
        case ((Printing() | Printed()), RemedyGiven(_, ticket, offer)) if ticket not in dict(state.remedies):
            return _remedy(visit, replace(state, remedies=(*state.remedies, (ticket, offer))))
        case Printed(slip=SlipState.NOT_ASKED | SlipState.FAILED), SlipAsked() if visit.offer.slips:
            return _print_slip(visit, state)
        case Printed(), SlipEnded(_, printed):
            slip = SlipState.PRINTED if printed else SlipState.FAILED
            return replace(visit, state=replace(state, slip=slip)), ()
        case Printed(), PaperTaken(yes):
            return leave(visit) if yes else _not_taken(visit)
        case Printed(), TimedOut() if visit.tray is TrayView.PAPER and state.reminders + 1 < REMINDERS:
            return replace(visit, state=replace(state, reminders=state.reminders + 1)), ()
        case Printed(), TimedOut():
            return _unanswered(visit, state)
        case _:
            return visit, ()


def stopped(visit: Visit, state: Printing | Printed) -> Step:
    """Stop what has not begun; what may already be on its way comes out, and the screen says so."""
    if isinstance(state, Printed):
        return _unanswered(visit, state)
    jobs = tuple(_dropped(job, FaultCode.PRINT_STOPPED) for job in state.jobs)
    effects = _abandoned(visit, state.jobs, FaultCode.PRINT_STOPPED)
    recall = tuple(CancelPrint(visit.number, j.document.ticket) for j in jobs if j.progress.phase in _RECALLABLE)
    return _onwards(visit, replace(state, jobs=jobs, stopping=True), effects + recall)


def deliver(visit: Visit, documents: tuple[Document, ...], orders: tuple[Order, ...]) -> Step:
    """Begin with the first document; where there is none, the session ends, and what comes later is shown."""
    ended = () if documents else (EndSession(visit.number),)
    return _onwards(visit, Printing(tuple(Job(document) for document in documents), orders), ended)


def _job_changed(visit: Visit, state: Printing, ticket: UUID, progress: Progress) -> Step:
    """Take note; after a job that did not end well the rest is not tried on the same printer."""
    running = [job for job in state.jobs if job.document.ticket == ticket and not job.progress.phase.ended]
    if not running or running[0].progress.phase is JobPhase.WAITING:
        return visit, ()
    jobs = tuple(replace(job, progress=progress) if job in running else job for job in state.jobs)
    # Results go by ticket: the resident's session ends once the device has the paper in hand, for until then nothing
    # may stand in its way.
    begun = running[0].progress.phase in _UNSEEN and progress.phase not in _UNSEEN
    effects: tuple[Effect, ...] = (EndSession(visit.number),) if begun else ()
    if progress.phase in (JobPhase.FAILED, JobPhase.UNKNOWN):
        fault = progress.fault or FaultCode.PRINT_FAILED
        effects += _abandoned(visit, jobs, fault)
        jobs = tuple(_dropped(job, fault) for job in jobs)
    return _onwards(visit, replace(state, jobs=jobs), effects)


def _onwards(visit: Visit, state: Printing, effects: tuple[Effect, ...]) -> Step:
    """Start the next job when none is under way; when every job has ended, show what came of them."""
    if all(job.progress.phase.ended for job in state.jobs):
        return _ended(visit, state, effects)
    if any(_under_way(job) for job in state.jobs):
        return replace(visit, state=state), effects
    following = next(job for job in state.jobs if job.progress.phase is JobPhase.WAITING)
    begun = replace(following, progress=Progress(JobPhase.REQUESTED))
    jobs = tuple(begun if job is following else job for job in state.jobs)
    return replace(visit, state=replace(state, jobs=jobs)), (*effects, Print(visit.number, following.document))


def _ended(visit: Visit, state: Printing, effects: tuple[Effect, ...]) -> Step:
    after, slip = _remedy(visit, Printed(state.jobs, state.orders, state.remedies))
    return after, (*effects, *slip)


def _under_way(job: Job) -> bool:
    return job.progress.phase is not JobPhase.WAITING and not job.progress.phase.ended


def _dropped(job: Job, fault: FaultCode) -> Job:
    waiting = job.progress.phase is JobPhase.WAITING
    return replace(job, progress=Progress(JobPhase.FAILED, 0, fault)) if waiting else job


def _abandoned(visit: Visit, jobs: tuple[Job, ...], fault: FaultCode) -> tuple[Effect, ...]:
    waiting = (job for job in jobs if job.progress.phase is JobPhase.WAITING)
    return tuple(Abandon(visit.number, job.document.ticket, fault) for job in waiting)


def _no_news(visit: Visit, state: Printing) -> Step:
    """Nobody answers for the printer any more: cancel, and say that its end is unknown."""
    lost = Progress(JobPhase.UNKNOWN, None, FaultCode.PRINT_UNKNOWN)
    cancel = tuple(CancelPrint(visit.number, job.document.ticket) for job in state.jobs if _under_way(job))
    abandoned = _abandoned(visit, state.jobs, FaultCode.PRINT_UNKNOWN)
    jobs = tuple(replace(job, progress=lost) if _under_way(job) else job for job in state.jobs)
    jobs = tuple(_dropped(job, FaultCode.PRINT_UNKNOWN) for job in jobs)
    return _ended(visit, replace(state, jobs=jobs), (*cancel, *abandoned))


def _remedy(visit: Visit, state: Printing | Printed) -> Step:
    """Print a slip without asking where it serves: once every remedy is known, for a code or for what comes later."""
    bad = {job.document.ticket for job in state.jobs if job.progress.phase is not JobPhase.PRINTED}
    told = {ticket for ticket, _ in state.remedies}
    later = any(order.later is not None and not order.later.delivered for order in state.orders)
    serves = bad <= told and (later or any(offer.code for _, offer in state.remedies))
    if isinstance(state, Printed) and serves and state.slip is SlipState.NOT_ASKED and visit.offer.slips:
        return _print_slip(visit, state)
    return replace(visit, state=state), ()


def _print_slip(visit: Visit, state: Printed) -> Step:
    wish = PrintSlip(visit.number, state.jobs, state.remedies, state.orders)
    return replace(visit, state=replace(state, slip=SlipState.PRINTING)), (wish,)


def _not_taken(visit: Visit) -> Step:
    """Printed, says the device, but no paper, says the resident: the counter helps."""
    return replace(visit, state=NotTaken()), letting_go(visit)


def _unanswered(visit: Visit, state: Printed) -> Step:
    """No answer is not a yes: whatever may lie in the tray is asked for at the next visit."""
    after, effects = leave(visit)
    may_lie = visit.paper_left or any(job.progress.may_lie for job in state.jobs)
    return replace(after, paper_left=may_lie and visit.tray is not TrayView.EMPTY), effects
