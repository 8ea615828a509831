"""Tells systemd that the kiosk is ready, and then, again and again, that it lives; silent otherwise, and begun anew.

It lives as long as a frame that was asked for came, the visit took in what was posted to it, and, while nobody is at
the kiosk, no worker is held up for longer than the longest job. [sd_notify(3), sd_watchdog_enabled(3)]
"""

from __future__ import annotations

import os
import socket

# Four looks in the time that systemd waits: one that comes late because the machine is busy ends nobody's visit.
LOOKS = 4


class Heart:
    """The line to systemd. `every` is how often to look, in seconds; None where nobody watches."""

    def __init__(self, address: str, every: float | None) -> None:
        self.every = every
        # An address that begins with @ is an abstract one.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    @classmethod
    def of_service(cls) -> Heart | None:
        """Give the line of the service that this process is; None when nothing listens, as on a developer's desk."""
        address = os.environ.pop("NOTIFY_SOCKET", "")  # no child may speak for us
        watched = os.environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        allowed = int(os.environ.pop("WATCHDOG_USEC", "0")) if watched else 0
        return cls(address, allowed / 1e6 / LOOKS if allowed else None) if address else None

    def ready(self) -> None:
        """Say that the portal stands."""
        self._say("READY=1")

    def beat(self) -> None:
        """Say that the kiosk lives."""
        self._say("WATCHDOG=1")

    def _say(self, what: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)  # noqa: FBT003 (the standard library's signature)
            try:
                line.sendto(what.encode(), self._address)
            except OSError:  # systemd is being restarted: it will hear the next one
                return
