"""Free ports for the outside world, claimed against other tests and demos on this machine."""

from __future__ import annotations

import socket

# Below 32768, where the kernel hands out none by itself: a simulator that is switched off keeps its port.
PRINTERS = range(23000, 24000)
# Where ipp-usb puts a printer on USB (its http-min-port is 60000), above the kernel's own.
USB_PRINTERS = range(61000, 62000)


class NoFreePortError(Exception):
    """Every port of the range is taken."""


class Port:
    """A port of this machine, ours until `release`.

    The claim is an abstract socket: it is gone with its process, and lives in the same namespace as the port.
    """

    def __init__(self, candidates: range) -> None:
        for number in candidates:
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0loket-port-{number}")
            except OSError:
                claim.close()
                continue
            if _free(number):
                self._claim, self.number = claim, number
                return
            claim.close()
        raise NoFreePortError(f"no free port between {candidates.start} and {candidates.stop}")

    def release(self) -> None:
        """Let others have it."""
        self._claim.close()


def _free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
