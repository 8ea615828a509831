"""The audit trail: what happened, found by comparing a visit before and after a step, in one place.

A line has typed fields and no others, so that no person fits in it. Each row hashes the one before: a row that was
changed or taken out breaks the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa

from hardware.faults import FaultCode
from kiosk_app import chain
from kiosk_app.defects import About, KeepDefect
from kiosk_app.doors import Collect, DoorFailed, DoorGranted, DoorOpened, DoorShut, OpenDoor, SettleDoor
from kiosk_app.effects import Abandon, Effect, OpenCode, OrderDocument, Print, SignChallenge, SignOnReader
from kiosk_app.events import (
    BackEndFailed,
    CardFailed,
    CodeOpened,
    DocumentReady,
    Event,
    JobChanged,
    OrderFailed,
    OrderTaken,
    PaperGone,
    PaperTaken,
    PinFailed,
    SignedIn,
    SlipEnded,
)
from kiosk_app.health import Part
from kiosk_app.maintenance.work import BrokenOff, Row
from kiosk_app.store import Store
from kiosk_app.tables import audit
from kiosk_app.tray import was_emptied
from kiosk_app.visit import Channel, Notice, Portal, Printed, Visit


class What(Enum):
    """What can be written down."""

    STARTED = "kioskStarted"
    MEMORY_ANEW = "memoryBegunAnew"
    VISIT_BEGAN = "visitBegan"
    VISIT_ENDED = "visitEnded"
    PIN_TRIED = "pinTried"
    PIN_REFUSED = "pinRefused"
    SIGNED_IN = "signedIn"
    REFUSED = "refused"
    CODE_TRIED = "codeTried"
    CODE_OPENED = "codeOpened"
    ORDERED = "documentOrdered"
    PAPER_WANTED = "paperWanted"
    EBOX_WANTED = "eBoxWanted"
    COMES_LATER = "documentComesLater"
    UNSEALED = "documentUnsealed"
    ORDER_FAILED = "orderFailed"
    ABANDONED = "documentAbandoned"
    PRINT_BEGAN = "printBegan"
    PRINT_ENDED = "printEnded"
    PAPER_TAKEN = "paperTaken"
    PAPER_MISSING = "paperMissing"
    PAPER_GONE = "paperGone"
    PAPER_LEFT = "paperLeft"
    SLIP_FAILED = "slipFailed"
    DOOR_WANTED = "doorWanted"
    DOOR_GRANTED = "doorGranted"
    DOOR_ASKED = "doorAsked"
    DOOR_OPENED = "doorOpened"
    DOOR_FAILED = "doorFailed"
    DOOR_SHUT = "doorShut"
    DOOR_SETTLED = "doorSettled"
    DEFECT_CARD = "defectCard"
    DEFECT_PAPER = "defectPaper"
    DEFECT_COMPARTMENT = "defectCompartment"
    DEFECT_MACHINE = "defectMachine"
    DEFECT_SCREEN = "defectScreen"
    DEFECT_OTHER = "defectOther"
    OFFER_CHANGED = "offerChanged"
    PART_CHANGED = "partChanged"
    STAFF_CARD_IN = "staffCardIn"
    STAFF_ENTERED = "staffEntered"
    STAFF_REFUSED = "staffRefused"
    STAFF_CODE_WRONG = "staffCodeWrong"
    STAFF_CODE_USED = "staffCodeUsed"
    STAFF_LEFT = "staffLeft"
    TEST_BEGAN = "testBegan"
    TEST_STOPPED = "testStopped"
    TEST_PASSED = "testPassed"
    TEST_FAILED = "testFailed"
    REPORT_MADE = "reportMade"
    PRINTER_TRIED = "printerTried"
    PRINTER_CHOSEN = "printerChosen"
    PRINTER_RETURNED = "printerReturned"
    FILLED = "filled"
    CLEANED = "cleaned"
    CLOSED = "closed"
    OPENED = "opened"
    RESTART_ASKED = "restartAsked"
    REBOOT_ASKED = "rebootAsked"
    SECOND_CARD = "secondCardShown"
    STAFF_DOOR = "staffDoorAsked"
    STAFF_DOOR_FAILED = "staffDoorFailed"
    PUT_IN = "thingPutIn"
    TAKEN_BACK = "thingTakenBack"
    LOOKED_INTO = "compartmentLookedInto"
    NOTHING_DONE = "nothingDone"
    STOCK_TAKEN = "stockTaken"
    WORK_FAILED = "workFailed"
    PAIRED = "pairedWithFleet"
    STICK_TAKEN = "settingsFromStick"
    EXPORTED = "logExported"
    ERRAND_FAILED = "errandFailed"
    COMMAND_RESTART = "commandRestart"
    COMMAND_REBOOT = "commandReboot"
    COMMAND_CLOSE = "commandOutOfService"
    COMMAND_OPEN = "commandInService"
    COMMAND_TEST = "commandSelfTest"
    COMMAND_PRINT = "commandTestPrint"
    COMMAND_LOGS = "commandCollectLogs"
    COMMAND_DONE = "commandDone"
    COMMAND_FAILED = "commandFailed"
    COMMAND_CUT_OFF = "commandCutOff"
    COMMAND_LATE = "commandLate"


# The law has the kiosk ask; what was answered is kept, and who answered is not.
_CHANNELS = {Channel.PAPER: What.PAPER_WANTED, Channel.EBOX: What.EBOX_WANTED}
# What a resident reported.
_DEFECTS = {
    About.CARD: What.DEFECT_CARD,
    About.PAPER: What.DEFECT_PAPER,
    About.COMPARTMENT: What.DEFECT_COMPARTMENT,
    About.MACHINE: What.DEFECT_MACHINE,
    About.SCREEN: What.DEFECT_SCREEN,
    About.OTHER: What.DEFECT_OTHER,
}


@dataclass(frozen=True)
class AuditLine:
    """One fact. `ticket` is a random number, `staff` a card by its name in the settings; nothing names a resident."""

    what: What
    visit: int | None = None
    ticket: UUID | None = None
    fault: FaultCode | None = None
    part: Part | None = None
    staff: str | None = None


def audit_lines(before: Visit, event: Event, after: Visit, effects: tuple[Effect, ...]) -> Iterator[AuditLine]:
    """Give what is worth remembering of one step."""
    number = after.number
    if before.number != number:
        if not isinstance(before.state, Portal):  # the next resident did not wait for the goodbye to go
            yield AuditLine(What.VISIT_ENDED, before.number)
        yield AuditLine(What.VISIT_BEGAN, number)
    if before.offer != after.offer:
        yield AuditLine(What.OFFER_CHANGED, fault=after.offer.documents)
    yield from _of_event(event, number)
    if was_emptied(before, event):
        yield AuditLine(What.PAPER_TAKEN if isinstance(before.state, Printed) else What.PAPER_GONE, number)
    if after.paper_left and not before.paper_left:
        yield AuditLine(What.PAPER_LEFT, number)
    for effect in effects:
        yield from _of_effect(effect)
    if isinstance(after.state, Notice) and before.state != after.state:
        yield AuditLine(What.REFUSED, number, fault=after.state.fault)
    if isinstance(after.state, Portal) and not isinstance(before.state, Portal):
        yield AuditLine(What.VISIT_ENDED, number)


def _of_event(event: Event, number: int) -> Iterator[AuditLine]:
    match event:
        case PinFailed(visit):
            yield AuditLine(What.PIN_REFUSED, visit)
        case SignedIn(visit) if visit == number:
            yield AuditLine(What.SIGNED_IN, visit)
        case CodeOpened(visit) if visit == number:
            yield AuditLine(What.CODE_OPENED, visit)
        case OrderTaken(visit, ticket):
            yield AuditLine(What.COMES_LATER, visit, ticket)
        case DocumentReady(visit, document) if document.unsealed:
            yield AuditLine(What.UNSEALED, visit, document.ticket, FaultCode.DOCUMENT_SEAL)
        case OrderFailed(visit, ticket, fault):
            yield AuditLine(What.ORDER_FAILED, visit, ticket, fault)
        case JobChanged(visit, ticket, progress) if progress.phase.ended:
            yield AuditLine(What.PRINT_ENDED, visit, ticket, progress.fault)
        case PaperTaken(yes):
            yield AuditLine(What.PAPER_TAKEN if yes else What.PAPER_MISSING, number)
        case PaperGone():
            yield AuditLine(What.PAPER_GONE, number)
        case SlipEnded(visit, printed=False):
            yield AuditLine(What.SLIP_FAILED, visit)
        case DoorGranted(visit, ticket):
            yield AuditLine(What.DOOR_GRANTED, visit, ticket)
        case DoorOpened(visit, ticket):
            yield AuditLine(What.DOOR_OPENED, visit, ticket)
        case DoorFailed(visit, ticket, fault):
            yield AuditLine(What.DOOR_FAILED, visit, ticket, fault)
        case DoorShut(visit, ticket):
            yield AuditLine(What.DOOR_SHUT, visit, ticket)
        case CardFailed(visit, fault) | BackEndFailed(visit, fault):
            yield AuditLine(What.WORK_FAILED, visit, fault=fault)
        case _:
            return


def _of_effect(effect: Effect) -> Iterator[AuditLine]:
    match effect:
        case SignChallenge(visit) | SignOnReader(visit):
            yield AuditLine(What.PIN_TRIED, visit)
        case OpenCode(visit):
            yield AuditLine(What.CODE_TRIED, visit)
        case OrderDocument(visit, ticket, _, details):
            yield AuditLine(What.ORDERED, visit, ticket)
            if details.channel is not None:
                yield AuditLine(_CHANNELS[details.channel], visit, ticket)
        case Print(visit, document):
            yield AuditLine(What.PRINT_BEGAN, visit, document.ticket)
        case Abandon(visit, ticket, fault):
            yield AuditLine(What.ABANDONED, visit, ticket, fault)
        case KeepDefect(visit, about):
            yield AuditLine(_DEFECTS[about], visit)
        case Collect(visit, thing):
            yield AuditLine(What.DOOR_WANTED, visit, thing.ticket)
        case OpenDoor(visit, ticket):
            yield AuditLine(What.DOOR_ASKED, visit, ticket)
        case SettleDoor(visit, ticket, _, fault):
            yield AuditLine(What.DOOR_SETTLED, visit, ticket, fault)
        case _:
            return


# Maintenance, and the start after it, are among the latest rows; an older one was long forgotten.
_LOOKED_BACK = 200
# How maintenance ends; what is begun in it, and how that ends.
_LEAVES = {one.value for one in (What.STAFF_LEFT, What.RESTART_ASKED, What.REBOOT_ASKED)}
_BEGUN = {one.value for one in (What.TEST_BEGAN, What.PRINTER_TRIED, What.STAFF_DOOR)}
_DONE = {
    one.value
    for one in (
        *(What.TEST_PASSED, What.TEST_FAILED, What.TEST_STOPPED),
        *(What.PUT_IN, What.TAKEN_BACK, What.LOOKED_INTO, What.NOTHING_DONE, What.STAFF_DOOR_FAILED),
    )
}


class AuditTrail:
    """Appends lines to the chain and checks it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, *lines: AuditLine) -> None:
        """Write lines in order, each hashed with the row before it, all in one transaction."""
        if not lines:
            return
        with self._store.transaction() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # a terminal may write beside the kiosk: one link at a time
            last = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(1)).first()
            number, previous = (last.number, last.hash) if last else (0, chain.FIRST)
            for line in lines:
                number += 1
                row = _row(number, line, previous)
                previous = str(row["hash"])
                connection.execute(sa.insert(audit).values(**row))

    def head(self) -> tuple[int, str] | None:
        """Give the number and the hash of the last row; None where nothing was ever written down."""
        with self._store.transaction() as connection:
            last = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(1)).first()
        return (last.number, last.hash) if last else None

    def refilled_at(self) -> datetime | None:
        """Give the moment at which the printer last had paper again; None when it never ran out, or is empty now.

        Somebody of staff may also have said that it was filled.
        """
        told = audit.c.what.in_((What.PART_CHANGED.value, What.FILLED.value))
        query = sa.select(audit.c.at, audit.c.fault, audit.c.what).where(audit.c.part == Part.PRINTER.value, told)
        after = None
        with self._store.transaction() as connection:  # no further back than the last time that it ran out
            for row in connection.execute(query.order_by(audit.c.number.desc())):
                if row.fault == FaultCode.PAPER_EMPTY.value:
                    return datetime.fromisoformat(after) if after else None
                if row.what == What.FILLED.value:
                    return datetime.fromisoformat(row.at)
                after = row.at
        return None

    def since(self, part: Part, fault: FaultCode) -> datetime | None:
        """Give when a part began to be wrong in this way, as it is written down; None where its last row says other."""
        told = audit.c.part == part.value, audit.c.what == What.PART_CHANGED.value
        query = sa.select(audit.c.at, audit.c.fault).where(*told)
        began = None
        with self._store.transaction() as connection:
            for row in connection.execute(query.order_by(audit.c.number.desc())):
                if row.fault != fault.value:
                    break
                began = row.at
        return datetime.fromisoformat(began) if began else None

    def last_at(self) -> datetime | None:
        """Give the latest moment that was ever written down."""
        with self._store.transaction() as connection:
            last = connection.execute(sa.select(sa.func.max(audit.c.at))).scalar()
        return datetime.fromisoformat(last) if last else None

    def entered_before(self) -> datetime | None:
        """Give when somebody of staff came in the time before this one."""
        query = sa.select(audit.c.at).where(audit.c.what == What.STAFF_ENTERED.value)
        with self._store.transaction() as connection:
            found = connection.execute(query.order_by(audit.c.number.desc()).limit(2)).all()
        return datetime.fromisoformat(found[1].at) if len(found) > 1 else None

    def broken_off(self) -> BrokenOff | None:
        """Give the maintenance that nobody ended before the last start; None once somebody came after it and left."""
        last, started, over = None, False, False
        for row in self.latest(_LOOKED_BACK):
            if row.what in _LEAVES:
                return None
            started = started or row.what == What.STARTED.value
            if not started or not row.staff:
                continue
            last = last or row
            over = over or row.what in _DONE
            if row.what in _BEGUN and not over:
                return BrokenOff(row.staff, last.at, row.what, row.part)
            if row.what == What.STAFF_ENTERED.value:
                return BrokenOff(row.staff, last.at)
        return None

    def latest(self, number: int) -> tuple[Row, ...]:
        """Give the latest rows, newest first."""
        with self._store.transaction() as connection:
            found = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(number)).all()
        return tuple(
            Row(r.number, datetime.fromisoformat(r.at), r.what, r.part or "", r.fault or "", r.staff or "")
            for r in found
        )

    def chain(self, most: int) -> list[dict[str, object]]:
        """Give the latest rows as they are written, hash and all, oldest first."""
        with self._store.transaction() as connection:
            found = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(most)).mappings().all()
        return [dict(row) for row in reversed(found)]

    def broken_at(self) -> int | None:
        """Give the number of the first row that does not fit the chain; None when all do."""
        return chain.broken_at(self._store.file)


def _row(number: int, line: AuditLine, previous: str) -> dict[str, object]:
    row: dict[str, object] = {
        "number": number,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "what": line.what.value,
        "visit": line.visit,
        "ticket": str(line.ticket) if line.ticket else None,
        "fault": line.fault.value if line.fault else None,
        "part": line.part.value if line.part else None,
        "staff": line.staff,
        "previous": previous,
    }
    return {**row, "hash": chain.hash_of(row)}
