"""The two lines of the child process: to CUPS, and to the device. What either raises becomes our fault here.

A connection to CUPS is made for each piece of work (0.2 ms on its socket), so that a restart of CUPS is not even
noticed; the one to a device is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cups

from hardware.cups.ipp import Attributes, Device, IppError, Message, Silent, Tag, Unreachable
from hardware.faults import DeviceFault, FaultCode

# A printer on the local network answers within 50 ms; one that wakes from deep sleep within a second or so.
DEVICE_SECONDS = 2.0

_devices: dict[str, Device] = {}

# Without this libcups would ask for a password on the terminal; a kiosk has none to give.
cups.setPasswordCB(lambda _prompt: "")


@contextmanager
def to_cups(server: str) -> Iterator[cups.Connection]:
    """Connect to CUPS, and turn what pycups raises into our fault. Its messages are not kept: they may quote a name."""
    try:
        yield cups.Connection(host=server) if server else cups.Connection()
    except cups.IPPError as error:
        raise DeviceFault(FaultCode.PRINT_FAILED, f"CUPS status {error.args[0]:#06x}") from None
    except cups.HTTPError as error:
        raise DeviceFault(FaultCode.PRINTER_LOST, f"CUPS HTTP {error.args[0]}") from None
    except RuntimeError:
        raise DeviceFault(FaultCode.PRINTER_LOST, "CUPS does not answer") from None


def to_device(uri: str) -> Device:
    """Give the line to a device."""
    return _devices.setdefault(uri, Device(uri, DEVICE_SECONDS))


@contextmanager
def device_errors() -> Iterator[None]:
    """Turn what a device's line raises into our fault."""
    try:
        yield
    except Unreachable:
        raise DeviceFault(FaultCode.PRINTER_LOST, "no connection to the printer") from None
    except Silent:
        raise DeviceFault(FaultCode.PRINTER_LOST, "the printer does not answer") from None
    except IppError as error:
        raise DeviceFault(FaultCode.PRINTER_LOST, f"the printer's answer: {error}") from None


def first_group(answer: Message) -> Attributes:
    """Give the attributes of the printer in an answer."""
    groups = answer.of(Tag.PRINTER_GROUP)
    return groups[0] if groups else {}


def number_in(words: Attributes, name: str) -> int | None:
    """Give the first value of an attribute, where it is a number."""
    value = words.get(name, [None])[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words_in(words: Attributes, name: str) -> list[str]:
    """Give the values of an attribute that are words."""
    return [value for value in words.get(name, []) if isinstance(value, str)]
