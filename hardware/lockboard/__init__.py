"""Lock boards of Kerong (CU48) on an RS-485 bus: several boards, 48 locks each.

`frames` is how their words are written, `bus` the line with one exchange at a time, `bank` the driver `KerongBank`,
which keeps the promise of `hardware.doors.LockerBank`. Called by `kiosk_app.makers`; knows nothing of claims.
"""

from __future__ import annotations

from hardware.lockboard.bank import KerongBank as KerongBank
from hardware.lockboard.bank import Wiring as Wiring
