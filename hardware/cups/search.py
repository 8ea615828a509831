"""Which printers answer on this machine: those on USB, each at a port of the loopback that ipp-usb gives it.

Only its ports are asked: on any other may sit what prints whatever is sent to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hardware.child import Child, ChildGone
from hardware.cups.printer import CupsPrinter
from hardware.faults import DeviceFault, FaultCode

# ipp-usb.conf(5): http-min-port and http-max-port, as they come.
PORTS = range(60000, 65536)
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_NO_QUEUE = "loket247-none"  # only the device is asked
_TIDY_SECONDS = 10.0
_LISTENS = "0A"  # [linux: include/net/tcp_states.h]
_LOOPBACK = {"0100007F", "00000000", "00000000000000000000000001000000", "00000000000000000000000000000000"}


def printers_here(cups: str = "") -> Iterator[tuple[str, str]]:
    """Give the address and the model of each; takes a few seconds where something else sits on such a port."""
    for port in sorted(set(_listening())):
        device = f"ipp://localhost:{port}/ipp/print"
        with closing(CupsPrinter(_NO_QUEUE, device, cups)) as printer:
            try:
                facts = printer.facts()
            except DeviceFault:  # whatever sits there is no printer
                continue
            if facts.formats:
                yield device, facts.model


def tidy_queues(cups: str, prefix: str, keep: list[str]) -> None:
    """Take away our own queues whose name begins so, but these. Raises DeviceFault where that may not be."""
    with closing(Child("hardware.cups.child")) as child:
        try:
            child.call("tidy", cups, prefix, keep, timeout=_TIDY_SECONDS)
        except ChildGone as gone:
            raise DeviceFault(FaultCode.PRINTER_LOST, type(gone).__name__) from None


def _listening() -> Iterator[int]:
    for table in _TABLES:
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            _, local, _, state, *_ = row.split()
            address, _, port = local.partition(":")
            if state == _LISTENS and address in _LOOPBACK and int(port, 16) in PORTS:
                yield int(port, 16)
