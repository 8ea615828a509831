"""The hardware abstraction layer: what a device promises, and one driver a file.

`devices` holds the promises (Protocols), `doors`, `credentials` and `sound` more of them, `faults` everything that can
go wrong, with its words. The drivers (`eid`, `cups`, `escpos`, `keypad`, `lockboard`, `scanner`, `speech`, `staffcard`)
keep them over PC/SC, CUPS with IPP, ESC/POS, evdev, ALSA and serial lines. `listener` is the thread of a device that
comes and goes. `child` is the process that may be killed: what can hang in C runs there.

Called by `kiosk_app.makers` alone; everybody else sees only `devices` and `faults`.
Nothing here knows of a visit, a screen or a town hall.
"""
