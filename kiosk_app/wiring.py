"""The one place that knows everybody: a constructor call here is the wiring of a kiosk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from config.settings import BackEnd, Lockers, Printer, ReceiptPrinter, Scanner, ScannerKind, Settings, Speech
from hardware import devices
from hardware.credentials import CodeScanner, StaffCard, StaffCardReader
from hardware.cups import CupsPrinter
from hardware.devices import CardReader, Status
from hardware.doors import Door, LockerBank
from hardware.eid import EidReader
from hardware.escpos import EscPosPrinter
from hardware.keypad import EvdevKeypad
from hardware.paper_sensor import EvdevPaperSensor
from hardware.sound import HeadsetJack, Outlet, Speaker
from kiosk_app.audit import AuditLine, AuditTrail, What, audit_lines
from kiosk_app.back_end_worker import BackEndWorker
from kiosk_app.card_worker import CardWorker
from kiosk_app.check_printer import PrinterCheck
from kiosk_app.check_receipt import ReceiptCheck
from kiosk_app.check_speech import SpeechCheck
from kiosk_app.check_words import Say
from kiosk_app.core import Core, Loop
from kiosk_app.effects import Effect, SignChallenge
from kiosk_app.events import Event, OfferChanged, PaperFound
from kiosk_app.foresight import Foresight, foresee
from kiosk_app.health import HealthBook, Part
from kiosk_app.journal import Journal
from kiosk_app.keypad_worker import KeypadWorker
from kiosk_app.paper_sensor_worker import PaperSensorWorker
from kiosk_app.print_worker import PrintWorker, SlipWorker
from kiosk_app.scanner_worker import ScannerWorker
from kiosk_app.slip import slip_of
from kiosk_app.speech_worker import HeadsetWorker, SpeechWorker
from kiosk_app.store import Store
from kiosk_app.townhall_client import TownHallClient
from kiosk_app.tray import says_it_is_empty
from kiosk_app.visit import Visit
from kiosk_app.worker import Worker
from printing.document_check import DocumentChecker
from printing.job import PrintRun
from printing.pair import PrinterPair
from printing.seal_rule import SealRule

if TYPE_CHECKING:
    from hardware.speech import Recordings


class Hand(Protocol):
    """A worker: takes the effects that are its own, and lets the others pass."""

    def start(self) -> None:
        """Begin."""

    def do(self, effect: Effect) -> None:
        """Begin the work of an effect that is this worker's own."""

    def stuck(self, seconds: float) -> bool:
        """Say whether something has been waited for longer than that."""

    def stop(self) -> None:
        """End, and let go of the device."""


def card_reader(name: str) -> CardReader:
    """Give the driver of the first card reader whose name contains `name`."""
    return EidReader(name)


def page_printer(setting: Printer) -> devices.Printer:
    """Give the page printer; where the settings name a second one, both as one."""
    first = CupsPrinter(setting.queue, setting.device, setting.cups)
    if setting.second is None:
        return first
    return PrinterPair(first, CupsPrinter(setting.second.queue, setting.second.device, setting.cups))


def slip_printer(setting: ReceiptPrinter) -> EscPosPrinter:
    """Give the slip printer, wherever it is."""
    if setting.device is not None:
        return EscPosPrinter.on_cable(setting.device, setting.baud, logo=setting.logo)
    return EscPosPrinter(setting.host, setting.port, logo=setting.logo)


def paper_wish(setting: Printer, product: str) -> devices.PaperWish:
    """Say how the settings want a product on paper."""
    paper = setting.paper_for(product)
    return devices.PaperWish(paper.two_sided, paper.tray, paper.monochrome)


def printer_checks(settings: Settings, say: Say) -> list[PrinterCheck]:
    """Give a check for each page printer that the settings name."""
    first = settings.printer
    if first is None:
        return []
    named = [(first.queue, first.device)]
    if first.second is not None:
        named.append((first.second.queue, first.second.device))
    look_ahead = partial(foresee, setting=first, data=settings.data)
    return [
        PrinterCheck(CupsPrinter(queue, device, first.cups), device, queue, say, look_ahead) for queue, device in named
    ]


