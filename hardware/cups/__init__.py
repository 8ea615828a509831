"""A page printer behind CUPS: CUPS carries the bytes, the device itself says what became of them.

`printer` keeps the promise of `hardware.devices.Printer`; `child` is what runs in the process that may be killed, with
pycups and the device's IPP over `lines`; `ipp` is the little of that protocol we speak to the device; `keywords` says
what each of its words means for us. `facts` is what a printer lists of itself, `ways` chooses by it between the two
kinds of printer, `queue` makes the queue for that, `options` says what goes with a document, `search` finds
printers on this machine.
Called by `kiosk_app.makers` as `CupsPrinter`; never decides whether a document may be printed.
"""

from __future__ import annotations

from hardware.cups.printer import CupsPrinter as CupsPrinter
from hardware.cups.search import printers_here as printers_here
from hardware.cups.search import tidy_queues as tidy_queues
