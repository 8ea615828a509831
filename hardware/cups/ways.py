"""Which way a document goes to a printer: the one function that decides it, from what the device lists.

A printer that takes PDF gets the very bytes through a raw queue, and the seal is on what arrives. One that takes only
raster gets pictures through CUPS's driverless queue: the paper looks the same, and nothing arrives that has a seal.
"""

from __future__ import annotations

from collections.abc import Iterable

from hardware.devices import PrintWay

PDF = "application/pdf"
# What CUPS's driverless queues can make: IPP Everywhere and Apple raster [PWG 5102.4, cups-filters].
RASTER = frozenset({"image/pwg-raster", "image/urf"})


def way_to(formats: Iterable[str]) -> PrintWay | None:
    """Choose by `document-format-supported`; None: the printer takes nothing that we can send."""
    known = {word.lower() for word in formats}
    if PDF in known:
        return PrintWay.SEALED
    return PrintWay.RASTER if known & RASTER else None