def receipt_checks(settings: Settings, say: Say) -> list[ReceiptCheck]:
    """Give a check for the slip printer that the settings name."""
    named = [settings.receipt_printer] if settings.receipt_printer is not None else []
    return [ReceiptCheck(slip_printer(p), str(p.device or f"{p.host}:{p.port}"), say) for p in named]


def code_scanner(setting: Scanner) -> CodeScanner:
    """Give the scanner, however it speaks."""
    from hardware.scanner import Form, KeyboardScanner, SerialScanner

    form = Form(setting.prefix, setting.suffix, setting.kinds)
    if setting.kind is ScannerKind.SERIAL:
        return SerialScanner(setting.device, setting.baud, form)
    return KeyboardScanner(setting.device, form)


def speaker(setting: Speech, recordings: Recordings) -> Speaker:
    """Give what speaks, where the settings want it heard."""
    from hardware.speech import EspeakSpeaker

    outlets = {Outlet.SPEAKER: setting.speaker, Outlet.HEADSET: setting.headset or setting.speaker}
    return EspeakSpeaker(outlets, recordings)


def speech_check(setting: Speech, say: Say, ask: Callable[[str], str]) -> SpeechCheck:
    """Give a check of all that the settings name for speech."""
    from hardware.speech import Recordings

    recordings = Recordings(setting.recordings)
    jack = headset_jack(setting.jack) if setting.jack is not None else None
    return SpeechCheck(speaker(setting, recordings), jack, recordings.amiss, say, ask)


def headset_jack(device: Path) -> HeadsetJack:
    """Give the socket that sees a headset."""
    from hardware.speech import EvdevJack

    return EvdevJack(device)


def locker_doors(setting: Lockers) -> dict[int, Door]:
    """Give where the door of each compartment hangs, by the number on it."""
    return {one.number: Door(one.board, one.lock) for one in setting.compartments}


def locker_bank(setting: Lockers) -> LockerBank:
    """Give the town's own compartments."""
    from hardware.lockboard import KerongBank, Wiring

    wiring = Wiring(setting.closed_bit, setting.thing_bit if setting.sensors else None)
    return KerongBank(setting.device, setting.baud, locker_doors(setting).values(), wiring)


def staff_card_reader(settings: Settings) -> StaffCardReader:
    """Give the reader as it asks cards of staff. Raises ValueError for a key that is none."""
    from hardware.staffcard import PivReader

    name = settings.card_reader.name if settings.card_reader is not None else ""
    keys = [(StaffCard(one.name, one.role.value), one.public_key) for one in settings.staff]
    return PivReader(name, keys)


