"""What a kiosk is made of: the parts whose health is told."""

from __future__ import annotations

from enum import Enum


class Part(Enum):
    """What a visit needs, or may use; and the machine under it all (its disk, clock and certificates)."""

    CARD_READER = "cardReader"
    PRINTER = "printer"
    BACK_END = "backEnd"
    RECEIPT_PRINTER = "receiptPrinter"
    KEYPAD = "keypad"
    PAPER_SENSOR = "paperSensor"
    SCANNER = "scanner"
    LOCKERS = "lockers"
    SPEECH = "speech"
    HEADSET = "headset"
    MACHINE = "machine"
