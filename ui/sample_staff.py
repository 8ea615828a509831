"""Every page of maintenance, as somebody of staff meets it: for the gallery and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from config.settings import StaffRole
from hardware.devices import Health
from hardware.faults import FaultCode
from kiosk_app.maintenance.errands import Ended, Errand, ErrandDone, FleetRoom, PairCode, Waiting
from kiosk_app.maintenance.work import (
    CheckingCode,
    Cleaning,
    Closing,
    EnterCode,
    Factor,
    History,
    HowLong,
    Knocking,
    Menu,
    Only,
    Page,
    Parts,
    PartTold,
    Problem,
    Problems,
    Refusal,
    Refused,
    ReportCode,
    Returning,
    Row,
    Service,
    Subject,
    Supplies,
    Tested,
    Testing,
    TestResult,
    Tests,
    Told,
    Trouble,
    Work,
)
from kiosk_app.parts import Part
from kiosk_app.visit import StaffAtWork

_NOW = datetime(2026, 11, 23, 19, 41, tzinfo=UTC)  # 20.41 on the wall
_TROUBLES = (
    Trouble(Part.PRINTER, FaultCode.PAPER_EMPTY, Health.DOWN, _NOW - timedelta(hours=3)),
    Trouble(Part.MACHINE, FaultCode.KIOSK_CERTIFICATE_EXPIRED, Health.DOWN, _NOW - timedelta(days=2)),
    Trouble(Part.RECEIPT_PRINTER, FaultCode.RECEIPT_LOST, Health.DOWN, _NOW - timedelta(minutes=9)),
)
_BAD = {trouble.part: Health.DOWN for trouble in _TROUBLES}
_TOLD = Told(tuple(PartTold(part, _BAD.get(part, Health.OK)) for part in Part), _TROUBLES, degrees=47)
_RESULTS = (
    TestResult(Subject.PRINTER, well=True, at=_NOW - timedelta(minutes=5)),
    TestResult(Subject.RECEIPT, well=False, at=_NOW - timedelta(days=30)),
)
_LINES = (
    "Bonprinter op 192.0.2.17:9100",
    "Hij antwoordt (12 ms): klep dicht, papier aanwezig, mes vrij.",
    "De bonprinter zegt zelf dat de bon eruit is (840 ms).",
    "  1. Kijk of de letters met accenten en het euroteken juist zijn.",
    "  2. Lees de QR-code met een telefoon: daar staat LOKET-24-7.",
    "  3. Kijk of de bon afgesneden is en blijft hangen.",
    "Alles in orde.",
)
_ROWS = (
    ("staffEntered", "", "", "T-03"),
    ("staffCodeWrong", "", "", "T-03"),
    ("partChanged", "printer", "paperEmpty", ""),
    ("visitEnded", "", "", ""),
    ("printEnded", "", "printFailed", ""),
    ("printBegan", "", "", ""),
    ("filled", "receiptPrinter", "", "S-01"),
    ("partChanged", "machine", "kioskCertificateExpired", ""),
    ("partChanged", "receiptPrinter", "receiptLost", ""),
)


def staff_states() -> Iterator[tuple[str, StaffAtWork]]:
    """Give each page by its name: the pages of a technician, then the first page of site staff."""
    for name, page in _pages():
        yield f"staff-{name}", StaffAtWork(Work("T-03", StaffRole.TECHNICIAN, page, _TOLD))
    yield "staff-menu-site", StaffAtWork(Work("S-01", StaffRole.SITE_STAFF, Menu(), Told(_TOLD.parts)))
    yield "staff-all-well", StaffAtWork(Work("S-01", StaffRole.SITE_STAFF, Problems(mended=FaultCode.PAPER_EMPTY)))


def _at_fleet() -> Iterator[tuple[str, Page]]:
    """Give the pages about the fleet: each that can come of pairing, and of a stick."""
    yield "fleet", FleetRoom()
    yield "fleet-code", PairCode()
    of_pairing = (Ended.NO_AGENT, Ended.NO_FLEET, Ended.UNREACHABLE, Ended.BAD_CODE)
    going_out = (Ended.NO_KEY, Ended.NOT_WRITTEN)
    yield "fleet-code-whole", PairCode("K7QMX4RT9CGH")
    for errand in Errand:
        yield f"fleet-{errand}", Waiting(errand)
        yield f"fleet-{errand}-done", ErrandDone(errand, Ended.DONE)
    for ended in Ended:
        if ended is not Ended.DONE:
            errand = Errand.PAIR if ended in of_pairing else Errand.EXPORT if ended in going_out else Errand.STICK
            yield f"fleet-{ended}", ErrandDone(errand, ended)


def _pages() -> Iterator[tuple[str, Page]]:
    yield "knocking", Knocking()
    yield "pin", EnterCode(Factor.PIN)
    yield "pin-wrong", EnterCode(Factor.PIN, refused=Refusal.WRONG)
    yield "totp", EnterCode(Factor.TOTP, typed=6)
    yield "totp-used", EnterCode(Factor.TOTP, refused=Refusal.USED)
    yield "checking", CheckingCode(Factor.PIN)
    for refusal in Refusal:
        until = _NOW + timedelta(minutes=4) if refusal is Refusal.WAIT else None
        yield f"refused-{refusal.value}", Refused(refusal, until)
    yield "menu", Menu()
    yield "menu-2", Menu(page=1)
    yield "problems", Problems()
    for trouble in _TROUBLES:
        yield f"problem-{trouble.code.value}", Problem(trouble)
    yield "parts", Parts()
    yield "parts-2", Parts(page=1)
    yield "cleaning", Cleaning(42)
    yield "cleaning-last", Cleaning(1)
    yield "tests", Tests()
    yield "tests-before", Tests(results=_RESULTS)
    yield "tests-reported", Tests(reported=True)
    yield "tests-no-report", Tests(reported=False)
    yield "testing", Testing(Subject.PRINTER)
    asked = "Staat de deur van vakje 24 open, en geen andere?"
    yield "testing-asks", Testing(Subject.EACH_LOCK, ("Vakje 24 zegt dat het open is.",), question=asked)
    yield "tests-2", Tests(page=1)
    yield "testing-reader", Testing(Subject.CARD_READER, ("Neem eerst de kaart uit de lezer.",), other_card=True)
    yield "tested", Tested(Subject.RECEIPT, well=True, lines=_LINES)
    yield "tested-2", Tested(Subject.PRINTER, well=False, lines=_LINES * 3, page=1)
    yield "returning", Returning(Tested(Subject.CARD_READER, well=True, lines=_LINES))
    yield "supplies-asked", Supplies()
    yield (
        "supplies",
        Supplies(
            (
                "Lade tray-1: ongeveer 140 vellen.",
                "Zwarte toner: 62 %.",
                "Vooruitzicht voor papier: nog ongeveer 140 vellen, negen dagen.",
                "Sinds het vorige bezoek (02-11 09:12): 311 bladen afgedrukt.",
            ),
            Part.PRINTER,
        ),
    )
    yield "service", Service()
    yield "service-closed", Service(Closing.REPAIR, _NOW + timedelta(hours=4))
    yield "service-failed", Service(failed=True)
    yield "how-long", HowLong(Closing.EVENT)
    yield "report-code-asked", ReportCode()
    yield "report-code", ReportCode("LV-01 23-11-2026 20:41 T-03 | In orde: 8 van 11 | Printer: paperEmpty 23-11 17:41")
    yield "history-asked", History()
    rows = tuple(Row(500 - n, _NOW - timedelta(minutes=7 * n), *_ROWS[n % len(_ROWS)]) for n in range(40))
    yield "history", History(rows)
    yield "history-broken", History(rows, broken_at=461, page=2)
    yield "history-faults", History(rows, only=Only.FAULTS)
    yield "history-nothing", History(rows[:1], only=Only.FAULTS)
    yield from _at_fleet()
