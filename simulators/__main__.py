"""`./dev simulators`: only the outside world. Prints "export NAME=value" lines, then "ready"; ends on SIGTERM."""

from __future__ import annotations

import argparse
import shlex
import signal
import tempfile
import threading
from pathlib import Path

from simulators.world import World


def main() -> int:
    """Run the outside world until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="./dev simulators")
    parser.add_argument("--card", metavar="KIND:PERSON[:STATE]", help="a card to put in at once, e.g. 1.8:an")
    card = parser.parse_args().card
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # not blocked: every program we start would inherit that
        signal.signal(number, lambda *_: over.set())
    with tempfile.TemporaryDirectory(prefix="loket-world-") as folder, World(Path(folder)) as world:
        if card:
            try:
                world.cards.insert(card)
            except (KeyError, ValueError) as error:
                parser.error(f"no such card: {error}")
        for name, value in world.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        print("ready", flush=True)
        over.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
