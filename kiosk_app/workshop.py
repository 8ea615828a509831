"""What maintenance can do with the devices of this kiosk: the checks of `kiosk check`, the report, what is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from config.settings import Settings
from hardware.credentials import CodeScanner, StaffCardReader
from hardware.devices import CardReader, Keypad, Printer, PrinterFacts
from hardware.doors import Door, LockerBank
from hardware.faults import DeviceFault, FaultCode
from kiosk_app.audit import AuditTrail
from kiosk_app.check_back_end import check_back_end
from kiosk_app.check_keypad import KeypadCheck
from kiosk_app.check_locker import check_each_lock, check_locker
from kiosk_app.check_network import NetworkCheck
from kiosk_app.check_printer import PrinterCheck
from kiosk_app.check_reader import check_reader
from kiosk_app.check_receipt import ReceiptCheck
from kiosk_app.check_scanner import check_scanner
from kiosk_app.check_speech import SpeechCheck
from kiosk_app.check_watchdog import check_watchdog
from kiosk_app.check_words import Ask, Say
from kiosk_app.doctor import Machine
from kiosk_app.journal import Journal
from kiosk_app.maintenance.work import Subject, Told
from kiosk_app.printer_desk import PrinterDesk
from kiosk_app.report import report_code, report_lines
from kiosk_app.supplies import supplies
from kiosk_app.trials import Trials
from printing.forecast import Forecast

Test = tuple[Callable[[], bool], Callable[[], None]]

# Whoever began the test of the reader takes out the card of staff within this time.
HAND_SECONDS, LOOK_SECONDS = 60.0, 0.3


class Makers(Protocol):
    """How drivers are made: maintenance uses its own, as `kiosk check` does."""

    def printer_checks(self, say: Say) -> list[PrinterCheck]:
        """Give a check for each page printer."""

    def receipt_checks(self, say: Say) -> list[ReceiptCheck]:
        """Give a check for the slip printer."""

    def card_reader(self) -> CardReader | None:
        """Give the reader as it reads identity cards."""

    def lockers(self) -> tuple[LockerBank, dict[int, Door]] | None:
        """Give the compartments."""

    def scanner(self) -> CodeScanner | None:
        """Give the scanner."""

    def keypad(self) -> Keypad | None:
        """Give the keypad."""

    def speech_check(self, say: Say, ask: Ask) -> SpeechCheck | None:
        """Give a check of what is read aloud."""

    def page_printer(self) -> Printer | None:
        """Give the page printer."""

    def forecasts(self, facts: PrinterFacts) -> list[Forecast]:
        """Say how long paper and toner last."""


class SiteWorkshop:
    """One kiosk's. `on_service`: it went in or out of service; `look_soon` has its devices looked at."""

    def __init__(
        self,
        settings: Settings,
        makers: Makers,
        card: StaffCardReader,
        memory: tuple[AuditTrail, Trials, Journal],
        told: Callable[[], Told],
        on_service: Callable[[], None],
        look_soon: Callable[[], None],
        printers: PrinterDesk | None,
    ) -> None:
        self._settings = settings
        self._makers = makers
        self._card = card
        self._trail, self._trials, self._journal = memory
        self._told = told
        self.service_changed = on_service
        self.look_soon = look_soon
        self.printers = printers

    def test(self, subject: Subject, say: Say, ask: Ask) -> Test | None:
        """Give a test and a way to let go of it; a printer's ends by itself within a minute."""
        match subject:
            case Subject.PRINTER:
                sheets = self._makers.printer_checks(say)
                return (
                    (lambda: _all_run(partial(one.run, with_sheet=True) for one in sheets), _nothing)
                    if sheets
                    else None
                )
            case Subject.RECEIPT:
                slips = self._makers.receipt_checks(say)
                return (
                    (lambda: _all_run(partial(one.run, with_slip=True) for one in slips), _nothing) if slips else None
                )
            case Subject.CARD_READER:
                return self._reader_test(say)
            case Subject.LOCKERS:
                return self._locker_test(say)
            case Subject.EACH_LOCK:
                return self._lock_tests(say, ask)
            case Subject.SCANNER:
                return self._scanner_test(say)
            case Subject.KEYPAD:
                return self._keypad_test(say)
            case Subject.SPEECH:
                return self._speech_test(say, ask)
            case Subject.BACK_END | Subject.NETWORK | Subject.WATCHDOG:
                return self._test_of_line(subject, say)
            case Subject.SCREEN:  # it takes place on the screen itself
                return None

    def _test_of_line(self, subject: Subject, say: Say) -> Test | None:
        """Give a test that asks no hand; it ends by itself within half a minute."""
        told = self._settings.back_end
        if subject is Subject.WATCHDOG:
            return partial(check_watchdog, Machine(), say), _nothing
        if told is None:
            return None
        if subject is Subject.NETWORK:
            return NetworkCheck(told, say).run, _nothing
        return partial(check_back_end, told, say), _nothing

    def _lock_tests(self, say: Say, ask: Ask) -> Test | None:
        """Go along every lock; each door is asked for, and the one that is open is waited for by no clock."""
        found = self._makers.lockers()
        return None if found is None else (partial(check_each_lock, *found, say, ask), _nothing)

    def _scanner_test(self, say: Say) -> Test | None:
        scanner, told = self._makers.scanner(), self._settings.scanner
        if scanner is None or told is None:
            return None
        return partial(check_scanner, scanner, str(told.device), say), scanner.close

    def _keypad_test(self, say: Say) -> Test | None:
        keypad, told = self._makers.keypad(), self._settings.keypad
        if keypad is None or told is None:
            return None
        check = KeypadCheck(keypad, str(told.device), say)
        return check.run, check.stop

    def _speech_test(self, say: Say, ask: Ask) -> Test | None:
        check, told = self._makers.speech_check(say, ask), self._settings.speech
        if check is None or told is None:
            return None
        return partial(check.run, told), check.stop

    def _reader_test(self, say: Say) -> Test | None:
        reader = self._makers.card_reader()
        if reader is None:
            return None

        def run() -> bool:
            say("Neem eerst de kaart uit de lezer.")
            until = time.monotonic() + HAND_SECONDS
            while self._slot_is_full():
                if time.monotonic() > until:
                    reader.close()
                    return False
                time.sleep(LOOK_SECONDS)
            return check_reader(self._again(reader), say, None)

        return run, reader.close

    def _again(self, first: CardReader) -> Callable[[], CardReader]:
        """Give a maker that gives this reader first: whoever lets go of it ends the whole test."""
        made = iter((first,))
        return lambda: next(made, None) or self._makers.card_reader() or first

    def _slot_is_full(self) -> bool:
        try:
            self._card.identify()
        except DeviceFault as fault:
            return fault.code is not FaultCode.CARD_REMOVED
        return True

    def _locker_test(self, say: Say) -> Test | None:
        """Ask every lock; no door opens that nobody stands before."""
        found = self._makers.lockers()
        if found is None:
            return None
        bank, doors = found
        return lambda: check_locker(bank, doors, (), say, lambda _question: ""), _nothing

    def report(self, staff: str) -> tuple[str, ...]:
        """Give the lines of the report."""
        return report_lines(self._settings, staff, self._told(), self._trials.results(), datetime.now(UTC))

    def report_code(self, staff: str) -> str:
        """Give the report in few words."""
        return report_code(self._settings, staff, self._told(), self._trials.results(), datetime.now(UTC))

    def report_printer(self) -> Printer | None:
        """Give a printer for the report."""
        return self._makers.page_printer()

    def supplies(self) -> tuple[str, ...]:
        """Say what is left by the printer's own word, how long it lasts, and what came out since the last visit."""
        makers = self._makers
        return tuple(supplies(self._settings, makers.page_printer(), makers.forecasts, self._trail, self._journal))


def _all_run(tests: Iterable[Callable[[], bool]]) -> bool:
    """Run every one, also after one that failed; whether all went well."""
    endings = [run() for run in tests]
    return all(endings)


def _nothing() -> None:
    """Nothing to let go of: it ends by itself, and is not kept."""
