"""What each device of the kiosk promises: the Protocols, and the plain data that crosses them.

Every call may take time and is made from that device's own worker thread, never from the screen's.
Every call may raise `DeviceFault` and nothing else; a vendor's exception never leaves its driver.
Types that hold a person, a PIN or a document have a blank `repr`, so that no log can carry them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from msgspec import Struct

from hardware.faults import FaultCode


class Private(Struct, frozen=True):
    """What holds a person, a PIN or a document: says nothing of itself."""

    __repr__ = object.__repr__


class Health(Enum):
    """Four words for how a device does. UNKNOWN never blocks a device that works."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Status(Struct, frozen=True):
    """How a device does now, and what is wrong with it, worst first."""

    health: Health
    faults: tuple[FaultCode, ...] = ()


# --- the card reader ---------------------------------------------------------------------------------------------


class SlotChange(Enum):
    """What was seen at the reader's slot. CARD_THERE: a card was in the slot when the reader was found."""

    CARD_IN = "cardIn"
    CARD_OUT = "cardOut"
    CARD_THERE = "cardThere"
    READER_FOUND = "readerFound"
    READER_LOST = "readerLost"


class Applet(Enum):
    """The applet generation of a Belgian eID, by applet byte: it decides keys, algorithm and how a PIN is renewed."""

    V1_7 = "1.7"
    V1_8 = "1.8"


# A reader with keys of its own gives up this long after the last of them: what both official middlewares tell it.
KEY_SECONDS = 30


class Card(Struct, frozen=True):
    """A recognised Belgian eID. `tries_left` is None where asking would cost a try.

    `keys_on_reader` says that its reader has keys of its own: then the PIN is typed there, and nowhere else.
    """

    applet: Applet
    tries_left: int | None
    keys_on_reader: bool = False


class Certificate(Private, frozen=True):
    """The authentication certificate, as it is on the card. `algorithm` is the JWA name that fits its key."""

    der: bytes
    algorithm: str  # "ES384" or "RS256"
    expired: bool


class Signature(Private, frozen=True):
    """Signature over a digest: r||s (96 bytes) for ES384, PKCS#1 v1.5 (256 bytes) for RS256."""

    value: bytes


class PinRefused(Struct, frozen=True):
    """The card refused the PIN; 0 tries left means that it is blocked."""

    tries_left: int


class CardReader(Protocol):
    """A PC/SC reader with, sometimes, a Belgian eID in it.

    A session runs from `recognise` to `release`: the card that was recognised is the card that signs. Reads that fail
    are tried once more where that costs nobody anything; a PIN is given to the card once. Any call may raise
    CARD_REMOVED, CARD_UNREADABLE or READER_LOST. One thread makes all calls but `cancel` and `close`, which may come
    from any.
    """

    def watch(self, on_change: Callable[[SlotChange], None]) -> None:
        """Start reporting what happens at the slot, from a thread of the driver's own, until `close`.

        The first reports tell what is there already: READER_FOUND, then CARD_THERE where a card is in. Nobody can say
        whether that card was put in just now or forgotten long ago; CARD_IN is a card that was seen to come. A card
        swapped between two looks is reported as CARD_OUT, CARD_IN. Survives a restart of `pcscd`: READER_LOST, then
        the first reports again, CARD_THERE a moment late where the card is powered after its reader.
        """

    def recognise(self) -> Card:
        """Say what card is in the slot. Raises CARD_MUTE, NOT_AN_EID, CARD_UNSUPPORTED, CARD_NOT_ACTIVATED."""

    def read_certificate(self) -> Certificate:
        """Read the authentication certificate and nothing else. Raises NO_CERTIFICATE where the card has none."""

    def sign(self, pin: bytearray, digest: bytes) -> Signature | PinRefused:
        """VERIFY, sign `digest` with key 82, log off: one transaction. The caller wipes `pin`."""

    def sign_on_reader(self, digest: bytes) -> Signature | PinRefused:
        """Let the resident type the PIN on the reader's own keys, then as `sign`; takes as long as that takes.

        The reader gives up by itself, KEY_SECONDS after the last key. Only for a card with `keys_on_reader`. Raises
        PIN_NOT_TYPED, PIN_CANCELLED.
        """

    def watch_removal(self) -> None:
        """From now until the card is out, ask the card itself whether it is there: CARD_OUT comes as soon as it can."""

    def cancel(self) -> None:
        """Call the session off: what is under way ends at its next command, as if the card had been taken out.

        Until `release` every call raises CARD_REMOVED. Keys of the reader cannot be called off: it waits for them until
        it gives up or the card is out; a PIN that is typed on them meanwhile signs nothing.
        """

    def release(self) -> None:
        """End the card's session: log off, reset. Never raises."""

    def status(self) -> Status:
        """Reader there or not."""

    def close(self) -> None:
        """Stop the watch, cancel what is under way, let go of the reader."""


