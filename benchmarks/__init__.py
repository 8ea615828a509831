"""`./dev bench`: ours beside a peer's, rounds interleaved in one run, as a ratio with its target.

`__main__` lists the benches; a bench is a function that measures and returns `rows.Row`s. `rounds` interleaves,
`processes` weighs a tree of processes, `screen` is a display whose pixels an outside referee reads, `mouse` a hand
before it. `start` runs Chromium, the peer that most kiosks are made of; `touching` is the bench called screen. The
command exits 0 when it measured, whatever the figures: the figures are the answer.
Imported by nobody; not in the wheel.
"""
