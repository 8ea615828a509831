"""Out of service on purpose: why and until when, kept where a restart finds it. Past its time it is over by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kiosk_app.maintenance.work import Closing
from kiosk_app.store import Store
from kiosk_app.tables import closings

# A repair that takes longer is told anew; a kiosk that somebody forgot opens by itself.
LONGEST = timedelta(hours=72)


class Closings:
    """The one closing that holds, if any."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self, now: datetime) -> tuple[Closing, datetime] | None:
        """Give why and until when the kiosk is out of service; one whose time is over is gone."""
        with self._store.transaction() as connection:
            row = connection.execute(sa.select(closings)).first()
            if row is None:
                return None
            until = datetime.fromisoformat(row.until)
            # A clock that was set back makes no closing longer than the longest there is.
            if now < until <= now + LONGEST:
                return Closing(row.reason), until
            connection.execute(sa.delete(closings))
        return None

    def close(self, closing: Closing, until: datetime) -> None:
        """Put out of service."""
        with self._store.transaction() as connection:
            connection.execute(sa.delete(closings))
            connection.execute(sa.insert(closings).values(reason=closing.value, until=until.isoformat()))

    def open(self) -> None:
        """Serve again."""
        with self._store.transaction() as connection:
            connection.execute(sa.delete(closings))
