"""How each part does now, on disk: for whoever asks beside the running kiosk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from hardware.devices import Health, Status
from hardware.faults import FaultCode
from kiosk_app.parts import Part
from kiosk_app.store import Store
from kiosk_app.tables import parts


class PartBook:
    """The last word of each part, and since when it says so."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self) -> None:
        """Forget what an earlier run knew: nothing was heard of anything yet."""
        with self._store.transaction() as connection:
            connection.execute(sa.delete(parts))

    def note(self, part: Part, status: Status) -> None:
        """Write down how a part does."""
        told = {
            "health": status.health.value,
            "faults": " ".join(code.value for code in status.faults),
            "at": datetime.now(UTC).isoformat(),
        }
        row = insert(parts).values(part=part.value, **told)
        with self._store.transaction() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[parts.c.part], set_=told))

    def now(self) -> Iterator[tuple[Part, Status, datetime]]:
        """Give how each part does, and since when."""
        with self._store.transaction() as connection:
            rows = connection.execute(sa.select(parts)).all()
        for row in rows:
            faults = tuple(FaultCode(code) for code in row.faults.split())
            yield Part(row.part), Status(Health(row.health), faults), datetime.fromisoformat(row.at)
