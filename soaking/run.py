"""A soak from the first visitor to the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from demo.kiosk_process import KioskDied
from soaking.hall import Hall, HallError
from soaking.people import HOLDERS, UNLUCKY, Visitor, visitors
from soaking.personal import of_all, places_outside
from soaking.probe import Held, held_by
from soaking.search import found, remembered
from soaking.verdict import Soak

# How often memory, handles and threads are looked at.
EVERY = 20
# Somebody who shows nothing of themselves: no card, no code.
NOBODY = Visitor("public-list", HOLDERS[0])
# A line that is idle is let go after two minutes, a child that read a document within seconds.
REST_SECONDS = 150.0


def soak(folder: Path, visits: int, seed: int, say: Callable[[str], None], minutes: float | None = None) -> Soak:
    """Let so many people come, or as many as do in so many minutes, and look.

    A visit that does not go as it must ends it.
    """
    seen, began = Soak(), time.monotonic()
    with Hall(folder) as hall:
        for visitor in visitors(visits, seed):
            try:
                hall.receive(visitor)
            except (HallError, KioskDied) as error:
                seen.went_wrong = f"{visitor}: {error}"
                break
            seen.visits, seen.minutes = seen.visits + 1, (time.monotonic() - began) / 60
            if seen.visits % EVERY == 0:
                seen.looks.append(held_by(hall.kiosk.pid, seen.visits))
            if seen.visits % (EVERY * 5) == 0:
                say(f"{seen.visits} visits, {seen.minutes:.1f} min: {seen.looks[-1]}")
            if minutes is not None and seen.minutes > minutes:
                break
        if not seen.went_wrong:
            hall.come_to_rest()
            seen.looks.append(_at_rest(hall, seen))
            seen.remembered = _remembered(hall)
        seen.pages = [float(line) for line in hall.pace.read_text(encoding="utf-8").split()]
        seen.struck = hall.struck
        seen.left = _left(hall)
    return seen


def _at_rest(hall: Hall, seen: Soak) -> Held:
    """Look once more, when what goes by itself has gone: as soon as it holds no more than it did before."""
    deadline = time.monotonic() + REST_SECONDS
    while True:
        now = held_by(hall.kiosk.pid, seen.visits)
        more = [held > before for held, before in zip(now.counted, seen.before, strict=True)] if seen.looks else []
        if not any(more) or time.monotonic() > deadline:
            return now
        time.sleep(0.2)


def _left(hall: Hall) -> list[str]:
    """Give what is left of anybody, wherever a program of the kiosk or around it writes."""
    secrets = _secrets(hall)
    places = (hall.data, hall.log, hall.home, hall.tmp, *places_outside(hall.world))
    words = [line for place in places for line in found(place, secrets)]
    files = [str(path) for path in (*hall.tmp.rglob("*"), *hall.world.cupsd.documents)]
    return words + files


def _remembered(hall: Hall) -> list[str]:
    """Give what of anybody is in the kiosk's memory after a visit of nobody.

    A kiosk to which nobody came yet holds some of those words too: Maria is in MariaDB, and a form has its title.
    """
    secrets = _secrets(hall)
    held = []
    for _ in range(2):
        hall.receive(NOBODY)
        hall.come_to_rest()
        held.append(remembered(hall.kiosk.pid, secrets))
        hall.kiosk.start_again()
        hall.kiosk.wait_until_known()
    after, fresh = held
    return sorted(after - fresh)


def _secrets(hall: Hall) -> set[str]:
    return of_all(hall.world, (*HOLDERS, UNLUCKY), hall.out)
