"""What an ESC/POS printer does with its bytes: takes commands apart, and draws what comes on the paper roll.

Written from the ESC/POS command reference of a thermal printer with 80 mm paper, 203 dots an inch, 576 dots a line.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

ESC, GS, DLE, FS = 0x1B, 0x1D, 0x10, 0x1C
WIDTH = 576
MARGIN = 32  # 80 mm of paper is 640 dots
LINE = 30  # dots from one line of text to the next
CELLS = ((12, 24), (9, 17))  # of font A and font B
CODE_PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"}
# How many bytes follow the command's letter.
ESC_ARGUMENTS = {
    **dict.fromkeys(b"@2im<", 0),
    **dict.fromkeys(b"taE!M-3dJ{GR V=rU", 1),
    **dict.fromkeys(b"c$\\", 2),
    **dict.fromkeys(b"p", 3),
    **dict.fromkeys(b"W", 8),
}
GS_ARGUMENTS = {**dict.fromkeys(b"!BbaIrhwHf", 1), **dict.fromkeys(b"LWP", 2)}
FS_ARGUMENTS = {**dict.fromkeys(b".&", 0), **dict.fromkeys(b"!-", 1), **dict.fromkeys(b"S", 2)}
CUTS_AFTER_FEED = b"ABabgh"  # GS V with one of these has a number of dots behind it


def take(buffer: bytearray) -> bytes | None:
    """Take one command, or one run of text, off the front of the buffer; None while the rest is still to come."""
    length = _length(buffer)
    if length is None or length > len(buffer):
        return None
    command = bytes(buffer[:length])
    del buffer[:length]
    return command


def _length(buffer: bytearray) -> int | None:
    if not buffer:
        return None
    first = buffer[0]
    if first in (ESC, GS, FS):
        return _command_length(buffer) if len(buffer) > 1 else None
    if first < 0x20:  # noqa: PLR2004 control characters stand alone
        return 1
    return next((place for place, byte in enumerate(buffer) if byte < 0x20), len(buffer))  # noqa: PLR2004 as above


def _command_length(buffer: bytearray) -> int | None:
    first, letter = buffer[0], buffer[1]
    if letter == ord("("):
        return None if len(buffer) < 5 else 5 + int.from_bytes(buffer[3:5], "little")  # noqa: PLR2004 fn pL pH
    if first == GS and letter == ord("v"):
        return _raster_length(buffer)
    if first == GS and letter == ord("V"):
        return None if len(buffer) < 3 else 3 + (buffer[2] in CUTS_AFTER_FEED)  # noqa: PLR2004 GS V m
    if first == ESC and letter == ord("D"):
        end = buffer.find(0, 2)
        return None if end < 0 else end + 1
    arguments = {ESC: ESC_ARGUMENTS, GS: GS_ARGUMENTS, FS: FS_ARGUMENTS}[first]
    return 2 + arguments.get(letter, 0)


def _raster_length(buffer: bytearray) -> int | None:
    """GS v 0 m xL xH yL yH, and the dots."""
    if len(buffer) < 8:  # noqa: PLR2004 the head
        return None
    return 8 + int.from_bytes(buffer[4:6], "little") * int.from_bytes(buffer[6:8], "little")


@dataclass(frozen=True)
class Style:
    """How text looks from here on."""

    bold: bool = False
    wide: int = 1
    high: int = 1
    font: int = 0
    underline: bool = False

    @property
    def cell(self) -> tuple[int, int]:
        """The size of one character, in dots."""
        width, height = CELLS[self.font]
        return width * self.wide, height * self.high


@dataclass
class Roll:
    """The paper since the last cut, the text on it, and the printer's settings of the moment."""

    style: Style = Style()
    align: int = 0
    page: str = "cp437"
    strips: list[Image.Image] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    line: list[tuple[str, Style]] = field(default_factory=list)

    def reset(self) -> None:
        """ESC @: as after power-on; what is on paper stays."""
        self.style, self.align, self.page, self.line = Style(), 0, "cp437", []

    def write(self, data: bytes) -> None:
        """Add text to the line; a full line goes on paper by itself."""
        for letter in data.decode(self.page, "replace"):
            used = sum(style.cell[0] for _, style in self.line)
            if used + self.style.cell[0] > WIDTH:
                self.end_line()
            self.line.append((letter, self.style))

    def end_line(self) -> None:
        """Put the line on paper."""
        height = max([LINE, *(style.cell[1] + LINE - CELLS[0][1] for _, style in self.line)])
        strip = Image.new("L", (WIDTH, height), 255)
        place = self._left(sum(style.cell[0] for _, style in self.line))
        for letter, style in self.line:
            strip.paste(_glyph(letter, style), (place, height - (LINE - CELLS[0][1]) - style.cell[1]))
            place += style.cell[0]
        self.strips.append(strip)
        self.text.append("".join(letter for letter, _ in self.line))
        self.line = []

    def raster(self, command: bytes) -> None:
        """GS v 0: a picture, one bit a dot, 1 is black."""
        across, down = int.from_bytes(command[4:6], "little"), int.from_bytes(command[6:8], "little")
        if not across or not down:
            return
        picture = Image.frombytes("1", (across * 8, down), bytes(byte ^ 0xFF for byte in command[8:])).convert("L")
        strip = Image.new("L", (WIDTH, down), 255)
        strip.paste(picture, (self._left(across * 8), 0))
        self.strips.append(strip)

    def feed(self, dots: int) -> None:
        """Move the paper on."""
        if dots:
            self.strips.append(Image.new("L", (WIDTH, dots), 255))

    def cut(self) -> tuple[str, bytes]:
        """Give the text and the picture (PNG) of what was cut off."""
        text, png = "\n".join(self.text), self.picture()
        self.strips, self.text = [], []
        return text, png

    def picture(self) -> bytes:
        """Draw the paper since the last cut, as PNG."""
        height = sum(strip.height for strip in self.strips)
        paper = Image.new("L", (WIDTH + 2 * MARGIN, height + 2 * MARGIN), 255)
        top = MARGIN
        for strip in self.strips:
            paper.paste(strip, (MARGIN, top))
            top += strip.height
        out = BytesIO()
        paper.save(out, "PNG")
        return out.getvalue()

    def _left(self, width: int) -> int:
        return (0, (WIDTH - width) // 2, WIDTH - width)[self.align]


def set_up(roll: Roll, command: bytes) -> None:
    """Follow a command that changes how things look from here on; one that this printer does not know is skipped."""
    match command[:1] + command[1:2], command[2:]:
        case b"\x1b@", _:
            roll.reset()
        case b"\x1bt", page:
            roll.page = CODE_PAGES.get(page[0], "cp437")
        case b"\x1ba", align:
            roll.align = align[0] % ord("0") if align[0] in (0, 1, 2, 48, 49, 50) else roll.align
        case ((b"\x1bE" | b"\x1bG"), on):
            roll.style = replace(roll.style, bold=bool(on[0] & 1))
        case b"\x1b-", on:
            roll.style = replace(roll.style, underline=bool(on[0] % ord("0")))
        case b"\x1bM", font:
            roll.style = replace(roll.style, font=font[0] & 1)
        case b"\x1b!", bits:
            roll.style = Style(bool(bits[0] & 8), 1 + (bits[0] >> 5 & 1), 1 + (bits[0] >> 4 & 1), bits[0] & 1)
        case b"\x1d!", size:
            roll.style = replace(roll.style, wide=1 + (size[0] >> 4 & 7), high=1 + (size[0] & 7))
        case _:
            pass


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Find the system's fixed-width font, so that a letter fills its cell as on a real printer."""
    command = ["fc-match", "-f", "%{file}", "monospace"]
    return ImageFont.truetype(subprocess.run(command, check=True, capture_output=True, text=True).stdout, 20)


@cache
def _glyph(letter: str, style: Style) -> Image.Image:
    width, height = CELLS[style.font]
    cell = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(cell)
    draw.text((0, height - 6), letter, fill=0, font=_font(), anchor="ls")
    if style.bold:
        draw.text((1, height - 6), letter, fill=0, font=_font(), anchor="ls")
    if style.underline:
        draw.line((0, height - 2, width, height - 2), fill=0)
    return cell.resize(style.cell, Image.Resampling.NEAREST)
