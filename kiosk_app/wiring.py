"""The one place that knows everybody: a constructor call here is the wiring of a kiosk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from config.checkin import InForce
from config.settings import BackEnd, Lockers, Printer, Settings, Speech
from hardware import devices
from hardware.credentials import StaffCardReader
from hardware.devices import Status
from hardware.doors import LockerBank
from hardware.faults import FaultCode
from hardware.paper_sensor import EvdevPaperSensor
from hardware.sound import Speaker
from kiosk_app.audit import AuditLine, AuditTrail, What, audit_lines
from kiosk_app.back_end_worker import BackEndWorker
from kiosk_app.card_worker import CardWorker
from kiosk_app.closing import Closings
from kiosk_app.commanded import Commands
from kiosk_app.core import Core, Loop
from kiosk_app.defect_book import DefectBook
from kiosk_app.defect_worker import DefectCalls, DefectWorker
from kiosk_app.door_book import DoorBook
from kiosk_app.door_calls import DoorCalls
from kiosk_app.door_worker import DoorWorker
from kiosk_app.effects import CheckStaffCode, Effect, SignChallenge
from kiosk_app.errand_worker import ErrandWorker
from kiosk_app.events import Event, OfferChanged, PaperFound
from kiosk_app.export import sealed
from kiosk_app.foresight import Foresight
from kiosk_app.hand import Hand, Looks
from kiosk_app.health import HealthBook, Part
from kiosk_app.journal import Journal
from kiosk_app.keypad_worker import KeypadWorker
from kiosk_app.lent import LentJack, LentKeypad, LentScanner
from kiosk_app.machine_worker import MachineWorker
from kiosk_app.maintenance.gate import Gate
from kiosk_app.makers import (
    Lent,
    PrinterMakers,
    SiteMakers,
    card_reader,
    code_scanner,
    headset_jack,
    keypad,
    locker_bank,
    locker_doors,
    page_printer,
    paper_wish,
    slip_printer,
    speaker,
    staff_reader_or_none,
)
from kiosk_app.means import SiteMeans
from kiosk_app.overview import Overview
from kiosk_app.paper_sensor_worker import PaperSensorWorker
from kiosk_app.part_book import PartBook
from kiosk_app.print_worker import PrintWorker, SlipWorker
from kiosk_app.printer_choice import PrinterChoice
from kiosk_app.printer_desk import PrinterDesk
from kiosk_app.scanner_worker import ScannerWorker
from kiosk_app.slip import slip_of
from kiosk_app.speech_worker import HeadsetWorker, SpeechWorker
from kiosk_app.staff_audit import staff_lines
from kiosk_app.staff_book import StaffBook
from kiosk_app.staff_doors import StaffDoors
from kiosk_app.staff_worker import StaffWorker
from kiosk_app.store import store_in
from kiosk_app.storing_calls import StoringCalls
from kiosk_app.teller import Teller
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.tray import says_it_is_empty
from kiosk_app.trials import Trials
from kiosk_app.upkeep import Upkeep
from kiosk_app.visit import Visit
from kiosk_app.worker import Worker
from kiosk_app.workshop import SiteWorkshop
from printing.document_check import DocumentChecker
from printing.job import PrintRun
from printing.seal_rule import SealRule

log = logging.getLogger(__name__)


class Kiosk:
    """A whole kiosk without a screen: its visit, its memory and its workers. A device that is not there is left out."""

    def __init__(self, settings: Settings, loop: Loop) -> None:
        self._loop = loop
        self._store = store_in(settings.data)
        self._trail = AuditTrail(self._store)
        self._teller: Teller | None = None
        self._foresight: Foresight | None = None
        self._scribe = Worker("audit")  # a commit takes up to 20 ms on a kiosk's disk: never on the screen's thread
        self.journal = Journal(self._store)
        self.core = Core(loop, self, settings.timeouts)
        self.core.listen(self._write_down)
        self._card: CardWorker | None = None
        self._back_end: BackEndWorker | None = None
        self._hands: list[Hand] = []
        self._longest = settings.timeouts.print_net
        self._doors, self._acts = DoorBook(self._store), StaffBook(self._store)
        self._defects = DefectBook(self._store)
        self._hands.append(DefectWorker(self._defects, self.core.post, self._report))
        self._bank = locker_bank(settings.lockers) if settings.lockers is not None else None
        self._lent = Lent()
        self._lent.bank = self._bank
        if settings.back_end is not None:
            self._add_back_end(settings.back_end, settings.lockers)
        staff = staff_reader_or_none(settings)
        if settings.card_reader is not None and (settings.back_end is not None or staff is not None):
            origin = settings.back_end.origin if settings.back_end is not None else ""
            self._add_reader(settings.card_reader.name, origin, settings.timeouts.pin_on_reader, staff)
        self._add_senses(settings)
        self.speaker: Speaker | None = None
        if settings.speech is not None:
            self._add_speech(settings.speech)
        if settings.lockers is not None and self._bank is not None:
            self._add_lockers(settings.lockers, self._bank)
        self._desk: PrinterDesk | None = None
        if settings.printer is not None:
            self._add_printer(settings.printer, settings)
        if settings.receipt_printer is not None:
            self._add_receipt_printer(settings)
        # Taken in at once: a reader that is lost says why before it says that the card is gone.
        self._have = parts = self._parts(settings)
        self.health = HealthBook(parts, lambda offer: self.core.take(OfferChanged(offer)))
        self._book = PartBook(self._store)
        self._overview = Overview(lambda: dict(self.health.statuses), parts, self._trail)
        self._closings = Closings(self._store)
        self._staff: StaffWorker | None = None
        makers = SiteMakers(settings, self._store, self._lent)
        if staff is not None:
            self._add_staff(staff, settings, makers)
        self._add_fleet(settings, makers)
        self._add_machine(settings)

    def start(self) -> None:
        """Let every worker begin. Call it on the loop's thread."""
        self._scribe.start()
        self._scribe.submit(self._book.begin)
        self._audit(AuditLine(What.STARTED))
        self.health.start()
        anew = self._trail.head() is None and self._store.was_damaged
        if anew:
            self._audit(AuditLine(What.MEMORY_ANEW))
        # The last run ended before anyone said that it was taken; or what it wrote of that cannot be read.
        if anew or self.journal.paper_may_lie():
            self.core.take(PaperFound())
        for hand in self._hands:
            hand.start()

    def tell_in(self, file: Path, settings: Settings) -> None:
        """From now on, write there what the agent may know, at each `tell`; and count for the town."""
        self._teller = Teller(file, settings, self._scribe.submit, self._trail)
        self.core.listen(self._teller.figures.saw)

    def obey_in(self, told: Path) -> None:
        """From now on, do what the agent lays down in its folder, at each `obey`."""
        self._commands.listen_in(told)

    def ask_in(self, said: Path, told: Path) -> None:
        """From now on, ask the agent in the one folder, and hear it in the other; so for a stick and a reboot."""
        self._means.said = said
        self._errands.connect(told, said)

    def obey(self) -> None:
        """Take what an operator commands. Call it on the loop's thread, between visits."""
        self._commands.look()

    def tell(self, in_force: InForce, settings: Settings) -> None:
        """Say how this kiosk does, to its agent; `settings` as they are shown. Call it on the loop's thread."""
        if self._teller is not None:
            statuses = {part: status for part, status in self.health.statuses.items() if part in self._have}
            offers = self.health.offer.documents is None or Part.PRINTER not in self._have
            left = self._foresight.latest if self._foresight is not None else ()
            self._teller.tell(statuses, in_force, settings, self._commands.results, left, offers=offers)

    @property
    def held_up(self) -> bool:
        """Whether a worker has been at one thing for longer than the longest job that is healthy."""
        return self._scribe.stuck(self._longest) or any(hand.stuck(self._longest) for hand in self._hands)

    def stop(self) -> None:
        """End every worker and close the memory."""
        for hand in reversed(self._hands):
            hand.stop()
        if self._teller is not None:
            self._teller.figures.keep()
        self._scribe.stop()
        self._store.close()

    # --- Hands -----------------------------------------------------------------------------------------------------

    def do(self, effect: Effect) -> None:
        """Give an effect to whoever does it."""
        for hand in self._hands:
            hand.do(effect)

    def sign(self, effect: SignChallenge, pin: bytearray) -> None:
        """Give the PIN to the card's worker, and to nobody else."""
        if self._card is not None:
            self._card.sign(effect, pin)

    def check_code(self, effect: CheckStaffCode, code: bytearray) -> None:
        """Give a code of staff to the gate, and to nobody else."""
        if self._staff is not None:
            self._staff.check_code(effect, code)

    # --- the parts -------------------------------------------------------------------------------------------------

    @staticmethod
    def _parts(settings: Settings) -> set[Part]:
        have = {
            Part.BACK_END: settings.back_end,
            Part.CARD_READER: settings.back_end and settings.card_reader,
            Part.PRINTER: settings.printer,
            Part.RECEIPT_PRINTER: settings.receipt_printer,
            Part.KEYPAD: settings.keypad,
            Part.PAPER_SENSOR: settings.paper_sensor,
            Part.SCANNER: settings.scanner,
            Part.LOCKERS: settings.lockers,
            Part.SPEECH: settings.speech,
            Part.HEADSET: settings.speech and settings.speech.jack,
            Part.MACHINE: settings.kiosk,
        }
        return {part for part, setting in have.items() if setting is not None}

    def _add_back_end(self, back_end: BackEnd, lockers: Lockers | None) -> None:
        client = TownHallClient(back_end)
        storing = None
        if lockers is not None and self._bank is not None:
            storing = StoringCalls(client, self._acts, (self._bank, locker_doors(lockers)), self.core.post)
        self._back_end = BackEndWorker(
            client,
            DocumentChecker(back_end.seal_ca),
            self.journal,
            self.core.post,
            self._noter(Part.BACK_END),
            lambda product: SealRule(back_end.seal_for(product).value),
            DoorCalls(client, self._doors, storing),
            DefectCalls(client, self._defects),
        )
        self._hands.append(self._back_end)

    def _add_senses(self, settings: Settings) -> None:
        """Add what keys, scanner and slot tell."""
        if settings.keypad is not None:
            keys = self._lent.keypad = LentKeypad(keypad(settings.keypad))
            self._hands.append(KeypadWorker(keys, self.core.press, self._noter(Part.KEYPAD)))
        if settings.paper_sensor is not None:
            told = settings.paper_sensor
            sensor = EvdevPaperSensor(told.device, told.code, inverted=told.inverted)
            self._hands.append(PaperSensorWorker(sensor, self.core.post, self._noter(Part.PAPER_SENSOR)))
        if settings.scanner is not None:
            scanner = self._lent.scanner = LentScanner(code_scanner(settings.scanner))
            self._hands.append(ScannerWorker(scanner, self.core.post, self._noter(Part.SCANNER)))

    def _add_speech(self, setting: Speech) -> None:
        from hardware.speech import Recordings

        self.speaker = speaker(setting, Recordings(setting.recordings))
        self._hands.append(SpeechWorker(self.speaker, self.core.post, self._noter(Part.SPEECH)))
        if setting.jack is not None:
            jack = self._lent.jack = LentJack(headset_jack(setting.jack))
            self._hands.append(HeadsetWorker(jack, self.core.post, self._noter(Part.HEADSET)))

    def _add_reader(self, name: str, origin: str, typing: float, staff: StaffCardReader | None) -> None:
        note = self._noter(Part.CARD_READER)
        self._card = CardWorker(card_reader(name), origin, self.core.post, note, typing, staff)
        self._hands.append(self._card)

    def _add_printer(self, setting: Printer, settings: Settings) -> None:
        choice, waits = PrinterChoice(self._store, setting), settings.timeouts

        def made() -> tuple[devices.Printer, PrintRun]:
            printer = page_printer(choice.now)
            waiting = {"paper_wait": waits.paper_wait, "print_silence": waits.print_silence}
            return printer, PrintRun(printer, self.journal, **waiting)

        note = self._noter(Part.PRINTER)

        def noted(status: Status) -> None:
            note(status)
            foresight.noted(status)

        wish_for = partial(paper_wish, setting)
        worker = PrintWorker(*made(), self.journal, self.core.post, noted, self._report, wish_for)
        self._foresight = foresight = Foresight(self._store, setting, worker.facts)
        self._hands.append(worker)
        makers = PrinterMakers(setting)
        self._desk = PrinterDesk(choice, makers, settings.data, lambda: worker.exchange(*made()))

    def _add_lockers(self, setting: Lockers, bank: LockerBank) -> None:
        doors, note = locker_doors(setting), self._noter(Part.LOCKERS)
        self._hands.append(DoorWorker(bank, doors, self._doors, self.core.post, note, self._report))
        if self._back_end is not None:
            self._hands.append(StaffDoors(bank, doors, self._acts, self.core.post, self._back_end.tell_act))

    def _report(self) -> None:
        """Have the back end hear what it has not, where there is one."""
        if self._back_end is not None:
            self._back_end.report()

    def _add_receipt_printer(self, settings: Settings) -> None:
        if settings.receipt_printer is None:
            return
        printer = slip_printer(settings.receipt_printer)
        layout = partial(slip_of, settings=settings)
        self._hands.append(SlipWorker(printer, layout, self.core.post, self._noter(Part.RECEIPT_PRINTER)))

    def _add_staff(self, card: StaffCardReader, settings: Settings, makers: SiteMakers) -> None:
        trials, told = Trials(self._store), self._overview.told
        memory = self._trail, trials, self.journal
        workshop = SiteWorkshop(
            settings, makers, card, memory, told, self._look_at_closing, self._look_soon, self._desk
        )
        gate = Gate(self._store, settings.staff, lambda: datetime.now(ZoneInfo(settings.town.time_zone)))
        self._staff = StaffWorker(gate, card, (self._trail, trials, self._closings), told, workshop, self.core.post)
        self._hands.append(self._staff)

    def _add_fleet(self, settings: Settings, makers: SiteMakers) -> None:
        """Add what is commanded from afar, and what staff asks of the agent."""
        export = partial(sealed, settings.kiosk, self._trail, settings.operator)
        self._means, book = SiteMeans(settings, makers, export), (settings.data, self._closings)
        self._commands = Commands(settings.kiosk, self._means, book, self._look_at_closing, self._audit_from_afar)
        self._errands = ErrandWorker(settings.kiosk, export, self.core.post)
        self._hands += [self._commands, self._errands]

    def _add_machine(self, settings: Settings) -> None:
        self.on_damage: Callable[[], None] = lambda: None  # called on the loop's thread: the memory is damaged
        upkeep = Upkeep(self._store, lambda: self._loop.call_soon(self.on_damage))
        told = self._noter(Part.MACHINE), self._look_at_closing, upkeep
        self._hands.append(MachineWorker(settings.data, settings.back_end, self._trail, *told))

    def _look_soon(self) -> None:
        """Have every device that is asked asked now."""
        for hand in self._hands:
            if isinstance(hand, Looks):
                hand.look_soon()

    def _look_at_closing(self) -> None:
        """See whether the kiosk is out of service on purpose: on the thread of whoever asks, never the screen's."""
        why = FaultCode.OUT_OF_SERVICE if self._closings.now(datetime.now(UTC)) is not None else None
        self._loop.call_soon(lambda: self.health.close(why))

    def _noter(self, part: Part) -> Callable[[Status], None]:
        """Give the way for a worker to tell how its part does: written on the loop's thread."""
        return lambda status: self._loop.call_soon(lambda: self._note(part, status))

    def _note(self, part: Part, status: Status) -> None:
        if self.health.statuses[part] != status:
            fault = status.faults[0] if status.faults else None
            self._audit(AuditLine(What.PART_CHANGED, part=part, fault=fault))
            self._scribe.submit(partial(self._book.note, part, status))
        self._overview.noted(part, status)
        self.health.note(part, status)
        if self._staff is not None:
            self._staff.tell()

    def _write_down(self, before: Visit, event: Event, after: Visit, effects: tuple[Effect, ...]) -> None:
        if says_it_is_empty(before, event):
            self._scribe.submit(self.journal.taken)
        self._audit(*audit_lines(before, event, after, effects), *staff_lines(before, event, after, effects))

    def _audit_from_afar(self, line: AuditLine) -> None:
        """Write down a line, from any thread."""
        self._loop.call_soon(lambda: self._audit(line))

    def _audit(self, *lines: AuditLine) -> None:
        if lines:
            if self._teller is not None:
                self._teller.count(lines)
            self._scribe.submit(partial(self._trail.append, *lines))
