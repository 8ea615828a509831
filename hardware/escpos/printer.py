"""The driver of a slip printer: status first, and printed only when the printer itself says so.

python-escpos makes the bytes of a slip. The line is ours: it asks what python-escpos cannot (the cover), holds one
deadline over a whole conversation, and can be let go of from another thread. A printer serves one client at a time, so
the line is open only while there is something to say.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import textwrap
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hardware.devices import Health, Slip, SlipLine, SlipStyle, Status
from hardware.escpos.cable import Cable
from hardware.escpos.logo import logo_bytes
from hardware.faults import DeviceFault, FaultCode

if TYPE_CHECKING:
    from escpos.printer import Dummy

# On a local network a printer answers DLE EOT in milliseconds, also while it prints.
STATUS_SECONDS = 2.0
# A slip of 15 cm at 150 mm/s takes 1 s, with cut 2; a slow interface and a cold head three times that.
PRINT_SECONDS = 15.0
# How often a printer that is at work is asked whether it still can.
ASK_EVERY = 0.5

# DLE EOT 1 to 4: online, why not, which error, paper. Bits 1 and 4 of each answer are set, 0 and 7 are not.
ASK_STATUS = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
FIXED_BITS, FIXED_VALUE = 0x93, 0x12
OFFLINE = 0x08
COVER_OPEN, ERROR = 0x04, 0x40
ERRORS = 0x6C  # the cutter, and what mends itself, or not
PAPER_END, PAPER_NEAR_END = 0x60, 0x0C
# GS ( H function 48, with four bytes of ours: answered when all before it is printed.
ASK_WHEN_DONE = b"\x1d\x28\x48\x06\x00\x30\x30"
BLOCK_START, BLOCK_END = 0x37, 0x00
DONE = b"\x37\x22"
# DLE DC4 8: forget what is not printed yet, so that no code comes out when somebody puts in paper tomorrow.
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEARED = b"\x37\x25\x00"

# 80 mm paper: 576 dots, 48 characters of 12. The profile knows the code pages and the cutter of a whole family.
PROFILE = "TM-T20II"
COLUMNS = 48
# One module is 1 mm at 203 dpi: read by a phone from a hand's length. Eight dots also keep every byte of the picture
# clear of 0x10 and 0x04, which the printer would take for a question in the middle of it.
QR_MODULE = 8
# What CP858 lacks, in letters it has.
PLAIN = str.maketrans("\u2013\u2014\u2018\u2019\u201c\u201d\u201eŁł", '--\'\'"""Ll') | {ord("œ"): "oe", ord("Œ"): "OE"}
# How wide and how high each style is drawn.
SIZES = {SlipStyle.TITLE: (2, 2), SlipStyle.CODE: (3, 3), SlipStyle.TEXT: (1, 1)}
NBSP = "\N{NO-BREAK SPACE}"


