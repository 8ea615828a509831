"""Reads a stranger's PDF, in a child process only: says whether it may be printed, how long it is, and draws a page.

Runs under `hardware.child`, so every import is at the top: they are done while the resident is still choosing.
No detail of a fault quotes the document.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from hardware.faults import DeviceFault, FaultCode
from printing.seal_rule import SealRule

LIMITS = {
    # The parsers take 90 MiB of addresses, a full-page scan at 300 dpi some 100 more; a bomb wants gigabytes.
    resource.RLIMIT_AS: 768 << 20,
    # One visit's documents take well under a second together.
    resource.RLIMIT_CPU: 60,
    # A document is never written to disk, and a taken-over parser opens little and starts nothing.
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 32,
    resource.RLIMIT_NPROC: 0,
}

# The longest attest seen is a dozen pages; 50 is a fifth of a tray, and still a document one waits for.
MAX_PAGES = 50
# A certificate of 50 pages with its tags has some 10,000 objects; a walk of these takes under a second.
MAX_OBJECTS = 50_000

POINTS_PER_MM = 72 / 25.4
A4_MM = (210.0, 297.0)
# ISO 216 lets A4 paper itself differ by 2 mm on either side: within that, a page fits at its own size.
A4_TOLERANCE_MM = 2.0
# One screen pixel for every 4 points: enough to prove that the page can be drawn, in under 10 ms.
DRAW_SCALE = 0.25
# A page to be read: 150 dots an inch are half as fine as paper, and finer than a panel of 4 pixels a millimetre.
READ_SCALE = 150 / 72

# What makes a document do something, or carry something that paper does not show [ISO 32000-2 §12.6.4, §7.11.4].
FORBIDDEN_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent"})
FORBIDDEN_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound"}
)
FORBIDDEN_KINDS = frozenset({"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
# An object that shows none of these words, in its names or elsewhere, need not be taken apart: nearly all of them.
_SUSPECT = re.compile("|".join(FORBIDDEN_KEYS | FORBIDDEN_ACTIONS | FORBIDDEN_KINDS).encode())


def check(seal_ca: str, rule: str, pdf: bytes) -> dict[str, object]:
    """Count the pages of a document that may be printed, and say what its seal lacks, where that may be.

    `seal_ca` is the path of a PEM file, `rule` the value of a `printing.seal_rule.SealRule`.
    Raises DOCUMENT_BROKEN, DOCUMENT_FORBIDDEN, DOCUMENT_FORMAT, DOCUMENT_SEAL, and SETTINGS_INVALID for the PEM file.
    """
    trust = _trust(seal_ca) if rule != SealRule.OFF else None
    with _reading("structure", FaultCode.DOCUMENT_BROKEN):
        pages = _check_structure(pdf)
    drawn = _painter.submit(_check_drawable, pdf, pages)
    lack = None
    if trust is not None:
        with _reading("seal", FaultCode.DOCUMENT_SEAL):
            lack = _lack_of_seal(pdf, trust)
    if lack is not None and rule == SealRule.REQUIRE:
        raise DeviceFault(FaultCode.DOCUMENT_SEAL, lack)
    with _reading("drawing", FaultCode.DOCUMENT_BROKEN):
        drawn.result()
    return {"pages": pages, "lack": lack}


def draw(page: int, pdf: bytes) -> tuple[tuple[int, int], bytes]:
    """Draw one page of a document that was checked: its width and height, and four bytes a pixel (blue, green, red, -).

    Raises DOCUMENT_BROKEN.
    """
    with _reading("drawing", FaultCode.DOCUMENT_BROKEN):
        return _painter.submit(_draw, page, pdf).result()


# PDFium draws without Python's lock, so the seal is checked meanwhile. One thread: PDFium bears no second. The
# rehearsal starts it, before a limit forbids to start anything.
_painter = ThreadPoolExecutor(1, "painter")
# It asks for the lock a dozen times a page, and each time would wait for Python's own 5 ms.
sys.setswitchinterval(0.0005)


@contextmanager
def _reading(part: str, code: FaultCode) -> Iterator[None]:
    """Turn whatever a parser throws at bad input into our fault, by type: its message may quote the document."""
    try:
        yield
    except DeviceFault:
        raise
    except Exception as error:  # noqa: BLE001 three parsers, and no list of what they raise
        raise DeviceFault(code, f"{part}: {type(error).__name__}") from None


def rehearse() -> None:
    """Read one document of our own: the first reading, or one after a long rest, takes twice as long as the next."""
    folder = Path(__file__).parent
    with suppress(DeviceFault):  # its certificate ends one day; the rehearsal has been held all the same
        check(str(folder / "rehearsal-ca.pem"), SealRule.REQUIRE, (folder / "rehearsal.pdf").read_bytes())


# --- structure ---------------------------------------------------------------------------------------------------


def _check_structure(data: bytes) -> int:
    if not data.startswith(b"%PDF-"):
        raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "not a PDF")
    try:
        # Without recovery a damaged file is an error; what remains are warnings on a maker's sloppy arithmetic.
        document = pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise DeviceFault(FaultCode.DOCUMENT_FORBIDDEN, "encrypted") from None
    with document as pdf:
        if pdf.is_encrypted:
            raise DeviceFault(FaultCode.DOCUMENT_FORBIDDEN, "encrypted")
        _check_pages(pdf)
        _check_contents(pdf)
        return len(pdf.pages)


def _check_pages(pdf: pikepdf.Pdf) -> None:
    count = len(pdf.pages)
    if not 1 <= count <= MAX_PAGES:
        raise DeviceFault(FaultCode.DOCUMENT_FORMAT, f"{count} pages")
    for number, page in enumerate(pdf.pages, start=1):
        if "/UserUnit" in page or not all(_is_a4(box) for box in (page.mediabox, page.cropbox)):
            raise DeviceFault(FaultCode.DOCUMENT_FORMAT, f"page {number} is not A4")


def _is_a4(box: pikepdf.Array) -> bool:
    """Say whether a box has the size of A4, upright or on its side."""
    left, bottom, right, top = (float(side) / POINTS_PER_MM for side in box)
    size = sorted((abs(right - left), abs(top - bottom)))
    return all(abs(side - a4) <= A4_TOLERANCE_MM for side, a4 in zip(size, A4_MM, strict=True))


def _check_contents(pdf: pikepdf.Pdf) -> None:
    """Walk every object, reachable or not, and refuse what acts or hides."""
    if len(pdf.objects) > MAX_OBJECTS:
        raise DeviceFault(FaultCode.DOCUMENT_FORMAT, f"{len(pdf.objects)} objects")
    for item in pdf.objects:
        if _SUSPECT.search(_written(item)):
            for mapping in _mappings(item):
                _check_mapping(mapping)
    if not _is_still(pdf.Root.get("/OpenAction")):
        raise DeviceFault(FaultCode.DOCUMENT_FORBIDDEN, "acts when opened")


def _written(item: object) -> bytes:
    """Give an object as qpdf writes it, names without their escapes; what it only refers to is not in it."""
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    return item.unparse(resolved=True) if isinstance(item, pikepdf.Object) else b""  # a number is one of Python's


def _mappings(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Give the dictionaries written within one indirect object; what it only refers to has its own turn."""
    waiting: list[object] = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Stream):
            current = current.stream_dict
        if isinstance(current, pikepdf.Dictionary):
            yield current
            waiting += _written_within(current.values())
        elif isinstance(current, pikepdf.Array):
            waiting += _written_within(current)


