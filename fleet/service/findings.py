"""What of a kiosk somebody must know now, in plain Dutch, worst first; nothing where all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from config.checkin import Alarm, CheckIn, Device, Health, Part
from fleet.service.tables import kiosks

# Three rounds of an agent, and then some: one round that is lost is no alarm.
SILENT = timedelta(minutes=4)
# A clock that is off by more makes codes and opening hours wrong.
CLOCK_OFF = 120.0
# The agent renews at two thirds of ninety days; what still ends this soon was not renewed.
CERTIFICATE_ENDS = timedelta(days=14)
# What a row keeps of a kiosk of which residents notice something (trouble_of).
_BAD = 2
# Settings that a kiosk put back are somebody's work of a day; after that they are history.
SENT_BACK_HOLDS = timedelta(days=1)
# Faults that whoever is nearest mends with a full cupboard and no tools.
_REFILLS = {
    *("paperEmpty", "paperLow", "tonerEmpty", "tonerLow", "wasteFull", "wasteNearlyFull"),
    *("receiptPaperEmpty", "receiptPaperLow"),
}

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
    "backendAnswer": "antwoordt iets dat niet klopt",
    "printerFault": "meldt een storing",
    "printerAttention": "vraagt aandacht",
    "wasteFull": "de bak voor resttoner is vol",
    "wasteNearlyFull": "de bak voor resttoner is bijna vol",
    "paperSensorLost": "antwoordt niet",
    "receiptCoverOpen": "er staat een klep open",
    "receiptFault": "meldt een storing",
    "keypadLost": "antwoordt niet",
    "scannerLost": "antwoordt niet",
    "lockersLost": "antwoorden niet",
    "lockerAddress": "een vakje heeft een adres dat niet bestaat",
    "doorStuck": "een deur gaat niet open",
    "doorUnknown": "een deur zegt niet of ze open is",
    "doorLeftOpen": "een deur staat te lang open",
    "speechLost": "is weg",
    "headsetLost": "is weg",
    "outOfService": "het loket staat buiten dienst",
    "settingsInvalid": "de instellingen kloppen niet",
    "journalLost": "kan niets meer opschrijven: de schijf is vol, stuk of alleen-lezen",
    "internal": "er liep iets mis in het programma",
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


class Role(StrEnum):
    """Who mends it."""

    PAPER = "papier"
    FAULT = "storing"
    SAFETY = "veiligheid"


class Finding(Struct, frozen=True):
    """One thing, and whether residents notice it. `key` names it among those of its kiosk; without one, no alarm."""

    sentence: str
    bad: bool
    key: str = ""
    role: Role = Role.FAULT


# While nothing is heard of a kiosk these alone are known; what else was wrong may still be.
SILENT_KEY, KIOSK_SILENT_KEY, AUDIT_KEY = "silent", "kioskSilent", "audit"


def findings(row: Any, now: datetime) -> list[Finding]:  # noqa: ANN401 (a row)
    """Say what is amiss with a kiosk, by its row; worst first."""
    return sorted(_found(row, now), key=lambda one: not one.bad)


def last_said(row: Any) -> CheckIn | None:  # noqa: ANN401 (a row)
    """Give what a kiosk said last; None for one that never did, or said it to another version of this service."""
    try:
        return msgspec.json.decode(row.said, type=CheckIn) if row.said is not None else None
    except msgspec.MsgspecError:
        return None


def trouble_of(told: CheckIn, clock_offset: float) -> int:
    """Say how bad it is, as a row keeps it: 2 where residents notice, 1 where somebody must know, 0 otherwise."""
    found = list(_of_kiosk(told))
    if any(one.bad for one in found):
        return _BAD
    return int(bool(found) or told.alarm is not None or abs(clock_offset) > CLOCK_OFF)


def hurting(now: datetime) -> sa.ColumnElement[bool]:
    """Say of which rows a finding is bad, so that a fleet can be asked without reading what each kiosk said."""
    live = sa.and_(kiosks.c.revoked.is_(False), kiosks.c.seen.is_not(None))
    said = kiosks.c.trouble == _BAD
    return sa.and_(live, sa.or_(kiosks.c.audit_back.is_not(None), kiosks.c.seen < now - SILENT, said))


def notable(now: datetime) -> sa.ColumnElement[bool]:
    """Say of which rows there is any finding."""
    return sa.or_(
        hurting(now),
        kiosks.c.revoked,
        kiosks.c.seen.is_(None),
        kiosks.c.trouble > 0,
        kiosks.c.certified_until < now + CERTIFICATE_ENDS,
        kiosks.c.sent_back > now - SENT_BACK_HOLDS,
    )


def _found(row: Any, now: datetime) -> Iterator[Finding]:  # noqa: ANN401 (a row)
    if row.revoked:
        yield Finding("is uitgesloten: zijn certificaat telt niet meer", bad=False)
        return
    if row.seen is None:
        yield Finding("is nog niet langs geweest", bad=False)
        return
    if row.audit_back is not None:
        sentence = "Veiligheid: regels van het auditspoor zijn weg of veranderd. Verwittig wie de veiligheid doet"
        yield Finding(sentence, bad=True, key=AUDIT_KEY, role=Role.SAFETY)
    if now - row.seen > SILENT:
        yield Finding("laat niets van zich horen", bad=True, key=SILENT_KEY)
        return
    told = last_said(row)
    if told is None:
        return
    if abs(row.clock_offset) > CLOCK_OFF:
        minutes = f"{abs(row.clock_offset) / 60:.0f}"
        yield Finding(f"de klok loopt {minutes} minuten {_side(row.clock_offset)}", bad=False, key="clock")
    if row.certified_until is not None and row.certified_until - now < CERTIFICATE_ENDS:
        sentence = f"het certificaat voor de vloot vervalt op {row.certified_until:%d-%m-%Y}"
        yield Finding(sentence, bad=False, key="certificate")
    if row.sent_back is not None and now - row.sent_back < SENT_BACK_HOLDS:
        yield Finding("zette nieuwe instellingen terug: er werkte iets niet meer", bad=False, key="sentBack")
    if told.alarm is not None:
        role = Role.SAFETY if told.alarm is Alarm.REFUSED else Role.FAULT
        yield Finding(_ALARMS[told.alarm], bad=False, key=f"agent:{told.alarm}", role=role)
    yield from _of_kiosk(told)


def _of_kiosk(told: CheckIn) -> Iterator[Finding]:
    if told.kiosk is None:
        yield Finding("de machine werkt, het loket zelf zegt niets", bad=True, key=KIOSK_SILENT_KEY)
        return
    if not told.kiosk.offers:
        # Where a part says why, that part is the alarm.
        why = any(device.health is Health.DOWN for device in told.kiosk.devices)
        yield Finding("inwoners kunnen nu geen document afdrukken", bad=True, key="" if why else "offers")
    for device in told.kiosk.devices:
        if device.fault is not None or device.health in {Health.DOWN, Health.DEGRADED}:
            fault = device.fault.value if device.fault is not None else device.health.value
            role = Role.PAPER if fault in _REFILLS else Role.FAULT
            sentence, bad = f"{PARTS[device.part]}: {_word(device)}", device.health is Health.DOWN
            yield Finding(sentence, bad=bad, key=f"{device.part}:{fault}", role=role)
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
