"""Which printer is used in the place of the settings' own: chosen on site after it printed, and kept on disk.

It holds as long as the settings name the printer that it replaced: whoever writes another one there has chosen anew.
Only a printer on this machine's own loopback may be chosen (one on USB, by ipp-usb): root makes a queue of what the
kiosk writes down, and that queue leads nowhere else.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from msgspec import structs

from config.settings import Printer
from kiosk_app.store import Store
from kiosk_app.tables import printer_choices

_USED, _TRIED = "used", "tried"
_HERE = {"localhost", "127.0.0.1", "::1"}


class PrinterChoice:
    """The choice of one kiosk; `setting` is its page printer as the settings name it."""

    def __init__(self, store: Store, setting: Printer) -> None:
        self._store = store
        self._setting = setting

    @property
    def now(self) -> Printer:
        """The printer that is used now."""
        device = self._device(_USED)
        return self._setting if device is None else self.candidate(device)

    @property
    def is_chosen(self) -> bool:
        """Whether that is another one than the settings name."""
        return self._device(_USED) is not None

    @property
    def tried(self) -> Printer | None:
        """The printer that is being tried, or was and waits for a word; it needs a queue too."""
        device = self._device(_TRIED)
        return self.candidate(device) if device is not None else None

    def candidate(self, device: str) -> Printer:
        """Give a printer in the place of the settings' own, with a queue by a name of its own."""
        mark = hashlib.sha256(device.encode()).hexdigest()[:6]
        return structs.replace(self._setting, queue=f"{self._setting.queue}-{mark}", device=device)

    def try_out(self, device: str) -> None:
        """Take note that it is tried. Raises ValueError for one that is not on this machine."""
        if not is_here(device):
            raise ValueError(device)
        self._keep(_TRIED, device)

    def use(self, device: str) -> None:
        """Use it from now on. Raises ValueError for one that was not tried just before."""
        if self._device(_TRIED) != device:
            raise ValueError(device)
        with self._store.transaction() as connection:
            connection.execute(sa.delete(printer_choices))
        self._keep(_USED, device)

    def leave(self) -> None:
        """Leave the one that was tried; the one in use stays."""
        with self._store.transaction() as connection:
            connection.execute(sa.delete(printer_choices).where(printer_choices.c.role == _TRIED))

    def back(self) -> None:
        """Use the one that the settings name."""
        with self._store.transaction() as connection:
            connection.execute(sa.delete(printer_choices))

    def _keep(self, role: str, device: str) -> None:
        told = {"role": role, "device": device, "instead_of": self._setting.device}
        with self._store.transaction() as connection:
            connection.execute(sa.delete(printer_choices).where(printer_choices.c.role == role))
            connection.execute(sa.insert(printer_choices).values(**told, at=datetime.now(UTC).isoformat()))

    def _device(self, role: str) -> str | None:
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(printer_choices).where(printer_choices.c.role == role)).first()
        stands = row is not None and row.instead_of == self._setting.device and is_here(row.device)
        return row.device if stands and row is not None else None


def is_here(device: str) -> bool:
    """Say whether an address leads to a printer on this machine."""
    place = urlsplit(device)
    return place.scheme == "ipp" and place.hostname in _HERE and not place.query
