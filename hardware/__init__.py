"""The hardware abstraction layer: what a device promises, and one driver a file.

`devices` holds the promises (Protocols), `doors` that of compartments, and `faults` everything that can go wrong, with
`devices` holds the promises (Protocols), `doors` that of compartments, `faults` everything that can go wrong, with
IPP, ESC/POS, evdev and RS-485.
`child` is the process that may be killed: what can hang in C runs there.

Called by `kiosk_app.wiring` alone; everybody else sees only `devices` and `faults`.
Nothing here knows of a visit, a screen or a town hall.
"""
