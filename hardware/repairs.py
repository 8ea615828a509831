"""Who can mend something, and the drawing that goes with the steps: its value names it (`ui/pictures/<value>.svg`)."""

from __future__ import annotations

from enum import Enum


class Mender(Enum):
    """Who can mend it."""

    RESIDENT = "resident"
    COUNTER = "counter"
    SITE_STAFF = "siteStaff"
    TECHNICIAN = "technician"
    TOWN_IT = "townIt"


class Repair(Enum):
    """What the hands do, or where the eyes look."""

    BOARD = "repair-board"  # the switches of a lock board, and its cables
    CABLE = "repair-cable"  # a plug, pulled out and put back
    CLOCK = "repair-clock"  # the hour and the day of the machine
    COUNTER = "repair-counter"  # nothing here is broken: a person helps
    COVER = "repair-cover"  # a cover that is shut until it clicks
    DISK = "repair-disk"  # a disk that fills up
    DISPLAY = "repair-display"  # what stands on the printer's own screen
    JAM = "repair-jam"  # paper that is pulled out with both hands
    KEYS = "repair-keys"  # a key that hangs
    LOCK = "repair-lock"  # a door of a compartment, and its bolt
    LOG = "repair-log"  # what the log says
    NETWORK = "repair-network"  # the line between the kiosk and the town's service
    PAPER = "repair-paper"  # paper, laid in the tray
    POWER = "repair-power"  # off, ten seconds, on
    READER = "repair-reader"  # a card that cleans, in and out of the slot
    ROLL = "repair-roll"  # the roll of the slip printer
    SEAL = "repair-seal"  # a certificate, or what was sealed with one
    SETTINGS = "repair-settings"  # what the settings say
    SOUND = "repair-sound"  # what is heard
    TONER = "repair-toner"  # a cartridge
    TRAY = "repair-tray"  # a tray that is pushed in
    WASTE = "repair-waste"  # the box for what is left of the toner
