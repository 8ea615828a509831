"""The outside world, below the kiosk's drivers: what a real driver talks to when there is no real device.

`world` starts all of it: `eid/` and `pcscd` (cards, reader), `keypad`, `paper_sensor`, `ocsp` (revocation), `cupsd`,
`ipp_printer` or `stubborn_printer` (paper), `escpos_printer` (slips), `town_hall`; `touch_screen` is a
glass alone; `losing_disk` and `astray` are the machine itself: a disk without power, one that refuses, a clock that
leaps. Each has a bench for what hands can do to it; `dock` is a window on the benches.
Imports nothing of the kiosk, and is not in the wheel: a production kiosk holds no virtual eID.
"""
