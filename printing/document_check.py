"""The only gate before a raw queue: nothing is printed that is not whole, sealed by the town, A4 and still.

Where the settings say so for a product, its documents may lack that seal (`seal_rule`), and nothing else. CUPS passes a
document through as it is, so that its seal survives; what CUPS's filters would have refused is refused here. It draws
pages too, for a resident who wants to see the document first. Everything that must understand the bytes happens in a
child (`pdf_child`).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import re
from pathlib import Path

from hardware.child import Child, ChildGone
from hardware.faults import DeviceFault, FaultCode
from printing.drawing import Drawing
from printing.seal_rule import Checked, SealRule

# 50 pages scanned at 300 dpi in grey are some 20 MiB; an attest is 0.05. More is no document of ours.
MAX_BYTES = 24 << 20
# A sealed page takes 20 ms; 50 scanned ones, on a kiosk that is busy, under 2 s.
CHECK_SECONDS = 5.0
# A page of text is drawn in 20 ms, a scanned one in 100: past this, the resident is told that it cannot be shown.
DRAW_SECONDS = 3.0
# A4 at the child's 150 dots an inch is 1240 by 1754, and paper may differ by 2 mm.
MAX_SIDE = 1800

# One member of a dictionary of byte sequences: `sha-256=:…:` [RFC 9530 §2, RFC 8941 §3.2].
_SHA_256 = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/=]*):[ \t]*(?=,|$)")


class DocumentChecker:
    """Checks documents one after another, in a child that lives as long as the visit."""

    def __init__(self, seal_ca: Path) -> None:
        """`seal_ca` is a PEM file with the certificates that may stand above a seal."""
        self._seal_ca = seal_ca
        self._child = Child("printing.pdf_child")

    def warm(self) -> None:
        """Start the child: its imports take half a second that nobody need wait for. Returns at once."""
        self._child.warm()

    def rehearse(self) -> None:
        """Read a document of our own while nobody waits, so that theirs is read quickly. Never raises."""
        with contextlib.suppress(ChildGone, DeviceFault):
            self._child.call("rehearse", timeout=CHECK_SECONDS)

    def check(
        self,
        pdf: bytes,
        content_digest: str | None,
        timeout: float = CHECK_SECONDS,
        rule: SealRule = SealRule.REQUIRE,
    ) -> Checked:
        """Check that a document may be printed, under this rule for its seal.

        `content_digest` is the value of the header of that name (None when there was none, which is refused).
        `timeout` is in seconds. Raises DOCUMENT_BROKEN, DOCUMENT_SEAL, DOCUMENT_FORBIDDEN, DOCUMENT_FORMAT;
        SETTINGS_INVALID when the seal's CA cannot be read.
        """
        _check_size(pdf)
        _check_digest(pdf, content_digest)
        try:
            answer = self._child.call("check", str(self._seal_ca), rule.value, payload=pdf, timeout=timeout)
        except ChildGone as gone:
            raise DeviceFault(FaultCode.DOCUMENT_BROKEN, f"reader ended: {type(gone).__name__}") from None
        match answer:
            case {"pages": int(pages), "lack": str() | None as lack}:
                return Checked(pages, lack)
            case _:
                raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "reader gave no number of pages")

    def draw(self, pdf: bytes, page: int, timeout: float = DRAW_SECONDS) -> Drawing:
        """Draw a page (from 0) of a document that was checked, within so many seconds. Raises DOCUMENT_BROKEN."""
        try:
            answer = self._child.call("draw", page, payload=pdf, timeout=timeout)
        except ChildGone as gone:
            raise DeviceFault(FaultCode.DOCUMENT_BROKEN, f"reader ended: {type(gone).__name__}") from None
        match answer:
            case ([int(width), int(height)], bytes(pixels)) if _is_page(width, height, pixels):
                return Drawing(width, height, pixels)
            case _:
                raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "reader gave no picture")

    def close(self) -> None:
        """End the child, and with it every trace of the documents. From any thread; a later check starts anew."""
        self._child.close()


def _is_page(width: int, height: int, pixels: bytes) -> bool:
    return 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and len(pixels) == 4 * width * height


def _check_size(pdf: bytes) -> None:
    if not pdf:
        raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "empty")
    if len(pdf) > MAX_BYTES:
        raise DeviceFault(FaultCode.DOCUMENT_FORMAT, f"{len(pdf)} bytes")


def _check_digest(pdf: bytes, content_digest: str | None) -> None:
    """Compare with the `sha-256` of a Content-Digest header; other algorithms in it are left alone."""
    found = _SHA_256.search(content_digest or "")
    if found is None:
        raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "no sha-256 in Content-Digest")
    try:
        expected = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "Content-Digest is not base64") from None
    if not hmac.compare_digest(hashlib.sha256(pdf).digest(), expected):
        raise DeviceFault(FaultCode.DOCUMENT_BROKEN, "Content-Digest differs")
