"""What of a kiosk somebody must know now, in plain Dutch, worst first; nothing where all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from config.checkin import Alarm, CheckIn, Device, Health, Part
from fleet.service.checkins import last_said

# Three rounds of an agent, and then some: one round that is lost is no alarm.
SILENT = timedelta(minutes=4)
# A clock that is off by more makes codes and opening hours wrong.
CLOCK_OFF = 120.0
# The agent renews at two thirds of ninety days; what still ends this soon was not renewed.
CERTIFICATE_ENDS = timedelta(days=14)

PARTS = {
    Part.CARD_READER: "Kaartlezer",
    Part.PRINTER: "Printer",
    Part.BACK_END: "Dienst van de stad",
    Part.RECEIPT_PRINTER: "Bonprinter",
    Part.KEYPAD: "Toetsenbord",
    Part.PAPER_SENSOR: "Papiersensor",
    Part.SCANNER: "QR-lezer",
    Part.LOCKERS: "Vakjes",
    Part.SPEECH: "Spraak",
    Part.HEADSET: "Koptelefoon",
    Part.MACHINE: "Computer",
}
_FAULTS = {
    "paperEmpty": "het papier is op",
    "paperLow": "het papier is bijna op",
    "paperJam": "er zit papier vast",
    "coverOpen": "er staat een klep open",
    "trayMissing": "de lade is eruit",
    "tonerEmpty": "de toner is op",
    "tonerLow": "de toner is bijna op",
    "printerLost": "antwoordt niet",
    "readerLost": "antwoordt niet",
    "receiptLost": "antwoordt niet",
    "receiptPaperEmpty": "de rol is op",
    "receiptPaperLow": "de rol is bijna op",
    "backendDown": "antwoordt niet",
    "backendSlow": "antwoordt traag",
    "diskFull": "de schijf is vol",
    "clockBack": "de klok staat terug",
    "memoryDamaged": "het geheugen was niet te lezen",
    "auditBroken": "het controlespoor klopt niet",
    "kioskCertificateExpired": "het certificaat is vervallen",
    "kioskCertificateEnds": "het certificaat vervalt binnenkort",
}
_ALARMS = {
    Alarm.UNREACHABLE: "haalt de instellingen niet op: de server antwoordt niet",
    Alarm.EXPIRED: "neemt niets aan: wat getekend is, geldt niet meer",
    Alarm.REFUSED: "weigert wat de server geeft: niet getekend door wie moet, of te oud",
    Alarm.CLOCK: "neemt niets aan: de klok staat terug",
    Alarm.DISK: "kan niets opschrijven: is de schijf vol?",
    Alarm.SETTINGS: "kreeg iets dat geen instellingen zijn",
    Alarm.TOO_NEW: "kreeg instellingen voor een nieuwere versie, en wacht",
}


class Finding(Struct, frozen=True):
    """One thing, and whether residents notice it."""

    sentence: str
    bad: bool


def findings(row: Any, now: datetime) -> list[Finding]:  # noqa: ANN401 (a row)
    """Say what is amiss with a kiosk, by its row; worst first."""
    return sorted(_found(row, now), key=lambda one: not one.bad)


def never_seen(row: Any) -> bool:  # noqa: ANN401 (a row)
    """Say whether a kiosk never came by."""
    return row.seen is None


def _found(row: Any, now: datetime) -> Iterator[Finding]:  # noqa: ANN401 (a row)
    if row.revoked:
        yield Finding("is uitgesloten: zijn certificaat telt niet meer", bad=False)
        return
    if row.seen is None:
        yield Finding("is nog niet langs geweest", bad=False)
        return
    if row.audit_back is not None:
        yield Finding(
            "Veiligheid: regels van het auditspoor zijn weg of veranderd. Verwittig wie de veiligheid doet", bad=True
        )
    if now - row.seen > SILENT:
        yield Finding("laat niets van zich horen", bad=True)
        return
    told = last_said(row)
    if told is None:
        return
    if abs(row.clock_offset) > CLOCK_OFF:
        yield Finding(f"de klok loopt {abs(row.clock_offset) / 60:.0f} minuten {_side(row.clock_offset)}", bad=False)
    if row.certified_until is not None and row.certified_until - now < CERTIFICATE_ENDS:
        yield Finding(f"het certificaat voor de vloot vervalt op {row.certified_until:%d-%m-%Y}", bad=False)
    if told.alarm is not None:
        yield Finding(_ALARMS[told.alarm], bad=False)
    yield from _of_kiosk(told)


def _of_kiosk(told: CheckIn) -> Iterator[Finding]:
    if told.kiosk is None:
        yield Finding("de machine werkt, het loket zelf zegt niets", bad=True)
        return
    if not told.kiosk.offers:
        yield Finding("inwoners kunnen nu geen document afdrukken", bad=True)
    for device in told.kiosk.devices:
        if device.fault is not None or device.health in {Health.DOWN, Health.DEGRADED}:
            yield Finding(f"{PARTS[device.part]}: {_word(device)}", bad=device.health is Health.DOWN)
    if told.kiosk.in_force.on_trial:
        yield Finding("probeert nieuwe instellingen uit", bad=False)


def _word(device: Device) -> str:
    if device.fault is not None:
        return _FAULTS.get(device.fault.value, device.fault.value)
    return "werkt niet" if device.health is Health.DOWN else "vraagt aandacht"


def _side(offset: float) -> str:
    return "voor" if offset > 0 else "achter"


def in_words(device: Device) -> str:
    """Say what is the matter with a device."""
    return _word(device)


def fault_in_words(fault: str) -> str | None:
    """Say what a fault is, by its code; None for what is none."""
    return _FAULTS.get(fault)