def _written_within(parts: Iterable[object]) -> Iterator[object]:
    return (part for part in parts if isinstance(part, pikepdf.Object) and not part.is_indirect)


def _check_mapping(mapping: pikepdf.Object) -> None:
    forbidden = FORBIDDEN_KEYS.intersection(mapping.keys())
    for key, refused in (("/S", FORBIDDEN_ACTIONS), ("/Type", FORBIDDEN_KINDS), ("/Subtype", FORBIDDEN_KINDS)):
        value = mapping.get(key)
        if isinstance(value, pikepdf.Name) and str(value) in refused:
            forbidden |= {str(value)}
    if forbidden:
        raise DeviceFault(FaultCode.DOCUMENT_FORBIDDEN, f"carries {min(forbidden)}")


def _is_still(action: object) -> bool:
    """On opening, a document may turn to a page (a place, or a GoTo) and do nothing else."""
    if isinstance(action, pikepdf.Dictionary):
        return action.get("/S") == pikepdf.Name.GoTo
    return action is None or isinstance(action, pikepdf.Array)


# --- the seal ----------------------------------------------------------------------------------------------------


def _trust(path: str) -> ValidationContext:
    """Read who may seal documents. Raises SETTINGS_INVALID.

    Revocation is the back end's to know: the kiosk reaches no CA, and a document is minutes old when it is printed.
    """
    try:
        roots = list(load_certs_from_pemder([path]))  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    except (OSError, ValueError) as error:
        raise DeviceFault(FaultCode.SETTINGS_INVALID, f"seal CA: {type(error).__name__}") from None
    if not roots:
        raise DeviceFault(FaultCode.SETTINGS_INVALID, "seal CA: no certificate in it")
    return ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")


def _lack_of_seal(data: bytes, trust: ValidationContext) -> str | None:
    """Say that nobody sealed it, or nobody we trust; None for a document under a good seal of the town's.

    The last signature must be whole, valid, and cover every byte of the file: one that does not fit says that somebody
    changed the document since, and no rule lets that pass that looks at seals at all. Raises DOCUMENT_SEAL.
    """
    signatures = PdfFileReader(BytesIO(data)).embedded_regular_signatures
    if not signatures:
        return "none"
    status = validate_pdf_signature(
        signatures[-1],
        signer_validation_context=trust,
        key_usage_settings=KeyUsageConstraints(
            key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
        ),
    )
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        raise DeviceFault(FaultCode.DOCUMENT_SEAL, "does not cover the whole file")
    if not (status.intact and status.valid):
        raise DeviceFault(FaultCode.DOCUMENT_SEAL, "does not fit the document")
    if not status.trusted:
        return "not by a seal we trust"
    if not status.bottom_line:
        raise DeviceFault(FaultCode.DOCUMENT_SEAL, "invalid")
    return None


# --- drawing -----------------------------------------------------------------------------------------------------


def _check_drawable(data: bytes, pages: int) -> None:
    """A second reader must see as many pages, and draw the first."""
    document = pypdfium2.PdfDocument(data)
    try:
        if len(document) != pages:
            raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "two readers count different pages")
        document[0].render(scale=DRAW_SCALE).close()
    finally:
        document.close()


def _draw(page: int, data: bytes) -> tuple[tuple[int, int], bytes]:
    document = pypdfium2.PdfDocument(data)
    try:
        bitmap = document[page].render(scale=READ_SCALE, prefer_bgrx=True)
        try:
            return (bitmap.width, bitmap.height), bytes(bitmap.buffer)
        finally:
            bitmap.close()
    finally:
        document.close()


rehearse()