# --- the keypad ---------------------------------------------------------------------------------------------------


class KeypadKey(Enum):
    """A key that is no digit: the green, the yellow and the red one, the tactile one that speaks, and arrows."""

    OK = "ok"
    ERASE = "erase"
    CANCEL = "cancel"
    VOICE = "voice"
    LOUDER = "louder"
    SOFTER = "softer"
    NEXT = "next"
    PREVIOUS = "previous"


class Keypad(Protocol):
    """Numeric keys with a marked 5, for who cannot see the screen. A digit is never spoken, shown or logged."""

    def watch(
        self,
        on_digit: Callable[[int], None],
        on_key: Callable[[KeypadKey], None],
        on_status: Callable[[Status], None],
    ) -> None:
        """Report each key once when it goes down, and the status when it changes, until `close`.

        From a thread of the driver's own. The first report is the status.
        """

    def status(self) -> Status:
        """There, and nobody else's: what is typed goes to us alone."""

    def close(self) -> None:
        """Stop reporting and let go of the device."""


# --- the printer -------------------------------------------------------------------------------------------------


class DeviceJobState(Enum):
    """What the device itself says of our job (never what CUPS says). GONE: it does not know our job, or no more."""

    NOT_THERE_YET = "notThereYet"
    PRINTING = "printing"
    COMPLETED = "completed"
    ABORTED = "aborted"
    CANCELED = "canceled"
    GONE = "gone"
    SILENT = "silent"


class DeviceJob(Struct, frozen=True):
    """The device's own word on one job. `impressions` is sides of paper, of all copies; None where it reports none.

    `faults` is only what stops paper now, worst first: what merely runs low stands in `Printer.status`.
    """

    state: DeviceJobState
    impressions: int | None = None
    faults: tuple[FaultCode, ...] = ()


@dataclass(frozen=True)
class PaperWish:
    """How a document is wanted on paper. What a printer cannot do is left out; copies are all of it, one after another.

    `tray` is a tray by the printer's own name for it; "" leaves it to the printer.
    """

    two_sided: bool = False
    tray: str = ""
    monochrome: bool = False
    copies: int = 1


PLAIN = PaperWish()


class JobTrace(Struct, frozen=True):
    """What finds a job again after the kiosk died, and tells whether its printer was off since.

    `printer` is the name of the printer that has it; `up_time` for how many seconds that had been on when it was given
    the job, as far as it says, and `handed_at` when that was, in seconds since 1970; `two_sided`: it turns paper.
    """

    printer: str = ""
    up_time: int | None = None
    handed_at: float | None = None
    two_sided: bool = False


class PrintWay(Enum):
    """How a document gets to a printer. SEALED: byte for byte, its seal too. RASTER: as pictures that CUPS makes."""

    SEALED = "sealed"
    RASTER = "raster"


class Tray(Struct, frozen=True):
    """A tray as the printer tells of it; None where it does not know."""

    name: str
    sheets: int | None = None
    capacity: int | None = None


class Supply(Struct, frozen=True):
    """Something that is used up, or a box that fills up (`fills`), in percent; None where the printer does not know."""

    name: str
    percent: int | None = None
    fills: bool = False


