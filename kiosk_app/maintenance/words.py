"""How maintenance calls a part, how it does, and a test: the screen translates them, the report has them in Dutch."""

from __future__ import annotations

from hardware.devices import Health
from kiosk_app.maintenance.work import Only, Row, Subject
from kiosk_app.parts import Part

PARTS = {
    Part.CARD_READER: "Kaartlezer",
    Part.PRINTER: "Printer",
    Part.BACK_END: "Dienst van de gemeente",
    Part.RECEIPT_PRINTER: "Bonprinter",
    Part.KEYPAD: "Toetsenbord",
    Part.PAPER_SENSOR: "Papiervoeler",
    Part.SCANNER: "Scanner",
    Part.LOCKERS: "Vakjes",
    Part.SPEECH: "Voorlezen",
    Part.HEADSET: "Hoofdtelefoon",
    Part.MACHINE: "Schijf, klok en certificaten",
}
HEALTH = {
    Health.OK: "In orde",
    Health.DEGRADED: "Werkt, maar vraagt aandacht",
    Health.DOWN: "Werkt niet",
    Health.UNKNOWN: "Nog niets van gehoord",
}
SUBJECTS = {
    Subject.PRINTER: "Printer",
    Subject.RECEIPT: "Bonprinter",
    Subject.CARD_READER: "Kaartlezer",
    Subject.LOCKERS: "Vakjes",
    Subject.EACH_LOCK: "Elk slot apart",
    Subject.SCANNER: "Scanner",
    Subject.KEYPAD: "Toetsenbord",
    Subject.SPEECH: "Voorlezen",
    Subject.BACK_END: "Dienst van de gemeente",
    Subject.NETWORK: "Netwerk en klok",
    Subject.WATCHDOG: "Waakhond",
    Subject.SCREEN: "Scherm",
}
# How the words of the audit trail begin that are about paper.
_ON_PAPER = ("print", "paper", "document", "slip")


def is_shown(row: Row, only: Only) -> bool:
    """Say whether a row of the history is one of this kind."""
    match only:
        case Only.ALL:
            return True
        case Only.FAULTS:
            return bool(row.fault)
        case Only.STAFF:
            return bool(row.staff)
        case Only.PAPER:
            return row.what.startswith(_ON_PAPER)