class EscPosPrinter:
    """A `ReceiptPrinter` on the network, or `on_cable`."""

    def __init__(self, host: str, port: int, columns: int = COLUMNS, logo: Path | None = None) -> None:
        """`columns` is how many characters of font A fit on a line: 48 on most 80 mm printers, 42 on some."""
        self._connect: Callable[[], socket.socket | Cable]
        self._connect = lambda: socket.create_connection((host, port), timeout=STATUS_SECONDS)
        self._columns = columns
        self._logo = logo
        self._lock = threading.Lock()
        self._line: _Line | None = None
        self._closed = False

    @classmethod
    def on_cable(cls, device: Path, baud: int, columns: int = COLUMNS, logo: Path | None = None) -> Self:
        """Give a printer on USB (`/dev/usb/lp0`) or a serial line (`/dev/ttyS0`, at `baud`)."""
        printer = cls("", 0, columns, logo)
        printer._connect = lambda: Cable(device, baud)
        return printer

    def status(self) -> Status:
        """Ask the printer; one that does not answer is DOWN, one that takes calls and says nothing is UNKNOWN."""
        try:
            line = self._open(STATUS_SECONDS)
        except DeviceFault as fault:
            return Status(Health.DOWN, (fault.code,))
        with contextlib.closing(line):
            try:
                return line.status()
            except DeviceFault as fault:
                return Status(Health.UNKNOWN, (fault.code,))

    def print_slip(self, slip: Slip) -> None:
        """Print and cut; returns when the printer says that the slip is out. Never prints a part of it later.

        Raises RECEIPT_LOST, RECEIPT_PAPER_EMPTY, RECEIPT_COVER_OPEN, RECEIPT_FAULT.
        """
        data = _slip_bytes(slip, self._columns, self._logo)
        with contextlib.closing(self._open(PRINT_SECONDS)) as line:
            _raise_if_down(line.status())
            mark = f"{secrets.randbelow(10_000):04}".encode()
            try:
                line.send(data + ASK_WHEN_DONE + mark)
                _wait_until_out(line, mark)
            except DeviceFault:
                _forget_the_rest(line)
                raise

    def close(self) -> None:
        """Let go of the printer; a conversation under way ends with RECEIPT_LOST."""
        with self._lock:
            self._closed = True
            if self._line is not None:
                self._line.hang_up()

    def _open(self, seconds: float) -> _Line:
        line = _Line(self._connect, time.monotonic() + seconds)
        with self._lock:
            self._line = line
            if self._closed:
                line.hang_up()
        return line


class _Line:
    """One conversation with the printer, with one deadline."""

    def __init__(self, connect: Callable[[], socket.socket | Cable], deadline: float) -> None:
        self._deadline = deadline
        self._statuses: deque[int] = deque()
        self._blocks: deque[bytes] = deque()
        self._block = bytearray()
        try:
            self._socket = connect()
        except OSError as error:
            raise DeviceFault(FaultCode.RECEIPT_LOST, f"connect: {type(error).__name__}") from None

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._deadline

    def status(self) -> Status:
        """Ask the four status bytes. Raises RECEIPT_LOST when they do not come."""
        self._statuses.clear()
        self.send(ASK_STATUS)
        until = time.monotonic() + STATUS_SECONDS
        while len(self._statuses) < 4:  # noqa: PLR2004 one answer for each question
            if not self._listen(until):
                raise DeviceFault(FaultCode.RECEIPT_LOST, "no answer")
        return _status(*list(self._statuses)[-4:])

    def block(self, seconds: float) -> bytes | None:
        """Wait so long for the next answer that is not a status byte."""
        until = time.monotonic() + seconds
        while not self._blocks:
            if not self._listen(until):
                return None
        return self._blocks.popleft()

    def send(self, data: bytes) -> None:
        """Send it all. Raises RECEIPT_LOST."""
        try:
            self._socket.settimeout(max(self._deadline - time.monotonic(), STATUS_SECONDS))
            self._socket.sendall(data)
        except OSError as error:
            raise DeviceFault(FaultCode.RECEIPT_LOST, f"send: {type(error).__name__}") from None

    def hang_up(self) -> None:
        """End what another thread is waiting for."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the printer back to others."""
        self._socket.close()

    def _listen(self, until: float) -> bool:
        """Take in what the printer says, until then at most. False: nothing came. Raises RECEIPT_LOST."""
        left = until - time.monotonic()
        if left <= 0:
            return False
        try:
            self._socket.settimeout(left)
            data = self._socket.recv(64)
        except TimeoutError:
            return False
        except OSError as error:
            raise DeviceFault(FaultCode.RECEIPT_LOST, f"receive: {type(error).__name__}") from None
        if not data:
            raise DeviceFault(FaultCode.RECEIPT_LOST, "hung up")
        for byte in data:
            self._hear(byte)
        return True

    def _hear(self, byte: int) -> None:
        """Tell status bytes from blocks (0x37 … 0x00): the two come in one stream."""
        if self._block or byte == BLOCK_START:
            self._block.append(byte)
            if byte == BLOCK_END:
                self._blocks.append(bytes(self._block))
                self._block.clear()
        elif byte & FIXED_BITS == FIXED_VALUE:
            self._statuses.append(byte)


