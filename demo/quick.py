"""Runs one of our programs with time made short: what takes a quarter of an hour takes some seconds, for a demo.

`python -m demo.quick MODULE …`. Only how long things last is another; what is done is the program's own.
"""

from __future__ import annotations

import runpy
import sys
from datetime import timedelta

from config import activation
from config.agent import rounds
from fleet.service import rollouts, server

# Long enough for a kiosk to begin anew and to see each of its devices.
TRIAL_SECONDS = 15.0


def main(module: str, *words: str) -> None:
    """Run it."""
    activation.HEALTH_WINDOW = TRIAL_SECONDS
    rounds.EVERY, rounds.SOON = 2.0, 1.0
    server.LOOK_EVERY = 1.0
    for ring in rollouts.RESTS:
        rollouts.RESTS[ring] = timedelta(seconds=5)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
