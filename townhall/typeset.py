"""Typeset an attest: facts in, a tagged A4 page out (PDF/UA-1, own fonts, no system fonts).

What a resident is called goes to typst as data in JSON, never as markup: a name is printed letter by letter.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path

import qrcode
import typst
from qrcode.image.svg import SvgPathImage

HERE = Path(__file__).parent
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli"),
    *("augustus", "september", "oktober", "november", "december"),
)


class TypesetError(Exception):
    """A page could not be made, most often because our fonts lack a letter of it. Says nothing of what is on it."""


@dataclass(frozen=True, repr=False)
class Row:
    """One fact on the page: what it is, and what the register says."""

    label: str
    value: str


@dataclass(frozen=True, repr=False)
class Attest:
    """What one attest says, in Dutch. `statement` completes "Gemeente … verklaart: …".

    `columns` and `members` make a second table under `heading`; without members there is none.
    """

    title: str
    municipality: str
    statement: str
    facts: tuple[Row, ...]
    heading: str = ""
    columns: tuple[str, ...] = ()
    members: tuple[tuple[str, ...], ...] = field(default=())
    notice: str = ""


@dataclass(frozen=True)
class Stamp:
    """What the town adds to a document: the code on it, the address that says it is genuine, from when to when.

    `valid_until` is the last day.
    """

    code: str
    verify_url: str
    issued: dt.date
    valid_until: dt.date


class Typesetter:
    """A warm typst compiler: some 5 ms a page. Safe from threads, one page at a time."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])
        self._compiler = typst.Compiler(str(HERE / "templates" / "attest.typ"), font_paths=fonts)
        self._one_at_a_time = threading.Lock()  # the compiler keeps its inputs between calls

    def attest(self, attest: Attest, stamp: Stamp) -> bytes:
        """Typeset one attest; the stamp's address becomes text and a QR code. Raises TypesetError."""
        issued = stamp.issued
        page = asdict(attest) | {
            "code": stamp.code,
            "verifyUrl": stamp.verify_url,
            "qr": qr(stamp.verify_url),
            "issued": day(issued),
            "issuedOn": [issued.year, issued.month, issued.day],
            "validUntil": day(stamp.valid_until),
        }
        return self._compiled(json.dumps(page))

    def _compiled(self, page: str) -> bytes:
        try:
            with self._one_at_a_time:
                pdf = self._compiler.compile(format="pdf", sys_inputs={"page": page}, pdf_standards=["1.7", "ua-1"])
        except typst.TypstError:
            raise TypesetError("typst refused the page") from None  # its message quotes the page
        assert isinstance(pdf, bytes)  # noqa: S101 - no output file was named
        return pdf


def qr(text: str) -> str:
    """A QR code as SVG, error correction M, with no margin of its own: the page leaves it white."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, image_factory=SvgPathImage)
    code.add_data(text)
    return code.make_image().to_string(encoding="unicode")


def day(date: dt.date) -> str:
    """A day as Dutch writes it, e.g. "3 mei 2011", kept on one line."""
    return f"{date.day}\N{NO-BREAK SPACE}{MONTHS[date.month - 1]}\N{NO-BREAK SPACE}{date.year}"
