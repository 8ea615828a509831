"""The town's own days: they begin at midnight in Belgium, also on a machine that is set to UTC."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Brussels")


def date_of(moment: dt.datetime) -> dt.date:
    """The day on which a moment falls in the town."""
    return moment.astimezone(ZONE).date()