class Kiosk:
    """A whole kiosk without a screen: its visit, its memory and its workers. A device that is not there is left out."""

    def __init__(self, settings: Settings, loop: Loop) -> None:
        self._loop = loop
        self._store = Store(settings.data)
        self._trail = AuditTrail(self._store)
        self._scribe = Worker("audit")  # a commit takes up to 20 ms on a kiosk's disk: never on the screen's thread
        self.journal = Journal(self._store)
        self.core = Core(loop, self, settings.timeouts)
        self.core.listen(self._write_down)
        self._card: CardWorker | None = None
        self._back_end: BackEndWorker | None = None
        self._hands: list[Hand] = []
        self._longest = settings.timeouts.print_net
        if settings.back_end is not None:
            self._add_back_end(settings.back_end)
            if settings.card_reader is not None:
                self._add_reader(settings.card_reader.name, settings.back_end.origin, settings.timeouts.pin_on_reader)
        if settings.keypad is not None:
            keypad = EvdevKeypad(settings.keypad.device)
            self._hands.append(KeypadWorker(keypad, self.core.press, self._noter(Part.KEYPAD)))
        self.speaker: Speaker | None = None
        if settings.speech is not None:
            self._add_speech(settings.speech)
        if settings.paper_sensor is not None:
            told = settings.paper_sensor
            sensor = EvdevPaperSensor(told.device, told.code, inverted=told.inverted)
            self._hands.append(PaperSensorWorker(sensor, self.core.post, self._noter(Part.PAPER_SENSOR)))
        if settings.scanner is not None:
            scanner = code_scanner(settings.scanner)
            self._hands.append(ScannerWorker(scanner, self.core.post, self._noter(Part.SCANNER)))
        if settings.printer is not None:
            self._add_printer(settings.printer, settings)
        if settings.receipt_printer is not None:
            self._add_receipt_printer(settings)
        # Taken in at once: a reader that is lost says why before it says that the card is gone.
        self.health = HealthBook(self._parts(settings), lambda offer: self.core.take(OfferChanged(offer)))

    def start(self) -> None:
        """Let every worker begin. Call it on the loop's thread."""
        self._scribe.start()
        self._audit(AuditLine(What.STARTED))
        self.health.start()
        if self.journal.paper_may_lie():  # the last run ended before anyone said that it was taken
            self.core.take(PaperFound())
        for hand in self._hands:
            hand.start()

    @property
    def held_up(self) -> bool:
        """Whether a worker has been at one thing for longer than the longest job that is healthy."""
        return self._scribe.stuck(self._longest) or any(hand.stuck(self._longest) for hand in self._hands)

    def stop(self) -> None:
        """End every worker and close the memory."""
        for hand in reversed(self._hands):
            hand.stop()
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
            Part.SPEECH: settings.speech,
            Part.HEADSET: settings.speech and settings.speech.jack,
        }
        return {part for part, setting in have.items() if setting is not None}

    def _add_back_end(self, back_end: BackEnd) -> None:
        self._back_end = BackEndWorker(
            TownHallClient(back_end),
            DocumentChecker(back_end.seal_ca),
            self.journal,
            self.core.post,
            self._noter(Part.BACK_END),
            lambda product: SealRule(back_end.seal_for(product).value),
        )
        self._hands.append(self._back_end)

    def _add_speech(self, setting: Speech) -> None:
        from hardware.speech import Recordings

        self.speaker = speaker(setting, Recordings(setting.recordings))
        self._hands.append(SpeechWorker(self.speaker, self.core.post, self._noter(Part.SPEECH)))
        if setting.jack is not None:
            self._hands.append(HeadsetWorker(headset_jack(setting.jack), self.core.post, self._noter(Part.HEADSET)))

    def _add_reader(self, name: str, origin: str, typing: float) -> None:
        self._card = CardWorker(card_reader(name), origin, self.core.post, self._noter(Part.CARD_READER), typing)
        self._hands.append(self._card)

    def _add_printer(self, setting: Printer, settings: Settings) -> None:
        printer = page_printer(setting)
        waits = settings.timeouts
        run = PrintRun(printer, self.journal, paper_wait=waits.paper_wait, print_silence=waits.print_silence)
        report: Callable[[], None] = self._back_end.report if self._back_end else lambda: None
        note, foresight = self._noter(Part.PRINTER), Foresight(self._store, setting, printer.facts)

        def noted(status: Status) -> None:
            note(status)
            foresight.noted(status)

        wish_for = partial(paper_wish, setting)
        self._hands.append(PrintWorker(printer, run, self.journal, self.core.post, noted, report, wish_for))

    def _add_receipt_printer(self, settings: Settings) -> None:
        if settings.receipt_printer is None:
            return
        printer = slip_printer(settings.receipt_printer)
        layout = partial(slip_of, settings=settings)
        self._hands.append(SlipWorker(printer, layout, self.core.post, self._noter(Part.RECEIPT_PRINTER)))

    def _noter(self, part: Part) -> Callable[[Status], None]:
        """Give the way for a worker to tell how its part does: written on the loop's thread."""
        return lambda status: self._loop.call_soon(lambda: self._note(part, status))

    def _note(self, part: Part, status: Status) -> None:
        if self.health.statuses[part] != status:
            fault = status.faults[0] if status.faults else None
            self._audit(AuditLine(What.PART_CHANGED, part=part, fault=fault))
        self.health.note(part, status)

    def _write_down(self, before: Visit, event: Event, after: Visit, effects: tuple[Effect, ...]) -> None:
        if says_it_is_empty(before, event):
            self._scribe.submit(self.journal.taken)
        self._audit(*audit_lines(before, event, after, effects))

    def _audit(self, *lines: AuditLine) -> None:
        if lines:
            self._scribe.submit(partial(self._trail.append, *lines))
