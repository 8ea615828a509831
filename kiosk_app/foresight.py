"""What the kiosk's own memory says of the use of paper, for a forecast."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Printer
from hardware.devices import Health, PrinterFacts, Status
from hardware.faults import DeviceFault
from kiosk_app.audit import AuditTrail
from kiosk_app.journal import Journal
from kiosk_app.store import DATABASE, Store
from printing.forecast import Forecast, Use, in_words, paper, toner

log = logging.getLogger(__name__)

# Whoever reads the log plans a visit by the day.
EVERY = timedelta(days=1)
# Its fleet sees a tray being filled within the hour.
LOOK_EVERY = timedelta(minutes=15)
# Two weeks hold every kind of day twice.
WINDOW = timedelta(days=14)
# A kiosk that printed its first sheet an hour ago does not print a tray a day.
AT_LEAST = timedelta(days=1)


def use_in(store: Store, now: datetime) -> Use:
    """Give what was used here of late."""
    journal, refilled = Journal(store), AuditTrail(store).refilled_at()
    began = max(now - WINDOW, journal.first_at() or now)
    days = max(now - began, AT_LEAST) / timedelta(days=1)
    return Use(journal.sheets_since(began), days, None if refilled is None else journal.sheets_since(refilled))


def foresee(facts: PrinterFacts, setting: Printer, data: Path) -> list[Forecast]:
    """Make a forecast for a kiosk that keeps its memory in `data`; one that never ran has none yet."""
    use = Use(0, 0.0)
    if (data / DATABASE).exists():
        store = Store(data)
        use = use_in(store, datetime.now(UTC))
        store.close()
    return forecasts(facts, use, setting)


class Foresight:
    """Says in the log, at the start and once a day, how long paper and toner last. `latest` is for its fleet."""

    def __init__(self, store: Store, setting: Printer, facts: Callable[[], PrinterFacts]) -> None:
        self._store = store
        self._setting = setting
        self._facts = facts
        self._said: datetime | None = None
        self._looked: datetime | None = None
        self.latest: tuple[Forecast, ...] = ()

    def noted(self, status: Status) -> None:
        """Take in how the printer does; called on its own worker's thread, after each look at it."""
        now = datetime.now(UTC)
        if status.health not in (Health.OK, Health.DEGRADED) or (self._looked and now - self._looked < LOOK_EVERY):
            return
        try:
            facts = self._facts()
        except DeviceFault:  # it answered a moment ago: the next look is soon
            return
        self._looked = now
        self.latest = tuple(forecasts(facts, use_in(self._store, now), self._setting))
        if self._said and now - self._said < EVERY:
            return
        self._said = now
        for forecast in self.latest:
            log.info("%s: %s", forecast.good.value, in_words(forecast))


def forecasts(facts: PrinterFacts, use: Use, setting: Printer) -> list[Forecast]:
    """Make a forecast of what a printer has left, by what was used."""
    known = (paper(facts.trays, use, setting.full_tray), toner(facts.supplies, use, setting.full_cartridge))
    return [forecast for forecast in known if forecast is not None]
