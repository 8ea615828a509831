"""Keeps a worker's pauses short: what stays is not looked through again and again.

Now and then Python looks through everything for knots that nobody holds any more; meanwhile no call is answered. With
ten thousand open lines that takes half a second. Nearly all of it is lines, which are no knots.
"""

from __future__ import annotations

import gc
import time
from threading import Thread

# Lines that opened since are set apart; that costs nothing.
_APART_SECONDS = 60.0
# A line that closed leaves a kilobyte in a knot: of ten thousand that come back three times an hour that is little.
_WHOLE_EVERY = 60
# Python looks through what is newest each time that this many things are there more; of its own accord after 700,
# fifteen times a second where a fleet checks in.
_NEWEST = 7_000


def keep_short() -> None:
    """Do so for as long as this process lives."""
    gc.set_threshold(_NEWEST)
    Thread(target=_rounds, name="pauses", daemon=True).start()


def _rounds() -> None:
    while True:
        look_through()
        for _ in range(_WHOLE_EVERY):
            time.sleep(_APART_SECONDS)
            set_apart()


def look_through() -> None:
    """Look for knots among everything, also what was set apart; then set apart what is left."""
    gc.unfreeze()
    gc.collect()
    set_apart()


def set_apart() -> None:
    """Have what is there now be looked through no more, until `look_through`."""
    gc.freeze()