def _wait_until_out(line: _Line, mark: bytes) -> None:
    """Wait for the printer's word; now and then ask whether it still can."""
    while not line.over:
        if line.block(ASK_EVERY) == DONE + mark + bytes((BLOCK_END,)):
            return
        _raise_if_down(line.status())
    raise DeviceFault(FaultCode.RECEIPT_FAULT, "did not say that the slip is out")


def _forget_the_rest(line: _Line) -> None:
    """Clear what the printer has not printed yet. One that is lost has lost that too, or will not be reached."""
    with contextlib.suppress(DeviceFault):
        line.send(CLEAR)
        while (block := line.block(STATUS_SECONDS)) is not None and block != CLEARED:
            pass


def _raise_if_down(status: Status) -> None:
    if status.health is Health.DOWN:
        raise DeviceFault(status.faults[0])


def _status(printer: int, offline: int, error: int, paper: int) -> Status:
    """Make health of the four status bytes, worst first."""
    faults = [
        code
        for code, present in (
            (FaultCode.RECEIPT_COVER_OPEN, offline & COVER_OPEN),
            (FaultCode.RECEIPT_PAPER_EMPTY, paper & PAPER_END),
            (FaultCode.RECEIPT_FAULT, offline & ERROR or error & ERRORS),
        )
        if present
    ]
    if printer & OFFLINE and not faults:
        faults = [FaultCode.RECEIPT_FAULT]
    if faults:
        return Status(Health.DOWN, tuple(faults))
    if paper & PAPER_NEAR_END:
        return Status(Health.DEGRADED, (FaultCode.RECEIPT_PAPER_LOW,))
    return Status(Health.OK)


# --- a slip as bytes ---------------------------------------------------------------------------------------------


def _slip_bytes(slip: Slip, columns: int, logo: Path | None) -> bytes:
    """Lay a slip out as ESC/POS: the town's logo, code page 858, text, the QR code as a picture, cut."""
    paper = _paper()
    paper.hw("INIT")
    if logo is not None:
        paper._raw(logo_bytes(logo))  # noqa: SLF001 its own picture is not clear of questions to the printer
    paper.charcode("CP858")
    for line in slip.lines:
        _add_line(paper, line, columns)
    if slip.qr is not None:
        paper.qr(slip.qr, size=QR_MODULE, native=False, center=True)
    paper.cut(mode="PART")  # it hangs until it is taken, and does not fall
    return bytes(paper.output)


def _paper() -> Dummy:
    """Give paper to write on. When it is loaded, python-escpos leaves a folder in TMPDIR that nobody reads again."""
    from escpos import capabilities  # with the next, 11 MiB that only a kiosk that prints a slip needs
    from escpos.printer import Dummy

    shutil.rmtree(Path(capabilities.pickle_path).parent, ignore_errors=True)
    return Dummy(profile=PROFILE)


def _add_line(paper: Dummy, line: SlipLine, columns: int) -> None:
    wide, high = SIZES[line.style]
    plain = line.style is SlipStyle.TEXT
    paper.set(align="left" if plain else "center", bold=not plain, custom_size=True, width=wide, height=high)
    for part in textwrap.wrap(_in_code_page(line.text), columns // wide) or [""]:
        paper.text(part.replace(NBSP, " ") + "\n")


def _in_code_page(text: str) -> str:
    """Write text in letters that CP858 has: ĳ as ij, ő as o, and a question mark where nothing is near."""
    letters = unicodedata.normalize("NFC", text.translate(PLAIN))
    return "".join(letter if letter == NBSP or _has(letter) else _near(letter) for letter in letters)


def _near(letter: str) -> str:
    """Take a letter apart by compatibility, and each part to its base."""
    parts = unicodedata.normalize("NFKC", letter)
    bases = (part if _has(part) else unicodedata.normalize("NFD", part)[0] for part in parts)
    return "".join(base if _has(base) else "?" for base in bases)


def _has(letter: str) -> bool:
    try:
        letter.encode("cp858")
    except UnicodeEncodeError:
        return False
    return letter.isprintable()
