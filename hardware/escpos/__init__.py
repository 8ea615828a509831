"""A slip printer (ESC/POS) on the network, on USB or on a serial line.

`printer` is the driver, `EscPosPrinter`, that keeps the promise of `hardware.devices.ReceiptPrinter`; `cable` stands in
for a socket where there is a cable; `logo` makes dots of the town's logo. Called by `kiosk_app.makers`; never decides
what stands on a slip.
"""

from __future__ import annotations

from hardware.escpos.printer import EscPosPrinter as EscPosPrinter
