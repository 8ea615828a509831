"""What a visit puts on a slip: each document's ending, its ticket in short, and the code that mends it."""

from __future__ import annotations

from datetime import date, datetime

from config.settings import Settings
from hardware.devices import Slip
from kiosk_app.effects import PrintSlip
from kiosk_app.visit import Job, JobPhase, RemedyOffer
from printing.receipt import Reprint, SlipDocument, lay_out

# Enough of a ticket's UUID to find it at the counter, short enough to read aloud.
_TICKET_CHARACTERS = 8

_OUTCOMES = {
    JobPhase.PRINTED: "Afgedrukt.",
    JobPhase.UNKNOWN: "We weten niet of dit is afgedrukt.",
}


def slip_of(wish: PrintSlip, settings: Settings) -> Slip:
    """Lay out the slip of a visit. Nothing on it names anybody."""
    remedies = dict(wish.remedies)
    documents = tuple(_document(job, remedies.get(job.document.ticket)) for job in wish.jobs)
    return lay_out(settings.town.name, settings.kiosk, datetime.now().astimezone(), documents)


def _document(job: Job, remedy: RemedyOffer | None) -> SlipDocument:
    ticket = str(job.document.ticket)[:_TICKET_CHARACTERS].upper()
    outcome = _OUTCOMES.get(job.progress.phase, "Niet afgedrukt.")
    return SlipDocument(job.document.product.title, outcome, ticket, _reprint(remedy))


def _reprint(remedy: RemedyOffer | None) -> Reprint | None:
    if remedy is None or remedy.code is None:
        return None
    until = date.fromisoformat(remedy.valid_until) if remedy.valid_until else None
    return Reprint(remedy.code, until)
