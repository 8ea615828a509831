"""The queue in CUPS that leads to a printer: how it is, and making it as it must be. Runs in the child process.

A queue that the kiosk made bears its mark and is made anew when the printer behind it is another; one that somebody
else made is left as it is, and `kiosk check printer` says what is wrong with it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import cups

from hardware.cups.lines import to_cups
from hardware.faults import DeviceFault, FaultCode

# Stands in the queue's description (printer-info).
MARK = "Loket 24/7"
# CUPS 2.4 makes a driverless queue after it has answered, in half a second.
MAKING_SECONDS = 8.0
_LOOK_EVERY = 0.05
# What CUPS calls a queue without a driver, and the end of what it calls one that it made for the device by itself.
_RAW, _DRIVERLESS = "Local Raw Printer", "IPP Everywhere"
_NOT_FOUND = 0x0406  # [RFC 8011 §B.1.4.7]
_WORDS = (
    *("device-uri", "printer-make-and-model", "printer-info", "printer-error-policy"),
    *("printer-state", "printer-is-accepting-jobs"),
)


def address_for(uri: str) -> str:
    """Give the address that the queue sends to.

    `waitjob=false`: once the printer has it all, CUPS lets go, so that a job that prints is never sent again.
    `contimeout`: a printer that is off gets nothing later, when the resident has gone.
    """
    return f"{uri}?{urlencode({'waitjob': 'false', 'contimeout': 10})}"


def queue_now(server: str, queue: str) -> dict[str, object] | None:
    """Say how a queue is; None where CUPS has none of that name."""
    with to_cups(server) as connection:
        words = _words(connection, queue)
    if words is None:
        return None
    place = urlsplit(str(words.get("device-uri", "")))
    asked = parse_qs(place.query)
    stopped = words.get("printer-state") == cups.IPP_PRINTER_STOPPED
    return {
        "address": urlunsplit(place._replace(query="")),
        "raw": words.get("printer-make-and-model") == _RAW,
        "ours": words.get("printer-info") == MARK,
        "letsGo": asked.get("waitjob") == ["false"],
        "givesUp": "contimeout" in asked and words.get("printer-error-policy") == "abort-job",
        "open": bool(words.get("printer-is-accepting-jobs")) and not stopped,
    }


def set_up(server: str, queue: str, uri: str, way: str) -> None:
    """Make a queue that sends `way` ("sealed" or "raster") to the device, in the place of one that was ours."""
    with to_cups(server) as connection:
        if _words(connection, queue) is not None:
            connection.deletePrinter(queue)  # a queue that had a driver keeps it whatever else is said
        if way == "raster":
            _make_driverless(connection, queue, uri)
        # Only now: asked with a query in the address, CUPS makes a raw queue and says nothing [2.4.2].
        connection.addPrinter(queue, info=MARK, device=address_for(uri))
        connection.setPrinterErrorPolicy(queue, "abort-job")
        connection.enablePrinter(queue)
        connection.acceptJobs(queue)


def tidy(server: str, prefix: str, keep: list[str]) -> None:
    """Take away our own queues whose name begins so, but these."""
    with to_cups(server) as connection:
        for name, words in connection.getPrinters().items():
            if name.startswith(prefix) and words.get("printer-info") == MARK and name not in keep:
                connection.deletePrinter(name)


def _make_driverless(connection: cups.Connection, queue: str, uri: str) -> None:
    connection.addPrinter(queue, info=MARK, device=uri, ppdname="everywhere")
    deadline = time.monotonic() + MAKING_SECONDS
    while not str((_words(connection, queue) or {}).get("printer-make-and-model")).endswith(_DRIVERLESS):
        if time.monotonic() > deadline:
            raise DeviceFault(FaultCode.PRINT_FAILED, "CUPS made no driverless queue")
        time.sleep(_LOOK_EVERY)


def _words(connection: cups.Connection, queue: str) -> Mapping[str, object] | None:
    try:
        found: Mapping[str, object] = connection.getPrinterAttributes(queue, requested_attributes=list(_WORDS))
    except cups.IPPError as error:
        if error.args[0] == _NOT_FOUND:
            return None
        raise
    return found
