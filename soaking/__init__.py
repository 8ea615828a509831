"""Lets many people come to one kiosk, and sees whether it is after the last of them what it was after the first.

Called by `./dev soak` and, in a small size, by the tests; imported by nobody else, and not in the wheel. `hall` is the
kiosk in its world, `people` who comes and what befalls them, `probe` what a process holds, `search` the hunt for what
must not be left, `handles` that in what is held open, `verdict` the limits.
"""
