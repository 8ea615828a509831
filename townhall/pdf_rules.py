"""Reads a stranger's PDF, in a child process only (`pdf_judge` starts it), and says whether this town hands it out.

The kiosk judges each document again before it prints it. Here the point is that a clerk, or the town's software, hears
at once what is wrong, and not a resident in the evening.
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from io import BytesIO
from multiprocessing.connection import Connection

import pikepdf
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

LIMITS = {
    # The parsers take 150 MiB of addresses and a document of 24 MiB several times its size; a bomb wants gigabytes.
    resource.RLIMIT_AS: 1024 << 20,
    # Nothing is ever written, and a taken-over parser opens little.
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 32,
}

MAX_PAGES = 50  # as the contract says
MAX_OBJECTS = 50_000  # a certificate of 50 pages with its tags has some 10,000
POINTS_PER_MM = 72 / 25.4
A4_MM = (210.0, 297.0)
A4_TOLERANCE_MM = 2.0  # [ISO 216] paper itself differs by as much

# What makes a document do something, or carry something that paper does not show [ISO 32000-2 §12.6.4, §7.11.4].
SCRIPTS = frozenset({"/JS", "/JavaScript"})
FILES = frozenset({"/EmbeddedFiles", "/EF", "/EmbeddedFile", "/FileAttachment"})
ACTS = frozenset(
    {
        *("/AA", "/XFA", "/RichMediaContent", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"),
        *("/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition"),
    }
)


class _Rejected(Exception):
    """Not taken; the message is the contract's word for why."""


def serve(line: Connection, authorities: tuple[str, ...]) -> None:
    """Answer each PDF that comes down the line with a number of pages or a word, until the line ends."""
    for what, limit in LIMITS.items():
        resource.setrlimit(what, (limit, limit))
    logging.disable()  # the parsers' complaints quote the document
    roots = [one for file in authorities for one in load_certs_from_pemder([file])]  # type: ignore[no-untyped-call]
    line.send("ready")
    while True:
        try:
            pdf = line.recv_bytes()
        except EOFError:
            return
        line.send(_verdict(pdf, roots))


def _verdict(pdf: bytes, roots: list[object]) -> int | str:
    try:
        pages = _structure(pdf)
        _seal(pdf, roots)
    except _Rejected as rejected:
        return str(rejected)
    except Exception:  # noqa: BLE001 - two parsers, and no list of what they raise at bad input
        return "notPdf"
    return pages


def _structure(data: bytes) -> int:
    if not data.startswith(b"%PDF-"):
        raise _Rejected("notPdf")
    try:
        document = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise _Rejected("encrypted") from None
    with document as pdf:
        if pdf.is_encrypted:
            raise _Rejected("encrypted")
        if not 1 <= len(pdf.pages) <= MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
            raise _Rejected("tooManyPages")
        if not all(_is_a4(page) for page in pdf.pages):
            raise _Rejected("pageSize")
        for item in pdf.objects:
            for mapping in _mappings(item):
                _still(mapping)
        return len(pdf.pages)


def _is_a4(page: pikepdf.Page) -> bool:
    """Upright or on its side, at its own size."""
    return "/UserUnit" not in page and all(_has_size(box) for box in (page.mediabox, page.cropbox))


def _has_size(box: pikepdf.Array) -> bool:
    left, bottom, right, top = (float(side) / POINTS_PER_MM for side in box)
    size = sorted((abs(right - left), abs(top - bottom)))
    return all(abs(side - a4) <= A4_TOLERANCE_MM for side, a4 in zip(size, A4_MM, strict=True))


def _mappings(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries written within one object; what it only refers to has its own turn."""
    waiting: list[object] = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Stream):
            current = current.stream_dict
        if isinstance(current, pikepdf.Dictionary):
            yield current
            waiting += [part for part in current.values() if _is_within(part)]
        elif isinstance(current, pikepdf.Array):
            waiting += [part for part in current if _is_within(part)]


def _is_within(part: object) -> bool:
    return isinstance(part, pikepdf.Object) and not part.is_indirect


def _still(mapping: pikepdf.Object) -> None:
    """Refuse what acts or hides."""
    words = set(mapping.keys())
    words |= {str(value) for value in map(mapping.get, ("/S", "/Type", "/Subtype")) if isinstance(value, pikepdf.Name)}
    for forbidden, why in ((SCRIPTS, "javaScript"), (FILES, "embeddedFile"), (ACTS, "externalAction")):
        if forbidden & words:
            raise _Rejected(why)


def _seal(data: bytes, roots: list[object]) -> None:
    """The last signature must be whole, valid, of an authority of ours, and cover every byte of the file."""
    signatures = PdfFileReader(BytesIO(data)).embedded_regular_signatures
    if not signatures:
        raise _Rejected("noSeal")
    status = validate_pdf_signature(
        signatures[-1],
        signer_validation_context=ValidationContext(
            trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail"
        ),
        key_usage_settings=KeyUsageConstraints(
            key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
        ),
    )
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (whole and status.intact and status.valid):
        raise _Rejected("brokenSeal")
    if not (status.trusted and status.bottom_line):
        raise _Rejected("strangeSeal")
