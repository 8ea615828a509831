"""What a visit puts on a slip: each document's ending, its ticket in short, and the code that mends it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from config.settings import Settings
from hardware.devices import Slip
from kiosk_app.effects import PrintSlip
from kiosk_app.visit import Job, JobPhase, Later, Order, RemedyOffer
from printing.receipt import Reprint, SlipDocument, lay_out, spelled_out

# Enough of a ticket's UUID to find it at the counter, short enough to read aloud.
_TICKET_CHARACTERS = 8

_OUTCOMES = {
    JobPhase.PRINTED: "Afgedrukt.",
    JobPhase.UNKNOWN: "We weten niet of dit is afgedrukt.",
}
# In the contract's words; one that this kiosk does not know promises nothing.
_NOTICES = defaultdict(str, {"eBox": "Er komt bericht in de eBox.", "letter": "Er komt een brief als het klaar is."})
_PLACES = defaultdict(
    lambda: "De balie helpt verder.",
    {
        "kiosk": "Ophalen kan hier, met de identiteitskaart.",
        "counter": "Ophalen kan aan de balie.",
        "eBox": "Lezen kan in de eBox.",
    },
)


def slip_of(wish: PrintSlip, settings: Settings) -> Slip:
    """Lay out the slip of a visit. Nothing on it names anybody."""
    remedies = dict(wish.remedies)
    documents = (
        *(_document(job, remedies.get(job.document.ticket)) for job in wish.jobs),
        *(_later(order, order.later) for order in wish.orders if order.later is not None),
    )
    return lay_out(settings.town.name, settings.kiosk, settings.town.now(), documents)


def _later(order: Order, later: Later) -> SlipDocument:
    """Say what happens next to a document that comes another day, or another way."""
    if later.delivered:
        outcome = "Staat in de eBox: ebox.belgium.be."
    else:
        day = spelled_out(date.fromisoformat(later.expected_on)) if later.expected_on else ""
        until = f" Klaar tegen {day}." if day else ""
        outcome = f"Aangevraagd.{until} {_NOTICES[later.notice]} {_PLACES[later.collect_at]}"
    return SlipDocument(order.product.title, outcome, _short(order.ticket))


def _short(ticket: UUID) -> str:
    return str(ticket)[:_TICKET_CHARACTERS].upper()


def _document(job: Job, remedy: RemedyOffer | None) -> SlipDocument:
    outcome, copies = _OUTCOMES.get(job.progress.phase, "Niet afgedrukt."), job.document.copies
    if job.progress.phase is JobPhase.PRINTED and copies > 1:
        outcome = f"Afgedrukt: {copies} exemplaren."
    return SlipDocument(job.document.product.title, outcome, _short(job.document.ticket), _reprint(remedy))


def _reprint(remedy: RemedyOffer | None) -> Reprint | None:
    if remedy is None or remedy.code is None:
        return None
    until = date.fromisoformat(remedy.valid_until) if remedy.valid_until else None
    return Reprint(remedy.code, until)
