"""Scanners of QR and bar codes: one that types like a keyboard, and one on a serial line.

`codes` makes whole codes of what comes in pieces, `keys` is what a keyboard's keys write, `drivers` the two drivers
that keep the promise of `hardware.credentials.CodeScanner`. Called by `kiosk_app.makers`; knows not what a code opens.
"""

from __future__ import annotations

from hardware.scanner.codes import Form as Form
from hardware.scanner.drivers import KeyboardScanner as KeyboardScanner
from hardware.scanner.drivers import SerialScanner as SerialScanner
