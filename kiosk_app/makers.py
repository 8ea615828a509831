"""Makes the driver of each device out of the settings, for the kiosk that runs and for who checks a device on site."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from config.settings import Keypad, Lockers, Printer, ReceiptPrinter, Scanner, ScannerKind, Settings, Speech
from hardware import devices
from hardware.credentials import CodeScanner, StaffCard, StaffCardReader
from hardware.cups import CupsPrinter
from hardware.devices import CardReader
from hardware.doors import Door, LockerBank
from hardware.eid import EidReader
from hardware.escpos import EscPosPrinter
from hardware.sound import HeadsetJack, Outlet, Speaker
from kiosk_app.check_printer import PrinterCheck
from kiosk_app.check_receipt import ReceiptCheck
from kiosk_app.check_speech import SpeechCheck
from kiosk_app.check_words import Say
from kiosk_app.foresight import forecasts, foresee, use_in
from kiosk_app.lent import (
    BorrowedBank,
    BorrowedJack,
    BorrowedKeypad,
    BorrowedScanner,
    LentJack,
    LentKeypad,
    LentScanner,
)
from kiosk_app.store import Store
from printing.forecast import Forecast
from printing.pair import PrinterPair

if TYPE_CHECKING:
    from hardware.speech import Recordings

log = logging.getLogger(__name__)


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


def printer_checks(
    settings: Settings, say: Say, look_ahead: Callable[[devices.PrinterFacts], list[Forecast]] | None = None
) -> list[PrinterCheck]:
    """Give a check for each page printer that the settings name; `look_ahead` for a kiosk that runs."""
    first = settings.printer
    if first is None:
        return []
    named = [(first.queue, first.device)]
    if first.second is not None:
        named.append((first.second.queue, first.second.device))
    look_ahead = look_ahead or partial(foresee, setting=first, data=settings.data)
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


def keypad(setting: Keypad) -> devices.Keypad:
    """Give the keypad."""
    from hardware.keypad import EvdevKeypad

    return EvdevKeypad(setting.device, setting.again, setting.repeat_after, setting.repeat_every)


def speaker(setting: Speech, recordings: Recordings) -> Speaker:
    """Give what speaks, where the settings want it heard."""
    from hardware.speech import EspeakSpeaker

    outlets = {Outlet.SPEAKER: setting.speaker, Outlet.HEADSET: setting.headset or setting.speaker}
    return EspeakSpeaker(outlets, recordings)


def speech_check(setting: Speech, say: Say, ask: Callable[[str], str], jack: HeadsetJack | None = None) -> SpeechCheck:
    """Give a check of all that the settings name for speech; `jack` where somebody has the socket already."""
    from hardware.speech import Recordings

    recordings = Recordings(setting.recordings)
    if jack is None and setting.jack is not None:
        jack = headset_jack(setting.jack)
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


def staff_reader_or_none(settings: Settings) -> StaffCardReader | None:
    """Give the reader as it asks cards of staff; a key that is none keeps no resident from anything."""
    if not settings.staff:
        return None
    try:
        return staff_card_reader(settings)
    except ValueError as error:
        log.error("no maintenance: %s", error)
        return None


class Lent(Struct):
    """What the kiosk lends to a test, for a line bears no second driver, nor does what is grabbed."""

    bank: LockerBank | None = None
    scanner: LentScanner | None = None
    keypad: LentKeypad | None = None
    jack: LentJack | None = None


class SiteMakers:
    """Makes drivers for maintenance, as `kiosk check` has them; what there is once is borrowed of the kiosk."""

    def __init__(self, settings: Settings, store: Store, lent: Lent) -> None:
        self._settings = settings
        self._store = store
        self._lent = lent

    def printer_checks(self, say: Say) -> list[PrinterCheck]:
        """Give a check for each page printer."""
        return printer_checks(self._settings, say, self.forecasts)

    def receipt_checks(self, say: Say) -> list[ReceiptCheck]:
        """Give a check for the slip printer."""
        return receipt_checks(self._settings, say)

    def card_reader(self) -> CardReader | None:
        """Give the reader as it reads identity cards."""
        told = self._settings.card_reader
        return card_reader(told.name) if told is not None else None

    def lockers(self) -> tuple[LockerBank, dict[int, Door]] | None:
        """Give the compartments."""
        told = self._settings.lockers
        if told is None or self._lent.bank is None:
            return None
        return BorrowedBank(self._lent.bank), locker_doors(told)

    def scanner(self) -> CodeScanner | None:
        """Give the scanner."""
        return BorrowedScanner(self._lent.scanner) if self._lent.scanner is not None else None

    def keypad(self) -> devices.Keypad | None:
        """Give the keypad."""
        return BorrowedKeypad(self._lent.keypad) if self._lent.keypad is not None else None

    def speech_check(self, say: Say, ask: Callable[[str], str]) -> SpeechCheck | None:
        """Give a check of what is read aloud: with a speaker of its own, which two may have."""
        if self._settings.speech is None:
            return None
        jack = BorrowedJack(self._lent.jack) if self._lent.jack is not None else None
        return speech_check(self._settings.speech, say, ask, jack)

    def page_printer(self) -> devices.Printer | None:
        """Give the page printer."""
        return page_printer(self._settings.printer) if self._settings.printer is not None else None

    def forecasts(self, facts: devices.PrinterFacts) -> list[Forecast]:
        """Say how long paper and toner last."""
        told = self._settings.printer
        return forecasts(facts, use_in(self._store, datetime.now(UTC)), told) if told is not None else []