class Queue(Struct, frozen=True):
    """How CUPS would send to a printer. `address` is where to, `way` None where the queue is not there.

    `ours` says that the kiosk made it and may make it anew; `lets_go` that CUPS forgets a job that the printer has,
    `gives_up` that it aborts one that cannot be sent: without these two a page may come out twice, or tomorrow.
    """

    address: str = ""
    way: PrintWay | None = None
    ours: bool = False
    lets_go: bool = False
    gives_up: bool = False


class PrinterFacts(Struct, frozen=True):
    """What a printer lists of itself. `way` is None for one that takes nothing that we can send."""

    model: str
    formats: tuple[str, ...]
    way: PrintWay | None
    queue: Queue
    two_sided: bool = False
    media: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    trays: tuple[Tray, ...] = ()
    supplies: tuple[Supply, ...] = ()


class Printer(Protocol):
    """A page printer behind CUPS, asked over IPP. CUPS's *completed* means handed over, never printed."""

    def status(self) -> Status:
        """The device's health from its own keywords (printer-state-reasons)."""

    def facts(self) -> PrinterFacts:
        """Ask what it lists of itself, and how CUPS would send to it. Raises PRINTER_LOST."""

    def create(self, job_name: str, wish: PaperWish = PLAIN) -> str:
        """Create a held job without data and return its job-uuid. Nothing is sent yet."""

    def trace(self, job_name: str) -> JobTrace:
        """Say what will find a job that was created here, as of now. Asks nobody."""

    def recall(self, job_name: str, job_uuid: str | None, trace: JobTrace) -> bool:
        """Take up a job from before a restart, so that `look` and `cancel` know it; False for another printer's."""

    def send(self, job_uuid: str, pdf: bytes) -> bool:
        """Send the bytes of a created job and release it. Returns when CUPS has them all.

        False when CUPS does not know the job any more, or did not take its document: then no byte of it can come out.
        """

    def look(self, job_name: str) -> DeviceJob:
        """Ask the device what became of the job of that name. Never raises: a mute device is SILENT."""

    def cancel(self, job_name: str) -> None:
        """Cancel on CUPS and on the device, so that nothing prints later into an empty hall.

        Raises PRINTER_LOST when CUPS or the device could not be told: then what becomes of the job is not known.
        """

    def close(self) -> None:
        """Let go of the printer; a call under way ends."""


# --- where the paper comes out -------------------------------------------------------------------------------------


class TrayView(Enum):
    """What is known of the tray where residents take their paper. UNSEEN: nobody sees it, so the resident is asked."""

    UNSEEN = "unseen"
    EMPTY = "empty"
    PAPER = "paper"


class PaperSensor(Protocol):
    """Sees whether paper lies where residents take it: a light barrier, or the contact of a presenter."""

    def watch(self, on_paper: Callable[[TrayView], None], on_status: Callable[[Status], None]) -> None:
        """Report what lies there, now and whenever it changes, and the status when that changes, until `close`.

        From a thread of the driver's own. A sensor that is gone sees nothing: UNSEEN.
        """

    def status(self) -> Status:
        """There, and nobody else's. One that is gone stops nothing: residents are asked instead."""

    def close(self) -> None:
        """Stop reporting and let go of the device."""


# --- the receipt printer -----------------------------------------------------------------------------------------


class SlipStyle(Enum):
    """How a line of a slip looks."""

    TITLE = "title"
    TEXT = "text"
    CODE = "code"


class SlipLine(Struct, frozen=True):
    """One line of text on a slip; the driver wraps it at the paper's width."""

    text: str
    style: SlipStyle = SlipStyle.TEXT


class Slip(Struct, frozen=True):
    """What goes on a slip: lines, then a QR code with `qr` where there is one."""

    lines: tuple[SlipLine, ...]
    qr: str | None = None


class ReceiptPrinter(Protocol):
    """A thermal printer on roll paper (ESC/POS)."""

    def status(self) -> Status:
        """Asked of the device in real time (DLE EOT)."""

    def print_slip(self, slip: Slip) -> None:
        """Print, cut, and return when the device itself says it is out (GS ( H). Raises RECEIPT_… faults."""

    def close(self) -> None:
        """Let go of the device."""
