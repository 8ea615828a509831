"""Everything that can go wrong, one row each: what a resident reads, what a technician does, who can mend it.

A driver raises `DeviceFault(code, detail)`; the visit shows the resident's words of that code, maintenance the
technician's. `detail` is for the log and never holds personal data. Dutch is the source language of every text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FaultCode(Enum):
    """What can go wrong. The value is the word in the audit trail."""

    # the card
    NOT_AN_EID = "notAnEid"
    CARD_UNREADABLE = "cardUnreadable"
    CARD_NOT_ACTIVATED = "cardNotActivated"
    CARD_REMOVED = "cardRemoved"
    CARD_UNSUPPORTED = "cardUnsupported"
    NO_CERTIFICATE = "noCertificate"
    CERTIFICATE_EXPIRED = "certificateExpired"
    CERTIFICATE_REVOKED = "certificateRevoked"
    CERTIFICATE_UNTRUSTED = "certificateUntrusted"
    PIN_BLOCKED = "pinBlocked"
    READER_LOST = "readerLost"
    # the town's side
    BACKEND_DOWN = "backendDown"
    BACKEND_SLOW = "backendSlow"
    BACKEND_ANSWER = "backendAnswer"
    SIGN_IN_REFUSED = "signInRefused"
    NOT_REGISTERED = "notRegistered"
    NOTHING_AVAILABLE = "nothingAvailable"
    PRODUCT_UNAVAILABLE = "productUnavailable"
    # the document
    DOCUMENT_BROKEN = "documentBroken"
    DOCUMENT_SEAL = "documentSeal"
    DOCUMENT_FORBIDDEN = "documentForbidden"
    DOCUMENT_FORMAT = "documentFormat"
    # the printer
    PRINTER_LOST = "printerLost"
    PRINTER_FAULT = "printerFault"
    PAPER_EMPTY = "paperEmpty"
    PAPER_LOW = "paperLow"
    PAPER_JAM = "paperJam"
    COVER_OPEN = "coverOpen"
    TRAY_MISSING = "trayMissing"
    TONER_EMPTY = "tonerEmpty"
    TONER_LOW = "tonerLow"
    PRINT_FAILED = "printFailed"
    PRINT_UNKNOWN = "printUnknown"
    PRINT_STOPPED = "printStopped"
    # the receipt printer
    RECEIPT_LOST = "receiptLost"
    RECEIPT_PAPER_EMPTY = "receiptPaperEmpty"
    RECEIPT_PAPER_LOW = "receiptPaperLow"
    RECEIPT_COVER_OPEN = "receiptCoverOpen"
    RECEIPT_FAULT = "receiptFault"
    # the kiosk
    SETTINGS_INVALID = "settingsInvalid"
    INTERNAL = "internal"


class Mender(Enum):
    """Who can mend it."""

    RESIDENT = "resident"
    COUNTER = "counter"
    SITE_STAFF = "siteStaff"
    TECHNICIAN = "technician"
    TOWN_IT = "townIt"


@dataclass(frozen=True)
class Fault:
    """One row of the table. `retry` says whether the resident can try again here and now."""

    title: str
    text: str
    steps: tuple[str, ...]
    mender: Mender
    retry: bool = False


class DeviceFault(Exception):
    """The one exception of every driver. `detail` is technical, for the log, without personal data."""

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail
