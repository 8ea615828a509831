"""What the kiosk's own memory says of the use of paper, for a forecast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Printer
from hardware.devices import PrinterFacts
from kiosk_app.audit import AuditTrail
from kiosk_app.journal import Journal
from kiosk_app.store import DATABASE, Store
from printing.forecast import Forecast, Use, paper, toner

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
    known = (paper(facts.trays, use, setting.full_tray), toner(facts.supplies, use, setting.full_cartridge))
    return [forecast for forecast in known if forecast is not None]
