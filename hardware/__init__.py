"""The hardware abstraction layer: what a device promises, and one driver a file.

`devices` holds the promises (Protocols) and `faults` everything that can go wrong, with the words for it.
The drivers (`eid/`, `cups`, `escpos`) keep those promises over PC/SC, CUPS with IPP, and ESC/POS.
`child` is the process that may be killed: what can hang in C runs there.

Called by `kiosk_app.wiring` alone; everybody else sees only `devices` and `faults`.
Nothing here knows of a visit, a screen or a town hall.
"""
