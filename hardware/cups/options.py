"""What goes with a document to the printer: A4, never scaled, and of the rest what this printer lists that it can.

These names both kinds of queue know; CUPS turns them into what the device calls them. One wish differs: a raw queue
carries `media` and not `media-col`, so a tray can be chosen there only where the printer lists it as a medium.
"""

from __future__ import annotations

from hardware.devices import PLAIN, PaperWish, PrinterFacts, PrintWay

A4 = "iso_a4_210x297mm"
ONE_SIDED = "one-sided"


def job_options(wish: PaperWish = PLAIN, facts: PrinterFacts | None = None) -> dict[str, str]:
    """Give the options of a job; without `facts` those that every printer knows."""
    options = {
        "media": A4,
        "sides": ONE_SIDED,
        "copies": str(wish.copies),
        "print-scaling": "none",
        "job-cancel-after": "60",  # seconds; when the kiosk is gone nobody else calls a stuck job back
    }
    if wish.copies > 1:
        options["multiple-document-handling"] = "separate-documents-collated-copies"
    if facts is None:
        return options
    if wish.two_sided and facts.two_sided:
        options["sides"] = "two-sided-long-edge"
    if wish.monochrome and "monochrome" in facts.colours:
        options["print-color-mode"] = "monochrome"
    return options | tray_option(wish.tray, facts)


def tray_option(tray: str, facts: PrinterFacts) -> dict[str, str]:
    """Give what chooses a tray; nothing where it cannot be chosen, and the printer takes the one it likes."""
    if not tray or tray not in facts.sources:
        return {}
    if facts.way is PrintWay.RASTER:
        return {"InputSlot": "".join(part.capitalize() for part in tray.split("-"))}  # as CUPS names it in its queue
    return {"media": tray} if tray in facts.media else {}
