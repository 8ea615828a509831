"""The one state of a visit in which staff has the kiosk: what happens then is maintenance's own chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a portal is painted without any of it
    from kiosk_app.maintenance.work import Work


@dataclass(frozen=True)
class StaffAtWork:
    """Somebody of staff works here: no resident is served, and nothing of a resident is in it."""

    work: Work
