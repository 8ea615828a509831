"""`./dev demo`: a visit by hand on a display, or a scripted one without."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from demo.journey import DEFAULT_CARD, Journey, UnknownName, play


def main() -> int:
    """Play; 0 when the visit ended as it must, 1 when it did not, 2 for a name that is not known."""
    parser = argparse.ArgumentParser(
        prog="./dev demo", description="The kiosk on simulators, with a real pcscd and cupsd."
    )
    parser.add_argument("--headless", action="store_true", help="a scripted visit, no window")
    parser.add_argument("--journey", default="certificate", metavar="NAME")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the proof goes")
    parser.add_argument("--fault", metavar="NAME", help="see docs/journeys.md")
    parser.add_argument("--card", default=DEFAULT_CARD, metavar="KIND:PERSON[:STATE]")
    given = parser.parse_args()
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    with tempfile.TemporaryDirectory(prefix="loket-demo-") as folder:
        if display and not given.headless:
            from demo.by_hand import run

            return run(Path(folder), given.card)
        out = given.out or Path(tempfile.mkdtemp(prefix="loket-journey-"))
        try:
            ended_well = play(Journey(given.journey, given.card, given.fault, out), Path(folder))
        except UnknownName as error:
            print(f"demo: no {error}", file=sys.stderr)
            return 2
    print(f"demo: {'as it must be' if ended_well else 'NOT as it must be'}; see {out}")
    return 0 if ended_well else 1


if __name__ == "__main__":
    raise SystemExit(main())
