"""What maintenance leaves in the audit trail: who came in, who did not, what was done; found by comparing."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk_app.audit import AuditLine, What
from kiosk_app.effects import DoWork, Effect
from kiosk_app.events import Event, WorkAnswered
from kiosk_app.maintenance import happenings, wishes
from kiosk_app.maintenance.compartments import Deed
from kiosk_app.maintenance.errands import Ended, Errand, ErrandEnded
from kiosk_app.maintenance.work import CheckingCode, Cleaning, Refusal, Returning, Subject, Work
from kiosk_app.parts import Part
from kiosk_app.visit import StaffAtWork, Visit

_PARTS = {
    Subject.PRINTER: Part.PRINTER,
    Subject.RECEIPT: Part.RECEIPT_PRINTER,
    Subject.CARD_READER: Part.CARD_READER,
    Subject.LOCKERS: Part.LOCKERS,
    Subject.EACH_LOCK: Part.LOCKERS,
    Subject.SCANNER: Part.SCANNER,
    Subject.KEYPAD: Part.KEYPAD,
    Subject.SPEECH: Part.SPEECH,
    Subject.BACK_END: Part.BACK_END,
    Subject.NETWORK: Part.BACK_END,
    Subject.WATCHDOG: Part.MACHINE,
}
_DONE = {
    wishes.Open: What.OPENED,
    wishes.Close: What.CLOSED,
    wishes.Restart: What.RESTART_ASKED,
    wishes.Reboot: What.REBOOT_ASKED,
}
_ERRANDS = {Errand.PAIR: What.PAIRED, Errand.STICK: What.STICK_TAKEN, Errand.EXPORT: What.EXPORTED}
_DEEDS = {Deed.PUT_IN: What.PUT_IN, Deed.TAKE_BACK: What.TAKEN_BACK, Deed.CHECK: What.LOOKED_INTO}


def staff_lines(before: Visit, event: Event, after: Visit, effects: tuple[Effect, ...]) -> Iterator[AuditLine]:
    """Give what is worth remembering of one step, where staff has the kiosk."""
    was = before.state.work if isinstance(before.state, StaffAtWork) else None
    now = after.state.work if isinstance(after.state, StaffAtWork) else None
    work = was or now
    if work is None:
        return
    if was is None:
        yield AuditLine(What.STAFF_CARD_IN, after.number, staff=work.staff)
    elif isinstance(event, WorkAnswered):
        yield from _answered(was, event.what, after.number)
    if isinstance(now and now.page, Cleaning) and not isinstance(was and was.page, Cleaning):
        yield AuditLine(What.CLEANED, after.number, staff=work.staff)
    for effect in effects:
        if isinstance(effect, DoWork):
            yield from _wished(effect.wish, work.staff, after.number)
    if now is None and work.is_in:
        yield AuditLine(What.STAFF_LEFT, after.number, staff=work.staff)


def _answered(work: Work, what: object, number: int) -> Iterator[AuditLine]:
    match what:
        case happenings.LetIn() if isinstance(work.page, CheckingCode):
            yield AuditLine(What.STAFF_ENTERED, number, staff=work.staff)
        case happenings.NotLetIn(refusal):
            tried = isinstance(work.page, CheckingCode) and refusal in (Refusal.WRONG, Refusal.WAIT, Refusal.BLOCKED)
            used = refusal is Refusal.USED
            told = What.STAFF_CODE_WRONG if tried else What.STAFF_CODE_USED if used else What.STAFF_REFUSED
            yield AuditLine(told, number, staff=work.staff)
        case happenings.TestEnded(well) if not isinstance(work.page, Returning):
            subject = getattr(work.page, "subject", None)
            told = What.TEST_PASSED if well else What.TEST_FAILED
            yield AuditLine(told, number, part=_PARTS.get(subject) if subject else None, staff=work.staff)
        case ErrandEnded(errand, ended):
            yield AuditLine(_ERRANDS[errand] if ended is Ended.DONE else What.ERRAND_FAILED, number, staff=work.staff)
        case happenings.SecondProved(staff):
            yield AuditLine(What.SECOND_CARD, number, staff=staff)
        case happenings.StaffDoorFailed(act, fault):
            yield AuditLine(What.STAFF_DOOR_FAILED, number, act, fault, staff=work.staff)
        case happenings.ReportEnded(printed=True):
            yield AuditLine(What.REPORT_MADE, number, staff=work.staff)
        case _:
            return


def _wished(wish: wishes.Wish, staff: str, number: int) -> Iterator[AuditLine]:
    match wish:
        case wishes.NoteFilled(part):
            yield AuditLine(What.FILLED, number, part=part, staff=staff)
        case wishes.OpenFor(act):
            yield AuditLine(What.STAFF_DOOR, number, act.id, staff=staff)
        case wishes.Settle(act, found):
            yield AuditLine(_DEEDS[act.deed] if found is not None else What.NOTHING_DONE, number, act.id, staff=staff)
        case wishes.EndStockTaking(id_):
            yield AuditLine(What.STOCK_TAKEN, number, id_, staff=staff)
        case _ if type(wish) in _DONE:
            yield AuditLine(_DONE[type(wish)], number, staff=staff)
        case _:
            return
